//! The store: what chatd keeps. Owns the SQLite database, the one thread that writes to it, and the lock against a
//! second daemon on the same directory. It never decides what is worth keeping, never knows who is connected, and
//! never makes the caller wait for the disk: a group is handed over, its answer comes later.
//!
//! # What survives what
//!
//! The database is in write-ahead-log mode: a commit appends pages with checksums to `chatd.db-wal`, and a checkpoint
//! copies them into `chatd.db` at leisure. Each group is one transaction: it is kept whole or not at all.
//!
//! | `history.sync` | answered when | after `kill -9` | after a loss of power |
//! |---|---|---|---|
//! | `always` | the log is fsynced | every answered group | every answered group |
//! | `every-second` | the log is written to the operating system | every answered group | all but about the last second |
//! | `never` | the log is written to the operating system | every answered group | a whole number of groups, up to some moment |
//!
//! - **`kill -9`**: what was written belongs to the operating system and outlives the process. The next open replays
//!   the log up to its last whole commit. This holds in every mode, as no mode keeps a commit in the process.
//! - **Loss of power**: `always` is `synchronous = FULL`, which fsyncs the log before a commit returns. The other two are
//!   `synchronous = NORMAL`: a commit does not fsync, but a checkpoint fsyncs the log before it touches the database
//!   and the database before the log is used again. So a lost tail of the log costs the youngest groups and never the
//!   order of those before it, and the file cannot be corrupted; `synchronous = OFF` would save those few fsyncs and give up
//!   exactly that. `every-second` fsyncs the log, from a thread of its own, when a second has passed since
//!   the first commit that is not yet on disk; `never` leaves that to the operating system and to checkpoints.
//! - A group that was answered with an error after its fsync failed may still be found after a crash: an error promises
//!   that nobody may rely on it, not that it is gone.
//!
//! The numbers that the log gives to events are reserved here too, see [`Opened::next_seq`].

mod append;
mod aside;
mod backup;
mod care;
mod compact;
mod conversation;
mod database;
mod error;
mod examine;
mod interest;
mod lock;
mod manifest;
mod places;
mod queue;
mod reader;
mod restore;
mod retention;
mod row;
mod schema;
mod space;
mod stats;
mod transaction;
mod upkeep;
mod worker;
mod writer;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio_util::sync::CancellationToken;

use crate::config::History;
use crate::domain::command::Audit;
use crate::domain::id::{Seq, Time};
use crate::domain::message::Message;
use crate::health::Health;

use self::database::Database;
use self::lock::Lock;
use self::queue::Jobs;
use self::retention::Policy;
use self::space::Space;
use self::upkeep::Upkeep;
use self::worker::Worker;

pub use self::backup::{BackupError, Place, Stage, Summary};
pub use self::care::{Care, Examined, Holdings};
pub use self::compact::{CompactError, Compacted};
pub use self::error::{CommitError, StoreError};
pub use self::interest::Interest;
pub use self::manifest::{Amount, KeptFile, Manifest};
pub use self::reader::{DeskConversation, Reader, Readers, Selector, Since};
pub use self::restore::{RestoreError, Restored, Source, check, restore, stamp};
pub use self::row::{Stored, StoredAudit, StoredConversation};
pub use self::stats::{Stats, StatsHandle};
pub use self::writer::{Committed, Writer};

/// One durable thing with its place in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its place in the log; greater than that of every record committed before, but for [`Body::Void`], whose place is
    /// that of the message it takes back.
    pub seq: Seq,
    /// When it was decided.
    pub at: Time,
    /// What it is.
    pub body: Body,
}

/// What is kept. Direct messages and messages of only tags never are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A message in a room, at the desk or to everyone.
    Message(Arc<Message>),
    /// What an operator did.
    Audit(Arc<Audit>),
    /// The message at that place was taken back: it is removed from the history. Nothing happens if there is none.
    Redacted(Seq),
    /// The message at this record's place was never said, as it no longer held when its turn came: it is removed from the
    /// history. Nothing happens if there is none.
    Void,
}

