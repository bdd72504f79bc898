//! LIST and NAMES: what they show, and how much at once.

use super::Chat;
use crate::domain::decide::{self, Outcome};
use crate::domain::id::{ClientId, Time};
use crate::domain::query::{RoomCondition, WhoAsk};
use crate::domain::reply::Reply;
use crate::domain::request::Request;

fn named(mask: &str) -> RoomCondition {
    RoomCondition::Named(mask.into())
}

#[test]
fn a_list_comes_in_pages_and_without_secrets() {
    let mut chat = Chat::with(|config| config.limits.rooms_per_client = 1000);
    let alice = chat.client("alice");
    for number in 0..201 {
        chat.join(alice, &format!("#{number}"));
    }
    chat.mode(alice, "#0", 's', true, None);
    let bob = chat.client("bob");
    chat.ask(bob, Request::List { from: 0, conditions: [].into() });
    assert_eq!(chat.hears(bob)[0].split(", ").count(), 200);
    chat.ask(alice, Request::Part { room: "#1".into(), reason: "".into() });
    chat.ask(bob, Request::List { from: 200, conditions: [named("#2*")].into() });
    assert_eq!(chat.hears(bob), ["#200 1"]);
}

/// One page: where the next one begins, and its rooms.
fn page(chat: &Chat, who: ClientId, from: u32, conditions: &[RoomCondition]) -> (Option<u32>, Vec<String>) {
    let request = Request::List { from, conditions: conditions.into() };
    let outcome = decide::request(&chat.state, who, chat.now, request);
    let Ok(Outcome::Reply(Reply::List { rooms, next, .. })) = outcome else { panic!("no list") };
    (next, rooms.iter().map(|listed| listed.room.to_string()).collect())
}

#[test]
fn a_page_of_a_list_ends_when_it_has_compared_enough_even_if_nothing_fits() {
    let mut chat = Chat::with(|config| config.limits.rooms_per_client = 2000);
    let alice = chat.client("alice");
    for number in 0..1001 {
        chat.join(alice, &format!("#{number}"));
    }
    let last = [named("#1000")];
    assert_eq!(page(&chat, alice, 0, &last), (Some(1000), vec![]));
    assert_eq!(page(&chat, alice, 1000, &last), (None, vec!["#1000".into()]));
    let ten = vec![named("nothing"); 10];
    assert_eq!(page(&chat, alice, 0, &ten), (Some(100), vec![]));
    let (next, rooms) = page(&chat, alice, 0, &[]);
    assert_eq!((next, rooms.len()), (Some(200), 200));
    let mut eleven = ten.clone();
    eleven.push(named("#5"));
    assert_eq!(page(&chat, alice, 0, &eleven), (Some(100), vec![]));
}

#[test]
fn a_mask_of_a_hundred_bytes_is_compared_and_a_longer_one_fits_nothing() {
    let mut chat = Chat::new();
    let [alice] = chat.room("#a", ["alice"]);
    let stars = |count| "*".repeat(count);
    assert_eq!(page(&chat, alice, 0, &[named(&stars(100))]).1, ["#a"]);
    assert!(page(&chat, alice, 0, &[named(&stars(101))]).1.is_empty());
    let who = |length| Request::Who(Box::new(WhoAsk::of(&stars(length))));
    chat.ask(alice, who(100));
    chat.ask(alice, who(101));
    let heard = chat.hears(alice);
    assert!(heard[0].contains("alice"), "{heard:?}");
    assert!(!heard[1].contains("alice"), "{heard:?}");
}

#[test]
fn every_condition_has_to_hold_but_one_name_of_several_is_enough() {
    const MINUTE: u64 = 60_000;
    let mut chat = Chat::new();
    let (alice, bob) = (chat.client("alice"), chat.client("bob"));
    chat.join(alice, "#old");
    chat.ask(alice, Request::SetTopic { room: "#old".into(), text: "first".into() });
    chat.now = Time(chat.now.0 + 2 * MINUTE);
    chat.join(alice, "#new");
    chat.join(bob, "#new");
    chat.ask(alice, Request::SetTopic { room: "#new".into(), text: "second".into() });
    chat.join(alice, "#bare");
    chat.now = Time(chat.now.0 + MINUTE);
    let not_named = |mask: &str| RoomCondition::NotNamed(mask.into());
    for (conditions, expected) in [
        (vec![], &["#bare", "#new", "#old"][..]),
        (vec![RoomCondition::MoreThan(0)], &["#bare", "#new", "#old"]),
        (vec![RoomCondition::MoreThan(1)], &["#new"]),
        (vec![RoomCondition::FewerThan(2)], &["#bare", "#old"]),
        (vec![RoomCondition::FewerThan(1)], &[]),
        (vec![RoomCondition::CreatedBefore(2)], &["#old"]),
        (vec![RoomCondition::CreatedBefore(0)], &["#bare", "#new", "#old"]),
        (vec![RoomCondition::CreatedWithin(2)], &["#bare", "#new"]),
        (vec![RoomCondition::CreatedWithin(0)], &[]),
        (vec![RoomCondition::TopicBefore(2)], &["#old"]),
        (vec![RoomCondition::TopicBefore(0)], &["#new", "#old"]),
        (vec![RoomCondition::TopicWithin(2)], &["#new"]),
        (vec![RoomCondition::TopicWithin(u64::MAX)], &["#new", "#old"]),
        (vec![named("#OLD"), named("#n*")], &["#new", "#old"]),
        (vec![named("old")], &[]),
        (vec![not_named("*e*")], &["#old"]),
        (vec![not_named("*e*"), named("#new"), named("#bare")], &[]),
        (vec![named("#*"), RoomCondition::MoreThan(0), not_named("#bare")], &["#new", "#old"]),
    ] {
        let mut rooms = page(&chat, alice, 0, &conditions).1;
        rooms.sort();
        assert_eq!(rooms, expected, "{conditions:?}");
    }
}
