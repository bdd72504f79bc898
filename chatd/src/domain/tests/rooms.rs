//! Entering, leaving and steering rooms.

use super::{Chat, room_name};
use crate::domain::disconnect::Disconnect;
use crate::domain::id::ClientId;
use crate::domain::request::Request;

fn join_with(chat: &mut Chat, who: ClientId, key: &str) {
    chat.ask(who, Request::Join { room: room_name("#a"), key: Some(key.into()) });
}

#[test]
fn the_first_in_a_room_steers_it_and_the_room_ends_with_the_last() {
    let mut chat = Chat::new();
    let (alice, bob) = (chat.client("alice"), chat.client("bob"));
    chat.join(alice, "#a");
    assert_eq!(chat.hears(alice), ["alice joins #a", "in #a: @alice"]);
    chat.join(bob, "#A");
    assert_eq!(chat.hears(alice), ["bob joins #a"]);
    assert_eq!(chat.hears(bob), ["bob joins #a", "in #a: @alice bob"]);
    chat.ask(alice, Request::Part { room: "#a".into(), reason: "bye".into() });
    assert_eq!(chat.hears(alice), ["alice leaves #a: bye"]);
    assert_eq!(chat.hears(bob), ["alice leaves #a: bye"]);
    chat.ask(bob, Request::PartAll);
    assert_eq!(chat.state.room_count(), 0);
    chat.join(bob, "#a");
    assert_eq!(chat.hears(bob), ["bob leaves #a: ", "bob joins #a", "in #a: @bob"]);
}

#[test]
fn a_key_a_limit_and_an_invitation_guard_the_door() {
    let mut chat = Chat::new();
    let [alice] = chat.room("#a", ["alice"]);
    let (bob, carol) = (chat.client("bob"), chat.client("carol"));
    chat.mode(alice, "#a", 'k', true, Some("pass"));
    join_with(&mut chat, bob, "wrong");
    assert_eq!(chat.hears(bob), ["no: #a needs its key (+k)"]);
    join_with(&mut chat, bob, "pass");
    assert_eq!(chat.hears(bob)[0], "bob joins #a");
    chat.mode(alice, "#a", 'l', true, Some("2"));
    join_with(&mut chat, carol, "pass");
    assert_eq!(chat.hears(carol), ["no: #a is full (+l)"]);
    chat.mode(alice, "#a", 'i', true, None);
    join_with(&mut chat, carol, "pass");
    assert_eq!(chat.hears(carol), ["no: #a is open to invited people only (+i)"]);
    chat.ask(alice, Request::Invite { nick: "carol".into(), room: "#a".into() });
    assert_eq!(chat.hears(carol), ["alice invites carol into #a"]);
    chat.join(carol, "#a");
    assert_eq!(chat.hears(carol)[0], "carol joins #a");
}

fn invite(chat: &mut Chat, who: ClientId, nick: &str) {
    chat.ask(who, Request::Invite { nick: nick.into(), room: "#a".into() });
}

#[test]
fn those_who_were_invited_and_left_are_not_remembered() {
    let mut chat = Chat::new();
    let [alice] = chat.room("#a", ["alice"]);
    for _ in 0..20 {
        let guest = chat.client("guest");
        invite(&mut chat, alice, "guest");
        invite(&mut chat, alice, "guest");
        chat.ask(guest, Request::Leave(Disconnect::Closed));
    }
    assert_eq!(format!("{:?}", chat.state.people().invitations), "Invitations { rooms: {} }");
}

#[test]
fn a_client_has_as_many_invitations_as_a_list_has_entries_and_the_oldest_is_forgotten() {
    let mut chat = Chat::with(|config| config.limits.room_list_entries = 2);
    let [alice] = chat.room("#one", ["alice"]);
    let guest = chat.client("guest");
    for room in ["#one", "#two", "#three"] {
        chat.join(alice, room);
        chat.mode(alice, room, 'i', true, None);
        chat.ask(alice, Request::Invite { nick: "guest".into(), room: room.into() });
    }
    chat.heard.clear();
    ["#one", "#two", "#three"].iter().for_each(|room| chat.join(guest, room));
    let heard = chat.hears(guest);
    assert_eq!(heard[0], "no: #one is open to invited people only (+i)");
    assert_eq!((heard[1].as_str(), heard[3].as_str()), ("guest joins #two", "guest joins #three"));
}

#[test]
fn an_invitation_of_a_mere_member_opens_no_door() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    let carol = chat.client("carol");
    chat.mode(alice, "#a", 'k', true, Some("pass"));
    invite(&mut chat, bob, "carol");
    assert_eq!(chat.hears(carol), ["bob invites carol into #a"]);
    chat.join(carol, "#a");
    assert_eq!(chat.hears(carol), ["no: #a needs its key (+k)"]);
    invite(&mut chat, alice, "carol");
    chat.join(carol, "#a");
    assert_eq!(chat.hears(carol)[1], "carol joins #a");
}

