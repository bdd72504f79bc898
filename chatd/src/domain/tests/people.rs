//! Watching, not hearing, knocking, being invited.

use std::sync::Arc;

use chat_proto::mask::Mask;

use super::{Chat, nick, words};
use crate::domain::apply::apply;
use crate::domain::command::{Operator, Role};
use crate::domain::disconnect::Disconnect;
use crate::domain::event::{Dated, Event};
use crate::domain::id::ClientId;
use crate::domain::message::MessageKind;
use crate::domain::mode::Rank;
use crate::domain::notice::Ear;
use crate::domain::people::{MonitorAsk, MonitorChange};
use crate::domain::request::{Request, Say};

fn watch(chat: &mut Chat, who: ClientId, nicks: &[&str]) {
    let nicks = nicks.iter().map(|name| nick(name)).collect();
    chat.ask(who, Request::Monitor(MonitorAsk::Change(MonitorChange::Add(nicks))));
}

fn unwatch(chat: &mut Chat, who: ClientId, name: &str) {
    chat.ask(who, Request::Monitor(MonitorAsk::Change(MonitorChange::Remove(vec![nick(name)]))));
}

#[test]
fn whoever_watches_a_nick_hears_it_come_change_and_go() {
    let mut chat = Chat::new();
    let alice = chat.client("alice");
    watch(&mut chat, alice, &["bob[", "carol"]);
    assert_eq!(chat.hears(alice), ["watched: -bob[ -carol"]);
    let bob = chat.client("BOB{");
    assert_eq!(chat.hears(alice), ["watched: +BOB{"]);
    chat.ask(bob, Request::ChangeNick(nick("bob{")));
    assert!(chat.hears(alice).is_empty(), "it is the same nick");
    chat.ask(bob, Request::ChangeNick(nick("Carol")));
    assert_eq!(chat.hears(alice), ["watched: -bob{", "watched: +Carol"]);
    chat.ask(bob, Request::Leave(Disconnect::Closed));
    assert_eq!(chat.hears(alice), ["watched: -Carol"]);
}

#[test]
fn a_nick_is_watched_once_and_nobody_hears_of_one_that_is_watched_no_more() {
    let mut chat = Chat::new();
    let (alice, bob) = (chat.client("alice"), chat.client("bob"));
    watch(&mut chat, alice, &["dave", "DAVE"]);
    watch(&mut chat, alice, &["Dave"]);
    assert_eq!(chat.hears(alice), ["watched: -dave", "watched: "]);
    watch(&mut chat, bob, &["dave"]);
    unwatch(&mut chat, bob, "DAVE");
    unwatch(&mut chat, bob, "nobody");
    chat.hears(bob);
    let dave = chat.client("dave");
    assert_eq!((chat.hears(alice), chat.hears(bob)), (vec!["watched: +dave".to_owned()], vec![]));
    chat.ask(alice, Request::Monitor(MonitorAsk::List));
    chat.ask(alice, Request::Monitor(MonitorAsk::Status));
    chat.ask(alice, Request::Monitor(MonitorAsk::Change(MonitorChange::Clear)));
    chat.ask(alice, Request::Monitor(MonitorAsk::List));
    assert_eq!(chat.hears(alice), ["watches dave", "watched: +dave", "watches "]);
    chat.ask(dave, Request::Leave(Disconnect::Closed));
    assert!(chat.hears(alice).is_empty());
}

#[test]
fn so_many_nicks_are_watched_and_not_one_more() {
    let mut chat = Chat::with(|config| config.limits.monitor = 2);
    let alice = chat.client("alice");
    watch(&mut chat, alice, &["one", "two", "ONE"]);
    assert_eq!(chat.hears(alice), ["watched: -one -two"]);
    watch(&mut chat, alice, &["two", "three", "four"]);
    let full = "no: you watch 2 nicks (limits.monitor); not added: three four";
    assert_eq!(chat.hears(alice), ["watched: ", full]);
    unwatch(&mut chat, alice, "one");
    watch(&mut chat, alice, &["three"]);
    assert_eq!(chat.hears(alice), ["watched: -three"]);
}

#[test]
fn who_is_gone_watches_nobody_and_its_own_nick_is_a_nick_like_others() {
    let mut chat = Chat::new();
    let alice = chat.client("alice");
    watch(&mut chat, alice, &["alice", "bob"]);
    chat.ask(alice, Request::ChangeNick(nick("bob")));
    let heard = chat.hears(alice);
    assert_eq!(heard[0], "watched: +alice -bob");
    assert!(heard[3..] == ["watched: -alice", "watched: +bob"], "{heard:?}");
    chat.ask(alice, Request::Leave(Disconnect::Closed));
    assert_eq!(chat.hears(alice), ["ended: Connection closed"]);
    chat.client("alice");
    assert!(chat.hears(alice).is_empty());
}

