//! Web pages talk with everybody else; and those who do not keep to WebSocket harm only themselves.

mod hostile;
mod web_server;

use chat_proto::control::ClientInfo;

use crate::harness::tls::{CertificateFiles, Connector, Identity};
use crate::harness::websocket::{BINARY, CLOSE, CONTINUATION, FROM_PAGE, MORE, PING, PONG, TEXT, request};
use crate::harness::{Client, Daemon, WebClient, Wire, json};

/// For web pages, and for everybody else.
const LISTENERS: &str = r#"
[[listen]]
protocol = "irc"
address = "127.0.0.1:0"
[[listen]]
protocol = "websocket"
address = "127.0.0.1:0"
origins = ["https://chat.example.org"]
"#;

fn daemon() -> Daemon {
    Daemon::with(LISTENERS)
}

fn client(daemon: &Daemon, nick: &str) -> ClientInfo {
    let all = json::<ClientInfo>(daemon, &["list"]);
    all.into_iter().find(|client| client.nick.as_deref() == Some(nick)).unwrap()
}

/// Bob in #lobby, and a page that he has seen enter.
fn two_in_the_lobby(daemon: &Daemon) -> (Client, WebClient) {
    let mut bob = Client::connect_in(daemon, "bob", "#lobby");
    let mut page = WebClient::connect(daemon, "page");
    page.send("JOIN #lobby");
    page.fence();
    bob.expect(":page!* JOIN #lobby");
    (bob, page)
}

#[test]
fn a_page_and_a_terminal_talk_with_each_other() {
    let daemon = daemon();
    let mut page = WebClient::connect(&daemon, "page");
    let mut bob = Client::connect_in(&daemon, "bob", "#lobby");
    page.send("JOIN #lobby");
    page.skip_until(":* 366 page #lobby :*");
    bob.expect(":page!* JOIN #lobby");
    page.send("PRIVMSG #lobby :grüße aus dem Browser \u{1F600}");
    bob.expect(":page!~page@127.0.0.1 PRIVMSG #lobby :grüße aus dem Browser \u{1F600}");
    bob.send("PRIVMSG #lobby :welcome \u{20AC}");
    page.expect(":bob!* PRIVMSG #lobby :welcome \u{20AC}");
    page.send("NICK sheet");
    bob.expect(":page!* NICK *sheet");
    page.expect(":page!* NICK *sheet");
    page.send("QUIT :tab closed");
    page.expect("ERROR :Closing link: (*) [*tab closed*]");
    page.expect_close(1000, "");
    bob.expect(":sheet!* QUIT :*tab closed*");
}

#[test]
fn lines_at_the_limit_pass_both_ways() {
    let daemon = daemon();
    let mut page = WebClient::connect(&daemon, "page");
    let mut bob = Client::connect(&daemon, "bob");
    let room = 510 - ":page!~page@127.0.0.1 PRIVMSG bob :".len();
    for length in [100, 125 - "PRIVMSG bob :".len(), 126 - "PRIVMSG bob :".len(), room] {
        let text = "x".repeat(length);
        page.send(&format!("PRIVMSG bob :{text}"));
        bob.expect(&format!(":page!~page@127.0.0.1 PRIVMSG bob :{text}"));
        bob.send(&format!("PRIVMSG page :{text}"));
        page.expect(&format!(":bob!~bob@127.0.0.1 PRIVMSG page :{text}"));
    }
    page.send(&format!("PRIVMSG bob :{}", "x".repeat(room + 1)));
    page.expect(":* 417 page :*");
    page.send(&format!("@+a={} PRIVMSG bob :x", "y".repeat(4000)));
    bob.expect(":page!* PRIVMSG bob :x");
    page.send(&"z".repeat(16 * 1024));
    page.expect(":* 417 page :*");
    page.expect_silence();
}

#[test]
fn operators_see_that_somebody_is_on_a_page() {
    let daemon = daemon();
    let _page = WebClient::connect(&daemon, "page");
    assert_eq!(client(&daemon, "page").dialect, chat_proto::control::Dialect::Websocket);
    daemon.wait_log("dialect=\"websocket\"");
}

#[test]
fn subprotocols_are_agreed_on_in_the_clients_order() {
    let daemon = daemon();
    for (wanted, agreed) in [
        ("Sec-WebSocket-Protocol: text.ircv3.net\r\n", Some("text.ircv3.net")),
        ("Sec-WebSocket-Protocol: binary.ircv3.net, text.ircv3.net\r\n", Some("binary.ircv3.net")),
        ("Sec-WebSocket-Protocol: chat\r\n", None),
        ("", None),
    ] {
        let mut client = WebClient::open(&daemon, "client");
        assert_eq!(client.upgrade(wanted).as_deref(), agreed, "{wanted}");
        if agreed == Some("binary.ircv3.net") {
            client = client.speaking_bytes();
        }
        client.register("client");
        client.send("QUIT");
        client.skip_until("ERROR *");
        client.expect_close(1000, "");
    }
}

#[test]
fn messages_of_bytes_carry_what_text_cannot_and_are_judged_like_lines() {
    let daemon = daemon();
    let mut client = WebClient::open(&daemon, "client").speaking_bytes();
    client.upgrade("Sec-WebSocket-Protocol: binary.ircv3.net\r\n");
    client.register("client");
    client.send_frame(BINARY, b"PRIVMSG client :caf\xE9");
    client.expect(":* FAIL * INVALID_UTF8 :*");
    client.send_frame(TEXT, b"PING 1");
    client.expect(":* PONG * :1");
}

