//! What was allowed when it was decided and no longer is when it is applied.

use super::{Chat, room_name, words};
use crate::domain::event::Event;
use crate::domain::id::ClientId;
use crate::domain::request::{ModeAsk, Request};

fn kick(chat: &mut Chat, by: ClientId, nick: &str) {
    chat.ask(by, Request::Kick { room: "#a".into(), nick: nick.into(), reason: "out".into() });
}

/// Alice steers #a, bob is in it, and `request` of bob is on its way; then alice does `meanwhile`.
fn bob_after(
    prepare: fn(&mut Chat, ClientId),
    request: Request,
    meanwhile: fn(&mut Chat, ClientId),
) -> (Vec<String>, Vec<String>) {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    chat.client("carol");
    prepare(&mut chat, alice);
    let event = chat.decided(bob, request);
    meanwhile(&mut chat, alice);
    chat.heard.clear();
    chat.happens(Some(bob), event);
    (chat.hears(alice), chat.hears(bob))
}

fn say() -> Request {
    Request::Say(Box::new(words("#a", "still here")))
}

#[test]
fn nobody_hears_a_message_of_one_who_was_kicked_before_it() {
    let (alice, bob) = bob_after(|_, _| {}, say(), |chat, alice| kick(chat, alice, "bob"));
    assert!(alice.is_empty(), "{alice:?}");
    assert_eq!(bob, ["no: you cannot speak in #a: you are not in it (+n)"]);
}

#[test]
fn a_ban_silences_what_was_on_its_way() {
    let ban = |chat: &mut Chat, alice| chat.mode(alice, "#a", 'b', true, Some("bob"));
    let (alice, bob) = bob_after(|_, _| {}, say(), ban);
    assert!(alice.is_empty(), "{alice:?}");
    assert_eq!(bob, ["no: you cannot speak in #a: you are banned (+b)"]);
}

#[test]
fn a_void_message_does_not_count_as_having_spoken() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    let event = chat.decided(bob, say());
    kick(&mut chat, alice, "bob");
    let before = chat.state.client(bob).unwrap().spoke_at;
    chat.now.0 += 5_000;
    chat.happens(Some(bob), event);
    assert_eq!(chat.state.client(bob).unwrap().spoke_at, before);
}

#[test]
fn a_door_that_closed_meanwhile_is_closed() {
    let closed = [
        ('b', Some("dave"), "no: you are banned from #a (+b)"),
        ('i', None, "no: #a is open to invited people only (+i)"),
        ('k', Some("new"), "no: #a needs its key (+k)"),
        ('l', Some("1"), "no: #a is full (+l)"),
    ];
    for (letter, param, refusal) in closed {
        let mut chat = Chat::new();
        let [alice] = chat.room("#a", ["alice"]);
        let dave = chat.client("dave");
        let event = chat.decided(dave, Request::Join { room: room_name("#a"), key: Some("old".into()) });
        chat.mode(alice, "#a", letter, true, param);
        chat.heard.clear();
        chat.happens(Some(dave), event);
        assert_eq!(chat.hears(dave), [refusal]);
        assert!(chat.hears(alice).is_empty());
    }
}

#[test]
fn the_key_travels_with_the_event() {
    let mut chat = Chat::new();
    let [alice] = chat.room("#a", ["alice"]);
    let dave = chat.client("dave");
    let event = chat.decided(dave, Request::Join { room: room_name("#a"), key: Some("key".into()) });
    chat.mode(alice, "#a", 'k', true, Some("key"));
    chat.happens(Some(dave), event);
    assert_eq!(chat.hears(dave)[0], "dave joins #a");
}

#[test]
fn one_who_lost_the_rank_no_longer_steers() {
    let op = |chat: &mut Chat, alice| chat.mode(alice, "#a", 'o', true, Some("bob"));
    let deop = |chat: &mut Chat, alice| chat.mode(alice, "#a", 'o', false, Some("bob"));
    let moderated = ModeAsk { letter: 'm', on: true, param: None };
    let requests = [
        Request::Kick { room: "#a".into(), nick: "alice".into(), reason: "".into() },
        Request::SetTopic { room: "#a".into(), text: "mine".into() },
        Request::SetRoomModes { room: "#a".into(), changes: vec![moderated] },
    ];
    for request in requests {
        let (alice, bob) = bob_after(op, request, deop);
        assert!(alice.is_empty(), "{alice:?}");
        assert_eq!(bob, ["no: you are not an operator of #a"]);
    }
}

#[test]
fn one_who_is_out_no_longer_invites() {
    let invite = Request::Invite { nick: "carol".into(), room: "#a".into() };
    let (_, bob) = bob_after(|_, _| {}, invite, |chat, alice| kick(chat, alice, "bob"));
    assert_eq!(bob, ["no: you are not in #a"]);
}

#[test]
fn one_who_came_in_meanwhile_is_not_invited() {
    let mut chat = Chat::new();
    let [alice] = chat.room("#a", ["alice"]);
    let carol = chat.client("carol");
    let invite = chat.decided(alice, Request::Invite { nick: "carol".into(), room: "#a".into() });
    chat.join(carol, "#a");
    chat.heard.clear();
    chat.happens(Some(alice), invite);
    assert_eq!(chat.hears(alice), ["no: carol is in #a already"]);
    assert!(chat.hears(carol).is_empty());
    chat.ask(carol, Request::Invitations);
    assert_eq!(chat.hears(carol), ["invited into "], "no door stays open behind her");
}

#[test]
fn the_desk_needs_no_rank() {
    let mut chat = Chat::new();
    let [alice] = chat.room("#a", ["alice"]);
    let room = chat.state.room_named("#a").unwrap().id;
    let by = chat.state.desk_author(None);
    chat.happens(None, Event::TopicSet { room, by, text: "rules".into() });
    assert_eq!(chat.hears(alice), ["desk sets topic of #a: rules"]);
}

#[test]
fn one_who_is_no_operator_any_more_tells_nobody() {
    let mut chat = Chat::new();
    let (alice, bob) = (chat.client("alice"), chat.client("bob"));
    let by = chat.state.client(bob).unwrap().author();
    chat.happens(Some(bob), Event::Wallops { by, text: "all of you".into() });
    chat.happens(Some(bob), Event::RehashAsked { client: bob });
    assert!(chat.hears(alice).is_empty());
    assert_eq!(chat.hears(bob), ["no: only operators may do that"; 2]);
}
