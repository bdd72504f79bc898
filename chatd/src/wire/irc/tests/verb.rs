//! Verbs: lines in, requests out.

use std::sync::Arc;

use super::{alice, alice_with};
use crate::config::{DeskRule, LoginRole, OperatorLogin};
use crate::domain::command::{Operator, Role};
use crate::domain::disconnect::Disconnect;
use crate::domain::message::MessageKind;
use crate::domain::mode::{RoomList, UserMode};
use crate::domain::request::{ModeAsk, Request, Say};
use crate::wire::testing::{nick, room, text};
use crate::wire::{Dialect as _, Step};

fn say(to: &str, kind: MessageKind, text: &str) -> Say {
    Say { to: to.into(), kind, text: text.into(), tags: None, rule_reply: None }
}

fn said(say: Say) -> Request {
    Request::Say(Box::new(say))
}

#[test]
fn verbs_about_rooms_become_requests() {
    let cases = [
        (
            "JOIN #a,#b key",
            vec![
                Request::Join { room: room("#a"), key: Some("key".into()) },
                Request::Join { room: room("#b"), key: None },
            ],
        ),
        (
            "JOIN #a,#b ,key",
            vec![
                Request::Join { room: room("#a"), key: None },
                Request::Join { room: room("#b"), key: Some("key".into()) },
            ],
        ),
        ("JOIN 0", vec![Request::PartAll]),
        (
            "PART #a,#b :see you",
            vec![
                Request::Part { room: "#a".into(), reason: "see you".into() },
                Request::Part { room: "#b".into(), reason: "see you".into() },
            ],
        ),
        ("TOPIC #a", vec![Request::Topic { room: "#a".into() }]),
        ("TOPIC #a :", vec![Request::SetTopic { room: "#a".into(), text: "".into() }]),
        ("TOPIC #a :new one", vec![Request::SetTopic { room: "#a".into(), text: "new one".into() }]),
        ("INVITE bob #a", vec![Request::Invite { nick: "bob".into(), room: "#a".into() }]),
        (
            "KICK #a bob,carol :out",
            vec![
                Request::Kick { room: "#a".into(), nick: "bob".into(), reason: "out".into() },
                Request::Kick { room: "#a".into(), nick: "carol".into(), reason: "out".into() },
            ],
        ),
        ("MODE #a", vec![Request::RoomModes { room: "#a".into() }]),
        ("MODE #a b", vec![Request::RoomList { room: "#a".into(), list: RoomList::Ban }]),
        (
            "MODE #a +o-i bob",
            vec![Request::SetRoomModes {
                room: "#a".into(),
                changes: vec![
                    ModeAsk { letter: 'o', on: true, param: Some("bob".into()) },
                    ModeAsk { letter: 'i', on: false, param: None },
                ],
            }],
        ),
    ];
    for (line, expected) in cases {
        assert_eq!(alice().asks(line), expected, "{line}");
    }
}

#[test]
fn other_verbs_become_requests() {
    let cases = [
        ("NICK bob", vec![Request::ChangeNick(nick("bob"))]),
        ("MODE ALICE", vec![Request::UserModes]),
        (
            "MODE alice +iw-B",
            vec![Request::SetUserModes(vec![
                (UserMode::Invisible, true),
                (UserMode::Wallops, true),
                (UserMode::Bot, false),
            ])],
        ),
        ("MODE alice +o", vec![]),
        ("MODE alice -o", vec![Request::SetUserModes(vec![(UserMode::Operator, false)])]),
        ("AWAY :at lunch", vec![Request::Away(Some("at lunch".into()))]),
        ("AWAY", vec![Request::Away(None)]),
        ("WALLOPS :hear me", vec![Request::Wallops("hear me".into())]),
        ("ISON a :b c", vec![Request::Ison(vec!["a".into(), "b".into(), "c".into()])]),
        ("USERHOST a b c d e f", vec![Request::Userhost(["a", "b", "c", "d", "e"].map(Into::into).to_vec())]),
        ("LUSERS", vec![Request::Lusers]),
        ("KILL bob :spam", vec![Request::Kill { nick: "bob".into(), reason: "spam".into() }]),
        ("REHASH", vec![Request::Rehash]),
    ];
    for (line, expected) in cases {
        assert_eq!(alice().asks(line), expected, "{line}");
    }
}

