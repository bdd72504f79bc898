//! Bytes that end lines or strings where there is only one line: NUL, CR, LF, and what is not UTF-8.

use crate::harness::{Client, Daemon};

#[test]
fn nuls_bare_carriage_returns_and_broken_utf8_are_refused_and_reach_nobody() {
    let daemon = Daemon::start();
    let mut mallory = Client::connect(&daemon, "mallory");
    let mut bob = Client::connect(&daemon, "bob");
    let cases: [(&[u8], &str); 5] = [
        (b"PRIVMSG bob :a\0b\r\n", ":* FAIL * INVALID_LINE :*"),
        (b"PRIVMSG bob :a\rPRIVMSG bob :b\r\n", ":* FAIL * INVALID_LINE :*"),
        (b"PRIVMSG bob :\xff\xfe\r\n", ":* FAIL * INVALID_UTF8 :*"),
        (b"PRIVMSG bob :cut \xf0\x9f\x92\r\n", ":* FAIL * INVALID_UTF8 :*"),
        (b"\x80\x81\x82\r\n", ":* FAIL * INVALID_UTF8 :*"),
    ];
    for (bytes, answer) in cases {
        mallory.send_bytes(bytes);
        mallory.expect(answer);
    }
    mallory.send_bytes(b"\r\n\n   \r\n");
    mallory.expect_silence();
    bob.expect_silence();
}

/// Every place where a client's words could reach somebody else or come back, as a line in which `{}` stands for them.
const FIELDS: [&str; 40] = [
    "PRIVMSG bob :{}",
    "PRIVMSG #room :{}",
    "PRIVMSG desk :{}",
    "PRIVMSG {} :x",
    "NOTICE bob :{}",
    "@+typing={} TAGMSG bob",
    "@+a{}=1 PRIVMSG bob :x",
    "@label={} PING x",
    "TOPIC #room :{}",
    "AWAY :{}",
    "NICK {}",
    "SETNAME :{}",
    "JOIN #{}",
    "JOIN #room {}",
    "PART #room :{}",
    "PART {}",
    "QUIT :{}",
    "KICK #room bob :{}",
    "KICK #room {}",
    "INVITE {} #room",
    "INVITE bob #{}",
    "KNOCK #room :{}",
    "MODE #room +k {}",
    "MODE #room +l {}",
    "MODE #room +b {}",
    "MODE #room {}",
    "MODE mallory {}",
    "WHO {}",
    "WHOIS {}",
    "WHOWAS {}",
    "USERHOST {}",
    "ISON {}",
    "MONITOR + {}",
    "SILENCE +{}",
    "LIST {}",
    "NAMES {}",
    "OPER {} {}",
    "PING {}",
    "CAP REQ :{}",
    "{} bob :x",
];

/// What is put there: none of it may get anywhere.
const POISON: [&str; 4] =
    ["a\rPRIVMSG bob :b", "a\0b", "\r:chatd.localhost 001 bob :forged", "\r\r:bob!b@h QUIT :\0"];

#[test]
fn nul_and_bare_cr_are_refused_in_every_field() {
    let daemon = Daemon::start();
    let mut mallory = Client::connect_in(&daemon, "mallory", "#room");
    let mut bob = Client::connect_in(&daemon, "bob", "#room");
    mallory.fence();
    for field in FIELDS {
        for poison in POISON {
            mallory.send(&field.replace("{}", poison));
            mallory.expect(":* FAIL * INVALID_LINE *:*");
        }
        bob.expect_silence();
    }
    mallory.expect_silence();
}

#[test]
fn what_follows_a_line_feed_in_any_field_is_the_senders_own_next_line() {
    let daemon = Daemon::with("[limits]\ninput-rate = 100000\ninput-burst = 100000");
    let mut bob = Client::connect_in(&daemon, "bob", "#room");
    for field in FIELDS {
        let mut mallory = Client::connect_in(&daemon, "mallory", "#room");
        mallory.send(
            &field.replace("{}", "a\n:chatd.localhost NOTICE bob :forged\n:bob!b@h PRIVMSG bob :forged"),
        );
        mallory.wire().end_input();
        while mallory.read_line().is_some() {}
        for line in bob.fence() {
            assert!(
                line.split(' ').next().is_some_and(|source| source.ends_with("!~mallory@127.0.0.1")),
                "{field:?} became {line:?}"
            );
        }
    }
    bob.expect_silence();
}

#[test]
fn nul_and_bare_cr_are_refused_in_every_field_of_the_registration() {
    let daemon = Daemon::start();
    let mut bob = Client::connect(&daemon, "bob");
    for field in
        ["PASS {}", "NICK {}", "USER {} 0 * :real", "USER mallory 0 * :{}", "CAP REQ :{}", "PRIVMSG bob :{}"]
    {
        for poison in POISON {
            let mut mallory = Client::open(&daemon, "mallory");
            mallory.send(&field.replace("{}", poison));
            mallory.expect(":* FAIL * INVALID_LINE *:*");
            mallory.register("mallory");
            mallory.send("QUIT");
            while mallory.read_line().is_some() {}
        }
    }
    bob.send("WHOWAS mallory");
    for line in bob.collect_until(":* 369 *") {
        assert!(!line.contains("forged"), "{line}");
    }
}

#[test]
fn a_ping_comes_back_byte_by_byte_whatever_came_before_it() {
    let daemon = Daemon::with("[limits]\ninput-rate = 100000\ninput-burst = 100000");
    let mut client = Client::connect(&daemon, "client");
    let tokens = [
        "x".into(),
        "::".into(),
        " two  words ".into(),
        "日本語 👩‍🚀".into(),
        "\u{1}\u{7f}\t%s%n{}".into(),
        "y".repeat(400),
    ];
    let sent: String =
        tokens.iter().map(|token: &String| format!("PING :{token}\r\nPRIVMSG client :{token}\r\n")).collect();
    for _ in 0..20 {
        client.send_bytes(sent.as_bytes());
        for token in &tokens {
            assert_eq!(
                client.read_line().unwrap(),
                format!(":chatd.localhost PONG chatd.localhost :{token}")
            );
            assert_eq!(
                client.read_line().unwrap(),
                format!(":client!~client@127.0.0.1 PRIVMSG client :{token}")
            );
        }
    }
}
