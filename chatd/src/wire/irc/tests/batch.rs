//! Batches of clients: which lines become one message, and what is said of those that do not.

use super::alice_with;
use crate::domain::id::Time;
use crate::domain::message::MessageKind;
use crate::domain::request::{Labeled, Request, Say};
use crate::wire::irc::Irc;
use crate::wire::testing::{NOW, Session, text};

/// Alice with messages of several lines.
fn alice() -> Session<Irc> {
    let mut alice = alice_with(|config| {
        config.limits.multiline_bytes = 512;
        config.limits.multiline_lines = 4;
    });
    alice.sends("CAP REQ :draft/multiline batch message-tags labeled-response");
    alice
}

fn said(to: &str, kind: MessageKind, text: &str) -> Request {
    Request::Say(Box::new(Say { to: to.into(), kind, text: text.into(), tags: None, rule_reply: None }))
}

/// Sends lines of which only the last asks for anything.
fn sends<S: AsRef<str>>(alice: &mut Session<Irc>, lines: &[S]) -> Vec<Request> {
    let mut requests = Vec::new();
    for line in lines {
        assert_eq!(requests, [], "before {}", line.as_ref());
        requests = alice.asks(line.as_ref());
    }
    requests
}

#[test]
fn the_lines_of_a_batch_are_one_message() {
    let mut alice = alice();
    for (verb, kind) in [("PRIVMSG", MessageKind::Privmsg), ("notice", MessageKind::Notice)] {
        let lines = [
            "BATCH +1-a draft/multiline #room".into(),
            format!("@batch=1-a {verb} #room :"),
            format!("@batch=1-a {verb} #ROOM :how is "),
            format!("@draft/multiline-concat;batch=1-a {verb} #room everyone?"),
            "BATCH -1-a".into(),
        ];
        assert_eq!(sends(&mut alice, &lines), [said("#room", kind, "\nhow is \reveryone?")]);
    }
    assert!(alice.dialect.rare.is_none(), "nothing is kept of it");
    let lines = ["BATCH +1 draft/multiline bob", "@batch=1 PRIVMSG bob :hi", "BATCH -1"];
    assert_eq!(sends(&mut alice, &lines), [said("bob", MessageKind::Privmsg, "hi")]);
}

#[test]
fn the_tags_of_a_message_are_those_of_its_beginning() {
    let begin = "@+a=b;c;+d BATCH +1 draft/multiline #room";
    let lines = [begin, "@batch=1;+x PRIVMSG #room a", "@batch=1 PRIVMSG #room b", "BATCH -1"];
    let requests = sends(&mut alice(), &lines);
    assert!(matches!(&requests[..], [Request::Say(say)] if say.tags.as_deref() == Some("+a=b;+d")));
}

#[test]
fn the_label_of_a_batch_is_that_of_its_beginning() {
    let mut alice = alice();
    let labeled = |request| Request::Labeled(Box::new(Labeled { label: "x".into(), request }));
    let begin = "@label=x BATCH +1 draft/multiline #r";
    let requests = sends(&mut alice, &[begin, "@batch=1 PRIVMSG #r a", "@batch=1 PRIVMSG #r b", "BATCH -1"]);
    let message = said("#r", MessageKind::Privmsg, "a\nb");
    assert_eq!(requests, [labeled(message), labeled(Request::EndOfLabel)]);
    let requests = sends(&mut alice, &[begin, "@batch=1 JOIN #r"]);
    assert!(matches!(&requests[..], [Request::Labeled(fail), end]
        if matches!(&fail.request, Request::Echo(_)) && *end == labeled(Request::EndOfLabel)));
    let requests = sends(&mut alice, &["@batch=1 PRIVMSG #r b", "@label=y BATCH -1"]);
    let end = Labeled { label: "y".into(), request: Request::EndOfLabel };
    assert_eq!(requests, [Request::Labeled(Box::new(end))], "a label is answered whatever it is on");
}

