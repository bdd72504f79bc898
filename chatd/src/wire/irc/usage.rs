//! How often each verb was used since the start, for STATS m. Each thread counts for itself, so that counting costs a session
//! nothing that others could feel; whoever asks adds up.

use std::array;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::verbs::VERBS;

/// A count for each verb, in the order of the table.
type Counts = [AtomicU64; VERBS.len()];

/// The counts of every thread that ever read a line: as many as the daemon has threads. Locked when a thread counts for the
/// first time and when somebody asks.
static ALL: Mutex<Vec<Arc<Counts>>> = Mutex::new(Vec::new());

thread_local! {
    static OWN: Arc<Counts> = {
        let own = Arc::new(array::from_fn(|_| AtomicU64::new(0)));
        ALL.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&own));
        own
    };
}

/// The verb at `index` of the table is used.
pub(super) fn count(index: usize) {
    OWN.with(|own| own[index].fetch_add(1, Ordering::Relaxed));
}

/// Every verb, and how often it was used.
pub fn counts() -> impl Iterator<Item = (&'static str, u64)> {
    let all = ALL.lock().unwrap_or_else(PoisonError::into_inner).clone();
    VERBS
        .iter()
        .enumerate()
        .map(move |(index, verb)| (verb.name, all.iter().map(|own| own[index].load(Ordering::Relaxed)).sum()))
}
