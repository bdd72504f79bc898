//! WHO: whom it finds, by what, and what it tells of them.

use super::Chat;
use crate::domain::decide::{self, Outcome};
use crate::domain::id::{ClientId, Time};
use crate::domain::mode::UserMode;
use crate::domain::query::{Facts, WhoAsk};
use crate::domain::reply::{Reply, WhoEntry};
use crate::domain::request::{Register, Request};

fn who(chat: &Chat, asker: ClientId, ask: WhoAsk) -> Vec<WhoEntry> {
    let outcome = decide::request(&chat.state, asker, chat.now, Request::Who(Box::new(ask)));
    let Ok(Outcome::Reply(Reply::Who { entries, .. })) = outcome else { panic!("no answer") };
    entries
}

fn nicks(chat: &Chat, asker: ClientId, mask: &str, facts: Facts) -> Vec<String> {
    let entries = who(chat, asker, WhoAsk { facts, ..WhoAsk::of(mask) });
    let mut nicks: Vec<_> = entries.iter().map(|entry| entry.nick.to_string()).collect();
    nicks.sort();
    nicks
}

/// A client with a user and a real name of its own.
fn person(chat: &mut Chat, nick: &str, user: &str, real_name: &str) -> ClientId {
    let id = chat.connect();
    let Request::Register(register) = super::register(nick) else { panic!("no registration") };
    let register = Register { user: user.into(), real_name: real_name.into(), ..*register };
    chat.ask(id, Request::Register(Box::new(register)));
    id
}

#[test]
fn a_mask_is_compared_with_the_facts_that_were_named() {
    let mut chat = Chat::new();
    let asker = chat.client("asker");
    person(&mut chat, "bob", "~smith", "Robert Smith");
    person(&mut chat, "smith", "~b", "Anne");
    for (mask, facts, expected) in [
        ("*smith*", Facts::USUAL, &["bob", "smith"][..]),
        ("*smith*", Facts::USER, &["bob"]),
        ("*smith*", Facts::REAL_NAME, &["bob"]),
        ("*smith*", Facts::NICK, &["smith"]),
        ("SMITH", Facts::USUAL, &["smith"]),
        ("Robert Smith", Facts::USUAL, &["bob"]),
        ("bob!*@h", Facts::USUAL, &["bob"]),
        ("*smith*", Facts::ACCOUNT, &[]),
        ("*smith*", Facts::HOST, &[]),
        ("*", Facts::HOST, &["asker", "bob", "smith"]),
        ("0", Facts::USUAL, &["asker", "bob", "smith"]),
    ] {
        assert_eq!(nicks(&chat, asker, mask, facts), expected, "{mask} {facts:?}");
    }
}

#[test]
fn addresses_are_for_oneself_and_for_operators() {
    let mut chat = Chat::new();
    let (alice, bob) = (chat.client("alice"), chat.client("bob"));
    let seen = |chat: &Chat, asker| {
        who(chat, asker, WhoAsk::of("alice"))
            .into_iter()
            .map(|entry| entry.address.is_some())
            .collect::<Vec<_>>()
    };
    assert_eq!((seen(&chat, alice), seen(&chat, bob)), (vec![true], vec![false]));
    // Nor can a mask find out what a question does not tell.
    assert_eq!(nicks(&chat, bob, "*", Facts::ORIGIN), ["alice", "bob"]);
    assert_eq!(nicks(&chat, bob, "?", Facts::ORIGIN), ["bob"]);
    chat.operator(bob);
    assert_eq!(seen(&chat, bob), [true]);
    assert_eq!(nicks(&chat, bob, "?", Facts::ORIGIN), ["alice", "bob"]);
}

#[test]
fn only_operators_are_found_where_only_they_are_asked_for() {
    let mut chat = Chat::new();
    let [alice, bob, carol] = chat.room("#a", ["alice", "bob", "carol"]);
    chat.operator(bob);
    for mask in ["#a", "*", "b*", "bob", "carol"] {
        let found = who(&chat, carol, WhoAsk { operators_only: true, ..WhoAsk::of(mask) });
        let found: Vec<_> = found.iter().map(|entry| entry.nick.as_str()).collect();
        assert_eq!(found, if mask == "carol" { vec![] } else { vec!["bob"] }, "{mask}");
    }
    chat.ask(bob, Request::SetUserModes(vec![(UserMode::Operator, false)]));
    assert!(who(&chat, alice, WhoAsk { operators_only: true, ..WhoAsk::of("#a") }).is_empty());
}

#[test]
fn a_plain_nick_is_found_although_it_is_invisible_and_a_mask_does_not_find_it() {
    let mut chat = Chat::new();
    let (ghost, alice) = (chat.client("ghost"), chat.client("alice"));
    chat.ask(ghost, Request::SetUserModes(vec![(UserMode::Invisible, true)]));
    assert_eq!(nicks(&chat, alice, "GHOST", Facts::USUAL), ["ghost"]);
    assert!(nicks(&chat, alice, "ghos*", Facts::USUAL).is_empty());
    assert_eq!(nicks(&chat, alice, "*", Facts::USUAL), ["alice"]);
    assert_eq!(nicks(&chat, ghost, "ghos*", Facts::USUAL), ["ghost"]);
    for id in [ghost, alice] {
        chat.join(id, "#a");
    }
    assert_eq!(nicks(&chat, alice, "ghos*", Facts::USUAL), ["ghost"]);
}

#[test]
fn the_idle_time_is_since_one_last_spoke() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    chat.now = Time(chat.now.0 + 9_500);
    assert_eq!(who(&chat, bob, WhoAsk::of("alice"))[0].idle_s, 9);
    chat.say(alice, "#a", "hello");
    assert_eq!(who(&chat, bob, WhoAsk::of("alice"))[0].idle_s, 0);
}

#[test]
fn a_mask_is_held_against_so_many_clients_at_once_even_if_nobody_fits() {
    let mut chat = Chat::new();
    let asker = chat.client("asker");
    for number in 2..=1005 {
        chat.client(&format!("c{number}"));
    }
    let page = |ask: WhoAsk| {
        let request = Request::Who(Box::new(ask));
        let outcome = decide::request(&chat.state, asker, chat.now, request);
        let Ok(Outcome::Reply(reply)) = outcome else { panic!("no answer") };
        let next = reply.next_page();
        let Reply::Who { entries, .. } = reply else { panic!("no answer") };
        (entries.len(), next)
    };
    let (found, next) = page(WhoAsk::of("c100?"));
    assert_eq!(found, 0, "they are all beyond the first thousand");
    let Some(Request::Who(ask)) = next else { panic!("it goes on") };
    assert_eq!((ask.from, page(*ask)), (1000, (6, None)));
    let most = |left| page(WhoAsk { left, ..WhoAsk::of("*") });
    assert_eq!(most(5), (5, None));
    let (found, next) = most(1000);
    assert_eq!(found, 999);
    assert_eq!(next, Some(Request::Who(Box::new(WhoAsk { from: 1000, left: 1, ..WhoAsk::of("*") }))));
    assert_eq!(page(WhoAsk::of("c2")), (1, None), "a nick is found without looking at anybody else");
}