#[test]
fn what_is_wrong_with_a_batch_is_said_once_and_the_rest_of_it_is_nothing() {
    let line = "@batch=1 PRIVMSG #r hi";
    let long = format!("@batch=1 PRIVMSG #r :{}", "x".repeat(400));
    let cases: &[(&[&str], &str)] = &[
        (&["@batch=2 PRIVMSG #r hi"], "MULTILINE_INVALID :"),
        (&[line, "@batch=1;draft/multiline-concat PRIVMSG #r :"], "MULTILINE_INVALID :"),
        (&["@batch=1 PRIVMSG #other hi"], "MULTILINE_INVALID_TARGET #r #other :"),
        (&[line, "@batch=1 NOTICE #r hi"], "MULTILINE_INVALID :"),
        (&["@batch=1 TAGMSG #r"], "MULTILINE_INVALID :"),
        (&["@batch=1 BATCH -1"], "MULTILINE_INVALID :"),
        (&["@batch=1 PRIVMSG #r"], "MULTILINE_INVALID :"),
        (&[line, line, line, line, line], "MULTILINE_MAX_LINES 4 :"),
        (&[&long, &long], "MULTILINE_MAX_BYTES 512 :"),
        (&[line, "PRIVMSG #r hi"], "MULTILINE_INVALID :"),
        (&[line, "JOIN #r"], "MULTILINE_INVALID :"),
        (&["BATCH +2 draft/multiline #r"], "MULTILINE_INVALID :"),
        (&["BATCH -2"], "MULTILINE_INVALID :"),
        (&["BATCH 1"], "MULTILINE_INVALID :"),
        (&["@batch=1 PRIVMSG #r :", "@batch=1 PRIVMSG #r :", "BATCH -1"], "MULTILINE_INVALID :"),
        (&["BATCH -1"], "MULTILINE_INVALID :"),
    ];
    for (lines, fault) in cases {
        let mut alice = alice();
        let lines = [&["BATCH +1 draft/multiline #r"], *lines].concat();
        let answer = text(&sends(&mut alice, &lines));
        assert!(answer.starts_with(&format!(":irc.test FAIL BATCH {fault}")), "{lines:?}: {answer}");
        let is_over = lines.iter().any(|line| matches!(*line, "BATCH -1" | "BATCH +2 draft/multiline #r"));
        if !is_over {
            assert_eq!(sends(&mut alice, &[line, "BATCH -1"]), [], "{lines:?}");
        }
        let again = ["BATCH +1 draft/multiline #r", line, "BATCH -1"];
        assert_eq!(sends(&mut alice, &again), [said("#r", MessageKind::Privmsg, "hi")], "{lines:?}");
    }
}

#[test]
fn a_batch_that_cannot_begin_is_refused_and_what_comes_of_it_is_nothing() {
    for begin in ["BATCH +1 chathistory #r", "BATCH +1", "BATCH +1 draft/multiline"] {
        let mut alice = alice();
        assert!(alice.hears(begin).starts_with(":irc.test FAIL BATCH MULTILINE_INVALID :"), "{begin}");
        assert_eq!(sends(&mut alice, &["@batch=1 PRIVMSG #r hi", "BATCH -1"]), []);
    }
    for name in ["", "a.b", "a/b", &"x".repeat(65)] {
        let answer = alice().hears(format!("BATCH +{name} draft/multiline #r"));
        assert!(answer.starts_with(":irc.test FAIL BATCH MULTILINE_INVALID :"), "{name}: {answer}");
    }
}

#[test]
fn limits_are_reached_and_not_exceeded() {
    let mut alice = alice();
    let text = "x".repeat(255);
    let line = |text: &str| format!("@batch=1 PRIVMSG #r :{text}");
    let begin = "BATCH +1 draft/multiline #r";
    let requests =
        sends(&mut alice, &[begin.into(), line(&text), line(&text), line(""), "BATCH -1".to_owned()]);
    assert_eq!(requests, [said("#r", MessageKind::Privmsg, &format!("{text}\n{text}\n"))]);
    let beyond = [begin.into(), line(&text), line(&text), line("x")];
    assert!(self::text(&sends(&mut alice, &beyond)).contains(" MULTILINE_MAX_BYTES 512 :"));
}

#[test]
fn a_batch_left_open_for_too_long_is_none_any_more() {
    let mut alice = alice();
    sends(&mut alice, &["BATCH +1 draft/multiline #r", "@batch=1 PRIVMSG #r a"]);
    alice.setting.now = Time(NOW.0 + 30_000);
    sends(&mut alice, &["@batch=1 PRIVMSG #r b"]);
    alice.setting.now = Time(NOW.0 + 60_001);
    let answer = alice.hears("@batch=1 PRIVMSG #r c");
    assert!(answer.starts_with(":irc.test FAIL BATCH TIMEOUT 1 :"), "{answer}");
    assert_eq!(sends(&mut alice, &["BATCH -1"]), []);
}

#[test]
fn what_keeps_a_connection_alive_may_come_between_the_lines_of_a_batch() {
    let mut alice = alice();
    assert_eq!(sends(&mut alice, &["BATCH +1 draft/multiline #r", "@batch=1 PRIVMSG #r a", "PONG x"]), []);
    assert!(alice.hears("PING x").contains(" PONG "));
    assert_eq!(sends(&mut alice, &["BATCH -1"]), [said("#r", MessageKind::Privmsg, "a")]);
}

#[test]
fn who_has_not_negotiated_it_has_no_batches() {
    let mut alice = alice_with(|_| {});
    assert!(alice.hears("BATCH +1 draft/multiline #r").starts_with(":irc.test 421 alice BATCH :"));
    assert_eq!(alice.asks("@batch=1 PRIVMSG #r hi"), [said("#r", MessageKind::Privmsg, "hi")]);
    let mut alice = alice_with(|config| config.irc.drafts = false);
    assert!(alice.hears("CAP REQ draft/multiline").contains(" NAK "));
}

#[test]
fn the_bounds_are_announced() {
    let mut alice = alice();
    alice.sends("CAP LS 302");
    assert!(alice.hears("CAP LS 302").contains(" draft/multiline=max-bytes=512,max-lines=4 "));
}
