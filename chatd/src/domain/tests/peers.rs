//! Who is told of what others do: absences, accounts, hosts, invitations.

use std::sync::Arc;

use super::Chat;
use crate::domain::event::Event;
use crate::domain::id::ClientId;
use crate::domain::mode::UserMode;
use crate::domain::notice::{Badge, Ear};
use crate::domain::request::Request;

impl Chat {
    fn log_in(&mut self, client: ClientId, account: Option<&str>) {
        self.happens(None, Event::AccountSet { client, account: account.map(Into::into) });
    }

    fn last_badge(&self) -> Badge {
        self.log.last().map(|notice| notice.by.clone()).unwrap_or_default()
    }
}

#[test]
fn an_absence_is_told_once_to_each_who_shares_a_room_and_to_nobody_else() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    let carol = chat.client("carol");
    chat.join(alice, "#b");
    chat.join(bob, "#b");
    chat.heard.clear();
    chat.ask(alice, Request::Away(Some("tea".into())));
    assert_eq!(chat.hears(alice), ["away: true"]);
    assert_eq!(chat.hears(bob), ["alice goes: tea"]);
    chat.ask(alice, Request::Away(Some("tea".into())));
    assert_eq!((chat.hears(alice).len(), chat.hears(bob).len()), (1, 0), "no news");
    chat.ask(alice, Request::Away(None));
    assert_eq!(chat.hears(bob), ["alice is back"]);
    assert!(chat.hears(carol).is_empty());
}

#[test]
fn an_account_is_told_to_peers_and_itself_and_tagged_from_then_on() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    chat.log_in(alice, Some("al"));
    assert_eq!(chat.hears(alice), ["alice is al"]);
    assert_eq!(chat.hears(bob), ["alice is al"]);
    chat.say(alice, "#a", "hello");
    assert_eq!(chat.last_badge(), Badge { account: Some("al".into()), is_bot: false });
    chat.say(bob, "#a", "hello");
    assert_eq!(chat.last_badge(), Badge::default());
    chat.heard.clear();
    chat.log_in(alice, None);
    assert_eq!(chat.hears(bob), ["alice is nobody"]);
    chat.log_in(alice, None);
    assert!(chat.hears(bob).is_empty(), "no news");
}

#[test]
fn who_leaves_does_so_as_what_it_was() {
    let mut chat = Chat::new();
    let [_, bob] = chat.room("#a", ["alice", "bob"]);
    chat.log_in(bob, Some("bo"));
    chat.ask(bob, Request::SetUserModes(vec![(UserMode::Bot, true)]));
    chat.ask(bob, Request::Leave(crate::domain::disconnect::Disconnect::Closed));
    assert_eq!(chat.last_badge(), Badge { account: Some("bo".into()), is_bot: true });
}

#[test]
fn another_host_is_told_by_the_old_one_and_seen_in_all_that_follows() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    let host = |host: &str| Event::HostChanged { client: alice, user: "~u".into(), host: host.into() };
    chat.happens(None, host("there"));
    assert_eq!(chat.hears(bob), ["alice!~u@h is at ~u@there"]);
    assert!(chat.hears(alice)[0].starts_with("alice!~u@h is at"));
    let source: Arc<str> = Arc::clone(&chat.state.client(alice).unwrap().source);
    assert_eq!(&*source, "alice!~u@there");
    chat.happens(None, host("there"));
    assert!(chat.hears(bob).is_empty(), "no news");
}

#[test]
fn an_invitation_is_heard_by_the_invited_and_overheard_by_the_others_in_the_room() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    let carol = chat.client("carol");
    chat.join(bob, "#b");
    chat.seq = chat.seq.next();
    let by = chat.state.client(alice).unwrap().author();
    let room = chat.state.room_named("#a").unwrap().id;
    let at = chat.now;
    let event = Event::Invited { room, by, target: carol };
    let applied =
        super::apply(&mut chat.state, chat.seq, &crate::domain::event::Dated { at, event }).unwrap();
    let mut ears = Vec::new();
    applied.notice.unwrap().0.visit(&chat.state, |id, ear| ears.push((id, ear)));
    assert_eq!(ears, [(bob, Ear::Overhears), (carol, Ear::Hears)]);
}
