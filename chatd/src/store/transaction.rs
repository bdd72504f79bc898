//! One piece of work as one transaction. Knows nothing of what is done in it.

use rusqlite::Connection;

/// Keeps all that `work` did, or nothing of it. It takes the right to write at once, so that it never fails half-way because
/// somebody else has it.
pub(super) fn in_transaction<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    // `Connection::transaction` would parse these words anew for every group.
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    let done = work(connection).and_then(|value| {
        connection.prepare_cached("COMMIT")?.execute([])?;
        Ok(value)
    });
    if done.is_err() && !connection.is_autocommit() {
        // Should this fail, the connection is still inside the transaction, and whoever owns it takes a new one.
        let _ = connection.execute_batch("ROLLBACK");
    }
    done
}
