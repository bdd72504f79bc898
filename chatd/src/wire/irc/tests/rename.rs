//! RENAME: what it asks for, and what each member reads of it.

use super::{alice, alice_with};
use crate::delivery::outbox::{Answer, Labeled};
use crate::domain::id::Time;
use crate::domain::refusal::Refusal;
use crate::domain::reply::{Renamed, Reply, TopicInfo};
use crate::domain::request::Request;
use crate::wire::Dialect as _;
use crate::wire::irc::Irc;
use crate::wire::testing::{Session, room};

fn renamed(reason: &str, is_same: bool) -> Reply {
    let by = "bob!~b@host.test".into();
    Reply::Renamed(Box::new(Renamed {
        by,
        old: room("#a"),
        name: room("#b"),
        reason: reason.into(),
        is_same,
        account: None,
        real_name: "Alice".into(),
        topic: Some(TopicInfo { text: "news".into(), by: "bob".into(), at: Time(1000) }),
    }))
}

fn reads(alice: &mut Session<Irc>, reply: &Reply) -> (String, Vec<Request>) {
    let (mut out, mut requests) = (Vec::new(), Vec::new());
    alice.dialect.reply(reply, &alice.setting, &mut out, &mut requests);
    (String::from_utf8(out).unwrap(), requests)
}

#[test]
fn two_names_and_a_reason_are_asked_for() {
    let mut alice = alice();
    let ask = |reason: &str| [Request::Rename { room: "#a".into(), name: room("#b"), reason: reason.into() }];
    assert_eq!(alice.asks("RENAME #a #b :typo"), ask("typo"));
    assert_eq!(alice.asks("RENAME #a #b"), ask(""));
    for name in ["b", "%b", "#b,c"] {
        let answer = alice.hears(format!("RENAME #a {name}"));
        assert!(answer.starts_with(&format!(":irc.test FAIL RENAME CANNOT_RENAME #a {name} :")), "{answer}");
    }
    assert!(alice.hears("RENAME #a").starts_with(":irc.test 461 alice RENAME :"));
    let mut without = alice_with(|config| config.irc.drafts = false);
    assert!(without.hears("RENAME #a #b").starts_with(":irc.test 421 alice RENAME :"));
}

#[test]
fn who_knows_it_reads_one_line() {
    let mut alice = alice();
    alice.sends("CAP REQ draft/channel-rename");
    for is_same in [false, true] {
        let (text, requests) = reads(&mut alice, &renamed("", is_same));
        assert_eq!((text.as_str(), requests.len()), (":bob!~b@host.test RENAME #a #b :\r\n", 0));
    }
    alice.sends("CAP REQ server-time");
    assert!(
        reads(&mut alice, &renamed("typo", false))
            .0
            .starts_with("@time=2024-12-31T23:59:59.001Z :bob!~b@host.test RENAME ")
    );
}

#[test]
fn all_others_leave_and_enter_in_their_own_name() {
    let mut alice = alice();
    let (text, requests) = reads(&mut alice, &renamed("typo", false));
    assert_eq!(
        text,
        ":alice!~u@host.test PART #a :typo\r\n:alice!~u@host.test JOIN #b\r\n\
         :irc.test 332 alice #b :news\r\n:irc.test 333 alice #b bob 1\r\n"
    );
    assert_eq!(requests, [Request::Names { room: "#b".into(), ends: true }]);
    assert_eq!(reads(&mut alice, &renamed("typo", true)), (String::new(), vec![]), "only the case differs");
    alice.sends("CAP REQ :extended-join no-implicit-names");
    let (text, requests) = reads(&mut alice, &renamed("", false));
    assert!(text.contains(" PART #a\r\n") && text.contains(" JOIN #b * :Alice\r\n"), "{text}");
    assert_eq!(requests, []);
}

#[test]
fn the_names_are_no_part_of_a_labeled_answer() {
    let mut alice = alice();
    let (mut out, mut requests) = (Vec::new(), Vec::new());
    let labeled = Labeled { label: "x".into(), answer: Answer::Reply(renamed("", false)) };
    alice.dialect.labeled(&labeled, &alice.setting, &mut out, &mut requests);
    assert_eq!(requests, [Request::Names { room: "#b".into(), ends: true }]);
    assert!(out.starts_with(b"@label=x "));
}

#[test]
fn refusals_have_the_codes_of_the_specification() {
    let (room, name): (Box<str>, Box<str>) = ("#a".into(), "#b".into());
    for (refusal, expected) in [
        (Refusal::RoomNameInUse { room: room.clone(), name: name.clone() }, "CHANNEL_NAME_IN_USE"),
        (Refusal::CannotRename { room, name, because: "why" }, "CANNOT_RENAME"),
    ] {
        let text = alice().reads(&Reply::Refused(refusal));
        assert!(text.starts_with(&format!(":irc.test FAIL RENAME {expected} #a #b :")), "{text}");
    }
}
