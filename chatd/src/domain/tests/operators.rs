//! What operators do, and that each of it leaves an audit entry.

use std::sync::Arc;

use super::{Chat, register};
use crate::domain::command::{Answer, Command, Operator, Role, SayTo};
use crate::domain::event::Event;
use crate::domain::message::MessageKind;
use crate::domain::refusal::Refusal;
use crate::domain::request::Request;
use crate::domain::{decide, id::Time};

fn kick() -> Command {
    Command::Kick { who: "bob".into(), reason: "spam".into() }
}

#[test]
fn a_kick_tells_the_client_and_its_rooms_why() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    let kicked = chat.command(Role::Operator, kick(), &[bob]);
    assert_eq!(kicked, Ok(Answer::Kicked(vec![(bob, Some("bob".into()))])));
    assert_eq!(chat.hears(bob), ["ended: Kicked by desk: spam"]);
    assert_eq!(chat.hears(alice), ["bob quits: Kicked by desk: spam"]);
}

#[test]
fn kicking_nobody_is_a_refusal() {
    let mut chat = Chat::new();
    assert_eq!(chat.command(Role::Admin, kick(), &[]), Err(Refusal::NoSuchClient("bob".into())));
}

#[test]
fn a_viewer_only_sees() {
    let mut chat = Chat::new();
    let bob = chat.client("bob");
    let needs = Err(Refusal::RoleTooLow { needs: "operator" });
    assert_eq!(chat.command(Role::Viewer, kick(), &[bob]), needs);
    let say = Command::Say { to: SayTo::Everyone, text: "x".into() };
    assert_eq!(chat.command(Role::Viewer, say, &[]), needs);
    assert!(chat.hears(bob).is_empty());
}

#[test]
fn an_announcement_reaches_every_registered_client() {
    let mut chat = Chat::new();
    let (alice, bob) = (chat.client("alice"), chat.client("bob"));
    let unregistered = chat.connect();
    let say = Command::Say { to: SayTo::Everyone, text: "down at noon".into() };
    chat.command(Role::Operator, say, &[]).unwrap();
    assert_eq!(chat.hears(alice), ["to all: down at noon"]);
    assert_eq!(chat.hears(bob), ["to all: down at noon"]);
    assert!(chat.hears(unregistered).is_empty());
}

#[test]
fn every_command_begins_with_an_audit_entry_that_is_durable() {
    let mut chat = Chat::new();
    let bob = chat.client("bob");
    let by = Operator { name: "root".into(), role: Role::Admin };
    let say = |to| Command::Say { to, text: "x".into() };
    for command in [kick(), say(SayTo::Everyone), say(SayTo::Client("bob".into()))] {
        let (events, _) = decide::command(&chat.state, &by, Time(5), command, &[bob]).unwrap();
        assert!(matches!(&events[0], Event::Audited(audit) if *audit.who == *"root"), "{events:?}");
        assert!(events[0].is_durable(false));
    }
}

#[test]
fn clients_need_to_be_operators_for_kill_wallops_and_rehash() {
    let mut chat = Chat::new();
    let alice = chat.client("alice");
    let kill = Request::Kill { nick: "alice".into(), reason: "x".into() };
    for request in [kill.clone(), Request::Wallops("x".into()), Request::Rehash] {
        chat.ask(alice, request);
        assert_eq!(chat.hears(alice), ["no: only operators may do that"]);
    }
    let operator = Operator { name: "op".into(), role: Role::Operator };
    chat.ask(alice, Request::BecomeOperator(Arc::new(operator)));
    chat.heard.clear();
    chat.ask(alice, Request::Rehash);
    assert_eq!(chat.hears(alice), ["no: that needs the role admin"]);
    chat.ask(alice, kill);
    assert_eq!(chat.hears(alice), ["ended: Killed (alice (x))"]);
}

#[test]
fn an_event_that_no_longer_holds_is_void() {
    let mut chat = Chat::new();
    let (first, second) = (chat.connect(), chat.connect());
    let decided: Vec<_> = [first, second]
        .map(|id| decide::request(&chat.state, id, chat.now, register("alice")).unwrap())
        .into();
    for (id, outcome) in [first, second].into_iter().zip(decided) {
        let decide::Outcome::Event(event) = outcome else { panic!("one event") };
        chat.happens(Some(id), event);
    }
    assert_eq!(chat.hears(first), ["welcome alice"]);
    assert_eq!(chat.hears(second), ["no: the nick alice is in use"]);
}

#[test]
fn tags_alone_and_direct_messages_are_never_durable() {
    let mut chat = Chat::new();
    let [alice, _bob] = chat.room("#a", ["alice", "bob"]);
    let decide = |chat: &Chat, to: &str, kind| {
        let mut say = super::words(to, "x");
        say.kind = kind;
        match decide::request(&chat.state, alice, chat.now, Request::Say(Box::new(say))).unwrap() {
            decide::Outcome::Event(event) => event,
            other => panic!("{other:?}"),
        }
    };
    assert!(decide(&chat, "#a", MessageKind::Privmsg).is_durable(true));
    assert!(!decide(&chat, "#a", MessageKind::Privmsg).is_durable(false));
    assert!(!decide(&chat, "#a", MessageKind::Tag).is_durable(true));
    assert!(!decide(&chat, "bob", MessageKind::Privmsg).is_durable(true));
    assert!(decide(&chat, "desk", MessageKind::Privmsg).is_durable(false));
}