/// What opening found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The first number this run may give to an event. No earlier run has given it or any after it, not even to an event
    /// that was never stored: each open reserves 2^34 numbers, fsynced before this is returned. Numbers stay below 2^53,
    /// which is enough for 524,000 opens; a run that stores its way towards the end of its reservation gets another.
    pub next_seq: Seq,
    /// 32 hexadecimal digits drawn when the database was created: tells one store's numbers from another's.
    pub instance: String,
}

/// The open store: its writer thread and its lock. Dropping it does what [`Store::close`] does, without telling how it went.
#[derive(Debug)]
pub struct Store {
    readers: Readers,
    care: Care,
    jobs: Jobs,
    stats: StatsHandle,
    policy: retention::SharedPolicy,
    space: Space,
    ended: CancellationToken,
    thread: Option<JoinHandle<Result<(), StoreError>>>,
}

impl Store {
    /// Opens the store in `directory`, which is created (mode 0700, as its missing parents) if need be, and brings its
    /// schema up to date. While it fails, `health` says so.
    ///
    /// # Errors
    /// When another daemon has it open, when it is not ours to read, not a chatd database, newer than this chatd, or
    /// the disk fails.
    pub fn open(directory: &Path, history: &History, health: &Health) -> Result<(Self, Opened), StoreError> {
        let lock = Lock::take(directory)?;
        let (database, opened) = Database::open(directory, history.sync)?;
        let readers = Readers::of(database.path());
        let policy = retention::SharedPolicy::new(Policy::of(history));
        let (jobs, queue) = queue::queue();
        let care = Care::of(readers.clone(), jobs.clone());
        let stats = StatsHandle::new(jobs.taken());
        let space = Space::watch(database.path(), history, stats.clone(), health.clone())?;
        let upkeep = Upkeep::new(&database, history.sync, &jobs)?;
        let worker =
            Worker::new(database, queue, stats.clone(), health.clone(), policy.clone(), upkeep, lock);
        let ended = CancellationToken::new();
        let ending = ended.clone().drop_guard();
        let thread = std::thread::Builder::new()
            .name("store".into())
            .spawn(move || {
                // Dropped however the thread ends, a panic included.
                let _ending = ending;
                worker.run()
            })
            .map_err(StoreError::Thread)?;
        Ok((Self { readers, care, jobs, stats, policy, space, ended, thread: Some(thread) }, opened))
    }

    /// A handle that commits groups.
    #[must_use]
    pub fn writer(&self) -> Writer {
        Writer::new(self.jobs.clone(), self.space.gate())
    }

    /// Cancelled when the thread has ended. While nobody has closed the store, that is a fault which only a restart mends:
    /// nothing can be kept any more.
    #[must_use]
    pub fn ended(&self) -> CancellationToken {
        self.ended.clone()
    }

    /// A connection that only reads.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub fn reader(&self) -> Result<Reader, StoreError> {
        self.readers.open()
    }

    /// Opens readers wherever they are needed.
    #[must_use]
    pub fn readers(&self) -> Readers {
        self.readers.clone()
    }

    /// Taking care of it: backups, examinations.
    #[must_use]
    pub fn care(&self) -> Care {
        self.care.clone()
    }

    /// How the store is doing; the handle stays valid and reads without waiting for the disk.
    #[must_use]
    pub fn stats(&self) -> StatsHandle {
        self.stats.clone()
    }

    /// Takes new bounds of age and count, effective within the next calm moments, and of room on the disk, effective at once.
    /// `sync` is read only at open.
    pub fn configure(&self, history: &History) {
        self.space.configure(history);
        self.policy.set(Policy::of(history));
        self.jobs.wake();
    }

    /// Commits what is queued, empties the write-ahead log into the database and ends the thread. Groups handed over
    /// afterwards are handed back.
    ///
    /// # Errors
    /// When the last fsync or checkpoint failed. Answered groups are kept nevertheless, as the table above says.
    pub fn close(mut self) -> Result<(), StoreError> {
        self.stop()
    }

    fn stop(&mut self) -> Result<(), StoreError> {
        let Some(thread) = self.thread.take() else { return Ok(()) };
        self.jobs.stop();
        thread.join().unwrap_or(Err(StoreError::Panicked))
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            tracing::error!(%error, "store did not close cleanly");
        }
    }
}
