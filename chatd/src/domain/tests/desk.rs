//! The desk: private, acknowledged, never handed on.

use std::sync::Arc;

use super::{Chat, words};
use crate::domain::command::{Command, Operator, Role, SayTo};
use crate::domain::disconnect::Disconnect;
use crate::domain::id::ClientId;
use crate::domain::request::{Request, Say};

fn operator(chat: &mut Chat, nick: &str) -> ClientId {
    let id = chat.client(nick);
    let who = Operator { name: "root".into(), role: Role::Operator };
    chat.ask(id, Request::BecomeOperator(Arc::new(who)));
    chat.heard.clear();
    id
}

fn answer(chat: &mut Chat, to: ClientId, text: &str) {
    let say = Command::Say { to: SayTo::Client("x".into()), text: text.into() };
    chat.command(Role::Operator, say, &[to]).unwrap();
}

#[test]
fn a_message_to_the_desk_is_acknowledged_and_seen_by_operators_only() {
    let mut chat = Chat::new();
    let op = operator(&mut chat, "op");
    let (alice, bob) = (chat.client("alice"), chat.client("bob"));
    chat.say(alice, "desk", "help");
    assert_eq!(chat.hears(alice), ["received"]);
    assert_eq!(chat.hears(op), ["desk <- alice: help"]);
    assert!(chat.hears(bob).is_empty());
}

#[test]
fn the_desk_answers_one_and_nobody_else_hears_it() {
    let mut chat = Chat::new();
    let (alice, bob) = (chat.client("alice"), chat.client("bob"));
    answer(&mut chat, alice, "hello alice");
    assert_eq!(chat.hears(alice), ["desk says: hello alice"]);
    assert!(chat.hears(bob).is_empty());
}

#[test]
fn an_irc_operator_answers_by_naming_the_guest() {
    let mut chat = Chat::new();
    let op = operator(&mut chat, "op");
    let alice = chat.client("alice");
    chat.say(op, "desk", "alice: coming");
    assert_eq!(chat.hears(alice), ["desk says: coming"]);
    chat.say(op, "desk", "no name");
    assert_eq!(chat.hears(op), ["no: begin with `nick: ` to answer somebody from the desk"]);
}

#[test]
fn what_the_desk_could_not_say_in_one_line_is_refused_to_the_operator_who_says_it() {
    let mut chat = Chat::with(|config| config.server.name = format!("{}.test", "s".repeat(55)));
    let op = operator(&mut chat, "op");
    let alice = chat.client("alice");
    let head = format!(":desk!desk@{}.test PRIVMSG alice :\r\n", "s".repeat(55)).len();
    let fits = "x".repeat(512 - head);
    chat.say(op, "desk", &format!("alice: {fits}x"));
    assert!(chat.hears(op)[0].starts_with("no: "), "one byte too long");
    assert!(chat.hears(alice).is_empty());
    chat.say(op, "desk", &format!("alice: {fits}"));
    assert_eq!(chat.hears(alice), [format!("desk says: {fits}")]);
}

#[test]
fn a_rule_answers_after_the_receipt_line_by_line() {
    let mut chat = Chat::new();
    let alice = chat.client("alice");
    let ask = Say { rule_reply: Some("first\n\nsecond".into()), ..words("DESK", "price?") };
    chat.ask(alice, Request::Say(Box::new(ask)));
    assert_eq!(chat.hears(alice), ["received", "desk says: first", "desk says: second"]);
    assert!(!chat.state.desk().all()[0].is_waiting);
}

#[test]
fn a_guest_who_comes_back_has_another_conversation() {
    let mut chat = Chat::new();
    let first = chat.client("alice");
    chat.say(first, "desk", "my secret");
    let before = chat.state.client(first).unwrap().desk;
    chat.ask(first, Request::Leave(Disconnect::Closed));
    let second = chat.client("alice");
    assert_ne!(chat.state.client(second).unwrap().desk, before);
    chat.say(second, "desk", "hello");
    let open = chat.state.desk().all();
    assert_eq!(open.len(), 2);
    assert_eq!((open[0].id, open[0].guest, open[0].is_waiting), (before, None, true));
    assert_eq!(open[1].guest, Some(second));
}

#[test]
fn an_answered_conversation_closes_with_its_guest_and_an_unanswered_one_waits() {
    let mut chat = Chat::new();
    let (alice, bob) = (chat.client("alice"), chat.client("bob"));
    for id in [alice, bob] {
        chat.say(id, "desk", "x");
    }
    answer(&mut chat, alice, "y");
    for id in [alice, bob] {
        chat.ask(id, Request::Leave(Disconnect::Closed));
    }
    let left = chat.state.desk().all();
    assert_eq!(left.iter().map(|one| one.nick.as_str()).collect::<Vec<_>>(), ["bob"]);
}
