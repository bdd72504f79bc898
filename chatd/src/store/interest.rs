//! Whether anybody still waits for a long piece of work on the store. What nobody waits for ends soon, also in the middle of a
//! query: the daemon does not stop before its threads do.

use rusqlite::Connection;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Instructions of SQLite's machine between two looks: some microseconds.
const LOOK_EVERY: i32 = 1_000;

/// Shared between whoever asked and whoever works; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Interest(CancellationToken);

impl Interest {
    /// Lost at the latest when `stop` is cancelled.
    #[must_use]
    pub fn until(stop: &CancellationToken) -> Self {
        Self(stop.child_token())
    }

    /// Nobody waits any more.
    pub fn lose(&self) {
        self.0.cancel();
    }

    /// Whoever waits holds this, and waits no more when it is dropped.
    #[must_use]
    pub fn waiter(&self) -> DropGuard {
        self.0.clone().drop_guard()
    }

    /// Whether nobody waits any more.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.0.is_cancelled()
    }

    /// From now on, what this connection does ends with `SQLITE_INTERRUPT` when nobody waits any more.
    pub(super) fn rule(&self, connection: &mut Connection) -> rusqlite::Result<()> {
        let interest = self.clone();
        connection.progress_handler(LOOK_EVERY, Some(move || interest.is_lost()))
    }
}
