//! Listeners come, go and change without a restart.

use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;

use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;

use super::{listen, listeners, port};
use crate::harness::tls::{CertificateFiles, Connector, Identity};
use crate::harness::{Client, Daemon, ctl};

const ANY: &str = "127.0.0.1:0";

#[test]
fn a_listener_that_is_added_takes_clients_at_once_and_the_others_stay_where_they_were() {
    let irc = listen("irc", ANY, "");
    let daemon = Daemon::with(&irc);
    let mut alice = Client::connect(&daemon, "alice");
    daemon.rewrite(&format!("{}{irc}", listen("lines", ANY, "")));
    ctl(&daemon, &["reload"]).success();
    let now = listeners(&daemon);
    let told: Vec<_> = now.iter().map(|one| (&*one.protocol, port(one))).collect();
    assert_eq!(told[1], ("irc", daemon.irc_port()));
    assert_eq!(told[0].0, "lines");
    let mut guest = Client::open_at(told[0].1, "guest");
    guest.skip_until("*guest*");
    guest.send("/msg alice hello");
    alice.expect(":guest* PRIVMSG alice :hello");
}

#[test]
fn a_listener_that_is_removed_refuses_at_once_and_its_clients_stay() {
    let (irc, lines) = (listen("irc", ANY, ""), listen("lines", ANY, ""));
    let daemon = Daemon::with(&format!("{irc}{lines}"));
    let mut alice = Client::connect(&daemon, "alice");
    daemon.rewrite(&lines);
    ctl(&daemon, &["reload"]).success();
    let refused = TcpStream::connect(("127.0.0.1", daemon.irc_port()));
    assert_eq!(refused.unwrap_err().kind(), std::io::ErrorKind::ConnectionRefused);
    let protocols: Vec<_> = listeners(&daemon).into_iter().map(|one| one.protocol).collect();
    assert_eq!(protocols, ["lines"]);
    alice.expect_silence();
}

#[test]
fn a_listener_whose_options_change_keeps_its_socket_and_asks_them_of_new_clients_only() {
    let files = CertificateFiles::new();
    let server = Identity::new(&["localhost"]);
    files.put("server", &server);
    let daemon = Daemon::with(&listen("irc", ANY, ""));
    let address = format!("127.0.0.1:{}", daemon.irc_port());
    let mut alice = Client::connect(&daemon, "alice");
    // The daemon that had no certificate at its start speaks TLS now.
    daemon.rewrite(&format!("[tls]\n{}{}", files.keys("server"), listen("irc", ANY, "tls = true")));
    ctl(&daemon, &["reload"]).success();
    let now = listeners(&daemon);
    assert!(now.len() == 1 && now[0].tls && now[0].address == address, "{now:?}");
    let mut carol = Client::open_at(daemon.irc_port(), "carol");
    carol.send("NICK carol");
    carol.skip_until("ERROR *this port speaks TLS*");
    let mut bob = Client::open_at(daemon.irc_port(), "bob");
    bob.wire().encrypt(Connector::trusting(&server).connection());
    bob.register("bob");
    bob.send("PRIVMSG alice :over TLS");
    alice.expect(":bob!* PRIVMSG alice :over TLS");
    // And back.
    daemon.rewrite(&listen("irc", ANY, ""));
    ctl(&daemon, &["reload"]).success();
    let mut dave = Client::connect(&daemon, "dave");
    dave.send("PRIVMSG bob :in the clear");
    bob.expect(":dave!* PRIVMSG bob :in the clear");
}

#[test]
fn gateways_and_origins_of_a_listener_change_without_a_restart() {
    let daemon = Daemon::with(&listen("irc", ANY, ""));
    daemon.rewrite(&listen("irc", ANY, "proxy-protocol = true\nproxy-from = [\"192.0.2.1\"]"));
    ctl(&daemon, &["reload"]).success();
    let mut alice = Client::open(&daemon, "alice");
    alice.expect("ERROR :*this port is for gateways only*");
    alice.expect_closed();
    daemon.rewrite(&listen("irc", ANY, "proxy-protocol = true\nproxy-from = [\"127.0.0.1\"]"));
    ctl(&daemon, &["reload"]).success();
    let mut alice = Client::open(&daemon, "alice");
    alice.send("PROXY TCP4 192.0.2.7 192.0.2.8 4711 6667");
    alice.register("alice");
    ctl(&daemon, &["show", "alice"]).success().stdout(contains("192.0.2.7"));
}

