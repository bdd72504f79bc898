//! The recent past, kept for watchers: a ring of the latest notices. Watchers come and take; nobody queues for them, so a
//! slow watcher costs nothing and finds the older part in the store.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use crate::domain::id::Seq;
use crate::domain::notice::Notice;

/// How many notices the ring holds.
const RING: usize = 4096;

/// The latest notices.
#[derive(Debug, Default)]
pub struct Tap {
    /// Protects the ring. Held to append a batch or to copy a page.
    ring: Mutex<Ring>,
    news: Notify,
}

#[derive(Debug, Default)]
struct Ring {
    notices: VecDeque<Notice>,
    /// Place of the last notice that the ring no longer holds.
    dropped: Seq,
    /// Place before the first of this run of the daemon.
    began: Seq,
}

/// What a watcher gets.
#[derive(Clone, Debug, PartialEq)]
pub enum Tapped {
    /// What came after the place asked for, in order; may be empty.
    Notices(Vec<Notice>),
    /// The ring does not reach back so far: it holds what came after this place.
    TooOld(Seq),
}

impl Tap {
    /// A tap whose ring begins behind `seq`: what is older is in the store only.
    pub fn begin(&self, seq: Seq) {
        let mut ring = self.lock();
        (ring.dropped, ring.began) = (seq, seq);
    }

    /// The place at which this run of the daemon began.
    #[must_use]
    pub fn began(&self) -> Seq {
        self.lock().began
    }

    /// Appends a batch, leaves it empty, tells the watchers.
    pub fn push_all(&self, batch: &mut Vec<Notice>) {
        if batch.is_empty() {
            return;
        }
        let mut ring = self.lock();
        ring.notices.extend(batch.drain(..));
        while ring.notices.len() > RING {
            if let Some(notice) = ring.notices.pop_front() {
                ring.dropped = notice.seq;
            }
        }
        drop(ring);
        self.news.notify_waiters();
    }

    /// At most `max` notices behind `seq`.
    #[must_use]
    pub fn after(&self, seq: Seq, max: usize) -> Tapped {
        let ring = self.lock();
        if seq < ring.dropped {
            return Tapped::TooOld(ring.dropped);
        }
        let from = ring.notices.partition_point(|notice| notice.seq <= seq);
        Tapped::Notices(ring.notices.range(from..).take(max).cloned().collect())
    }

    /// Ready when something came after this future was made: make it, look with [`Self::after`], then wait.
    pub fn news(&self) -> impl Future<Output = ()> + '_ {
        self.news.notified()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{RING, Tap, Tapped};
    use crate::domain::id::{Seq, Time};
    use crate::domain::notice::{Badge, Notice, What};

    fn notices(seqs: impl Iterator<Item = u64>) -> Vec<Notice> {
        let by = crate::domain::message::Author { client: None, source: "s".into(), operator: None };
        let what = What::Wallops { by, text: "x".into() };
        seqs.map(|seq| Notice { seq: Seq(seq), at: Time(0), by: Badge::default(), what: what.clone() })
            .collect()
    }

    #[test]
    fn a_watcher_gets_what_came_after_its_place() {
        let tap = Tap::default();
        tap.begin(Seq(10));
        tap.push_all(&mut notices(11..=14));
        assert_eq!(tap.after(Seq(12), 10), Tapped::Notices(notices(13..=14)));
        assert_eq!(tap.after(Seq(10), 2), Tapped::Notices(notices(11..=12)));
        assert_eq!(tap.after(Seq(14), 2), Tapped::Notices(Vec::new()));
        assert_eq!(tap.after(Seq(9), 2), Tapped::TooOld(Seq(10)));
    }

    #[test]
    fn a_full_ring_says_where_it_begins() {
        let tap = Tap::default();
        let many = RING as u64 + 5;
        tap.push_all(&mut notices(1..=many));
        assert_eq!(tap.after(Seq(4), 1), Tapped::TooOld(Seq(5)));
        assert_eq!(tap.after(Seq(5), 1), Tapped::Notices(notices(6..=6)));
    }
}
