//! REDACT: what it asks for, what is read of it, and its refusals.

use super::{alice, alice_with};
use crate::domain::id::Seq;
use crate::domain::message::Conversation;
use crate::domain::notice::What;
use crate::domain::refusal::Refusal;
use crate::domain::reply::Reply;
use crate::domain::request::{Redact, Request, Variant};
use crate::wire::irc::variant::{REDACTION, TAGS};
use crate::wire::testing::{author, encoded, in_room, notice};
use crate::wire::{LINES, encode};

#[test]
fn an_id_names_a_place_and_what_is_none_names_nothing() {
    let mut alice = alice();
    alice.sends("CAP REQ draft/message-redaction");
    let ask = |seq, id: &str, reason: &str| {
        let (to, id, reason) = ("#a".into(), id.into(), reason.into());
        [Request::Redact(Box::new(Redact { to, seq: Seq(seq), id, reason }))]
    };
    assert_eq!(alice.asks("REDACT #a zz :wrong room"), ask(1295, "zz", "wrong room"));
    assert_eq!(alice.asks("REDACT #a 01"), ask(0, "01", ""));
    assert!(alice.hears("REDACT #a").starts_with(":irc.test 461 alice REDACT :"));
}

#[test]
fn who_has_not_negotiated_it_does_not_know_it() {
    assert!(alice().hears("REDACT #a zz").starts_with(":irc.test 421 alice REDACT :"));
    let mut alice = alice_with(|config| config.irc.redact_window = std::time::Duration::ZERO);
    assert!(alice.hears("CAP REQ draft/message-redaction").contains(" NAK "));
}

#[test]
fn only_those_read_it_who_negotiated_it() {
    let redacted = |to: Conversation, reason: &str| {
        notice(What::Redacted { by: author("alice"), seq: Seq(36), to, reason: reason.into() })
    };
    let read = |reason, variant: Variant| {
        encoded(|out| encode(&redacted(in_room("#a"), reason), variant, "desk!desk@irc.test", out))
    };
    assert_eq!(read("spam", TAGS), None);
    assert_eq!(read("spam", REDACTION).unwrap(), ":alice!~u@host.test REDACT #a 10 :spam\r\n");
    let with_id = "@msgid=zz :alice!~u@host.test REDACT #a 10\r\n";
    assert_eq!(read("", REDACTION.with(TAGS)).unwrap(), with_id);
    assert_eq!(read("spam", LINES).unwrap(), "* alice took back what was said in #a (spam)\n");
}

#[test]
fn refusals_have_the_codes_of_the_specification() {
    let (to, id): (Box<str>, Box<str>) = ("#a".into(), "zz".into());
    for (refusal, expected) in [
        (Refusal::RedactTarget(to.clone()), "INVALID_TARGET #a :"),
        (Refusal::RedactUnknown { to: to.clone(), id: id.clone() }, "UNKNOWN_MSGID #a zz :"),
        (Refusal::RedactForbidden { to: to.clone(), id: id.clone() }, "REDACT_FORBIDDEN #a zz :"),
        (Refusal::RedactTooLate { to, id, window_s: 900 }, "REDACT_WINDOW_EXPIRED #a zz 900 :"),
    ] {
        let text = alice().reads(&Reply::Refused(refusal));
        assert!(text.starts_with(&format!(":irc.test FAIL REDACT {expected}")), "{text}");
    }
}
