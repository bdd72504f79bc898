//! Taking care of a store while it runs: copies of it, examining it, giving room back, what it holds. A handle for whoever
//! administers. Everything here blocks on the disk, and but for [`Care::compact`], which says so, nothing is in the way of a commit.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use rusqlite::OptionalExtension as _;
use tokio::sync::oneshot;

use crate::domain::id::Time;

use super::backup::{BackupError, Place};
use super::compact::{CompactError, Compacted, Compaction, Pages, check_room};
use super::error::StoreError;
use super::examine::{self, CHECKS};
use super::interest::Interest;
use super::manifest::Amount;
use super::queue::Jobs;
use super::reader::Readers;
use super::schema;

/// Cheap to clone; all clones share the one place for a backup.
#[derive(Clone, Debug)]
pub struct Care {
    readers: Readers,
    jobs: Jobs,
    is_copying: Arc<AtomicBool>,
}

/// What is told of an examination as it goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Examined {
    /// This is looked at now.
    Looking {
        /// What, for people.
        what: &'static str,
        /// The how manieth that is, from 1.
        step: usize,
        /// Of how many.
        steps: usize,
    },
    /// This is wrong.
    Finding {
        /// What was looked at.
        what: &'static str,
        /// What is wrong, in a sentence.
        text: String,
    },
}

/// What a store holds, at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holdings {
    /// Messages and audit entries.
    pub amount: Amount,
    /// Rooms and desk conversations of which something is kept.
    pub conversations: u64,
    /// When the oldest message was said.
    pub oldest_at: Option<Time>,
    /// Pages of the database.
    pub pages: u64,
    /// Those of them that hold nothing.
    pub free_pages: u64,
    /// The size of a page in bytes.
    pub page_bytes: u64,
    /// The version of the tables.
    pub schema: i64,
}

impl Care {
    pub(super) fn of(readers: Readers, jobs: Jobs) -> Self {
        Self { readers, jobs, is_copying: Arc::default() }
    }

    /// The right to take a backup. `reserve` bytes must stay free beside the copy.
    ///
    /// # Errors
    /// One is being taken, there is not enough room, or nobody can tell.
    pub fn begin_backup(&self, reserve: u64) -> Result<Place, BackupError> {
        Place::take(self.readers.clone(), &self.is_copying, reserve)
    }

    /// Looks whether the store is sound, all of it at one moment; ends early when nobody waits any more. `tell` hears of each thing
    /// that is looked at and of what is wrong with it. Returns how much is wrong.
    ///
    /// # Errors
    /// The database cannot be read at all.
    pub fn examine(&self, interest: &Interest, tell: &mut dyn FnMut(Examined)) -> Result<usize, StoreError> {
        let failed = |e| StoreError::of_sqlite("examine", self.readers.path(), e);
        let mut connection = self.readers.connect()?;
        interest.rule(&mut connection).map_err(failed)?;
        let _view = connection.unchecked_transaction().map_err(failed)?;
        let mut findings = 0;
        for (step, check) in (1..).zip(&CHECKS) {
            if interest.is_lost() {
                break;
            }
            let what = check.title;
            tell(Examined::Looking { what, step, steps: CHECKS.len() });
            let found = examine::look(&connection, check).map_err(failed)?;
            findings += found.len();
            found.into_iter().for_each(|text| tell(Examined::Finding { what, text }));
        }
        Ok(findings)
    }

    /// Gives room back. Everything that is said waits meanwhile, and not much longer than `limit`. `reserve` bytes must stay free.
    ///
    /// # Errors
    /// Nothing was given back: it took too long, there is not enough room for it, or the database cannot be read or written.
    pub fn compact(
        &self,
        limit: Duration,
        reserve: u64,
        interest: &Interest,
    ) -> Result<Compacted, CompactError> {
        let path = self.readers.path();
        let connection = self.readers.connect()?;
        let pages = Pages::of(&connection).map_err(|e| StoreError::of_sqlite("read", path, e))?;
        drop(connection);
        let bytes = pages.size * pages.all;
        if pages.free == 0 {
            return Ok(Compacted { before: bytes, after: bytes, pause: Duration::ZERO });
        }
        check_room(path, pages, reserve)?;
        let (answer, done) = oneshot::channel();
        let asked = self.jobs.compact(Compaction { limit, interest: interest.clone(), answer });
        if !asked {
            return Err(CompactError::Busy);
        }
        done.blocking_recv().unwrap_or(Err(CompactError::Stopped))
    }

    /// What is in the store. Counts, and so reads the whole table of messages; ends early when nobody waits any more.
    ///
    /// # Errors
    /// The database cannot be read, or nobody waits.
    pub fn holdings(&self, interest: &Interest) -> Result<Holdings, StoreError> {
        let mut connection = self.readers.connect()?;
        let mut read = || -> rusqlite::Result<Holdings> {
            interest.rule(&mut connection)?;
            let _view = connection.unchecked_transaction()?;
            let pages = Pages::of(&connection)?;
            let oldest = "SELECT at FROM messages ORDER BY seq LIMIT 1";
            let oldest_at: Option<i64> = connection.query_row(oldest, [], |row| row.get(0)).optional()?;
            let conversations: i64 =
                connection.query_row("SELECT count(*) FROM conversations", [], |row| row.get(0))?;
            Ok(Holdings {
                amount: Amount::of(&connection)?,
                conversations: conversations.cast_unsigned(),
                oldest_at: oldest_at.map(|at| Time(at.cast_unsigned())),
                pages: pages.all,
                free_pages: pages.free,
                page_bytes: pages.size,
                schema: schema::version(&connection)?,
            })
        };
        read().map_err(|e| StoreError::of_sqlite("read", self.readers.path(), e))
    }

    /// The database file.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.readers.path()
    }

    /// The directory of the store.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.readers.path().parent().unwrap_or(Path::new("/"))
    }
}
