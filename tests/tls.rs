//! TLS: who connects encrypted, with which certificate, and what happens to those who do it badly.

mod client;
mod renewal;

use std::fmt::Write as _;

use predicates::str::{contains, is_match};
use rustls::version::{TLS12, TLS13};

use crate::harness::tls::{CertificateFiles, Connector, Identity};
use crate::harness::{Client, Daemon, ctl, operator};

const LISTENERS: &str = r#"
[[listen]]
protocol = "irc"
address = "127.0.0.1:0"
[[listen]]
protocol = "irc"
address = "127.0.0.1:0"
tls = true
"#;

/// A daemon with these configuration lines whose default certificate is `identity`.
#[track_caller]
fn daemon(files: &CertificateFiles, identity: &Identity, more: &str) -> Daemon {
    files.put("server", identity);
    let mut configuration = format!("[tls]\n{}", files.keys("server"));
    write!(configuration, "{more}{LISTENERS}").unwrap();
    Daemon::with(&configuration)
}

/// A registered client over TLS.
#[track_caller]
fn connect(daemon: &Daemon, nick: &str, connector: &Connector<'_>) -> Client {
    let mut client = Client::open_tls(daemon, nick, connector.connection());
    client.register(nick);
    client
}

#[test]
fn clients_of_both_versions_talk_with_each_other_and_with_those_in_the_clear() {
    let (files, server) = (CertificateFiles::new(), Identity::new(&["localhost"]));
    let daemon = daemon(&files, &server, "");
    let trusting = || Connector::trusting(&server);
    let mut alice = connect(&daemon, "alice", &trusting().speaking(&[&TLS13]));
    let mut bob = connect(&daemon, "bob", &trusting().speaking(&[&TLS12]));
    let mut carol = Client::connect(&daemon, "carol");
    alice.send("PRIVMSG bob :over TLS");
    bob.expect(":alice!*@127.0.0.1 PRIVMSG bob :over TLS");
    bob.send("PRIVMSG carol :on to the clear");
    carol.expect(":bob!* PRIVMSG carol :on to the clear");
    carol.send("PRIVMSG alice :and back");
    alice.expect(":carol!* PRIVMSG alice :and back");
    carol.send("WHOIS alice");
    let lines = carol.collect_until("*:* 318 *");
    assert!(
        lines.iter().any(|line| line.contains(" 671 carol alice :is using a secure connection")),
        "{lines:?}"
    );
    assert!(!lines.iter().any(|line| line.contains("TLS")), "only alice is told how: {lines:?}");
    alice.send("WHOIS alice");
    alice.skip_until(":* 671 alice alice :is using a secure connection [TLSv1_3, TLS13_*");
    bob.send("WHOIS carol");
    assert!(!bob.collect_until("*:* 318 *").iter().any(|line| line.contains(" 671 ")));
}

#[test]
fn who_speaks_plain_text_where_tls_is_spoken_is_told_so() {
    let (files, server) = (CertificateFiles::new(), Identity::new(&["localhost"]));
    let daemon = daemon(&files, &server, "");
    let mut alice = Client::open_at(daemon.tls_port(), "alice");
    alice.send("CAP LS 302");
    alice.expect("ERROR :*TLS*");
    alice.expect_closed();
    connect(&daemon, "bob", &Connector::trusting(&server));
}

#[test]
fn the_certificate_is_chosen_by_the_name_that_the_client_asks_for() {
    let files = CertificateFiles::new();
    let (default, own, given) = (
        Identity::new(&["localhost"]),
        Identity::new(&["chat.example.org", "*.wild.example.org"]),
        Identity::new(&["other.example.org"]),
    );
    files.put("own", &own);
    files.put("given", &given);
    let more = format!(
        "[[tls.certificates]]\n{}[[tls.certificates]]\n{}names = [\"other.example.org\"]\n",
        files.keys("own"),
        files.keys("given")
    );
    let daemon = daemon(&files, &default, &more);
    for (nick, name, identity) in [
        ("a", "chat.example.org", &own),
        ("b", "CHAT.Example.org", &own),
        ("c", "any.wild.example.org", &own),
        ("d", "other.example.org", &given),
        ("e", "localhost", &default),
    ] {
        connect(&daemon, nick, &Connector::trusting(identity).asking_for(name));
    }
}

