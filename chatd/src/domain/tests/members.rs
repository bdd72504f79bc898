//! Coming, changing and going.

use super::{Chat, nick, register};
use crate::domain::apply::apply;
use crate::domain::decide::{self, Outcome};
use crate::domain::disconnect::Disconnect;
use crate::domain::event::Dated;
use crate::domain::id::Seq;
use crate::domain::mode::UserMode;
use crate::domain::notice::Audience;
use crate::domain::query::WhoAsk;
use crate::domain::reply::Reply;
use crate::domain::request::Request;

#[test]
fn a_nick_belongs_to_one_client_whatever_its_case() {
    let mut chat = Chat::new();
    chat.client("alice[");
    let other = chat.connect();
    chat.ask(other, register("ALICE{"));
    assert_eq!(chat.hears(other), ["no: the nick ALICE{ is in use"]);
}

#[test]
fn nobody_can_be_called_like_the_desk() {
    let mut chat = Chat::new();
    let id = chat.connect();
    chat.ask(id, register("Desk"));
    assert_eq!(chat.hears(id), ["no: the nick Desk is in use"]);
    for look_alike in ["d3sk", "desk_", "[DESK]"] {
        chat.ask(id, register(look_alike));
        let no = format!("no: the nick {look_alike} could be mistaken for the desk");
        assert_eq!(chat.hears(id), [no]);
    }
    chat.ask(id, register("helpdesk"));
    chat.ask(id, Request::ChangeNick(nick("de5k")));
    let no = "no: the nick de5k could be mistaken for the desk";
    assert_eq!(chat.hears(id), ["welcome helpdesk", no]);
}

#[test]
fn a_guest_without_a_nick_gets_a_free_one() {
    let mut chat = Chat::new();
    chat.client("guest2");
    let id = chat.connect();
    chat.ask(id, register(""));
    assert_eq!(chat.hears(id), ["welcome guest2_"]);
}

#[test]
fn a_new_nick_is_told_once_to_each_who_shares_a_room() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    let stranger = chat.client("stranger");
    for id in [alice, bob] {
        chat.join(id, "#b");
    }
    chat.heard.clear();
    chat.ask(alice, Request::ChangeNick(nick("alicia")));
    assert_eq!(chat.hears(bob), ["alice is now alicia"]);
    assert_eq!(chat.hears(alice).len(), 2);
    assert!(chat.hears(stranger).is_empty());
    chat.ask(alice, Request::ChangeNick(nick("ALICIA")));
    assert_eq!(chat.hears(bob), ["alicia is now ALICIA"]);
}

#[test]
fn who_leaves_is_missed_by_its_rooms_and_gone_from_everything() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    chat.ask(alice, Request::Leave(Disconnect::Quit("tea".into())));
    assert_eq!(chat.hears(alice), ["ended: Quit: tea"]);
    assert_eq!(chat.hears(bob), ["alice quits: Quit: tea"]);
    chat.ask(bob, Request::Names { room: "#a".into(), ends: true });
    assert_eq!(chat.hears(bob), ["in #a: bob"]);
    chat.ask(bob, Request::Whowas { nicks: "ALICE".into(), count: 0 });
    assert_eq!(chat.hears(bob), ["was: alice"]);
    chat.client("alice");
}

#[test]
fn a_connection_that_never_registered_only_ends() {
    let mut chat = Chat::new();
    let id = chat.connect();
    chat.ask(id, Request::Leave(Disconnect::Closed));
    assert_eq!(chat.hears(id), ["ended: Connection closed"]);
    assert!(chat.log.is_empty());
}

#[test]
fn operator_mode_cannot_be_taken_by_oneself() {
    let mut chat = Chat::new();
    let alice = chat.client("alice");
    chat.ask(alice, Request::SetUserModes(vec![(UserMode::Operator, true), (UserMode::Invisible, true)]));
    assert_eq!(chat.hears(alice), ["modes of alice: [(Invisible, true)]"]);
    assert!(chat.state.operators().is_empty());
}

