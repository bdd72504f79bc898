//! What is said and done fits one line of 512 bytes wherever it is read, or is refused.

use super::{Chat, nick};
use crate::domain::command::{Command, Operator, Role};
use crate::domain::disconnect::Disconnect;
use crate::domain::id::ClientId;
use crate::domain::origin::Origin;
use crate::domain::request::{Register, Request};

const ROOM: &str = "#a23456789012345678901234567890123456789012345678901234567890123";

/// A client with the longest source that the defaults allow, alone in a room with the longest name: its source.
fn long_client(chat: &mut Chat) -> (ClientId, String) {
    let id = chat.connect();
    let (user, origin) = ("~23456789".into(), Origin::named(&"h".repeat(46)));
    let register = Register { user, origin, ..Register::of(Some(nick(&"n".repeat(30)))) };
    chat.ask(id, Request::Register(Box::new(register)));
    chat.join(id, ROOM);
    chat.heard.clear();
    let source = chat.state.client(id).unwrap().source.to_string();
    (id, source)
}

/// Asks with the longest text for which `line` has 512 bytes, and with one byte more: whether each was refused.
fn at_the_limit(line: impl Fn(&str, &str) -> String, request: impl Fn(Box<str>) -> Request) -> [bool; 2] {
    [0, 1].map(|beyond| {
        let mut chat = Chat::with(|config| config.limits.kick_length = 390);
        let (id, source) = long_client(&mut chat);
        let operator = Operator { name: "root".into(), role: Role::Admin };
        chat.ask(id, Request::BecomeOperator(operator.into()));
        chat.heard.clear();
        let text = "x".repeat(512 - line(&source, "").len() + beyond);
        chat.ask(id, request(text.into()));
        chat.hears(id).iter().any(|heard| heard.contains("1 bytes too long for one line"))
    })
}

#[test]
fn a_topic_that_its_readers_would_get_cut_is_refused() {
    let topic = |text| Request::SetTopic { room: ROOM.into(), text };
    assert_eq!(
        at_the_limit(|source, text| format!(":{source} TOPIC {ROOM} :{text}\r\n"), topic),
        [false, true]
    );
}

#[test]
fn reasons_that_their_readers_would_get_cut_are_refused() {
    let part = |reason| Request::Part { room: ROOM.into(), reason };
    assert_eq!(
        at_the_limit(|source, text| format!(":{source} PART {ROOM} :{text}\r\n"), part),
        [false, true]
    );
    let long = "n".repeat(30);
    let kick = |reason| Request::Kick { room: ROOM.into(), nick: "n".repeat(30).into(), reason };
    let line = |source: &str, text: &str| format!(":{source} KICK {ROOM} {long} :{text}\r\n");
    assert_eq!(at_the_limit(line, kick), [false, true]);
    let kill = |reason| Request::Kill { nick: "n".repeat(30).into(), reason };
    let line = |source: &str, text: &str| format!(":{source} QUIT :Killed ({long} ({text}))\r\n");
    assert_eq!(at_the_limit(line, kill), [false, true]);
}

#[test]
fn a_wallops_is_as_long_as_its_line() {
    let line = |source: &str, text: &str| format!(":{source} WALLOPS :{text}\r\n");
    assert_eq!(at_the_limit(line, Request::Wallops), [false, true]);
}

#[test]
fn every_reason_has_the_limit_of_a_kick() {
    let reasons: [fn(Box<str>) -> Request; 3] = [
        |reason| Request::Part { room: "#a".into(), reason },
        |reason| Request::Kick { room: "#a".into(), nick: "alice".into(), reason },
        |reason| Request::Kill { nick: "alice".into(), reason },
    ];
    for request in reasons {
        let mut chat = Chat::with(|config| config.limits.kick_length = 10);
        let [alice] = chat.room("#a", ["alice"]);
        let operator = Operator { name: "root".into(), role: Role::Admin };
        chat.ask(alice, Request::BecomeOperator(operator.into()));
        chat.heard.clear();
        chat.ask(alice, request("x".repeat(11).into()));
        assert_eq!(chat.hears(alice), ["no: the reason is longer than 10 bytes (limits.kick-length)"]);
        chat.ask(alice, request("x".repeat(10).into()));
        assert!(!chat.hears(alice)[0].starts_with("no: "));
    }
}

#[test]
fn an_operators_kick_fits_the_line_of_the_one_who_leaves() {
    let mut chat = Chat::with(|config| {
        config.limits.kick_length = 390;
        config.desk.nick = "d".repeat(30);
    });
    let (id, _) = long_client(&mut chat);
    let kick = |length| Command::Kick { who: "n".into(), reason: "x".repeat(length).into() };
    assert!(chat.command(Role::Operator, kick(390), &[id]).is_err());
    assert!(chat.command(Role::Operator, kick(300), &[id]).is_ok());
}

#[test]
fn parting_words_are_shortened_between_characters_and_nobody_is_kept_from_leaving() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    chat.ask(bob, Request::Leave(Disconnect::Quit(format!("x{}", "ä".repeat(300)).into())));
    assert_eq!(chat.hears(alice), [format!("bob quits: Quit: x{}", "ä".repeat(149))]);
    let mut chat = Chat::with(|config| config.limits.kick_length = 390);
    let [alice] = chat.room(ROOM, ["alice"]);
    let (id, source) = long_client(&mut chat);
    chat.ask(id, Request::Leave(Disconnect::Quit("x".repeat(4000).into())));
    let heard = chat.hears(alice).pop().unwrap();
    let words = heard.split_once("quits: ").unwrap().1;
    let line = format!(":{source} QUIT :{words}\r\n");
    assert!(line.len() <= 512 && words.len() >= "Quit: ".len() + 380, "{}", line.len());
}
