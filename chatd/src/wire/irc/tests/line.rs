//! What a line must be before anything in it counts.

use super::{alice, alice_with};
use crate::domain::disconnect::Disconnect;
use crate::domain::request::Request;
use crate::wire::Step;
use crate::wire::irc::Irc;
use crate::wire::testing::{Session, text};

#[test]
fn lines_that_are_no_messages_are_refused_and_do_nothing() {
    for (line, expected) in [
        (
            &b"PRIVMSG bob :\xff"[..],
            "FAIL PRIVMSG INVALID_UTF8 :Message rejected, your IRC software MUST use UTF-8 encoding on this network",
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

#[test]
fn what_is_not_utf8_is_refused_by_the_name_of_its_verb_and_with_its_label() {
    let words =
        "INVALID_UTF8 :Message rejected, your IRC software MUST use UTF-8 encoding on this network\r\n";
    for (line, verb) in [
        (&b"privmsg bob \xaa"[..], "PRIVMSG"),
        (b"TOPIC #a :\xff\xfe", "TOPIC"),
        (b"NICK \xe4lice", "NICK"),
        (b"@a=\xff PING x", "PING"),
        (b"\xff\xfe", "*"),
        (b"NOSUCH \xff", "*"),
    ] {
        assert_eq!(alice().hears(line), format!(":irc.test FAIL {verb} {words}"));
        assert!(Session::<Irc>::with(|_| {}).hears(line).contains(words), "before registration");
    }
    let mut session = alice();
    session.sends("CAP REQ :batch labeled-response");
    let requests = session.asks(b"@label=xyz PRIVMSG #a :hi\xaa");
    let Some(Request::Labeled(labeled)) = requests.first() else { panic!("no label: {requests:?}") };
    assert_eq!(&*labeled.label, "xyz");
}

#[test]
fn where_utf8_is_no_duty_a_line_is_read_as_windows_1252() {
    let mut session = alice_with(|config| config.server.utf8_only = false);
    assert!(!session.hears("VERSION").contains("UTF8ONLY"));
    let away = |words: &str| vec![Request::Away(Some(words.into()))];
    assert_eq!(session.asks(b"AWAY :gr\xfc\xdfe \x80"), away("grüße €"));
    assert_eq!(session.asks("AWAY :grüße €"), away("grüße €"));
    // It grows by that: what would not fit a line any more is refused and not cut.
    let line = |count: usize| [&b"AWAY :"[..], &vec![0xfc; count]].concat();
    assert_eq!(session.asks(line(252)), away(&"ü".repeat(252)));
    assert_eq!(session.hears(line(253)), ":irc.test 417 alice :Input line was too long\r\n");
    assert!(session.hears(b"PRIVMSG bob :\xff\0").contains(" FAIL * INVALID_LINE "));
}

#[test]
fn a_line_that_is_too_long_is_refused_with_its_label() {
    let mut session = alice();
    session.sends("CAP REQ :batch labeled-response");
    let requests = session.asks(format!("@label=xyz PING {}", "x".repeat(506)));
    let Some(Request::Labeled(labeled)) = requests.first() else { panic!("no label: {requests:?}") };
    assert_eq!(
        text(std::slice::from_ref(&labeled.request)),
        ":irc.test 417 alice :Input line was too long\r\n"
    );
}

#[test]
fn a_carriage_return_or_nul_is_refused_wherever_it_stands() {
    for bad in [0, b'\r'] {
        for line in [
            "@a=?b PING x",
            "@?a PING x",
            ":so?urce PING x",
            "PI?NG x",
            "PING a?b",
            "PING :a ?b",
            "?PING x",
            "PING x ?",
        ] {
            let line: Vec<u8> = line.bytes().map(|byte| if byte == b'?' { bad } else { byte }).collect();
            let expected = format!(
                ":irc.test FAIL * INVALID_LINE :Message rejected, the message contains the byte {bad:#04x}\r\n"
            );
            assert_eq!(alice().hears(&line), expected, "{line:?}");
        }
    }
}
