//! Requests as browsers and gateways send them, and as nobody should.

use std::net::IpAddr;

use super::super::Subprotocol;
use super::{Agreed, HEAD_MAX, Refusal, Rules, judge};

/// The example of RFC 6455 §1.2.
const REQUEST: &str = "GET /chat HTTP/1.1\r\n\
    Host: server.example.com\r\n\
    Upgrade: websocket\r\n\
    Connection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
    Sec-WebSocket-Version: 13\r\n\
    \r\n";

fn with(fields: &str) -> String {
    REQUEST.replace("\r\n\r\n", &format!("\r\n{fields}\r\n"))
}

/// From anywhere, by anybody.
const OPEN: Rules<'_> = Rules { origins: &[], path: "", gateways: None };

#[track_caller]
fn agreed(request: &str, rules: Rules<'_>) -> Agreed {
    for cut in 0..request.len() {
        assert_eq!(judge(&request.as_bytes()[..cut], rules), Ok(None), "after {cut} bytes");
    }
    judge(request.as_bytes(), rules).unwrap().unwrap()
}

fn refused(request: &str, rules: Rules<'_>) -> Refusal {
    judge(request.as_bytes(), rules).unwrap_err()
}

#[test]
fn the_example_of_the_specification_is_answered_as_it_says() {
    let agreed = agreed(REQUEST, OPEN);
    assert_eq!((agreed.subprotocol, agreed.client, agreed.is_secure), (Subprotocol::Unnamed, None, false));
    assert_eq!(
        agreed.answer,
        "HTTP/1.1 101 Switching Protocols\r\n\
         Upgrade: websocket\r\n\
         Connection: Upgrade\r\n\
         Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
    );
}

#[test]
fn the_clients_order_of_subprotocols_counts() {
    let named = |fields: &str| {
        let agreed = agreed(&with(fields), OPEN);
        let name =
            agreed.answer.split("Sec-WebSocket-Protocol: ").nth(1).map(|rest| rest.trim_end().to_owned());
        (agreed.subprotocol, name)
    };
    for (fields, subprotocol, name) in [
        ("Sec-WebSocket-Protocol: text.ircv3.net\r\n", Subprotocol::Text, Some("text.ircv3.net")),
        (
            "Sec-WebSocket-Protocol: binary.ircv3.net,text.ircv3.net\r\n",
            Subprotocol::Binary,
            Some("binary.ircv3.net"),
        ),
        (
            "Sec-WebSocket-Protocol: mqtt, text.ircv3.net, binary.ircv3.net\r\n",
            Subprotocol::Text,
            Some("text.ircv3.net"),
        ),
        (
            "Sec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Protocol: binary.ircv3.net\r\n",
            Subprotocol::Binary,
            Some("binary.ircv3.net"),
        ),
        ("Sec-WebSocket-Protocol: mqtt\r\n", Subprotocol::Unnamed, None),
        ("Sec-WebSocket-Protocol: TEXT.ircv3.net\r\n", Subprotocol::Unnamed, None),
    ] {
        assert_eq!(named(fields), (subprotocol, name.map(str::to_owned)), "{fields}");
    }
}

#[test]
fn compression_is_never_agreed_on() {
    let agreed =
        agreed(&with("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"), OPEN);
    assert!(!agreed.answer.contains("Extensions"));
}

#[test]
fn fields_are_found_however_they_are_written() {
    let request = REQUEST
        .replace("Upgrade: websocket", "upgrade: h2c, WebSocket")
        .replace("Connection: Upgrade", "CONNECTION: keep-alive\r\nConnection:upgrade")
        .replace("Host", "hOST");
    assert!(agreed(&request, OPEN).answer.starts_with("HTTP/1.1 101 "));
}

#[test]
fn pages_connect_from_the_origins_that_are_named() {
    let origins = ["https://chat.example.org".to_owned(), "http://localhost:8080".to_owned()];
    let named = Rules { origins: &origins, ..OPEN };
    for origin in ["https://chat.example.org", "HTTPS://Chat.Example.org", "http://localhost:8080"] {
        agreed(&with(&format!("Origin: {origin}\r\n")), named);
    }
    for origin in [
        "http://chat.example.org",
        "https://chat.example.org:444",
        "https://evil.example",
        "https://chat.example.org.evil.example",
        "null",
        "",
    ] {
        let request = with(&format!("Origin: {origin}\r\n"));
        assert_eq!(refused(&request, named), Refusal::OtherOrigin, "{origin}");
        assert_eq!(refused(&request, OPEN), Refusal::OtherOrigin, "no page is named");
        let all = ["*".to_owned()];
        agreed(&request, Rules { origins: &all, ..OPEN });
    }
    agreed(REQUEST, named);
}

