//! Pages behind a web server, which says whose connection it passes on.

use super::{LISTENERS, client, daemon};
use crate::harness::websocket::{FROM_PAGE, request};
use crate::harness::{Client, Daemon, WebClient, until};

/// With a web server in front of it, which is here.
fn behind(more: &str) -> Daemon {
    Daemon::with(&format!("{more}{LISTENERS}proxy-from = [\"127.0.0.1\", \"10.0.0.0/8\"]\n"))
}

#[test]
fn a_web_server_in_front_says_who_is_behind_it() {
    let daemon = behind("");
    for (nick, fields, expected) in [
        ("one", "X-Forwarded-For: 203.0.113.7\r\n", "203.0.113.7:0"),
        ("two", "X-Forwarded-For: 198.51.100.1, 203.0.113.7, 10.0.0.3\r\n", "203.0.113.7:0"),
        ("three", "X-Forwarded-For: 2001:db8::7\r\n", "[2001:db8::7]:0"),
    ] {
        let mut page = WebClient::open(&daemon, nick);
        page.upgrade(&format!("{FROM_PAGE}{fields}"));
        page.register(nick);
        assert_eq!(client(&daemon, nick).address, expected);
    }
    let mut direct = WebClient::connect(&daemon, "direct");
    direct.expect_silence();
    assert!(client(&daemon, "direct").address.starts_with("127.0.0.1:"));
    let mut lying = WebClient::open(&daemon, "lying");
    lying.send_bytes(request("X-Forwarded-For: unknown\r\n").as_bytes());
    assert_eq!(lying.expect_status("400"), "bad request: an X-Forwarded-For without an address");
}

#[test]
fn who_came_to_the_web_server_over_tls_is_secure() {
    let daemon = behind("");
    let mut bob = Client::connect(&daemon, "bob");
    for (nick, fields, is_secure) in [
        ("plain", "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: http\r\n", false),
        ("secure", "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https\r\n", true),
    ] {
        let mut page = WebClient::open(&daemon, nick);
        page.upgrade(fields);
        page.register(nick);
        bob.send(&format!("WHOIS {nick}"));
        let lines = bob.collect_until(":* 318 *");
        assert_eq!(lines.iter().any(|line| line.contains(" 671 ")), is_secure, "{lines:?}");
    }
}

#[test]
fn who_is_behind_a_stranger_is_not_believed() {
    let daemon = daemon();
    let mut page = WebClient::open(&daemon, "page");
    page.upgrade("X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https\r\n");
    page.register("page");
    assert!(client(&daemon, "page").address.starts_with("127.0.0.1:"));
    page.send("WHOIS page");
    assert!(!page.collect_until(":* 318 *").iter().any(|line| line.contains(" 671 ")));
}

/// InspIRCd SA 2020-02: somebody whose address may not come in arrives through a web server.
#[test]
fn sa_2020_02_a_limit_on_a_forwarded_address_holds_during_the_handshake() {
    let daemon = behind("[limits]\nclients-per-address = 1\n");
    let arrive = |nick: &str, last: u8| {
        let mut page = WebClient::open(&daemon, nick);
        page.send_bytes(request(&format!("X-Forwarded-For: 203.0.113.{last}\r\n")).as_bytes());
        page
    };
    let mut first = arrive("first", 1);
    assert!(first.answer()[0].contains(" 101 "));
    for _ in 0..20 {
        let refusal = arrive("again", 1).expect_status("503");
        assert_eq!(refusal, "too many clients from 203.0.113.1 (limits.clients-per-address = 1)");
    }
    let mut other = arrive("other", 2);
    assert!(other.answer()[0].contains(" 101 "));
    first.register("first");
    first.send("QUIT");
    first.skip_until("ERROR *");
    first.expect_close(1000, "");
    // Its place is free a moment after the last of it was read.
    until("a place", || arrive("back", 1).answer()[0].contains(" 101 ").then_some(()));
}
