//! What the main loop is at: since when it has worked at one thing, or that it waits. Says it to the watchdog; ends nothing.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How long the main loop may be at one thing. Everything it does has a deadline of some seconds, and the sum of those of a reload
/// is less than half of this.
pub(super) const STUCK_AFTER: Duration = Duration::from_secs(60);

/// The main loop, as others see it; all clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Work(
    /// When it began with what it is at; nothing while it waits. Locked to copy it.
    Arc<Mutex<Option<Instant>>>,
);

impl Work {
    /// It is at something from now on, until what is returned is dropped.
    pub(super) fn begin(&self) -> AtWork {
        self.put(Some(Instant::now()));
        AtWork(self.clone())
    }

    /// Whether it has been at one thing for too long.
    pub(super) fn is_stuck(&self) -> bool {
        let since = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        since.is_some_and(|since| since.elapsed() > STUCK_AFTER)
    }

    fn put(&self, since: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }
}

/// The main loop works.
pub(super) struct AtWork(Work);

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.put(None);
    }
}
