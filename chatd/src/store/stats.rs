//! Figures about the store that anybody may read at any time. Never waits for the disk.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::id::Time;
use crate::meter::{Distribution, Histogram};

use super::queue::Taken;

/// Bounds of how long a commit takes, in microseconds: a good disk takes some hundred.
const COMMIT_US: &[u64] = &[
    50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    5_000_000,
];

/// Bounds of how many records a group has.
const GROUP_RECORDS: &[u64] = &[1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096];

/// The figures at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Groups committed since the start.
    pub groups: u64,
    /// Records in them.
    pub records: u64,
    /// Groups that were refused since the start.
    pub failed_groups: u64,
    /// How many records the last group had.
    pub last_group_size: u64,
    /// How long the last group took, in microseconds.
    pub last_group_us: u64,
    /// How long the slowest group took since the start, in microseconds.
    pub slowest_group_us: u64,
    /// When the last group was committed.
    pub last_commit: Option<Time>,
    /// Messages that retention has removed since the start.
    pub pruned: u64,
    /// What may still be written to the disk, in bytes, as it was looked at last: once a second.
    pub free_bytes: u64,
    /// The size of the database in bytes, as looked at then.
    pub database_bytes: u64,
    /// The size of its write-ahead log in bytes, as looked at then.
    pub log_bytes: u64,
    /// Why the last group was refused or the last fsync failed; none once a group is kept again.
    pub failing: Option<String>,
}

/// Reads the figures; cheap to clone and to keep.
#[derive(Clone, Debug)]
pub struct StatsHandle(Arc<Figures>);

#[derive(Debug)]
struct Figures {
    groups: AtomicU64,
    records: AtomicU64,
    failed_groups: AtomicU64,
    last_group_size: AtomicU64,
    last_group_us: AtomicU64,
    slowest_group_us: AtomicU64,
    last_commit_ms: AtomicU64,
    pruned: AtomicU64,
    free_bytes: AtomicU64,
    database_bytes: AtomicU64,
    log_bytes: AtomicU64,
    failing: Mutex<Option<String>>,
    commit_us: Histogram,
    group_records: Histogram,
    queue: Arc<Taken>,
}

impl Figures {
    fn new(queue: Arc<Taken>) -> Self {
        Self {
            groups: AtomicU64::new(0),
            records: AtomicU64::new(0),
            failed_groups: AtomicU64::new(0),
            last_group_size: AtomicU64::new(0),
            last_group_us: AtomicU64::new(0),
            slowest_group_us: AtomicU64::new(0),
            last_commit_ms: AtomicU64::new(0),
            pruned: AtomicU64::new(0),
            failing: Mutex::new(None),
            commit_us: Histogram::new(COMMIT_US),
            group_records: Histogram::new(GROUP_RECORDS),
            queue,
            free_bytes: AtomicU64::new(0),
            database_bytes: AtomicU64::new(0),
            log_bytes: AtomicU64::new(0),
        }
    }
}

impl StatsHandle {
    /// Nothing has happened yet; the queue is the thread's.
    pub(super) fn new(queue: Arc<Taken>) -> Self {
        Self(Arc::new(Figures::new(queue)))
    }

    /// Groups that wait for the thread.
    #[must_use]
    pub fn waiting_groups(&self) -> usize {
        self.0.queue.groups()
    }

    /// The figures now. Each is right by itself; together they may straddle a commit.
    #[must_use]
    pub fn snapshot(&self) -> Stats {
        let figures = &self.0;
        let last_commit_ms = figures.last_commit_ms.load(Relaxed);
        Stats {
            groups: figures.groups.load(Relaxed),
            records: figures.records.load(Relaxed),
            failed_groups: figures.failed_groups.load(Relaxed),
            last_group_size: figures.last_group_size.load(Relaxed),
            last_group_us: figures.last_group_us.load(Relaxed),
            slowest_group_us: figures.slowest_group_us.load(Relaxed),
            last_commit: (last_commit_ms > 0).then_some(Time(last_commit_ms)),
            pruned: figures.pruned.load(Relaxed),
            free_bytes: figures.free_bytes.load(Relaxed),
            database_bytes: figures.database_bytes.load(Relaxed),
            log_bytes: figures.log_bytes.load(Relaxed),
            failing: figures.failing.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// How long committed groups took, in microseconds.
    #[must_use]
    pub fn commit_us(&self) -> Distribution {
        self.0.commit_us.distribution()
    }

    /// How many records they had.
    #[must_use]
    pub fn group_records(&self) -> Distribution {
        self.0.group_records.distribution()
    }

    pub(super) fn committed(&self, records: u64, took_us: u64, now: Time) {
        let figures = &self.0;
        figures.groups.fetch_add(1, Relaxed);
        figures.commit_us.observe(took_us);
        figures.group_records.observe(records);
        figures.records.fetch_add(records, Relaxed);
        figures.last_group_size.store(records, Relaxed);
        figures.last_group_us.store(took_us, Relaxed);
        figures.slowest_group_us.fetch_max(took_us, Relaxed);
        figures.last_commit_ms.store(now.0, Relaxed);
    }

    pub(super) fn refused(&self) {
        self.0.failed_groups.fetch_add(1, Relaxed);
    }

    pub(super) fn pruned(&self, messages: u64) {
        self.0.pruned.fetch_add(messages, Relaxed);
    }

    pub(super) fn sizes(&self, free: u64, database: u64, log: u64) {
        self.0.free_bytes.store(free, Relaxed);
        self.0.database_bytes.store(database, Relaxed);
        self.0.log_bytes.store(log, Relaxed);
    }

    /// Says why the store fails, or that it does not; returns whether that is news.
    pub(super) fn set_failing(&self, cause: Option<&str>) -> bool {
        let mut failing = self.0.failing.lock().unwrap_or_else(PoisonError::into_inner);
        let is_news = failing.as_deref() != cause;
        if is_news {
            *failing = cause.map(str::to_owned);
        }
        is_news
    }
}
