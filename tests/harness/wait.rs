//! Waiting for a fact. Never for time to pass: whoever waits names what has to become true.

use std::time::{Duration, Instant};

/// How long a fact may take. Generous, because it is only spent on a failure and debug builds share two cores.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// How often a fact is looked at that cannot wake us.
const LOOK: Duration = Duration::from_millis(3);

/// What `look` finds, as soon as it finds anything.
#[track_caller]
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < DEADLINE, "after {DEADLINE:?} still no {what}");
        std::thread::park_timeout(LOOK);
    }
}