#[test]
fn a_ban_keeps_out_and_silences_and_an_exception_lifts_it() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    chat.mode(alice, "#a", 'b', true, Some("bob"));
    assert_eq!(chat.hears(bob), ["alice sets #a +b bob!*@*"]);
    chat.say(bob, "#a", "x");
    assert_eq!(chat.hears(bob), ["no: you cannot speak in #a: you are banned (+b)"]);
    chat.ask(alice, Request::Kick { room: "#a".into(), nick: "bob".into(), reason: "out".into() });
    assert_eq!(chat.hears(bob), ["alice kicks bob from #a: out"]);
    chat.join(bob, "#a");
    assert_eq!(chat.hears(bob), ["no: you are banned from #a (+b)"]);
    chat.mode(alice, "#a", 'e', true, Some("*!*@h"));
    chat.join(bob, "#a");
    assert_eq!(chat.hears(bob)[0], "bob joins #a");
}

#[test]
fn only_operators_of_the_room_steer_it() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    let no = ["no: you are not an operator of #a"];
    chat.mode(bob, "#a", 'm', true, None);
    assert_eq!(chat.hears(bob), no);
    chat.ask(bob, Request::Kick { room: "#a".into(), nick: "alice".into(), reason: "".into() });
    assert_eq!(chat.hears(bob), no);
    chat.ask(bob, Request::SetTopic { room: "#a".into(), text: "mine".into() });
    assert_eq!(chat.hears(bob), no);
    chat.mode(alice, "#a", 't', false, None);
    chat.ask(bob, Request::SetTopic { room: "#a".into(), text: "mine".into() });
    assert_eq!(chat.hears(alice), ["alice sets #a -t", "bob sets topic of #a: mine"]);
}

#[test]
fn wrong_modes_are_refused_one_by_one_and_the_right_ones_done() {
    let mut chat = Chat::new();
    let [alice] = chat.room("#a", ["alice"]);
    chat.mode(alice, "#a", 'x', true, None);
    chat.mode(alice, "#a", 'l', true, Some("none"));
    chat.mode(alice, "#a", 'k', true, None);
    chat.mode(alice, "#a", 'v', true, Some("nobody"));
    let heard = chat.hears(alice);
    assert_eq!(heard[0], "no: there is no room mode x");
    assert_eq!(heard[1], "no: mode l: the limit is a number above 0");
    assert_eq!(heard[2], "no: mode k: it needs a parameter");
    assert_eq!(heard[3], "no: nobody here is called nobody");
    chat.mode(alice, "#a", 'n', true, None);
    assert!(chat.hears(alice).is_empty(), "a mode that is on already is no change");
}

#[test]
fn a_list_of_masks_has_a_limit() {
    let mut chat = Chat::with(|config| config.limits.room_list_entries = 2);
    let [alice] = chat.room("#a", ["alice"]);
    for mask in ["a", "b", "c"] {
        chat.mode(alice, "#a", 'b', true, Some(mask));
    }
    let full = "no: the +b list of #a holds 2 entries (limits.room-list-entries)";
    assert_eq!(chat.hears(alice), ["alice sets #a +b a!*@*", "alice sets #a +b b!*@*", full]);
}

#[test]
fn rooms_are_limited_for_one_and_for_all() {
    let mut chat = Chat::with(|config| {
        config.limits.rooms_per_client = 2;
        config.limits.rooms = 3;
    });
    let (alice, bob) = (chat.client("alice"), chat.client("bob"));
    for room in ["#1", "#2", "#3"] {
        chat.join(alice, room);
    }
    let mine = "no: cannot enter #3: you are in 2 rooms (limits.rooms-per-client)";
    assert_eq!(chat.hears(alice).last().map(String::as_str), Some(mine));
    chat.join(bob, "#3");
    chat.ask(bob, Request::PartAll);
    chat.join(bob, "#3");
    chat.heard.clear();
    chat.join(bob, "#4");
    assert_eq!(chat.hears(bob), ["no: cannot create #4: there are 3 rooms (limits.rooms)"]);
}

#[test]
fn an_operator_of_a_room_may_put_itself_out_and_others_of_its_rank() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    chat.mode(alice, "#a", 'o', true, Some("bob"));
    chat.heard.clear();
    for nick in ["alice", "bob"] {
        chat.ask(bob, Request::Kick { room: "#a".into(), nick: nick.into(), reason: "".into() });
    }
    assert_eq!(chat.hears(alice), ["bob kicks alice from #a: bob"]);
    assert_eq!(chat.hears(bob), ["bob kicks alice from #a: bob", "bob kicks bob from #a: bob"]);
    assert!(chat.state.room_named("#a").is_none());
}
