//! Who is connected and where their lines go. Dense, indexed by slot; owned by the owner alone.
//!
//! What is for a client is staged first and reaches its outbox at the end of the turn, with one lock and one wake-up. All that is
//! staged is in one table, each client's items a chain in it, so that a client holds no queue of its own.

use std::sync::{Arc, OnceLock};

use super::address::Address;
use super::clock::Steady;
use super::gate::Gate;
use crate::delivery::broadcast::{Part, Press};
use crate::delivery::outbox::{Answer, Item, Labeled, Outbox};
use crate::domain::disconnect::Disconnect;
use crate::domain::id::ClientId;
use crate::domain::request::{Adapt, Variant};

/// What the registry has to know of a dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manner {
    /// The word for it in lists and logs.
    pub dialect: &'static str,
    /// Whether its clients answer a PING; those that cannot are left to the operating system's keep-alive.
    pub is_pinged: bool,
    /// The shared encodings that its clients read until they negotiate others.
    pub variant: Variant,
}

/// A connection as it comes. Shared by the owner and the session, in one piece of memory.
#[derive(Debug)]
pub struct Connection {
    /// Its id.
    pub id: ClientId,
    /// Where its notices and replies go.
    pub outbox: Outbox,
    /// The other end of its socket.
    pub(super) address: Address,
    /// Where it comes from if that is a gateway, which has said so before the connection registered.
    pub(super) behind: OnceLock<Address>,
    /// How it speaks.
    pub manner: &'static Manner,
    /// When it came.
    pub at: Steady,
}

impl Connection {
    /// Where it comes from.
    #[must_use]
    pub fn address(&self) -> &Address {
        self.behind.get().unwrap_or(&self.address)
    }
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
    pub(super) connection: Arc<Connection>,
    pub(super) adapt: Adapt,
    pub(super) gate: Gate,
    /// How far its end is.
    pub(super) end: End,
    /// Its session is over.
    pub(super) is_gone: bool,
    /// When it was last asked whether it is there.
    pub(super) asked_at: Option<Steady>,
    /// The ends of the chain of what is staged; none are [`END`].
    first: u32,
    last: u32,
    answered: u32,
    is_dirty: bool,
    /// Among the authors of the run that is being told; false otherwise.
    is_author: bool,
}

/// Places kept for the next turn.
const SPARE: usize = 64 * 1024;

/// No place in the table of what is staged.
const END: u32 = u32::MAX;

/// Something staged, and the place of what comes after it for the same client.
#[derive(Debug)]
struct Link {
    what: Staged,
    next: u32,
}

#[derive(Debug)]
enum Staged {
    /// A part of a block of this turn.
    Part(Part),
    /// The same, as an answer to a line with this label.
    Answer(Part, Arc<str>),
    /// Nothing once it was taken.
    Item(Option<Item>),
}

/// What goes to the outboxes at the end of the turn.
#[derive(Debug, Default)]
struct Stage {
    links: Vec<Link>,
    /// Slots with something staged or answered.
    dirty: Vec<u32>,
}

impl Stage {
    /// Has the next flush come by.
    fn mark(&mut self, entry: &mut Entry) {
        if !std::mem::replace(&mut entry.is_dirty, true) {
            self.dirty.push(entry.connection.id.slot);
        }
    }

    fn part(&mut self, entry: &mut Entry, part: Part) {
        if let Some(Link { what: Staged::Part(last), .. }) = self.links.get_mut(entry.last as usize)
            && last.join(part)
        {
            return;
        }
        self.push(entry, Staged::Part(part));
    }

    fn push(&mut self, entry: &mut Entry, what: Staged) {
        let place = u32::try_from(self.links.len()).unwrap_or(END);
        match self.links.get_mut(entry.last as usize) {
            Some(last) => last.next = place,
            None => entry.first = place,
        }
        entry.last = place;
        self.links.push(Link { what, next: END });
        self.mark(entry);
    }