fn silence(chat: &mut Chat, who: ClientId, mask: &str, on: bool) {
    let mask = Mask::parse(mask, 100).unwrap();
    chat.ask(who, Request::SetSilences(vec![(mask, on)]));
}

#[test]
fn whom_one_does_not_want_to_hear_one_does_not_hear_and_nobody_notices() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    chat.ask(alice, Request::Away(Some("lunch".into())));
    silence(&mut chat, alice, "BOB", true);
    assert_eq!(chat.hears(alice), ["away: true", "silence BOB!*@*: true"]);
    chat.join(bob, "#b");
    chat.hears(bob);
    chat.say(bob, "alice", "hello");
    chat.ask(bob, Request::Say(Box::new(Say { kind: MessageKind::Notice, ..words("alice", "x") })));
    chat.ask(bob, Request::Invite { nick: "alice".into(), room: "#b".into() });
    assert!(chat.hears(alice).is_empty());
    let unnoticed = ["alice is away: lunch", "alice is invited into #b", "alice is away: lunch"];
    assert_eq!(chat.hears(bob), unnoticed);
    chat.say(bob, "#a", "a room is everybody's");
    assert_eq!(chat.hears(alice), ["#a bob: a room is everybody's"]);
    silence(&mut chat, alice, "BOB", false);
    chat.say(bob, "alice", "and now?");
    assert_eq!(chat.hears(alice), ["silence BOB!*@*: false", "bob: and now?"]);
}

#[test]
fn a_list_that_changes_while_a_message_is_on_its_way_counts_as_it_is_then() {
    let mut chat = Chat::new();
    let (alice, bob) = (chat.client("alice"), chat.client("bob"));
    let on_its_way = chat.decided(bob, Request::Say(Box::new(words("alice", "hello"))));
    silence(&mut chat, alice, "bob", true);
    silence(&mut chat, alice, "carol", true);
    silence(&mut chat, alice, "carol", false);
    chat.heard.clear();
    chat.happens(Some(bob), on_its_way);
    assert!(chat.hears(alice).is_empty() && chat.hears(bob).is_empty());
}

#[test]
fn operators_and_the_desk_are_always_heard() {
    let mut chat = Chat::new();
    let (alice, boss) = (chat.client("alice"), chat.client("boss"));
    silence(&mut chat, alice, "*!*@*", true);
    let operator = Operator { name: "boss".into(), role: Role::Operator };
    chat.ask(boss, Request::BecomeOperator(Arc::new(operator)));
    chat.heard.clear();
    chat.say(boss, "alice", "read the rules");
    chat.say(boss, "desk", "alice: this is the desk");
    assert_eq!(chat.hears(alice), ["boss: read the rules", "desk says: this is the desk"]);
}

#[test]
fn so_many_masks_are_kept_and_not_one_more() {
    let mut chat = Chat::with(|config| config.limits.silence = 1);
    let alice = chat.client("alice");
    for (mask, on) in [("a", true), ("a", true), ("b", true), ("b", false), ("a", false), ("b", true)] {
        silence(&mut chat, alice, mask, on);
    }
    chat.ask(alice, Request::Silences);
    let expected = [
        "silence a!*@*: true",
        "no: you do not hear 1 masks (limits.silence); not added: b!*@*",
        "silence a!*@*: false",
        "silence b!*@*: true",
        "silence b!*@*",
    ];
    assert_eq!(chat.hears(alice), expected);
}

#[test]
fn a_mask_that_is_taken_out_twice_makes_room_for_one_and_changes_count_in_their_order() {
    let mut chat = Chat::with(|config| config.limits.silence = 2);
    let alice = chat.client("alice");
    let ask = |chat: &mut Chat, changes: &[&str]| {
        let change = |text: &&str| (Mask::parse(&text[1..], 100).unwrap(), text.starts_with('+'));
        chat.ask(alice, Request::SetSilences(changes.iter().map(change).collect()));
        chat.heard.clear();
        chat.ask(alice, Request::Silences);
        chat.hears(alice)
    };
    assert_eq!(ask(&mut chat, &["+a", "+a", "+b", "+b"]), ["silence a!*@* b!*@*"]);
    assert_eq!(ask(&mut chat, &["-a", "-a", "-a", "+c", "+d", "+e"]), ["silence b!*@* c!*@*"]);
    assert_eq!(ask(&mut chat, &["-b", "+b", "-c", "+d", "-d"]), ["silence b!*@*"]);
}