#[test]
fn the_path_counts_if_there_is_one() {
    let chat = Rules { path: "/chat", ..OPEN };
    agreed(REQUEST, chat);
    agreed(&REQUEST.replace("/chat", "/chat?token=1"), chat);
    for other in ["/", "/chat/", "/chats", "*", "http://server.example.com/chat"] {
        let request = REQUEST.replace("/chat", other);
        assert_eq!(refused(&request, chat), Refusal::OtherPath, "{other}");
        agreed(&request, OPEN);
    }
}

#[test]
fn what_asks_for_no_upgrade_is_told_so() {
    for request in [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        REQUEST.replace("Upgrade: websocket\r\n", ""),
        REQUEST.replace("Connection: Upgrade\r\n", "Connection: keep-alive\r\n"),
        REQUEST.replace("websocket", "h2c"),
    ] {
        assert_eq!(refused(&request, OPEN), Refusal::NotUpgrade, "{request}");
    }
    for version in ["Sec-WebSocket-Version: 8\r\n", ""] {
        let request = REQUEST.replace("Sec-WebSocket-Version: 13\r\n", version);
        assert_eq!(refused(&request, OPEN), Refusal::OtherVersion);
    }
}

/// Ergo #2239: a page sends a form to a chat port, and its lines are obeyed.
#[test]
fn ergo_2239_a_form_is_no_handshake() {
    let form = REQUEST.replace("GET", "POST").replace("\r\n\r\n", "\r\nContent-Length: 9\r\n\r\nNICK evil");
    assert_eq!(refused(&form, OPEN), Refusal::Bad("bytes behind the request"));
    assert_eq!(refused(&REQUEST.replace("GET", "POST"), OPEN), Refusal::NotGet);
    assert_eq!(refused(&format!("{REQUEST}NICK evil\r\n"), OPEN), Refusal::Bad("bytes behind the request"));
}

#[test]
fn what_is_not_what_the_specification_asks_for_is_a_bad_request() {
    for request in [
        "NICK alice\r\n\r\n".to_owned(),
        "\x16\x03\x01\x02\r\n\r\n".to_owned(),
        "GET / HTTP/2.0\r\n\r\n".to_owned(),
        REQUEST.replace("HTTP/1.1", "HTTP/1.0"),
        REQUEST.replace("Host: server.example.com\r\n", ""),
        REQUEST.replace("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", ""),
        REQUEST.replace("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ"),
        REQUEST.replace("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ="),
        REQUEST.replace("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ==AAAA"),
        with("No colon\r\n"),
        with("Space : 1\r\n"),
    ] {
        assert!(matches!(refused(&request, OPEN), Refusal::Bad(_)), "{request:?}");
    }
    for field in [
        "Host: a",
        "Origin: https://a",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
    ] {
        let twice =
            refused(&with(&format!("{field}\r\n{field}\r\n")), Rules { origins: &["*".to_owned()], ..OPEN });
        assert!(matches!(twice, Refusal::Twice(_)), "{field}");
    }
}

#[test]
fn a_request_has_at_most_8_kib_and_64_fields() {
    let filled = |size: usize| with(&format!("X: {}\r\n", "x".repeat(size - REQUEST.len() - 5)));
    assert_eq!(filled(HEAD_MAX).len(), HEAD_MAX);
    assert!(judge(filled(HEAD_MAX).as_bytes(), OPEN).unwrap().is_some());
    assert_eq!(refused(&filled(HEAD_MAX + 1), OPEN), Refusal::TooLarge);
    assert_eq!(judge(&filled(HEAD_MAX + 1).as_bytes()[..HEAD_MAX - 1], OPEN), Ok(None));
    assert_eq!(
        refused(&filled(HEAD_MAX + 1)[..HEAD_MAX], OPEN),
        Refusal::TooLarge,
        "its end is not waited for"
    );
    assert!(judge(with(&"X: 1\r\n".repeat(64 - 5)).as_bytes(), OPEN).unwrap().is_some());
    assert_eq!(refused(&with(&"X: 1\r\n".repeat(64 - 4)), OPEN), Refusal::TooLarge);
}

