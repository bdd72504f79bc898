//! Which row of `conversations` a message belongs to. Knows no SQL but that of this table.

use chat_proto::name::CaseMapping;
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
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Identity {
    kind: Kind,
    name: Box<str>,
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
    ids: std::collections::HashMap<Identity, i64, foldhash::fast::RandomState>,
}

impl Conversations {
    /// Forgets everything: after a rollback or after rows were deleted.
    pub(super) fn forget(&mut self) {
        self.ids.clear();
    }

    /// The row of `to`, made if it is missing; none when `to` is never stored.
    pub(super) fn id_of(
        &mut self,
        connection: &Connection,
        to: &Conversation,
    ) -> rusqlite::Result<Option<i64>> {
        let Some(identity) = Identity::of(to) else { return Ok(None) };
        if let Some(id) = self.ids.get(&identity) {
            return Ok(Some(*id));
        }
        let id = find_or_make(connection, &identity)?;
        if self.ids.len() >= CACHED {
            self.forget();
        }
        self.ids.insert(identity, id);
        Ok(Some(id))
    }
}

impl Identity {
    fn of(to: &Conversation) -> Option<Self> {
        match to {
            Conversation::Room { name, .. } => {
                Some(Self { kind: Kind::Room, name: name.as_str().into(), desk: 0 })
            }
            Conversation::Desk { id, nick, .. } => {
                Some(Self { kind: Kind::Desk, name: nick.as_str().into(), desk: id.0.cast_signed() })
            }
            Conversation::Everyone => Some(Self { kind: Kind::Everyone, name: "".into(), desk: 0 }),
            Conversation::Direct { .. } => None,
        }
    }
}

fn find_or_make(connection: &Connection, identity: &Identity) -> rusqlite::Result<i64> {
    let kind = identity.kind as i64;
    let key = key_of(&identity.name);
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
