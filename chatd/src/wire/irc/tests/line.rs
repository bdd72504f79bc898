//! What a line must be before anything in it counts.

use super::alice;
use crate::domain::disconnect::Disconnect;
use crate::wire::Step;
use crate::wire::irc::Irc;
use crate::wire::testing::Session;

#[test]
fn lines_that_are_no_messages_are_refused_and_do_nothing() {
    for (line, expected) in [
        (
            &b"PRIVMSG bob :\xff"[..],
            "FAIL * INVALID_UTF8 :Message rejected, your IRC software MUST use UTF-8 encoding on this network",
        ),
        (b"PRIVMSG bob :a\0b", "FAIL * INVALID_LINE :Message rejected, the message contains the byte 0x00"),
        (b"PRIVMSG bob :a\rb", "FAIL * INVALID_LINE :Message rejected, the message contains the byte 0x0d"),
        (b":alice", "FAIL * INVALID_LINE :Message rejected, the message has no verb"),
        (b"NOSUCH x", "421 alice NOSUCH :Unknown command"),
        (b"F-O x", "421 alice F-O :Unknown command"),
        (b"join", "461 alice JOIN :Not enough parameters"),
        (b"USER u 0 * :Alice", "462 alice :You may not reregister"),
        (b"PASS x", "462 alice :You may not reregister"),
    ] {
        assert_eq!(alice().hears(line), format!(":irc.test {expected}\r\n"));
    }
}

#[test]
fn empty_lines_and_a_server_s_errors_are_ignored() {
    for line in ["", "   ", "ERROR :x", "PONG x"] {
        assert_eq!(alice().hears(line), "");
    }
}

#[test]
fn a_line_may_have_510_bytes_and_not_one_more() {
    let line = |len: usize| format!("PING {}", "x".repeat(len - 5));
    assert!(alice().hears(line(510)).starts_with(":irc.test PONG irc.test :xxx"));
    assert_eq!(alice().hears(line(511)), ":irc.test 417 alice :Input line was too long\r\n");
}

#[test]
fn tags_may_have_4094_bytes_and_not_one_more() {
    let line = |len: usize| format!("@{} PING x", "t".repeat(len));
    assert_eq!(alice().hears(line(4094)), ":irc.test PONG irc.test :x\r\n");
    assert_eq!(alice().hears(line(4095)), ":irc.test 417 alice :Input line was too long\r\n");
}

#[test]
fn verbs_for_clients_are_refused_before_registration() {
    let mut session = Session::<Irc>::with(|_| {});
    assert_eq!(session.hears("JOIN #a"), ":irc.test 451 * :You have not registered\r\n");
    assert_eq!(session.hears("PING x"), ":irc.test PONG irc.test :x\r\n");
}

#[test]
fn http_and_tls_end_the_session_as_first_words_only() {
    for (line, protocol) in
        [(&b"GET / HTTP/1.1"[..], "HTTP"), (b"\x16\x03\x01\x02", "TLS"), (b"OPTIONS *", "HTTP")]
    {
        let (step, requests) = Session::<Irc>::with(|_| {}).sends(line);
        assert_eq!((step, requests), (Step::Close(Disconnect::WrongProtocol(protocol)), vec![]));
    }
    assert_eq!(alice().hears("GET / HTTP/1.1"), ":irc.test 421 alice GET :Unknown command\r\n");
}