#[test]
fn a_named_gateway_says_who_is_behind_it() {
    let gateways = ["10.0.0.0/8".parse().unwrap(), "::1".parse().unwrap()];
    let behind = Rules { gateways: Some(&gateways), ..OPEN };
    let ip = |text: &str| Some(text.parse::<IpAddr>().unwrap());
    for (fields, client) in [
        ("", None),
        ("X-Forwarded-For: 192.0.2.7\r\n", ip("192.0.2.7")),
        ("X-Forwarded-For: 2001:db8::7\r\n", ip("2001:db8::7")),
        ("X-Forwarded-For: [2001:db8::7]:80\r\n", ip("2001:db8::7")),
        ("X-Forwarded-For: [2001:db8::7]\r\n", ip("2001:db8::7")),
        ("X-Forwarded-For: 192.0.2.7:5000\r\n", ip("192.0.2.7")),
        ("X-Forwarded-For: ::ffff:192.0.2.7\r\n", ip("192.0.2.7")),
        ("X-Forwarded-For: 192.0.2.7, 10.0.0.1\r\n", ip("192.0.2.7")),
        ("X-Forwarded-For: 203.0.113.9, 192.0.2.7, 10.0.0.1, ::1\r\n", ip("192.0.2.7")),
        ("X-Forwarded-For: lies, 192.0.2.7\r\n", ip("192.0.2.7")),
        ("X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 192.0.2.7\r\n", ip("192.0.2.7")),
        ("X-Forwarded-For: 10.0.0.2, 10.0.0.1\r\n", ip("10.0.0.2")),
    ] {
        assert_eq!(agreed(&with(fields), behind).client, client, "{fields}");
        assert_eq!(agreed(&with(fields), OPEN).client, None, "a stranger is not believed: {fields}");
    }
    for lie in ["unknown", "192.0.2", "192.0.2.7, unknown", "_hidden", "example.org"] {
        let request = with(&format!("X-Forwarded-For: {lie}\r\n"));
        assert_eq!(refused(&request, behind), Refusal::Bad("an X-Forwarded-For without an address"), "{lie}");
        agreed(&request, OPEN);
    }
}

/// A gateway such as nginx adds its word to the field that the client sent, whatever is in that.
#[test]
fn nobody_passes_for_the_gateway_with_a_field_that_is_not_text() {
    let gateways = ["127.0.0.1".parse().unwrap()];
    let behind = Rules { gateways: Some(&gateways), ..OPEN };
    for value in [&b"\xFF, 192.0.2.7"[..], b"192.0.2.7\r\nX-Forwarded-For: \xFF"] {
        let mut request = REQUEST.trim_end().as_bytes().to_vec();
        request.extend([&b"\r\nX-Forwarded-For: "[..], value, b"\r\n\r\n"].concat());
        assert_eq!(judge(&request, behind), Err(Refusal::Bad("an X-Forwarded-For that is not text")));
        assert!(judge(&request, OPEN).unwrap().is_some(), "of strangers it means nothing");
    }
}

#[test]
fn a_named_gateway_says_whether_it_was_reached_over_tls() {
    let behind = Rules { gateways: Some(&[]), ..OPEN };
    for (fields, is_secure) in [
        ("", false),
        ("X-Forwarded-Proto: http\r\n", false),
        ("X-Forwarded-Proto: https\r\n", true),
        ("X-Forwarded-Proto: WSS\r\n", true),
        ("X-Forwarded-Proto: https, http\r\n", false),
    ] {
        assert_eq!(agreed(&with(fields), behind).is_secure, is_secure, "{fields}");
        assert!(!agreed(&with(fields), OPEN).is_secure, "{fields}");
    }
}

#[test]
fn every_refusal_is_a_whole_answer_of_http() {
    for (refusal, status) in [
        (Refusal::Bad("x"), "400"),
        (Refusal::OtherOrigin, "403"),
        (Refusal::OtherPath, "404"),
        (Refusal::NotGet, "405"),
        (Refusal::NotUpgrade, "426"),
        (Refusal::OtherVersion, "426"),
        (Refusal::TooLarge, "431"),
        (Refusal::Unavailable("too many".into()), "503"),
    ] {
        let answer = refusal.answer();
        let (head, text) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        assert!(head.contains(&format!("\r\nContent-Length: {}", text.len())), "{answer}");
        assert!(head.contains("close\r\n") && text == format!("{refusal}\n"), "{answer}");
    }
    assert!(Refusal::OtherVersion.answer().contains("\r\nSec-WebSocket-Version: 13\r\n"));
}
