//! What the store promises, tested through its public face where that reaches.

mod aside;
mod care;
mod commit;
mod compact;
mod open;
mod places;
mod queue;
mod read;
mod restore;
mod retention;
mod upkeep;

use std::sync::Arc;

use chat_proto::name::{Nick, RoomName};
use tempfile::TempDir;

use crate::config::History;
use crate::domain::command::Audit;
use crate::domain::id::{ClientId, DeskId, RoomId, Seq, Time};
use crate::domain::message::{Author, Conversation, Message, MessageKind};
use crate::health::Health;

use super::{Body, CommitError, Opened, Record, Selector, Store, Stored};

const GUEST: ClientId = ClientId { slot: 0, serial: 1 };

/// Keeps everything for ever, so that no retention interferes.
fn keep_all() -> History {
    History { keep_days: 0, keep_count: 0, ..History::default() }
}

fn open(directory: &TempDir) -> (Store, Opened) {
    Store::open(directory.path(), &keep_all(), &Health::default()).unwrap()
}

fn commit(store: &Store, group: Vec<Record>) -> Result<(), CommitError> {
    store.writer().commit(group).expect("the queue has room").blocking_recv().expect("the store answers")
}

fn room(name: &str) -> Conversation {
    Conversation::Room { id: RoomId { slot: 0, serial: 1 }, name: RoomName::parse(name, 64).unwrap() }
}

fn desk(id: u64, nick: &str, is_inbound: bool) -> Conversation {
    Conversation::Desk { id: DeskId(id), guest: GUEST, nick: Nick::parse(nick, 30).unwrap(), is_inbound }
}

/// A message whose time is its number, in milliseconds.
fn said(seq: u64, to: Conversation, text: &str) -> Record {
    let from = Author { client: Some(GUEST), source: "alice!a@host".into(), operator: None };
    let message =
        Message { at: Time(seq), from, to, kind: MessageKind::Privmsg, text: text.into(), tags: None };
    Record { seq: Seq(seq), at: Time(seq), body: Body::Message(Arc::new(message)) }
}

fn audited(seq: u64, action: &str) -> Record {
    let audit = Audit {
        at: Time(seq),
        who: "root".into(),
        action: action.into(),
        target: "bob".into(),
        detail: "flooding".into(),
    };
    Record { seq: Seq(seq), at: Time(seq), body: Body::Audit(Arc::new(audit)) }
}

fn redacted(seq: u64, what: u64) -> Record {
    Record { seq: Seq(seq), at: Time(seq), body: Body::Redacted(Seq(what)) }
}

fn taken_back(seq: u64) -> Record {
    Record { seq: Seq(seq), at: Time(seq), body: Body::Void }
}

fn selected(store: &Store, what: &Selector) -> Vec<Stored> {
    store.reader().unwrap().latest(what, usize::MAX, None).unwrap()
}

fn seqs(messages: &[Stored]) -> Vec<u64> {
    messages.iter().map(|message| message.seq.0).collect()
}

fn in_room(name: &str) -> Selector {
    Selector::Room(name.into())
}
