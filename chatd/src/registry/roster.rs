//! Who is connected and where their lines go. Dense, indexed by slot; owned by the owner alone.

use std::net::SocketAddr;
use std::sync::Arc;

use super::gate::Gate;
use crate::delivery::outbox::{Item, Outbox};
use crate::domain::disconnect::Disconnect;
use crate::domain::id::{ClientId, Time};
use crate::domain::request::Adapt;

/// What the registry has to know of a dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manner {
    /// The word for it in lists and logs.
    pub dialect: &'static str,
    /// Whether its clients answer a PING; those that cannot are left to the operating system's keep-alive.
    pub is_pinged: bool,
    /// The shared encoding that its clients read until they negotiate another.
    pub variant: u8,
}

/// A connection as it comes.
#[derive(Debug)]
pub struct Connection {
    /// Its id.
    pub id: ClientId,
    /// Where its notices and replies go.
    pub outbox: Arc<Outbox>,
    /// Where it comes from.
    pub address: SocketAddr,
    /// How it speaks.
    pub manner: Manner,
    /// When it came.
    pub at: Time,
}

/// How far the end of a connection is. From the moment that its leaving is in the log, nothing it asks for is done: what comes
/// later in the log would otherwise bring it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It is here.
    Here,
    /// Its leaving is in the log.
    Leaving,
    /// Its leaving is applied.
    Left,
}

/// What the owner keeps of a connection.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) connection: Connection,
    pub(super) adapt: Adapt,
    pub(super) gate: Gate,
    /// How far its end is.
    pub(super) end: End,
    /// Its session is over.
    pub(super) is_gone: bool,
    /// When it was last asked whether it is there.
    pub(super) asked_at: Option<Time>,
    staged: Vec<Item>,
    answered: u32,
    is_dirty: bool,
}

impl Entry {
    /// Has the next flush come by.
    fn mark(&mut self, dirty: &mut Vec<u32>) {
        if !std::mem::replace(&mut self.is_dirty, true) {
            dirty.push(self.connection.id.slot);
        }
    }
}

/// The entry of a client; a stale id finds nothing.
fn find(entries: &mut [Option<Box<Entry>>], id: ClientId) -> Option<&mut Entry> {
    entries.get_mut(id.slot as usize)?.as_deref_mut().filter(|entry| entry.connection.id == id)
}

/// All connections.
#[derive(Debug, Default)]
pub(super) struct Roster {
    entries: Vec<Option<Box<Entry>>>,
    /// Slots with something staged since the last flush.
    dirty: Vec<u32>,
    len: usize,
}

impl Roster {
    pub(super) fn insert(&mut self, connection: Connection) {
        let slot = connection.id.slot as usize;
        if self.entries.len() <= slot {
            self.entries.resize_with(slot + 1, || None);
        }
        self.len += 1;
        let adapt = Adapt { variant: connection.manner.variant, echo: false };
        self.entries[slot] = Some(Box::new(Entry {
            connection,
            adapt,
            gate: Gate::default(),
            end: End::Here,
            is_gone: false,
            asked_at: None,
            staged: Vec::new(),
            answered: 0,
            is_dirty: false,
        }));
    }

    pub(super) fn remove(&mut self, id: ClientId) {
        if self.get(id).is_some() {
            self.entries[id.slot as usize] = None;
            self.len -= 1;
        }
    }

    pub(super) fn get(&self, id: ClientId) -> Option<&Entry> {
        self.entries.get(id.slot as usize)?.as_deref().filter(|entry| entry.connection.id == id)
    }

    pub(super) fn get_mut(&mut self, id: ClientId) -> Option<&mut Entry> {
        find(&mut self.entries, id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter_map(|slot| slot.as_deref())
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.entries.iter_mut().filter_map(|slot| slot.as_deref_mut())
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Puts an item in line for a client; it leaves with the next flush.
    pub(super) fn stage(&mut self, id: ClientId, item: Item) {
        if let Some(entry) = self.touch(id) {
            entry.staged.push(item);
        }
    }

    /// As [`Self::stage`], for an item that depends on how the client listens. Says whether there was one.
    pub(super) fn stage_adapted(&mut self, id: ClientId, item: impl FnOnce(Adapt) -> Option<Item>) -> bool {
        let Some(entry) = find(&mut self.entries, id) else { return false };
        let Some(item) = item(entry.adapt) else { return false };
        entry.staged.push(item);
        entry.mark(&mut self.dirty);
        true
    }

    /// Notes that one of a client's requests needs no more answer.
    pub(super) fn answered(&mut self, id: ClientId) {
        if let Some(entry) = self.touch(id) {
            entry.answered += 1;
        }
    }

    fn touch(&mut self, id: ClientId) -> Option<&mut Entry> {
        let entry = find(&mut self.entries, id)?;
        entry.mark(&mut self.dirty);
        Some(entry)
    }

    /// Moves all that is staged into the outboxes and wakes each session once.
    pub(super) fn flush(&mut self, hard: usize) {
        for slot in self.dirty.drain(..) {
            let Some(entry) = self.entries.get_mut(slot as usize).and_then(|entry| entry.as_deref_mut())
            else {
                continue;
            };
            entry.is_dirty = false;
            let outbox = &entry.connection.outbox;
            if !entry.staged.is_empty() {
                outbox.push_all(&mut entry.staged, hard);
            }
            let answered = std::mem::take(&mut entry.answered);
            if answered > 0 {
                outbox.answered(answered);
            }
        }
    }
}

/// Whatever ends the owner ends the sessions: they would wait for it for ever.
impl Drop for Roster {
    fn drop(&mut self) {
        self.iter().for_each(|entry| entry.connection.outbox.end(Disconnect::Stopping));
    }
}
