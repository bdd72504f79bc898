//! Metrics and health checks of a real daemon: on the control socket, and at an address of their own.

use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;

use crate::harness::tls::{CertificateFiles, Connector, Identity};
use crate::harness::{Client, Daemon, Wire, ctl, http, http_get, until};

const METRICS: &str = "[metrics]\naddress = \"127.0.0.1:0\"\n";

/// The port at which a daemon with [`METRICS`] answers.
fn port(daemon: &Daemon) -> u16 {
    let line = daemon.wait_log("serving metrics");
    let (_, after) = line.split_once("address=127.0.0.1:").unwrap();
    after.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

/// The value of a series in a text of metrics.
#[track_caller]
fn value(text: &str, series: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {series} in:\n{text}")).parse().unwrap()
}

fn metrics(daemon: &Daemon) -> String {
    let assert = ctl(daemon, &["metrics"]).success();
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

#[test]
fn the_counters_move_as_the_conversation_goes() {
    let daemon = Daemon::with(&format!("{METRICS}[limits]\nclients-per-address = 2\n"));
    let (mut alice, mut bob) = (Client::connect(&daemon, "alice"), Client::connect(&daemon, "bob"));
    let before = metrics(&daemon);
    let clients = r#"chatd_clients{dialect="irc",state="registered"}"#;
    assert_eq!(value(&before, clients), 2.0);
    for client in [&mut alice, &mut bob] {
        client.send("JOIN #lobby");
        client.skip_until(":* 366 *");
    }
    alice.send("PRIVMSG #lobby :hello");
    bob.skip_until(":alice!* PRIVMSG #lobby :hello");
    alice.send("PRIVMSG nobody :hello?");
    alice.skip_until(":* 401 *");
    let mut third = Wire::connect("third", daemon.irc_port());
    third.expect("ERROR :*limits.clients-per-address*");
    ctl(&daemon, &["kick", "bob", "enough"]).success();
    bob.skip_until("ERROR :*enough*");
    let kicked = r#"chatd_disconnects_total{reason="kicked"}"#;
    let after = until("count of the kick", || {
        let now = metrics(&daemon);
        (value(&now, kicked) == 1.0).then_some(now)
    });
    let moved = |series: &str| value(&after, series) - value(&before, series);
    assert_eq!(moved(r#"chatd_messages_total{conversation="room",kind="privmsg"}"#), 1.0);
    assert_eq!(moved(r#"chatd_refusals_total{kind="no-such-nick"}"#), 1.0);
    assert_eq!(moved(r#"chatd_connections_refused_total{cause="clients-per-address"}"#), 1.0);
    assert_eq!(moved(r#"chatd_irc_commands_total{command="PRIVMSG"}"#), 2.0);
    assert_eq!((value(&after, clients), value(&after, "chatd_rooms")), (1.0, 1.0));
    assert_eq!(value(&after, r#"chatd_connections_total{protocol="irc",tls="false"}"#), 2.0);
    for rising in ["chatd_received_bytes_total", "chatd_sent_bytes_total", "chatd_received_lines_total"] {
        assert!(moved(rising) > 0.0, "{rising}");
    }
    assert!(moved("chatd_deliveries_total") > 0.0 && moved("chatd_store_commit_records_sum") >= 2.0);
    let scraped = http_get(port(&daemon), "/metrics");
    assert_eq!(scraped.status, 200);
    assert!(scraped.head.contains("text/plain; version=0.0.4"), "{}", scraped.head);
    assert_eq!(value(&scraped.body, kicked), 1.0);
}

#[test]
fn handshakes_that_fail_are_counted_by_their_cause() {
    let (files, server) = (CertificateFiles::new(), Identity::new(&["localhost"]));
    files.put("server", &server);
    let listen = "[[listen]]\nprotocol = \"irc\"\naddress = \"127.0.0.1:0\"\ntls = true\n";
    let daemon = Daemon::with(&format!("[tls]\n{}{listen}", files.keys("server")));
    let mut plain = Wire::connect("plain", daemon.tls_port());
    plain.send_bytes(b"NICK plain\r\n");
    plain.expect("ERROR :*this port speaks TLS*");
    let mut alice = Client::open_tls(&daemon, "alice", Connector::trusting(&server).connection());
    alice.register("alice");
    let not_tls = r#"chatd_handshake_failures_total{cause="not-tls"}"#;
    let text = until("count of the handshake", || {
        let now = metrics(&daemon);
        (value(&now, not_tls) == 1.0).then_some(now)
    });
    assert_eq!(value(&text, r#"chatd_connections_total{protocol="irc",tls="true"}"#), 1.0);
}

#[test]
fn what_comes_from_clients_is_never_a_label() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    alice.send("JOIN #notalabel");
    alice.skip_until(":* 366 *");
    alice.send("NOTAVERB");
    alice.skip_until(":* 421 *");
    let text = metrics(&daemon).to_lowercase();
    for word in ["alice", "notalabel", "notaverb", "127.0.0.1"] {
        assert!(!text.contains(word), "{word}");
    }
}

#[test]
fn the_address_answers_get_for_three_paths_and_nothing_else() {
    let daemon = Daemon::with(METRICS);
    let port = port(&daemon);
    for path in ["/metrics", "/healthz", "/readyz"] {
        assert_eq!(http_get(port, path).status, 200, "{path}");
        for method in ["POST", "PUT", "DELETE"] {
            let request = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
            let answer = http(port, &request);
            assert_eq!(answer.status, 405, "{method} {path}");
            assert!(answer.head.contains("allow: get"), "{answer:?}");
        }
    }
    for path in ["/", "/v1/status", "/v1/metrics", "/v1/kick", "/metrics/", "/../metrics"] {
        assert_eq!(http_get(port, path).status, 404, "{path}");
    }
    assert_eq!(http(port, "NICK alice\r\n\r\n").status, 400);
    assert_eq!(http_get(port, "/healthz").body, "{\"is_ok\":true,\"reasons\":[]}\n");
}

#[test]
fn readiness_ends_with_a_drain_and_comes_back_with_its_end() {
    let daemon = Daemon::with(METRICS);
    let port = port(&daemon);
    let _alice = Client::connect(&daemon, "alice");
    assert_eq!(http_get(port, "/readyz").status, 200);
    ctl(&daemon, &["-y", "drain", "--timeout", "5m"]).success();
    let answer = http_get(port, "/readyz");
    assert_eq!(answer.status, 503);
    assert!(answer.body.starts_with(r#"{"is_ok":false,"reasons":["draining: "#), "{}", answer.body);
    assert_eq!(http_get(port, "/healthz").status, 200, "it lives all the same");
    assert_eq!(value(&metrics(&daemon), "chatd_draining"), 1.0);
    ctl(&daemon, &["undrain"]).success();
    assert_eq!(http_get(port, "/readyz").status, 200);
}

#[test]
fn a_reload_opens_moves_and_closes_the_address() {
    let daemon = Daemon::start();
    daemon.rewrite(METRICS);
    ctl(&daemon, &["reload"]).success().stdout(contains("metrics.address"));
    let first = port(&daemon);
    assert_eq!(http_get(first, "/healthz").status, 200);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    daemon.rewrite(&format!("[metrics]\naddress = \"{address}\"\n[server]\nmotd = \"new\""));
    let told = || contains(format!("cannot listen on {address}: it is in use by "));
    ctl(&daemon, &["check"]).code(1).stderr(told());
    ctl(&daemon, &["reload"]).code(1).stderr(told());
    assert_eq!(http_get(first, "/healthz").status, 200, "nothing has changed");
    drop(taken);
    ctl(&daemon, &["reload"]).success();
    assert_eq!(http_get(address.port(), "/readyz").status, 200);
    TcpStream::connect(("127.0.0.1", first)).unwrap_err();
    daemon.rewrite("");
    ctl(&daemon, &["reload"]).success();
    until("end of the address", || TcpStream::connect(address).err());
}

#[test]
fn a_reload_that_fails_shows_until_one_succeeds() {
    let daemon = Daemon::start();
    let is_good = || value(&metrics(&daemon), "chatd_config_last_reload_successful");
    assert_eq!(is_good(), 1.0);
    daemon.rewrite("[metrics]\naddress = \"everywhere\"");
    ctl(&daemon, &["reload"]).code(1).stderr(contains("metrics.address: expected an IP address and a port"));
    assert_eq!(is_good(), 0.0);
    daemon.rewrite("");
    ctl(&daemon, &["reload"]).success();
    assert_eq!(is_good(), 1.0);
}

#[test]
fn an_address_that_is_taken_is_a_clear_error_at_the_start() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let daemon = Daemon::start();
    let (state, socket) = (daemon.path("other"), daemon.path("other.sock"));
    let another = daemon.run_another(&[
        ("CHATD_SERVER__STATE_DIRECTORY", &state),
        ("CHATD_CONTROL__SOCKET", &socket),
        ("CHATD_METRICS__ADDRESS", Path::new(&address)),
    ]);
    let told = contains(format!("cannot listen on {address}: it is in use by "));
    another.code(1).stderr(told.and(contains("choose another address in metrics.address")));
}

#[test]
fn silent_connections_keep_nobody_from_the_address_for_long() {
    let daemon = Daemon::with(METRICS);
    let port = port(&daemon);
    let connect = || TcpStream::connect(("127.0.0.1", port)).unwrap();
    let silent: Vec<_> = (0..5).map(|_| connect()).collect();
    // The fifth from one address is closed at once, the others when they have not said in time what they want.
    for mut stream in silent.into_iter().rev() {
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
    }
    assert_eq!(http_get(port, "/healthz").status, 200);
}
