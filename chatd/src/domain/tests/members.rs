//! Coming, changing and going.

use super::{Chat, nick, register};
use crate::domain::disconnect::Disconnect;
use crate::domain::mode::UserMode;
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
    chat.ask(bob, Request::Names { room: "#a".into() });
    assert_eq!(chat.hears(bob), ["in #a: bob"]);
    chat.ask(bob, Request::Whowas { nick: "ALICE".into(), count: 0 });
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
