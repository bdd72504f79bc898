//! MONITOR, SILENCE, KNOCK and invitations: lines in, requests out, and exact lines back.

use chat_proto::mask::Mask;

use super::{alice, alice_with};
use crate::domain::people::{MonitorAsk, MonitorChange};
use crate::domain::refusal::Refusal;
use crate::domain::reply::Reply;
use crate::domain::request::Request;
use crate::wire::testing::{nick, room, text};

/// Lines of the server to alice.
fn lines(expected: &[&str]) -> String {
    expected.iter().map(|line| format!(":irc.test {line}\r\n")).collect()
}

fn mask(text: &str) -> Mask {
    Mask::parse(text, 100).unwrap()
}

#[test]
fn verbs_about_people_become_requests() {
    let change = |change| Request::Monitor(MonitorAsk::Change(change));
    for (line, expected) in [
        ("MONITOR + bob,,carol", change(MonitorChange::Add(vec![nick("bob"), nick("carol")]))),
        ("MONITOR - bob,*!*@*", change(MonitorChange::Remove(vec![nick("bob")]))),
        ("MONITOR C", change(MonitorChange::Clear)),
        ("monitor l", Request::Monitor(MonitorAsk::List)),
        ("MONITOR S", Request::Monitor(MonitorAsk::Status)),
        ("SILENCE", Request::Silences),
        ("SILENCE ALICE", Request::Silences),
        (
            "SILENCE +bob,-*@host,carol",
            Request::SetSilences(vec![(mask("bob"), true), (mask("*@host"), false), (mask("carol"), true)]),
        ),
        ("KNOCK #a", Request::Knock { room: "#a".into(), text: "".into() }),
        ("KNOCK #a :let me in", Request::Knock { room: "#a".into(), text: "let me in".into() }),
        ("SETNAME :Alice Liddell", Request::SetRealName("Alice Liddell".into())),
        ("SETNAME :", Request::SetRealName("".into())),
        ("INVITE", Request::Invitations),
    ] {
        assert_eq!(alice().asks(line), [expected], "{line}");
    }
}

#[test]
fn what_cannot_be_asked_about_people_is_answered_by_the_session() {
    for (line, expected) in [
        ("MONITOR", "461 alice MONITOR :Not enough parameters"),
        ("MONITOR +", "461 alice MONITOR :Not enough parameters"),
        ("MONITOR - ,", "461 alice MONITOR :Not enough parameters"),
        ("MONITOR X", "400 alice MONITOR :MONITOR takes one of + - C L S"),
        ("MONITOR + *!username@localhost", "731 alice :*!username@localhost"),
        ("SILENCE +", "FAIL SILENCE INVALID_MASK + :it is empty"),
        ("KNOCK", "461 alice KNOCK :Not enough parameters"),
        ("INVITE bob", "461 alice INVITE :Not enough parameters"),
        ("INVITE bob :", "461 alice INVITE :Not enough parameters"),
        ("JOIN ,", "461 alice JOIN :Not enough parameters"),
        ("PART :", "461 alice PART :Not enough parameters"),
        ("KICK #a ,", "461 alice KICK :Not enough parameters"),
        ("KICK #a,#b,#c bob,carol", "461 alice KICK :Not enough parameters"),
    ] {
        assert_eq!(alice().hears(line), lines(&[expected]), "{line}");
    }
    let requests = alice().asks("MONITOR + a!b,bob");
    assert_eq!(text(&requests[..1]), lines(&["731 alice :a!b"]));
    assert_eq!(requests[1..], [Request::Monitor(MonitorAsk::Change(MonitorChange::Add(vec![nick("bob")])))]);
}

#[test]
fn a_kick_takes_one_room_or_as_many_as_nicks() {
    let kick =
        |room: &str, nick: &str| Request::Kick { room: room.into(), nick: nick.into(), reason: "out".into() };
    assert_eq!(alice().asks("KICK #a bob,carol :out"), [kick("#a", "bob"), kick("#a", "carol")]);
    assert_eq!(alice().asks("KICK #a,#b bob,carol :out"), [kick("#a", "bob"), kick("#b", "carol")]);
}

#[test]
fn replies_about_people_are_exact() {
    for (reply, expected) in [
        (
            Reply::Monitored {
                online: vec!["bob!~b@h".into(), "carol!~c@h".into()],
                offline: vec![nick("dave"), nick("erin")],
            },
            lines(&["730 alice :bob!~b@h,carol!~c@h", "731 alice :dave,erin"]),
        ),
        (Reply::Monitored { online: vec![], offline: vec![] }, String::new()),
        (
            Reply::MonitorList(vec![nick("dave"), nick("erin")]),
            lines(&["732 alice :dave,erin", "733 alice :End of MONITOR list"]),
        ),
        (Reply::MonitorList(vec![]), lines(&["733 alice :End of MONITOR list"])),
        (
            Reply::Refused(Refusal::MonitorFull { limit: 2, nicks: vec![nick("dave"), nick("erin")] }),
            lines(&["734 alice 2 dave,erin :Monitor list is full."]),
        ),
        (
            Reply::SilenceChanged { source: "alice!~u@host.test".into(), mask: mask("bob"), on: false },
            ":alice!~u@host.test SILENCE -bob!*@*\r\n".into(),
        ),
        (
            Reply::SilenceList(vec![mask("bob")]),
            lines(&["271 alice alice bob!*@*", "272 alice alice :End of Silence List"]),
        ),
        (
            Reply::Invitations(vec![room("#a"), room("#b")]),
            lines(&["336 alice #a", "336 alice #b", "337 alice :End of /INVITE list"]),
        ),
        (Reply::KnockDelivered(room("#a")), lines(&["711 alice #a :Your KNOCK has been delivered."])),
    ] {
        assert_eq!(alice().reads(&reply), expected);
    }
}

#[test]
fn long_lists_of_nicks_are_several_lines_that_lose_nothing() {
    let nicks: Vec<_> = (0..100).map(|number| nick(&format!("somebody-{number}"))).collect();
    for reply in [
        Reply::MonitorList(nicks.clone()),
        Reply::Monitored { online: vec![], offline: nicks.clone() },
        Reply::Refused(Refusal::MonitorFull { limit: 100, nicks: nicks.clone() }),
    ] {
        let text = alice().reads(&reply);
        assert!(text.lines().count() > 2 && text.lines().all(|line| line.len() <= 510), "{text}");
        let named: Vec<_> =
            text.split([',', ' ', ':', '\r']).filter(|word| word.starts_with("some")).collect();
        assert!(named.iter().zip(&nicks).all(|(word, nick)| *word == nick.as_str()) && named.len() == 100);
    }
}

#[test]
fn isupport_says_what_there_is_about_people() {
    let mut session = alice_with(|config| {
        config.limits.monitor = 7;
        config.limits.silence = 8;
    });
    let text = session.hears("VERSION");
    for token in [" KNOCK ", " NAMELEN=128 ", " MONITOR=7 ", " SILENCE=8 ", " STATUSMSG=@%+ "] {
        assert!(text.contains(token), "{token}: {text}");
    }
}
