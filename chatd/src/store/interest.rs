//! Whether anybody still waits for a long piece of work on the store. What nobody waits for ends soon, also in the middle of a
//! query: the daemon does not stop before its threads do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;

/// Instructions of SQLite's machine between two looks: some microseconds.
const LOOK_EVERY: i32 = 1_000;

/// Shared between whoever asked and whoever works; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Interest(Arc<AtomicBool>);

impl Interest {
    /// Nobody waits any more.
    pub fn lose(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether nobody waits any more.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// From now on, what this connection does ends with `SQLITE_INTERRUPT` when nobody waits any more.
    pub(super) fn rule(&self, connection: &mut Connection) -> rusqlite::Result<()> {
        let interest = self.clone();
        connection.progress_handler(LOOK_EVERY, Some(move || interest.is_lost()))
    }
}