    /// What is staged for a client, in order.
    fn take(&mut self, entry: &mut Entry, press: &Press, items: &mut Vec<Item>) {
        let mut place = std::mem::replace(&mut entry.first, END);
        entry.last = END;
        while let Some(link) = self.links.get_mut(place as usize) {
            match &mut link.what {
                Staged::Part(part) => items.extend(press.lines(*part).map(Item::Lines)),
                Staged::Answer(part, label) => items.extend(press.lines(*part).map(|lines| {
                    let (label, answer) = (Arc::clone(label), Answer::Lines(lines));
                    Item::Labeled(Box::new(Labeled { label, answer }))
                })),
                Staged::Item(item) => items.extend(item.take()),
            }
            place = link.next;
        }
    }

    /// Everything was taken.
    fn clear(&mut self) {
        self.links.clear();
        self.links.shrink_to(SPARE);
    }
}

/// The entry of a client; a stale id finds nothing.
fn find(entries: &mut [Option<Box<Entry>>], id: ClientId) -> Option<&mut Entry> {
    entries.get_mut(id.slot as usize)?.as_deref_mut().filter(|entry| entry.connection.id == id)
}

/// A client who hears something.
#[derive(Debug)]
pub(super) struct Hearer<'a> {
    entry: &'a mut Entry,
    stage: &'a mut Stage,
}

impl Hearer<'_> {
    /// How it listens.
    pub(super) fn adapt(&self) -> Adapt {
        self.entry.adapt
    }

    /// Puts a part of a block in line; it leaves with the next flush.
    pub(super) fn hear(&mut self, part: Part) {
        self.stage.part(self.entry, part);
    }

    /// Puts a part of a block in line as an answer to a line with this label.
    pub(super) fn answer(&mut self, part: Part, label: Arc<str>) {
        self.stage.push(self.entry, Staged::Answer(part, label));
    }

    /// Notes whether it is an author of what is being told, and says whether it was noted before.
    pub(super) fn set_author(&mut self, is_author: bool) -> bool {
        std::mem::replace(&mut self.entry.is_author, is_author)
    }
}

/// All connections.
#[derive(Debug, Default)]
pub(super) struct Roster {
    entries: Vec<Option<Box<Entry>>>,
    stage: Stage,
    /// What one client gets, on its way from the stage to the outbox.
    items: Vec<Item>,
    len: usize,
}

impl Roster {
    pub(super) fn insert(&mut self, connection: Arc<Connection>) {
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
            first: END,
            last: END,
            answered: 0,
            is_dirty: false,
            is_author: false,
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

    /// Puts an item in line for a client; it leaves with the next flush. Nothing is put in line where no session would take it.
    pub(super) fn stage(&mut self, id: ClientId, item: Item) {
        if let Some(entry) = find(&mut self.entries, id).filter(|entry| !entry.is_gone) {
            self.stage.push(entry, Staged::Item(Some(item)));
        }
    }

    /// A client to stage parts for, unless its session is over.
    pub(super) fn hearer(&mut self, id: ClientId) -> Option<Hearer<'_>> {
        let entry = find(&mut self.entries, id).filter(|entry| !entry.is_gone)?;
        Some(Hearer { entry, stage: &mut self.stage })
    }

    /// Notes that one of a client's requests needs no more answer.
    pub(super) fn answered(&mut self, id: ClientId) {
        if let Some(entry) = find(&mut self.entries, id) {
            entry.answered += 1;
            self.stage.mark(entry);
        }
    }

    /// Moves all that is staged into the outboxes and wakes each session once. The blocks are finished.
    pub(super) fn flush(&mut self, press: &Press, hard: usize) {
        let mut dirty = std::mem::take(&mut self.stage.dirty);
        for slot in dirty.drain(..) {
            let Some(entry) = self.entries.get_mut(slot as usize).and_then(|entry| entry.as_deref_mut())
            else {
                continue;
            };
            entry.is_dirty = false;
            self.stage.take(entry, press, &mut self.items);
            let outbox = &entry.connection.outbox;
            if !self.items.is_empty() {
                outbox.push_all(&mut self.items, hard);
            }
            let answered = std::mem::take(&mut entry.answered);
            if answered > 0 {
                outbox.answered(answered);
            }
        }
        self.stage.dirty = dirty;
        self.items.shrink_to(SPARE);
        self.stage.clear();
    }
}

/// Whatever ends the owner ends the sessions: they would wait for it for ever.
impl Drop for Roster {
    fn drop(&mut self) {
        self.iter().for_each(|entry| entry.connection.outbox.end(Disconnect::Stopping));
    }
}