#[test]
fn one_port_that_is_taken_fails_the_whole_reload_with_cause_and_remedy() {
    let irc = listen("irc", ANY, "");
    let daemon = Daemon::with(&format!("[server]\nmotd = \"old\"\n{irc}"));
    let before = listeners(&daemon);
    let taken = TcpListener::bind(ANY).unwrap();
    let address = taken.local_addr().unwrap();
    let free = listen("lines", ANY, "");
    daemon.rewrite(&format!("[server]\nmotd = \"new\"\n{free}{}", listen("irc", &address.to_string(), "")));
    let told = || contains(format!("cannot listen on {address}")).and(contains("ss -ltnp"));
    ctl(&daemon, &["check"]).code(1).stderr(told());
    ctl(&daemon, &["reload"]).code(1).stderr(told());
    daemon.wait_log("the old one stays in force");
    assert_eq!(listeners(&daemon), before);
    let mut alice = Client::connect(&daemon, "alice");
    alice.send("MOTD");
    alice.expect_all(&[":* 375 *", ":* 372 alice :- old", ":* 376 *"]);
    drop(taken);
    ctl(&daemon, &["reload"]).success();
    assert_eq!(listeners(&daemon).len(), 2);
    alice.send("MOTD");
    alice.expect_all(&[":* 375 *", ":* 372 alice :- new", ":* 376 *"]);
}

#[test]
fn a_listener_moves_from_this_machine_to_every_address_and_back_at_the_same_port() {
    let daemon = Daemon::with(&listen("irc", ANY, ""));
    let port = daemon.irc_port();
    let mut alice = Client::connect(&daemon, "alice");
    for (round, address) in ["0.0.0.0", "127.0.0.1", "[::]", "0.0.0.0"].into_iter().enumerate() {
        let address = format!("{address}:{port}");
        daemon.rewrite(&listen("irc", &address, ""));
        ctl(&daemon, &["check"]).success();
        ctl(&daemon, &["reload"]).success();
        assert_eq!(listeners(&daemon)[0].address, address);
        let nick = format!("bob{round}");
        let mut bob = Client::connect(&daemon, &nick);
        bob.send("PRIVMSG alice :here");
        alice.expect(&format!(":{nick}!* PRIVMSG alice :here"));
    }
}

#[test]
fn a_removed_listener_of_the_service_manager_turns_clients_away_until_it_is_back() {
    let inherited = TcpListener::bind(ANY).unwrap();
    let irc = listen("irc", &inherited.local_addr().unwrap().to_string(), "");
    let lines = listen("lines", ANY, "");
    let daemon = Daemon::with_inherited(&format!("{irc}{lines}"), OwnedFd::from(inherited));
    let mut alice = Client::connect(&daemon, "alice");
    daemon.rewrite(&lines);
    ctl(&daemon, &["reload"]).success();
    daemon.wait_log("systemd still holds the socket");
    assert_eq!(listeners(&daemon).len(), 1);
    let mut bob = Client::open(&daemon, "bob");
    bob.expect("ERROR :*this port is closed*");
    bob.expect_closed();
    daemon.rewrite(&format!("{irc}{lines}"));
    ctl(&daemon, &["reload"]).success();
    assert_eq!(listeners(&daemon).len(), 2);
    let mut bob = Client::connect(&daemon, "bob");
    bob.send("PRIVMSG alice :back");
    alice.expect(":bob!* PRIVMSG alice :back");
}

#[test]
fn a_policy_of_strict_transport_is_told_when_the_listener_it_leads_to_is_there() {
    let files = CertificateFiles::new();
    let server = Identity::new(&["localhost"]);
    files.put("server", &server);
    let irc = listen("irc", ANY, "");
    let daemon = Daemon::with(&irc);
    let free = TcpListener::bind(ANY).unwrap().local_addr().unwrap();
    let secure = listen("irc", &free.to_string(), "tls = true");
    let policy = "[tls.sts]\nduration = \"1d\"\n";
    daemon.rewrite(&format!("[tls]\n{}{policy}{irc}{secure}", files.keys("server")));
    ctl(&daemon, &["reload"]).success();
    let mut alice = Client::open(&daemon, "alice");
    alice.send("CAP LS 302");
    alice.expect(&format!(":* CAP * LS :* sts=port={},duration=86400 *", free.port()));
    let mut bob = Client::open_at(free.port(), "bob");
    bob.wire().encrypt(Connector::trusting(&server).connection());
    bob.register("bob");
}
