//! Gateways that speak the PROXY protocol: whom they name counts, and nobody else may name anybody.

use chat_proto::control::ClientInfo;

use crate::harness::tls::{CertificateFiles, Connector, Identity};
use crate::harness::websocket::FROM_PAGE;
use crate::harness::{Client, Daemon, WebClient, Wire, json, until};

const FROM_HERE: &str = r#"
[[listen]]
protocol = "irc"
address = "127.0.0.1:0"
proxy-protocol = true
proxy-from = ["192.0.2.0/24", "127.0.0.1"]
"#;

const FROM_ELSEWHERE: &str = r#"
[[listen]]
protocol = "irc"
address = "127.0.0.1:0"
proxy-protocol = true
proxy-from = ["192.0.2.0/24"]
"#;

const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// A header of version 2 for a client at 203.0.113.9.
fn binary() -> Vec<u8> {
    let addresses = [203, 0, 113, 9, 127, 0, 0, 1, 0x1F, 0x90, 0x1A, 0x0B];
    let addition = [0x04, 0, 2, 0xAB, 0xCD];
    [SIGNATURE, &[0x21, 0x11, 0, 17], &addresses, &addition].concat()
}

/// The same with an addition that does not fit one look.
fn long_binary() -> Vec<u8> {
    let mut header = binary();
    header[14..16].copy_from_slice(&(17_u16 + 3 + 900).to_be_bytes());
    header.extend([0x05, 0x03, 0x84]);
    header.extend([b'x'; 900]);
    header
}

/// Where `nick` comes from, as operators see it.
fn address(daemon: &Daemon, nick: &str) -> String {
    let all = json::<ClientInfo>(daemon, &["list"]);
    all.into_iter().find(|client| client.nick.as_deref() == Some(nick)).unwrap().address
}

/// Whoever sends these bytes first has no session, and the log says why.
#[track_caller]
fn assert_refused(daemon: &Daemon, bytes: &[u8], reason: &str) {
    let mut wire = Wire::connect("gateway", daemon.irc_port());
    wire.send_bytes(bytes);
    wire.expect_cut();
    daemon.wait_log(reason);
}

#[test]
fn the_address_that_a_gateway_names_is_the_clients() {
    let daemon = Daemon::with(FROM_HERE);
    for (nick, header, expected) in [
        ("one", b"PROXY TCP4 203.0.113.7 127.0.0.1 4711 6667\r\n".to_vec(), "203.0.113.7:4711"),
        ("two", b"PROXY TCP6 2001:db8::7 ::1 4711 6667\r\n".to_vec(), "[2001:db8::7]:4711"),
        ("three", b"PROXY TCP6 ::ffff:203.0.113.8 ::1 4711 6667\r\n".to_vec(), "203.0.113.8:4711"),
        ("four", binary(), "203.0.113.9:8080"),
        ("five", long_binary(), "203.0.113.9:8080"),
    ] {
        let mut client = Client::open(&daemon, nick);
        client.send_bytes(&header);
        client.register(nick);
        assert_eq!(address(&daemon, nick), expected);
        daemon.wait_log(&format!("peer={expected}"));
    }
}

#[test]
fn a_header_may_come_byte_by_byte_and_with_the_first_lines_behind_it() {
    let daemon = Daemon::with(FROM_HERE);
    for (nick, header) in
        [("one", b"PROXY TCP4 203.0.113.9 127.0.0.1 8080 6667\r\n".to_vec()), ("two", binary())]
    {
        let mut client = Client::open(&daemon, nick);
        for byte in header.chunks(1) {
            client.send_bytes(byte);
        }
        client.register(nick);
        assert_eq!(address(&daemon, nick), "203.0.113.9:8080");
        let mut client = Client::open(&daemon, nick);
        let lines = format!("NICK {nick}s\r\nUSER a 0 * :a\r\n");
        client.send_bytes(&[&header[..], lines.as_bytes()].concat());
        client.skip_until(&format!(":* 001 {nick}s :*"));
    }
}

#[test]
fn a_gateways_own_connections_come_from_itself() {
    let daemon = Daemon::with(FROM_HERE);
    for (nick, header) in [
        ("health", [SIGNATURE, &[0x20, 0x00, 0, 0]].concat()),
        ("unknown", b"PROXY UNKNOWN\r\n".to_vec()),
        ("unix", [SIGNATURE, &[0x21, 0x31, 0, 216], &[b'/'; 216]].concat()),
    ] {
        let mut client = Client::open(&daemon, nick);
        client.send_bytes(&header);
        client.register(nick);
        assert!(address(&daemon, nick).starts_with("127.0.0.1:"), "{nick}");
    }
}