#[test]
fn bytes_where_text_was_agreed_on_are_judged_like_lines() {
    let daemon = daemon();
    let mut page = WebClient::connect(&daemon, "page");
    page.send_frame(BINARY, b"PRIVMSG page :caf\xE9");
    page.expect(":* FAIL * INVALID_UTF8 :*");
    page.send_frame(BINARY, b"PING 1");
    page.expect(":* PONG * :1");
}

#[test]
fn a_message_of_two_lines_is_refused_and_its_second_line_is_not_obeyed() {
    let daemon = daemon();
    let mut page = WebClient::connect(&daemon, "page");
    for text in ["PRIVMSG page :a\r\nNICK evil", "PRIVMSG page :a\nNICK evil", "PRIVMSG page :a\rNICK evil"] {
        page.send(text);
        page.expect(":* FAIL * INVALID_LINE :*");
    }
    page.send("PRIVMSG page :with an end\r\n");
    page.expect(":page!* PRIVMSG page :with an end");
    page.expect_silence();
}

#[test]
fn pings_are_answered_also_within_a_message() {
    let daemon = daemon();
    let mut page = WebClient::connect(&daemon, "page");
    page.send_frame(PING, b"hello");
    assert_eq!(page.frame(), Some((PONG, b"hello".to_vec())));
    page.send_frame(TEXT & MORE, b"PING fra");
    page.send_frame(PING, &[b'x'; 125]);
    assert_eq!(page.frame(), Some((PONG, vec![b'x'; 125])));
    page.send_frame(CONTINUATION & MORE, b"gmen");
    page.send_frame(CONTINUATION, b"ts");
    page.expect(":* PONG * :fragments");
}

#[test]
fn a_client_that_closes_leaves_and_is_answered() {
    let daemon = daemon();
    let (mut bob, mut page) = two_in_the_lobby(&daemon);
    page.send_frame(CLOSE, &[&1001_u16.to_be_bytes()[..], b"going away"].concat());
    page.expect_close(1001, "");
    bob.expect(":page!* QUIT :*");
}

#[test]
fn a_page_that_is_cut_off_leaves_and_its_unfinished_message_is_not_obeyed() {
    let daemon = daemon();
    let (mut bob, mut page) = two_in_the_lobby(&daemon);
    page.send_frame(TEXT & MORE, b"NICK zombie");
    page.wire().end_input();
    bob.expect(":page!* QUIT :Connection lost: *within a message");
}

#[test]
fn a_daemon_that_stops_says_that_it_goes_away() {
    let mut daemon = daemon();
    let mut page = WebClient::connect(&daemon, "page");
    daemon.signal(nix::sys::signal::Signal::SIGTERM);
    page.skip_until("ERROR *");
    page.expect_close(1001, "");
    assert!(daemon.wait_exit().success());
}

#[test]
fn only_named_pages_and_programs_connect() {
    let daemon = daemon();
    for origin in ["https://evil.example", "http://chat.example.org", "null"] {
        let mut evil = WebClient::open(&daemon, "evil");
        evil.send_bytes(request(&format!("Origin: {origin}\r\n")).as_bytes());
        assert_eq!(evil.expect_status("403"), "this origin may not connect (listen.origins)");
    }
    daemon.wait_log("this origin may not connect");
    WebClient::open(&daemon, "program").upgrade("");
}

#[test]
fn the_path_may_be_fixed() {
    let daemon = Daemon::with(&format!("{LISTENERS}path = \"/irc\"\n"));
    WebClient::upgraded(&daemon, "page");
    let mut lost = WebClient::open(&daemon, "lost");
    lost.send_bytes(request(FROM_PAGE).replace("/irc", "/chat").as_bytes());
    assert_eq!(lost.expect_status("404"), "there is nothing at this path (listen.path)");
}

#[test]
fn ordinary_requests_are_answered_in_http() {
    let daemon = daemon();
    for (bytes, status) in [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), "426"),
        (request("").replace("13", "8"), "426"),
        (request("").replace("GET", "POST"), "405"),
        ("NICK alice\r\nUSER a 0 * :a\r\n".to_owned(), "400"),
        ("CAP LS 302\r\n".to_owned(), "400"),
        ("\x16\x03\x01\x02\n".to_owned(), "400"),
        (request(&format!("X: {}\r\n", "x".repeat(8192))), "431"),
        (request(&"X: 1\r\n".repeat(64)), "431"),
    ] {
        let mut stranger = WebClient::open(&daemon, "stranger");
        stranger.send_bytes(bytes.as_bytes());
        stranger.expect_status(status);
    }
}

#[test]
fn limits_are_told_in_http_before_the_handshake() {
    let daemon = Daemon::with(&format!("[limits]\nclients = 1\n{LISTENERS}"));
    let _page = WebClient::connect(&daemon, "page");
    let refused = WebClient::open(&daemon, "refused").expect_status("503");
    assert_eq!(refused, "too many clients (limits.clients = 1)");
}

#[test]
fn pages_connect_over_tls() {
    let (files, server) = (CertificateFiles::new(), Identity::new(&["localhost"]));
    files.put("server", &server);
    let daemon = Daemon::with(&format!("[tls]\n{}{LISTENERS}tls = true\n", files.keys("server")));
    let mut wire = Wire::connect("page", daemon.websocket_port());
    wire.encrypt(Connector::trusting(&server).wanting(&["http/1.1"]).connection());
    let mut page = WebClient::over(wire);
    page.upgrade(FROM_PAGE);
    page.register("page");
    page.send("WHOIS page");
    page.skip_until(":* 671 page page :is using a secure connection [*");
    page.send("QUIT");
    page.skip_until("ERROR *");
    page.expect_close(1000, "");
    let mut plain = WebClient::open(&daemon, "plain");
    plain.send_bytes(request(FROM_PAGE).as_bytes());
    assert!(plain.expect_status("503").contains("this port speaks TLS"));
}