#[test]
fn an_away_message_has_a_limit() {
    let mut chat = Chat::with(|config| config.limits.away_length = 5);
    let alice = chat.client("alice");
    chat.ask(alice, Request::Away(Some("12345".into())));
    chat.ask(alice, Request::Away(Some("123456".into())));
    chat.ask(alice, Request::Away(None));
    let too_long = "no: the away message is longer than 5 bytes (limits.away-length)";
    assert_eq!(chat.hears(alice), ["away: true", too_long, "away: false"]);
}

#[test]
fn no_question_names_a_room_of_the_invisible_that_the_asker_does_not_share() {
    let mut chat = Chat::new();
    let [ghost] = chat.room("#hidden", ["ghost"]);
    let [alice] = chat.room("#both", ["alice"]);
    chat.ask(ghost, Request::SetUserModes(vec![(UserMode::Invisible, true)]));
    let who = |chat: &Chat, mask: &str| {
        let request = Request::Who(Box::new(WhoAsk::of(mask)));
        let outcome = decide::request(&chat.state, alice, chat.now, request);
        let Ok(Outcome::Reply(Reply::Who { entries, .. })) = outcome else { panic!("no answer") };
        entries.into_iter().map(|entry| entry.room.map(|room| room.to_string())).collect::<Vec<_>>()
    };
    assert_eq!(who(&chat, "ghost"), [None]);
    chat.join(ghost, "#both");
    chat.heard.clear();
    assert_eq!(who(&chat, "ghost"), [Some("#both".to_owned())]);
    assert_eq!(who(&chat, "gh*"), [Some("#both".to_owned())]);
    assert!(who(&chat, "#hidden").is_empty());
    chat.ask(alice, Request::Names { room: "#hidden".into(), ends: true });
    chat.ask(alice, Request::Whois { nick: "ghost".into(), via: None });
    assert_eq!(chat.hears(alice), ["in #hidden: ", "ghost is in #both"]);
}

#[test]
fn the_invisible_are_counted_as_they_come_change_and_go() {
    let mut chat = Chat::new();
    let ids = ["one", "two", "three"].map(|nick| chat.client(nick));
    let set = |chat: &mut Chat, id, on| chat.ask(id, Request::SetUserModes(vec![(UserMode::Invisible, on)]));
    ids.iter().for_each(|id| set(&mut chat, *id, true));
    set(&mut chat, ids[0], true);
    assert_eq!(chat.state.counts().invisible, 3);
    set(&mut chat, ids[0], false);
    set(&mut chat, ids[0], false);
    assert_eq!(chat.state.counts().invisible, 2);
    chat.ask(ids[1], Request::Leave(Disconnect::Closed));
    assert_eq!(chat.state.counts().invisible, 1);
    chat.ask(ids[0], Request::Leave(Disconnect::Closed));
    assert_eq!((chat.state.counts().invisible, chat.state.counts().clients), (1, 1));
}

#[test]
fn a_change_of_nick_is_told_once_to_each_and_names_rooms_instead_of_their_members() {
    let mut chat = Chat::new();
    let all: Vec<_> = (0..130).map(|number| chat.client(&format!("n{number}"))).collect();
    for id in &all {
        chat.join(*id, "#a");
        chat.join(*id, "#b");
    }
    chat.heard.clear();
    let event = chat.decided(all[0], Request::ChangeNick(nick("new")));
    let dated = Dated { at: chat.now, event };
    let applied = apply(&mut chat.state, Seq(9_000), &dated).unwrap();
    let (audience, _) = applied.notice.unwrap();
    assert!(matches!(&audience, Audience::Rooms(rooms) if rooms.len() == 2), "{audience:?}");
    let mut named = Vec::new();
    audience.visit(&chat.state, |id, _| named.push(id));
    named.sort_unstable();
    assert_eq!(named, all);
    chat.ask(all[0], Request::Leave(Disconnect::Closed));
    for id in &all[1..] {
        assert_eq!(chat.hears(*id), ["new quits: Connection closed"]);
    }
}
