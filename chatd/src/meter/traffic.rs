//! Bytes and lines of all sessions since the process began. Each thread counts for itself, so that counting costs a session nothing
//! that others could feel; whoever asks adds up.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What went over all sockets, in plain: before TLS and WebSocket wrap it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Bytes read.
    pub bytes_in: u64,
    /// Lines read.
    pub lines_in: u64,
    /// Bytes written.
    pub bytes_out: u64,
    /// Lines written to their end.
    pub lines_out: u64,
}

/// What one thread has counted. Only the thread writes.
#[derive(Debug, Default)]
struct Own {
    bytes_in: AtomicU64,
    lines_in: AtomicU64,
    bytes_out: AtomicU64,
    lines_out: AtomicU64,
}

/// The counts of every thread that ever served a session: as many as the daemon has threads. Locked when a thread counts for the
/// first time and when somebody asks.
static ALL: Mutex<Vec<Arc<Own>>> = Mutex::new(Vec::new());

thread_local! {
    static OWN: Arc<Own> = {
        let own = Arc::<Own>::default();
        ALL.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&own));
        own
    };
}

/// Bytes and whole lines came from a client.
pub fn received(bytes: usize, lines: u64) {
    OWN.with(|own| {
        add(&own.bytes_in, bytes as u64);
        add(&own.lines_in, lines);
    });
}

/// Bytes, and with them the ends of so many lines, went to a client.
pub fn sent(bytes: usize, lines: u64) {
    OWN.with(|own| {
        add(&own.bytes_out, bytes as u64);
        add(&own.lines_out, lines);
    });
}

/// A load and a store instead of an addition that others could take part in: nobody else writes, and it is cheaper.
fn add(count: &AtomicU64, more: u64) {
    count.store(count.load(Ordering::Relaxed).wrapping_add(more), Ordering::Relaxed);
}

/// All threads together.
#[must_use]
pub fn total() -> Traffic {
    let all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    let sum = |count: fn(&Own) -> &AtomicU64| all.iter().map(|own| count(own).load(Ordering::Relaxed)).sum();
    Traffic {
        bytes_in: sum(|own| &own.bytes_in),
        lines_in: sum(|own| &own.lines_in),
        bytes_out: sum(|own| &own.bytes_out),
        lines_out: sum(|own| &own.lines_out),
    }
}

#[cfg(test)]
mod tests {
    use super::{received, sent, total};

    #[test]
    fn the_counts_of_threads_that_have_ended_stay() {
        let before = total();
        std::thread::spawn(|| {
            received(10, 1);
            sent(20, 2);
        })
        .join()
        .unwrap();
        received(1, 0);
        let after = total();
        // Other tests may count beside this one.
        assert!(after.bytes_in >= before.bytes_in + 11 && after.lines_in > before.lines_in);
        assert!(after.bytes_out >= before.bytes_out + 20 && after.lines_out >= before.lines_out + 2);
    }
}