#[test]
fn what_cannot_be_asked_is_answered_by_the_session() {
    for (line, expected) in [
        ("JOIN a", "403 alice a :No such channel"),
        ("JOIN #a\u{7}", "403 alice #a\u{7} :No such channel"),
        (
            "KICK #a b,c,d,e,f",
            "407 alice f :Too many targets; nobody was kicked, at most 4 at once (limits.targets)",
        ),
        ("MODE alice +x", "501 alice :Unknown MODE flag"),
        ("PRIVMSG", "411 alice :No recipient given (PRIVMSG)"),
        ("NOTICE :", "411 alice :No recipient given (NOTICE)"),
        ("PRIVMSG bob", "412 alice :No text to send"),
        (
            "PRIVMSG a,b,c,d,e :x",
            "407 alice e :Too many recipients; nothing was sent, at most 4 at once (limits.targets)",
        ),
        ("TAGMSG bob", "421 alice TAGMSG :Unknown command"),
        ("WALLOPS :", "412 alice :No text to send"),
        ("PING :", "409 alice :No origin specified"),
        ("TIME", "391 alice irc.test :2024-12-31T23:59:59.001Z"),
        ("OPER root x", "464 alice :Password incorrect"),
        ("HELP nosuch", "524 alice nosuch :No help available on this topic"),
    ] {
        assert_eq!(alice().hears(line), format!(":irc.test {expected}\r\n"));
    }
}

#[test]
fn a_message_goes_to_each_of_its_targets_once() {
    let expected: Vec<_> = ["#a", "bob"].map(|to| said(say(to, MessageKind::Privmsg, "hello there"))).into();
    assert_eq!(alice().asks("PRIVMSG #a,bob,BOB :hello there"), expected);
    assert_eq!(alice().asks("NOTICE bob hello"), [said(say("bob", MessageKind::Notice, "hello"))]);
    assert_eq!(alice().asks("PRIVMSG a,b,c,d :x").len(), 4);
}

#[test]
fn client_only_tags_go_on_only_from_those_who_negotiated_tags() {
    let line = "@+a=b;label=1;+draft/c PRIVMSG bob :x";
    let mut session = alice();
    assert_eq!(session.asks(line), [said(say("bob", MessageKind::Privmsg, "x"))]);
    session.sends("CAP REQ message-tags");
    let tags = Some("+a=b;+draft/c".into());
    assert_eq!(
        session.asks(line),
        [said(Say { tags: tags.clone(), ..say("bob", MessageKind::Privmsg, "x") })]
    );
    let tagmsg = session.asks("@+a=b;+draft/c TAGMSG bob");
    assert_eq!(tagmsg, [said(Say { tags, ..say("bob", MessageKind::Tag, "") })]);
}

#[test]
fn the_first_rule_that_fits_answers_for_the_desk_alone() {
    let rule = |source: &str, reply: &str| DeskRule {
        regex: regex::Regex::new(source).unwrap(),
        source: source.into(),
        reply: reply.into(),
    };
    let mut session = alice_with(|config| {
        config.desk.rules = vec![rule("(?i)price", "ask sales"), rule("price|hours", "nine to five")];
    });
    let mut reply = |line: &str| match session.asks(line).remove(0) {
        Request::Say(say) => say.rule_reply,
        other => panic!("{other:?}"),
    };
    assert_eq!(reply("PRIVMSG desk :what PRICE?").as_deref(), Some("ask sales"));
    assert_eq!(reply("PRIVMSG DESK :your hours?").as_deref(), Some("nine to five"));
    assert_eq!(reply("PRIVMSG desk :hello").as_deref(), None);
    assert_eq!(reply("PRIVMSG bob :price").as_deref(), None);
    assert_eq!(reply("NOTICE desk :price").as_deref(), None);
}

#[test]
fn the_session_waits_where_the_next_line_depends_on_the_answer() {
    assert_eq!(alice().sends("LIST").0, Step::Wait);
    let (step, requests) = alice().sends("QUIT :good night");
    assert_eq!((step, requests), (Step::Wait, vec![Request::Leave(Disconnect::Quit("good night".into()))]));
}

#[test]
fn oper_is_checked_elsewhere_and_then_decided() {
    let mut session = alice_with(|config| {
        let password = "$argon2id$".into();
        config.control.operators =
            vec![OperatorLogin { name: "root".into(), password, role: LoginRole::Admin }];
    });
    // Also under a name that nobody has: how long the answer takes must not tell.
    for name in ["root", "nobody"] {
        let check = Step::CheckOperator { name: name.into(), password: "pw".into(), label: None };
        assert_eq!(session.sends(format!("OPER {name} pw")), (check, vec![]));
    }
    let mut requests = Vec::new();
    session.dialect.operator_checked(None, None, &session.setting, &mut requests);
    assert_eq!(text(&requests), ":irc.test 464 alice :Password incorrect\r\n");
    requests.clear();
    let operator = Arc::new(Operator { name: "root".into(), role: Role::Admin });
    session.dialect.operator_checked(Some(operator.clone()), None, &session.setting, &mut requests);
    assert_eq!(requests, [Request::BecomeOperator(operator)]);
}