fn knock(chat: &mut Chat, who: ClientId, room: &str) {
    chat.ask(who, Request::Knock { room: room.into(), text: "".into() });
}

#[test]
fn a_knock_is_heard_by_those_who_could_open_the_door_alone() {
    let mut chat = Chat::new();
    let [alice, half, bob] = chat.room("#a", ["alice", "half", "bob"]);
    let dave = chat.client("dave");
    chat.mode(alice, "#a", 'i', true, None);
    chat.mode(alice, "#a", 'h', true, Some("half"));
    chat.mode(alice, "#a", 'v', true, Some("bob"));
    chat.heard.clear();
    knock(&mut chat, dave, "#A");
    for id in [alice, half] {
        assert_eq!(chat.hears(id), ["dave knocks at #a: has asked for an invite"]);
    }
    assert_eq!(chat.hears(dave), ["knocked at #a"]);
    assert!(chat.hears(bob).is_empty());
}

#[test]
fn nobody_knocks_where_it_is_of_no_use_or_where_nothing_is_to_be_seen() {
    let mut chat = Chat::new();
    let [alice] = chat.room("#a", ["alice"]);
    let dave = chat.client("dave");
    let answer = |chat: &mut Chat| {
        knock(chat, dave, "#a");
        chat.hears(dave).remove(0)
    };
    assert_eq!(answer(&mut chat), "no: #a is open, enter");
    chat.mode(alice, "#a", 'i', true, None);
    chat.mode(alice, "#a", 'b', true, Some("dave"));
    assert_eq!(answer(&mut chat), "no: you are banned from #a (+b)");
    chat.mode(alice, "#a", 'b', false, Some("dave"));
    chat.mode(alice, "#a", 's', true, None);
    assert_eq!(answer(&mut chat), "no: there is no room #a");
    chat.mode(alice, "#a", 's', false, None);
    chat.ask(alice, Request::Invite { nick: "dave".into(), room: "#a".into() });
    chat.hears(dave);
    assert_eq!(answer(&mut chat), "no: #a is open, enter");
    chat.join(dave, "#a");
    chat.hears(dave);
    assert_eq!(answer(&mut chat), "no: you are in #a already");
}

#[test]
fn a_room_and_a_client_have_peace_after_a_knock() {
    let mut chat = Chat::new();
    let [alice] = chat.room("#a", ["alice"]);
    chat.join(alice, "#b");
    ["#a", "#b"].iter().for_each(|room| chat.mode(alice, room, 'i', true, None));
    let (dave, erin) = (chat.client("dave"), chat.client("erin"));
    knock(&mut chat, dave, "#a");
    knock(&mut chat, dave, "#b");
    knock(&mut chat, erin, "#a");
    let no =
        |room| format!("no: too many knocks, at {room} or from you; wait a moment (limits.knock-interval)");
    assert_eq!(chat.hears(dave), ["knocked at #a".to_owned(), no("#b")]);
    assert_eq!(chat.hears(erin), [no("#a")]);
    chat.now.0 += 60_000;
    knock(&mut chat, erin, "#a");
    assert_eq!(chat.hears(erin), ["knocked at #a"]);
}

#[test]
fn a_door_that_opened_meanwhile_needs_no_knock() {
    let mut chat = Chat::new();
    let [alice] = chat.room("#a", ["alice"]);
    let dave = chat.client("dave");
    chat.mode(alice, "#a", 'i', true, None);
    let knock = chat.decided(dave, Request::Knock { room: "#a".into(), text: "x".into() });
    chat.mode(alice, "#a", 'i', false, None);
    chat.heard.clear();
    chat.happens(Some(dave), knock);
    assert_eq!(chat.hears(dave), ["no: #a is open, enter"]);
    assert!(chat.hears(alice).is_empty());
}

#[test]
fn everybody_sees_the_own_invitations_until_they_are_used_or_the_room_is_gone() {
    let mut chat = Chat::new();
    let [alice] = chat.room("#a", ["alice"]);
    chat.join(alice, "#b");
    let dave = chat.client("dave");
    for room in ["#a", "#b"] {
        chat.ask(alice, Request::Invite { nick: "dave".into(), room: room.into() });
    }
    chat.heard.clear();
    chat.ask(dave, Request::Invitations);
    chat.ask(alice, Request::Part { room: "#b".into(), reason: "".into() });
    chat.ask(dave, Request::Invitations);
    chat.join(dave, "#a");
    chat.ask(dave, Request::Invitations);
    let heard = chat.hears(dave);
    assert_eq!(heard[..2], ["invited into #a #b", "invited into #a"]);
    assert_eq!(heard.last().unwrap(), "invited into ");
    // A room of that name that comes later is another room.
    chat.join(alice, "#b");
    chat.mode(alice, "#b", 'i', true, None);
    chat.heard.clear();
    chat.join(dave, "#b");
    assert_eq!(chat.hears(dave), ["no: #b is open to invited people only (+i)"]);
}