#[test]
fn a_header_that_is_missing_oversized_or_a_lie_ends_the_connection() {
    let daemon = Daemon::with(FROM_HERE);
    for (bytes, reason) in [
        (&b"NICK alice\r\n"[..], "gateway: no PROXY header"),
        (b"GET / HTTP/1.1\r\n", "gateway: no PROXY header"),
        (b"PROXY TCP4 203.0.113.7\r\n", "version 1 with a bad address"),
        (b"PROXY TCP4 203.0.113.7 127.0.0.1 1 2\n", "version 1 with a bad end"),
        (&[&b"PROXY UNKNOWN "[..], &[b'x'; 200]].concat(), "at most 107 bytes"),
        (&[SIGNATURE, &[0x21, 0x11, 0xFF, 0xFF]].concat(), "a PROXY header of 65551 bytes"),
        (&[SIGNATURE, &[0x21, 0x21, 0, 4, 1, 2, 3, 4]].concat(), "version 2 with a bad length"),
        (&[SIGNATURE, &[0x31]].concat(), "version 2 with a bad version"),
    ] {
        assert_refused(&daemon, bytes, reason);
    }
    let mut alice = Client::open(&daemon, "alice");
    alice.send_bytes(&binary());
    alice.register("alice");
}

#[test]
fn a_header_from_elsewhere_is_never_believed() {
    let daemon = Daemon::with(FROM_ELSEWHERE);
    let mut stranger = Client::open(&daemon, "stranger");
    stranger.wire().try_send_bytes(b"PROXY TCP4 203.0.113.7 127.0.0.1 4711 6667\r\nNICK alice\r\n");
    stranger.expect("ERROR :this port is for gateways only (listen.proxy-from)");
    stranger.wire().expect_cut();
    let line = daemon.wait_log("connection refused");
    assert!(line.contains("gateways only") && line.contains("peer=127.0.0.1:"), "{line}");
}

#[test]
fn a_header_where_none_is_expected_is_a_line_like_any_other() {
    let daemon = Daemon::start();
    let mut mallory = Client::open(&daemon, "mallory");
    mallory.send_bytes(b"PROXY TCP4 203.0.113.7 127.0.0.1 4711 6667\r\n");
    mallory.send("NICK mallory");
    mallory.send("USER mallory 0 * :m");
    mallory.skip_until(":* 001 mallory :*");
    assert!(address(&daemon, "mallory").starts_with("127.0.0.1:"));
}

#[test]
fn a_header_has_to_come_in_time() {
    let daemon = Daemon::with(&format!("[limits]\nhandshake-timeout = \"1s\"\n{FROM_HERE}"));
    let mut slow = Wire::connect("slow", daemon.irc_port());
    slow.send_bytes(b"PROXY TCP4 203.0.113.7 ");
    slow.expect_cut();
    daemon.wait_log("limits.handshake-timeout");
}

#[test]
fn limits_count_the_address_that_was_named_and_not_the_gateways() {
    let daemon = Daemon::with(&format!("[limits]\nclients-per-address = 1\n{FROM_HERE}"));
    let header = |last: u8| format!("PROXY TCP4 203.0.113.{last} 127.0.0.1 4711 6667\r\n").into_bytes();
    let mut clients = Vec::new();
    for last in 1..=3 {
        let mut client = Client::open(&daemon, "client");
        client.send_bytes(&header(last));
        client.register(&format!("client{last}"));
        clients.push(client);
    }
    let mut second = Client::open(&daemon, "second");
    second.send_bytes(&header(2));
    second.expect("ERROR :too many clients from 203.0.113.2 (limits.clients-per-address = 1)");
    second.expect_closed();
    clients[1].send("QUIT");
    clients[1].skip_until("ERROR *");
    clients[1].expect_closed();
    // Its place is free a moment after the last of it was read.
    until("a place", || {
        let mut again = Client::open(&daemon, "again");
        again.send_bytes(&[&header(2)[..], b"PING 1\r\n"].concat());
        again.read_line().filter(|line| !line.starts_with("ERROR"))
    });
}

#[test]
fn tls_begins_behind_the_header() {
    let (files, server) = (CertificateFiles::new(), Identity::new(&["localhost"]));
    files.put("server", &server);
    let daemon = Daemon::with(&format!("[tls]\n{}{FROM_HERE}tls = true\n", files.keys("server")));
    let mut alice = Client::open(&daemon, "alice");
    alice.send_bytes(&binary());
    alice.wire().encrypt(Connector::trusting(&server).connection());
    alice.register("alice");
    assert_eq!(address(&daemon, "alice"), "203.0.113.9:8080");
    alice.send("WHOIS alice");
    alice.skip_until(":* 671 alice alice :is using a secure connection [*");
}

#[test]
fn websocket_comes_behind_the_header_whose_word_counts() {
    let daemon = Daemon::with(
        "[[listen]]\nprotocol = \"websocket\"\naddress = \"127.0.0.1:0\"\norigins = [\"*\"]\n\
         proxy-protocol = true\nproxy-from = [\"127.0.0.1\"]\n",
    );
    let mut alice = WebClient::open(&daemon, "alice");
    alice.send_bytes(&binary());
    alice.upgrade(&format!("{FROM_PAGE}X-Forwarded-For: 198.51.100.1\r\n"));
    alice.register("alice");
    assert_eq!(address(&daemon, "alice"), "203.0.113.9:8080");
}
