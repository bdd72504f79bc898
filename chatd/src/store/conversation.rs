//! Which row of `conversations` a message belongs to. Knows no SQL but that of this table.

use std::collections::HashMap;

use chat_proto::name::CaseMapping;
use foldhash::fast::RandomState;
use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::message::Conversation;

/// The entries of the cache; when it is full it is emptied, which costs one look-up for each conversation in use.
const CACHED: usize = 65_536;

/// What kind of conversation a row is about, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Room = 0,
    Desk = 1,
    Everyone = 2,
}

/// The identity of a conversation. A desk conversation has one row for each nick its guest spoke under, so that every
/// message keeps the nick of its moment.
#[derive(Clone, Copy, Debug)]
struct Identity<'a> {
    kind: Kind,
    name: &'a str,
    desk: i64,
}

/// Folds a room's name or a nick to its stored key. ASCII, whatever `CASEMAPPING` is announced: two rooms that
/// differ only in `[` and `{` may be different ones under one mapping and must then never share a history, while under
/// the other only the spelling it was created with finds it.
pub(super) fn key_of(name: &str) -> String {
    CaseMapping::Ascii.fold(name).as_str().to_owned()
}

/// Remembers the rows of conversations in use.
#[derive(Debug, Default)]
pub(super) struct Conversations {
    rooms: HashMap<Box<str>, i64, RandomState>,
    /// By conversation, under the nick used last.
    desks: HashMap<i64, (Box<str>, i64), RandomState>,
}

impl Conversations {
    /// Forgets everything: after a rollback or after rows were deleted.
    pub(super) fn forget(&mut self) {
        self.rooms.clear();
        self.desks.clear();
    }

    /// The row of `to`, made if it is missing; none when `to` is never stored.
    pub(super) fn id_of(
        &mut self,
        connection: &Connection,
        to: &Conversation,
    ) -> rusqlite::Result<Option<i64>> {
        let Some(identity) = Identity::of(to) else { return Ok(None) };
        if let Some(id) = self.remembered(identity) {
            return Ok(Some(id));
        }
        let id = find_or_make(connection, identity)?;
        self.remember(identity, id);
        Ok(Some(id))
    }

    fn remembered(&self, identity: Identity<'_>) -> Option<i64> {
        match identity.kind {
            Kind::Room => self.rooms.get(identity.name).copied(),
            Kind::Desk => {
                self.desks.get(&identity.desk).filter(|(nick, _)| **nick == *identity.name).map(|(_, id)| *id)
            }
            Kind::Everyone => None,
        }
    }

    fn remember(&mut self, identity: Identity<'_>, id: i64) {
        if self.rooms.len() + self.desks.len() >= CACHED {
            self.forget();
        }
        match identity.kind {
            Kind::Room => drop(self.rooms.insert(identity.name.into(), id)),
            Kind::Desk => drop(self.desks.insert(identity.desk, (identity.name.into(), id))),
            // Announcements are too rare.
            Kind::Everyone => {}
        }
    }
}

impl<'a> Identity<'a> {
    fn of(to: &'a Conversation) -> Option<Self> {
        match to {
            Conversation::Room { name, .. } => Some(Self { kind: Kind::Room, name: name.as_str(), desk: 0 }),
            Conversation::Desk { id, nick, .. } => {
                Some(Self { kind: Kind::Desk, name: nick.as_str(), desk: id.0.cast_signed() })
            }
            Conversation::Everyone => Some(Self { kind: Kind::Everyone, name: "", desk: 0 }),
            Conversation::Direct { .. } | Conversation::Ranked { .. } => None,
        }
    }
}

fn find_or_make(connection: &Connection, identity: Identity<'_>) -> rusqlite::Result<i64> {
    let kind = identity.kind as i64;
    let key = key_of(identity.name);
    let found = connection
        .prepare_cached("SELECT id FROM conversations WHERE kind = ?1 AND key = ?2 AND desk = ?3")?
        .query_row(params![kind, key, identity.desk], |row| row.get(0))
        .optional()?;
    match found {
        Some(id) => Ok(id),
        None => connection
            .prepare_cached(
                "INSERT INTO conversations (kind, key, desk, name) VALUES (?1, ?2, ?3, ?4) RETURNING id",
            )?
            .query_row(params![kind, key, identity.desk, identity.name], |row| row.get(0)),
    }
}