#[test]
fn a_clients_certificate_is_kept_as_a_fingerprint_for_itself_and_operators_to_see() {
    let (files, server) = (CertificateFiles::new(), Identity::new(&["localhost"]));
    let daemon = daemon(&files, &server, &operator("root", "admin"));
    // Nobody is trusted for certificates of clients, so anything is in them.
    let own = Identity::new(&["whatever"]);
    let connector = || Connector::trusting(&server).showing(&own);
    let line = format!("* 276 * alice :has client certificate fingerprint {}", own.fingerprint());
    let mut bob = Client::connect(&daemon, "bob");
    for version in [&TLS12, &TLS13] {
        let mut alice = connect(&daemon, "alice", &connector().speaking(&[version]));
        alice.send("WHOIS alice");
        alice.skip_until(&line);
        bob.send("WHOIS alice");
        assert!(!bob.collect_until("*:* 318 *").iter().any(|line| line.contains(" 276 ")));
        alice.send("QUIT");
        alice.skip_until("ERROR *");
        bob.fence();
    }
    let _alice = connect(&daemon, "alice", &connector());
    bob.become_operator("root");
    bob.send("WHOIS alice");
    bob.skip_until(&line);
}

#[test]
fn who_asks_for_another_protocol_than_irc_is_turned_away_in_the_handshake() {
    let (files, server) = (CertificateFiles::new(), Identity::new(&["localhost"]));
    let daemon = daemon(&files, &server, "");
    connect(&daemon, "alice", &Connector::trusting(&server).wanting(&["irc"]));
    let browser = Connector::trusting(&server).wanting(&["h2", "http/1.1"]);
    let mut browser = Client::open_tls(&daemon, "browser", browser.connection());
    let why = browser.wire().try_read().unwrap_err().to_string();
    assert!(why.contains("NoApplicationProtocol"), "{why}");
}

