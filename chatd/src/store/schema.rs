//! The schema and how it came to be. A migration that was released is never changed: a new one is appended.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::error::StoreError;

/// "chat" in ASCII: marks the file as ours (`PRAGMA application_id`, shown by `file`).
pub(super) const APPLICATION_ID: i32 = 0x6368_6174;

/// Step `n` leads from version `n` to version `n + 1` (`PRAGMA user_version`).
const MIGRATIONS: &[&str] = &[FIRST, PLACES];

/// `messages` is narrow, since it is written for every message. The index names only the conversation: SQLite ends every
/// index entry with the rowid, which is `seq`, so entries of a conversation lie in order.
/// `conversations.kind` is 0 room, 1 desk, 2 everyone; `messages.kind` is 0 PRIVMSG, 1 NOTICE. Times are milliseconds
/// since 1970.
const FIRST: &str = "
CREATE TABLE meta (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    next_seq INTEGER NOT NULL,
    instance TEXT NOT NULL
) STRICT;
INSERT INTO meta VALUES (1, 1, lower(hex(randomblob(16))));
CREATE TABLE conversations (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    key TEXT NOT NULL,
    desk INTEGER NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (kind, key, desk)
) STRICT;
CREATE INDEX conversations_desk ON conversations (desk) WHERE desk > 0;
CREATE TABLE messages (
    seq INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    sender TEXT NOT NULL,
    operator TEXT,
    inbound INTEGER NOT NULL,
    text TEXT NOT NULL,
    tags TEXT
) STRICT;
CREATE INDEX messages_conversation ON messages (conversation);
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
";

/// The index on conversations becomes a table that follows the messages, see [`super::places`]. The old index is read for it,
/// so this takes about a second for each million of messages.
const PLACES: &str = "
CREATE TABLE places (
    conversation INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (conversation, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO places SELECT conversation, seq FROM messages ORDER BY conversation, seq;
DROP INDEX messages_conversation;
ALTER TABLE meta ADD COLUMN places_to INTEGER NOT NULL DEFAULT 0;
UPDATE meta SET places_to = ifnull((SELECT max(seq) FROM messages), 0);
";

/// The newest version this chatd knows.
pub(super) fn known() -> i64 {
    MIGRATIONS.len() as i64
}

/// Refuses what is not ours or too new, without changing a byte.
pub(super) fn check(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let read = |e| StoreError::of_sqlite("read", path, e);
    let application: i32 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(read)?;
    let found = version(connection).map_err(read)?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(read)?;
    let is_new = application == 0 && found == 0 && tables == 0;
    if !is_new && application != APPLICATION_ID {
        return Err(StoreError::NotOurs { path: path.to_owned() });
    }
    if found > known() {
        return Err(StoreError::NewerSchema { path: path.to_owned(), found, known: known() });
    }
    Ok(())
}

/// Applies the missing migrations, each whole or not at all.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    let from = version(connection)?;
    for (done, step) in (0..).zip(MIGRATIONS).skip_while(|(done, _)| *done < from) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", done + 1)?;
        transaction.commit()?;
    }
    Ok(())
}

/// The version of the tables that are there.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// How many numbers one open reserves. Large enough that no run uses them up unnoticed, small enough for 524,000
/// opens below [`SEQ_END`].
pub(super) const SEQ_BLOCK: u64 = 1 << 34;

/// No number reaches this one: JSON readers keep integers exact up to here.
pub(super) const SEQ_END: u64 = 1 << 53;

/// What a reservation gave.
#[derive(Debug)]
pub(super) struct Reserved {
    /// First number of the block.
    pub first: u64,
    /// First number behind it.
    pub end: u64,
    /// The database's own name.
    pub instance: String,
}

/// Reserves the next block in a transaction of its own; fsynced if `synchronous` is FULL, which is what open sets.
/// None when the numbers have run out; nothing is written then.
pub(super) fn reserve(connection: &mut Connection) -> rusqlite::Result<Option<Reserved>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (next, instance): (i64, String) =
        transaction
            .query_row("SELECT next_seq, instance FROM meta", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let greatest: i64 = transaction.query_row(
        "SELECT max((SELECT ifnull(max(seq), 0) FROM messages), (SELECT ifnull(max(seq), 0) FROM audit))",
        [],
        |row| row.get(0),
    )?;
    let first = next.max(greatest + 1).cast_unsigned();
    let end = first + SEQ_BLOCK;
    if end > SEQ_END {
        return Ok(None);
    }
    transaction.execute("UPDATE meta SET next_seq = ?1", [end.cast_signed()])?;
    transaction.commit()?;
    Ok(Some(Reserved { first, end, instance }))
}