#[test]
fn an_invitation_that_cannot_be_is_refused_by_its_reason() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    let dave = chat.client("dave");
    for (who, nick, room, refusal) in [
        (alice, "dave", "#none", "no: there is no room #none"),
        (dave, "alice", "#a", "no: you are not in #a"),
        (alice, "nobody", "#a", "no: nobody here is called nobody"),
        (alice, "bob", "#a", "no: bob is in #a already"),
    ] {
        chat.ask(who, Request::Invite { nick: nick.into(), room: room.into() });
        assert_eq!(chat.hears(who), [refusal]);
    }
    chat.mode(alice, "#a", 'i', true, None);
    chat.hears(bob);
    chat.ask(bob, Request::Invite { nick: "dave".into(), room: "#a".into() });
    assert_eq!(chat.hears(bob), ["no: you are not an operator of #a"]);
}

#[test]
fn ten_thousand_leave_one_room_at_once() {
    const CROWD: usize = 10_000;
    let mut chat = Chat::new();
    let all: Vec<_> = (0..CROWD).map(|number| chat.client(&format!("n{number}"))).collect();
    // They are put there by hand: each who enters is told of all who are there, and this is about leaving.
    let (room, _) = chat.state.room_or_new(&super::room_name("#a"), chat.now);
    for id in &all {
        chat.state.client_mut(*id).unwrap().rooms.push(room);
        chat.state.room_mut(room).unwrap().members.insert(*id, Rank::NONE);
    }
    for (gone, id) in all.iter().enumerate() {
        let left = Event::Left { client: *id, why: Disconnect::Closed };
        chat.seq = chat.seq.next();
        let dated = Dated { at: chat.now, event: left };
        let applied = apply(&mut chat.state, chat.seq, &dated).unwrap();
        assert!(applied.replies.is_empty() && applied.notice.is_some());
        let members = chat.state.room_named("#a").map_or(0, |room| room.members.len());
        assert_eq!(members, CROWD - 1 - gone);
    }
    assert_eq!((chat.state.counts().clients, chat.state.counts().rooms), (0, 0));
}

#[test]
fn a_new_real_name_is_told_to_peers_and_to_its_owner_and_shown_from_then_on() {
    let mut chat = Chat::with(|config| config.limits.real_name_length = 5);
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    chat.join(alice, "#b");
    chat.join(bob, "#b");
    chat.heard.clear();
    chat.ask(alice, Request::SetRealName("Alice".into()));
    assert_eq!(chat.hears(alice), ["alice is by name Alice"]);
    assert_eq!(chat.hears(bob), ["alice is by name Alice"]);
    assert_eq!(&*chat.state.client(alice).unwrap().real_name, "Alice");
    for name in ["", "Alicia"] {
        chat.ask(alice, Request::SetRealName(name.into()));
        assert_eq!(chat.hears(alice), ["no: a real name has 1 to 5 bytes (limits.real-name-length)"]);
    }
    assert!(chat.hears(bob).is_empty());
}

#[test]
fn whoever_watches_a_nick_overhears_what_peers_are_told_and_each_hears_it_once() {
    let mut chat = Chat::new();
    let [bob, peer] = chat.room("#a", ["bob", "peer"]);
    let watcher = chat.client("watcher");
    for id in [bob, peer, watcher] {
        watch(&mut chat, id, &["bob"]);
    }
    chat.seq = chat.seq.next();
    let event = chat.decided(bob, Request::Away(Some("lunch".into())));
    let applied = apply(&mut chat.state, chat.seq, &Dated { at: chat.now, event }).unwrap();
    let mut told = Vec::new();
    applied.notice.unwrap().0.visit(&chat.state, |id, ear| told.push((id, ear)));
    assert_eq!(told, [(peer, Ear::Hears), (watcher, Ear::Overhears)]);
}

#[test]
fn the_desk_is_always_here_for_those_who_watch_it_or_ask() {
    let mut chat = Chat::new();
    let alice = chat.client("alice");
    watch(&mut chat, alice, &["Desk"]);
    assert_eq!(chat.hears(alice), ["watched: +desk"]);
    chat.ask(alice, Request::Ison(vec!["nobody".into(), "DESK".into(), "Alice".into()]));
    assert_eq!(chat.hears(alice), [r#"Ison(["desk", "alice"])"#]);
}
