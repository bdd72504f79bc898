//! When the write-ahead log is fsynced and when it is emptied into the database; both happen beside the writer.
//!
//! A checkpoint that runs beside the writer copies and fsyncs without holding anybody up, but never quite reaches the end of a log that
//! is being written. So it goes on until little is left, and the writer copies that little between two groups. The next group
//! then begins the log anew.

use std::io;
use std::time::{Duration, Instant};

use crate::config;

use super::aside::{Aside, Gone};
use super::database::{Checkpoints, Database, LOG_KEPT, Log};
use super::error::StoreError;
use super::queue::Jobs;

/// At this size the log waits for its checkpoint: the writer stops until the disk has caught up, since readers slow
/// down with the log and the disk has an end.
const LOG_MAX: u64 = 256 << 20;

/// The shortest time between two checkpoints.
const CHECKPOINT_REST: Duration = Duration::from_secs(1);

/// The log's size is looked at this often while it is being written; what is written meanwhile may exceed [`LOG_MAX`].
const SIZE_EVERY: Duration = Duration::from_millis(50);

/// The interval of `every-second`.
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// The log's way to the disk.
#[derive(Debug)]
pub(super) struct Upkeep {
    /// Only for `every-second`.
    syncs: Option<Aside<io::Result<()>>>,
    /// When the commits since the last fsync have to be on the disk.
    sync_due: Option<Instant>,
    /// Why the last timed fsync failed, until one succeeds.
    sync_failure: Option<String>,
    checkpoints: Aside<rusqlite::Result<()>>,
    /// Whether anything was written since the last checkpoint.
    is_dirty: bool,
    checkpoint_due: Instant,
    log: Log,
    /// The log's size when it was looked at last, and when that was.
    size: (u64, Instant),
    /// When to look at it again: something was written since.
    size_due: Option<Instant>,
}

impl Upkeep {
    /// Starts the threads.
    pub(super) fn new(database: &Database, sync: config::Sync, jobs: &Jobs) -> Result<Self, StoreError> {
        let (log, now) = (database.log(), Instant::now());
        let synced = log.clone();
        let mut checkpoints = Checkpoints::of(database);
        let syncs = match sync {
            config::Sync::EverySecond => Some(Aside::new("store-sync", jobs.clone(), move || synced.sync())?),
            config::Sync::Always | config::Sync::Never => None,
        };
        Ok(Self {
            syncs,
            sync_due: None,
            sync_failure: None,
            checkpoints: Aside::new("store-check", jobs.clone(), move || checkpoints.run())?,
            is_dirty: false,
            checkpoint_due: now,
            size: (log.size(), now),
            size_due: None,
            log,
        })
    }

    /// Notes that something was written.
    pub(super) fn wrote(&mut self) {
        self.is_dirty = true;
        self.size_due.get_or_insert(self.size.1 + SIZE_EVERY);
        if self.syncs.is_some() {
            self.sync_due.get_or_insert_with(|| Instant::now() + SYNC_EVERY);
        }
    }

    /// Why the mode's promise is not kept at the moment.
    pub(super) fn failure(&self) -> Option<&str> {
        self.sync_failure.as_deref()
    }

    /// When there is something to do, if nothing else happens. What is under way wakes the writer when it ends.
    pub(super) fn due(&self) -> Option<Instant> {
        let sync = self.sync_due.filter(|_| !self.syncs.as_ref().is_some_and(Aside::is_running));
        let checkpoint = self.wants_checkpoint().then_some(self.checkpoint_due);
        [sync, checkpoint, self.size_due].into_iter().flatten().min()
    }

    /// Begins what is due and takes note of what has ended.
    pub(super) fn look(&mut self, now: Instant, database: &mut Database) -> Result<(), Gone> {
        self.look_at_sync(now)?;
        if self.size_due.is_some_and(|due| due <= now) {
            self.size = (self.log.size(), now);
            self.size_due = None;
        }
        if self.checkpoints.is_running() {
            let done = match self.size.0 {
                // Nothing is lost by waiting but time: the log already holds what was answered.
                size if size > LOG_MAX => self.checkpoints.wait()?,
                _ => self.checkpoints.take()?,
            };
            if let Some(done) = done {
                self.finish(done, now, database);
            }
        } else if self.checkpoint_due <= now && self.wants_checkpoint() {
            self.checkpoints.begin();
        }
        Ok(())
    }

    fn wants_checkpoint(&self) -> bool {
        self.is_dirty && !self.checkpoints.is_running() && self.size.0 > LOG_KEPT
    }

    /// A failure is tried again, though a later success proves less: the operating system may have given up the pages.
    fn look_at_sync(&mut self, now: Instant) -> Result<(), Gone> {
        let Some(syncs) = &mut self.syncs else { return Ok(()) };
        if let Some(done) = syncs.take()? {
            self.sync_failure = done.err().map(|error| {
                self.sync_due.get_or_insert(now + SYNC_EVERY);
                format!("cannot fsync the write-ahead log: {error}")
            });
        }
        if !syncs.is_running() && self.sync_due.is_some_and(|due| due <= now) {
            self.sync_due = None;
            syncs.begin();
        }
        Ok(())
    }

    /// Copies the rest, which is little. A reader may keep the log from starting anew; trying at most once a second keeps
    /// that from costing every commit a checkpoint.
    fn finish(&mut self, beside: rusqlite::Result<()>, now: Instant, database: &mut Database) {
        self.is_dirty = false;
        self.checkpoint_due = now + CHECKPOINT_REST;
        if let Err(error) = beside.and_then(|()| database.checkpoint()) {
            tracing::warn!(%error, "checkpoint failed; the write-ahead log grows until one succeeds");
        }
    }
}
