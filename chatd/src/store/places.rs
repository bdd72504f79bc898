//! Which places of the log belong to a conversation: the table `places`, kept behind `messages` on purpose.
//!
//! An index on the conversation would cost each message a page of its own: conversations that speak in turn have their ends in
//! different pages, and every commit writes whole pages. So a message is only appended, and its entry follows
//! together with those of some thousand others, sorted, many to a page. What is behind `meta.places_to` is
//! found by looking at those few messages themselves. Both change in one transaction, so a crash leaves them in step.

use rusqlite::Connection;

/// With so many messages behind, the entries follow. More would make reading slower, less would make writing
/// slower: a reader looks through this many rows in well under a millisecond, and a group that comes while they are
/// written waits for some three.
pub(super) const BEHIND_MAX: u64 = 2_048;

/// Which messages have no entry yet. Parameters: the lowest number, and the conversations as a JSON array.
pub(super) const BEHIND: &str = "m.seq > (SELECT places_to FROM meta) AND m.seq >= ?1 \
     AND m.conversation IN (SELECT value FROM json_each(?2))";

/// Brings the entries up to the last message; returns whether any was missing. Belongs inside a transaction.
pub(super) fn catch_up(connection: &Connection) -> rusqlite::Result<bool> {
    let added = connection
        .prepare_cached(
            "INSERT INTO places (conversation, seq) SELECT conversation, seq FROM messages \
             WHERE seq > (SELECT places_to FROM meta) ORDER BY conversation, seq",
        )?
        .execute([])?;
    if added > 0 {
        connection
            .prepare_cached("UPDATE meta SET places_to = (SELECT max(seq) FROM messages)")?
            .execute([])?;
    }
    Ok(added > 0)
}

/// How many messages have no entry yet.
pub(super) fn behind(connection: &Connection) -> rusqlite::Result<u64> {
    connection
        .query_row("SELECT count(*) FROM messages WHERE seq > (SELECT places_to FROM meta)", [], |row| {
            row.get::<_, i64>(0)
        })
        .map(i64::cast_unsigned)
}

/// Removes the entry of a message that was removed; nothing happens if it had none yet.
pub(super) fn remove(connection: &Connection, conversation: i64, seq: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM places WHERE conversation = ?1 AND seq = ?2")?
        .execute([conversation, seq])?;
    Ok(())
}