#[test]
fn a_handshake_that_is_not_done_in_time_is_cut_off_and_gives_its_place_back() {
    let (files, server) = (CertificateFiles::new(), Identity::new(&["localhost"]));
    let more = "[limits]\nhandshake-timeout = \"1s\"\nclients = 4\n";
    let daemon = daemon(&files, &server, more);
    // Nothing said, the type of a record, and a record that does not end.
    let mut slow: Vec<_> = [&b""[..], b"\x16", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"]
        .iter()
        .map(|bytes| {
            let mut slow = Client::open_at(daemon.tls_port(), "slow");
            slow.send_bytes(bytes);
            slow
        })
        .collect();
    // Meanwhile others connect, up to the limit.
    let connector = Connector::trusting(&server);
    let mut alice = connect(&daemon, "alice", &connector);
    let mut refused = Client::open_at(daemon.tls_port(), "refused");
    refused.expect("ERROR :too many clients (limits.clients = 4)");
    slow.iter_mut().for_each(Client::expect_closed);
    let mut more: Vec<_> = ["b", "c", "d"].iter().map(|nick| connect(&daemon, nick, &connector)).collect();
    alice.send("PRIVMSG d :here");
    more[2].expect(":alice!* PRIVMSG d :here");
}

#[test]
fn a_resumed_session_still_knows_the_clients_certificate() {
    let (files, server) = (CertificateFiles::new(), Identity::new(&["localhost"]));
    let daemon = daemon(&files, &server, "");
    let own = Identity::new(&["whatever"]);
    for version in [&TLS12, &TLS13] {
        let versions = [version];
        let connector = Connector::trusting(&server).showing(&own).speaking(&versions);
        let config = connector.config();
        for is_resumed in [false, true] {
            let mut alice = Client::open_tls(&daemon, "alice", connector.connection_with(&config));
            alice.register("alice");
            assert_eq!(alice.wire().is_resumed(), is_resumed);
            alice.send("WHOIS alice");
            alice.skip_until(&format!("* 276 * {}", own.fingerprint()));
            alice.send("QUIT");
            alice.skip_until("ERROR *");
            // A renewed certificate does not end what can be resumed.
            files.put("server", &server);
            ctl(&daemon, &["reload"]).success();
        }
    }
}

#[test]
fn who_closes_without_a_word_of_tls_has_just_closed_and_half_a_line_is_not_done() {
    let (files, server) = (CertificateFiles::new(), Identity::new(&["localhost"]));
    let daemon = daemon(&files, &server, "");
    let mut bob = Client::connect_in(&daemon, "bob", "#room");
    let mut alice = connect(&daemon, "alice", &Connector::trusting(&server));
    alice.join("#room");
    bob.expect(":alice!* JOIN *");
    alice.send_bytes(b"PRIVMSG #room :half a li");
    drop(alice);
    bob.expect(":alice!* QUIT :Connection closed");
}

#[test]
fn a_stop_waits_for_no_handshake() {
    let (files, server) = (CertificateFiles::new(), Identity::new(&["localhost"]));
    let mut daemon = daemon(&files, &server, "[limits]\nhandshake-timeout = \"1h\"\n");
    let mut slow = Client::open_at(daemon.tls_port(), "slow");
    slow.send_bytes(b"\x16\x03\x01");
    // Its handshake has begun when somebody who came later is there.
    connect(&daemon, "alice", &Connector::trusting(&server));
    let begun = std::time::Instant::now();
    assert!(daemon.terminate().success());
    assert!(begun.elapsed() < std::time::Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn plain_lines_are_spoken_over_tls_too() {
    let (files, server) = (CertificateFiles::new(), Identity::new(&["localhost"]));
    files.put("server", &server);
    let listen = "[[listen]]\nprotocol = \"lines\"\naddress = \"127.0.0.1:0\"\ntls = true\n";
    let daemon = Daemon::with(&format!("[tls]\n{}{listen}", files.keys("server")));
    let mut guest = Client::open_tls(&daemon, "guest", Connector::trusting(&server).connection());
    guest.skip_until("<desk> *");
    guest.send("hello");
    guest.skip_until("-- received, *");
    let mut clear = Client::open_at(daemon.tls_port(), "clear");
    clear.send("hello");
    clear.expect("-- closed: this port speaks TLS*");
    clear.expect_closed();
}

#[test]
fn a_long_answer_reaches_a_client_that_reads_late() {
    let (files, server) = (CertificateFiles::new(), Identity::new(&["localhost"]));
    let motd = format!("{}\n", "a line of the message of the day".repeat(2)).repeat(900);
    let more = format!("[server]\nmotd = \"\"\"\n{motd}\"\"\"\n[limits]\noutbox-hard = \"64MiB\"\n");
    let daemon = daemon(&files, &server, &more);
    for version in [&TLS12, &TLS13] {
        let mut alice = connect(&daemon, "alice", &Connector::trusting(&server).speaking(&[version]));
        // More than fits into what a socket takes at once.
        const TIMES: usize = 40;
        alice.send_bytes("MOTD\r\n".repeat(TIMES).as_bytes());
        for _ in 0..TIMES {
            assert_eq!(alice.collect_until(":* 376 *").len(), 902);
        }
        alice.send("QUIT");
        alice.skip_until("ERROR *");
        alice.expect_closed();
    }
}

#[test]
fn listeners_of_ipv6_serve_with_and_without_tls() {
    // Without IPv6 in the kernel there is nothing to be shown.
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        return eprintln!("this machine has no IPv6");
    }
    let (files, server) = (CertificateFiles::new(), Identity::new(&["localhost"]));
    files.put("server", &server);
    let listen = |tls: bool| format!("[[listen]]\nprotocol = \"irc\"\naddress = \"[::1]:0\"\ntls = {tls}\n");
    let daemon = Daemon::with(&format!("[tls]\n{}{}{}", files.keys("server"), listen(false), listen(true)));
    let port = |is_secure: bool| daemon.port_of("\"irc\" address=[::1]:", is_secure);
    let mut alice = Client::open_on("::1", port(false), "alice");
    alice.register("alice");
    let mut bob = Client::open_on("::1", port(true), "bob");
    bob.wire().encrypt(Connector::trusting(&server).connection());
    bob.register("bob");
    bob.send("PRIVMSG alice :over IPv6");
    alice.expect(":bob!* PRIVMSG alice :over IPv6");
    bob.send("WHOIS bob");
    bob.skip_until("*:* 378 * bob :*0::1*");
}

#[test]
fn chatctl_tells_where_tls_is_spoken_and_by_whom() {
    let (files, server) = (CertificateFiles::new(), Identity::new(&["localhost"]));
    let daemon = daemon(&files, &server, "");
    let own = Identity::new(&["whatever"]);
    let connector = Connector::trusting(&server).showing(&own);
    let _alice = connect(&daemon, "alice", &connector);
    let _bob = Client::connect(&daemon, "bob");
    ctl(&daemon, &["status"]).success().stdout(contains("irc with TLS on 127.0.0.1:"));
    ctl(&daemon, &["list", "clients"]).success().stdout(is_match("alice .* irc\\+tls ").unwrap());
    ctl(&daemon, &["list", "clients"]).success().stdout(is_match("bob .* irc ").unwrap());
    let shown = is_match(format!("tls +TLSv1_3\n *certificate +{}\n", own.fingerprint())).unwrap();
    ctl(&daemon, &["show", "alice"]).success().stdout(shown);
    ctl(&daemon, &["show", "bob"]).success().stdout(is_match("tls +no\n").unwrap());
}

#[test]
fn a_policy_of_strict_transport_leads_from_the_plain_port_to_the_other() {
    let (files, server) = (CertificateFiles::new(), Identity::new(&["localhost"]));
    let daemon = daemon(&files, &server, "[tls.sts]\nduration = \"30d\"\nport = 6697\n");
    let mut clear = Client::open(&daemon, "clear");
    clear.send("CAP LS 302");
    clear.expect(":* CAP * LS :* sts=port=6697,duration=2592000 *");
    let mut secure = Client::open_tls(&daemon, "secure", Connector::trusting(&server).connection());
    secure.send("CAP LS 302");
    secure.expect(":* CAP * LS :* sts=duration=2592000 *");
    secure.send("CAP REQ :sts");
    secure.expect(":* CAP * NAK :sts");
}
