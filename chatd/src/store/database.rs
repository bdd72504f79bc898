//! The writing connection: how it is opened, kept usable after a failure, and how its write-ahead log reaches the disk.
//! Used by the writer's thread alone. Decides nothing about when.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::config;
use crate::domain::id::{Seq, Time};

use super::append::append;
use super::conversation::Conversations;
use super::error::{CommitError, StoreError};
use super::retention::{self, Policy, Slice, Stage};
use super::transaction::in_transaction;
use super::{Opened, Record, backup, places, schema};

/// The database's name in the data directory.
pub(super) const DATABASE: &str = "chatd.db";

/// From this size on, the write-ahead log is checkpointed, and shrinks back to it afterwards: that far its pages are written in
/// place, which makes an fsync cheaper than on a file that grows.
pub(super) const LOG_KEPT: u64 = 16 << 20;

/// So many pages may be left in the log for the writer to copy: 2 MiB.
const REST_PAGES: i64 = 512;

/// After so many attempts, what is left is left to the writer even if it is more.
const ATTEMPTS: usize = 4;

/// How long to wait for somebody who has the database locked from outside, such as an administrator's `sqlite3`.
const BUSY: Duration = Duration::from_secs(2);

/// The open database.
#[derive(Debug)]
pub(super) struct Database {
    path: PathBuf,
    log: Log,
    sync: config::Sync,
    /// None after a failure that may have left the connection unusable.
    connection: Option<Connection>,
    conversations: Conversations,
    reserved: u64,
    /// Messages that [`places`] has no entries of, or more than there are.
    behind: u64,
}

/// The write-ahead log as a file.
#[derive(Clone, Debug)]
pub(super) struct Log {
    path: PathBuf,
}

impl Database {
    /// Opens or creates the database, migrates it and reserves this run's numbers.
    pub(super) fn open(directory: &Path, sync: config::Sync) -> Result<(Self, Opened), StoreError> {
        let path = directory.join(DATABASE);
        backup::sweep(&path);
        create_private(&path)?;
        let mut connection = connect(&path).map_err(|e| StoreError::of_sqlite("open", &path, e))?;
        schema::check(&connection, &path)?;
        // FULL for what is written here: a number that may have been given must never be forgotten, and SQLite's first
        // fsync of the log also makes the directory entries of new files durable.
        prepare(&connection, "FULL").map_err(|e| StoreError::of_sqlite("prepare", &path, e))?;
        schema::migrate(&mut connection).map_err(|e| StoreError::of_sqlite("migrate", &path, e))?;
        let reserved = schema::reserve(&mut connection)
            .map_err(|e| StoreError::of_sqlite("write to", &path, e))?
            .ok_or_else(|| StoreError::Exhausted { path: path.clone() })?;
        prepare(&connection, level(sync)).map_err(|e| StoreError::of_sqlite("prepare", &path, e))?;
        let opened = Opened { next_seq: Seq(reserved.first), instance: reserved.instance };
        let behind = places::behind(&connection).map_err(|e| StoreError::of_sqlite("read", &path, e))?;
        let mut log = path.clone().into_os_string();
        log.push("-wal");
        let database = Self {
            path,
            log: Log { path: log.into() },
            sync,
            connection: Some(connection),
            conversations: Conversations::default(),
            reserved: reserved.end,
            behind,
        };
        Ok((database, opened))
    }

    /// The database file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps the whole group or nothing of it, to the degree that the mode promises.
    pub(super) fn commit(&mut self, group: &[Record]) -> Result<(), CommitError> {
        self.try_commit(group).map_err(|error| {
            self.recover(&error);
            CommitError::from(&error)
        })
    }

    fn try_commit(&mut self, group: &[Record]) -> rusqlite::Result<()> {
        let connection = connected(&mut self.connection, &self.path, self.sync)?;
        append(connection, &mut self.conversations, &mut self.reserved, group)?;
        self.behind += group.len() as u64;
        Ok(())
    }

    /// Messages that still need their entries, at most.
    pub(super) fn behind(&self) -> u64 {
        self.behind
    }

    /// Writes the entries of all messages that have none, see [`places`]; returns whether there were any.
    pub(super) fn catch_up(&mut self) -> rusqlite::Result<bool> {
        let wrote = self.with(|connection, _| in_transaction(connection, places::catch_up))?;
        self.behind = 0;
        Ok(wrote)
    }

    /// Does one slice of retention, which writes the missing entries too.
    pub(super) fn prune(&mut self, policy: Policy, now: Time, stage: Stage) -> rusqlite::Result<Slice> {
        let slice = self.with(|connection, conversations| {
            let slice = retention::slice(connection, policy, now, stage)?;
            if slice.forgot_conversations {
                conversations.forget();
            }
            Ok(slice)
        })?;
        self.behind = 0;
        Ok(slice)
    }

    /// Runs one piece of other work on the connection.
    pub(super) fn with<T>(
        &mut self,
        work: impl FnOnce(&mut Connection, &mut Conversations) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let connection = connected(&mut self.connection, &self.path, self.sync)?;
        let done = work(connection, &mut self.conversations);
        if let Err(error) = &done {
            self.recover(error);
        }
        done
    }

    /// Makes the next piece of work independent of a failed one. rusqlite has rolled back by now. A full disk, a lock from
    /// outside or a constraint leave a connection as it was; anything else is answered with a new connection.
    fn recover(&mut self, error: &rusqlite::Error) {
        self.conversations.forget();
        let is_harmless = matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::DiskFull | ErrorCode::DatabaseBusy | ErrorCode::ConstraintViolation)
        );
        if !is_harmless || self.connection.as_ref().is_some_and(|c| !c.is_autocommit()) {
            self.connection = None;
        }
    }

    /// The write-ahead log.
    pub(super) fn log(&self) -> Log {
        self.log.clone()
    }

    /// Copies what it can of the log into the database without waiting for any reader.
    pub(super) fn checkpoint(&mut self) -> rusqlite::Result<()> {
        self.with(|connection, _| checkpoint(connection).map(drop))
    }

    /// Brings everything to the disk, empties the log as far as readers allow, and lets go of the file.
    pub(super) fn close(mut self) -> Result<(), StoreError> {
        self.log.sync().map_err(|e| StoreError::of_file("fsync", &self.log.path, e))?;
        let failed = |e| StoreError::of_sqlite("checkpoint", &self.path, e);
        let Some(connection) = self.connection.take() else { return Ok(()) };
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(failed)?;
        connection.close().map_err(|(_, e)| failed(e))
    }
}

impl Log {
    /// Brings every commit so far to the disk.
    ///
    /// Opens the log by its path, since SQLite does not hand out its own descriptor; dirty pages belong to the file and not
    /// to a descriptor. Never do this with the database file or `-shm`: closing any descriptor of a file drops the POSIX
    /// locks that this process has on it, and SQLite has locks on those two (not on the log).
    pub(super) fn sync(&self) -> io::Result<()> {
        match File::open(&self.path) {
            Ok(log) => log.sync_data(),
            // Without a log everything is in the database, fsynced by the checkpoint that removed it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Its size in bytes; it shrinks to [`LOG_KEPT`] with the first commit after a checkpoint.
    pub(super) fn size(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |log| log.len())
    }
}

/// Checkpoints over a connection of its own, for another thread than the writer's.
///
/// One connection that writes while another checkpoints is what the WAL-reset bug of SQLite 3.7.0 to 3.51.2 needs to corrupt a
/// database. Ours is built in and newer; a test holds it there.
#[derive(Debug)]
pub(super) struct Checkpoints {
    path: PathBuf,
    sync: config::Sync,
    /// Opened with the first checkpoint; none again after a failure.
    connection: Option<Connection>,
}

impl Checkpoints {
    /// Of this database.
    pub(super) fn of(database: &Database) -> Self {
        Self { path: database.path.clone(), sync: database.sync, connection: None }
    }

    /// Copies and fsyncs without holding anybody up, until little is left.
    pub(super) fn run(&mut self) -> rusqlite::Result<()> {
        let done = self.approach();
        if done.is_err() {
            self.connection = None;
        }
        done
    }

    fn approach(&mut self) -> rusqlite::Result<()> {
        let connection = connected(&mut self.connection, &self.path, self.sync)?;
        for _ in 0..ATTEMPTS {
            if checkpoint(connection)? <= REST_PAGES {
                break;
            }
        }
        Ok(())
    }
}

/// Copies what it can without waiting for anybody; returns how many pages of the log are not in the database yet.
fn checkpoint(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
        Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?)
    })
}

/// Makes the file with mode 0600 if it is missing; SQLite gives its companions the same mode. An existing file is not
/// opened, for the reason that [`Log::sync`] gives.
pub(super) fn create_private(path: &Path) -> Result<(), StoreError> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(StoreError::of_file("create", path, error)),
    }
}

pub(super) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    Ok(connection)
}

fn prepare(connection: &Connection, synchronous: &str) -> rusqlite::Result<()> {
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", synchronous)?;
    // `Checkpoints` does it on a thread of its own, so that no commit pays for it.
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
    connection.pragma_update_and_check(None, "journal_size_limit", LOG_KEPT.cast_signed(), |_| Ok(()))?;
    // 16 MiB: the right edge of every tree of a busy database.
    connection.pragma_update(None, "cache_size", -16_384)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    // What is removed is overwritten where that writes no page more: what was taken back is not to be found in the file.
    connection.pragma_update_and_check(None, "secure_delete", "fast", |_| Ok(()))
}

fn connected<'a>(
    connection: &'a mut Option<Connection>,
    path: &Path,
    sync: config::Sync,
) -> rusqlite::Result<&'a mut Connection> {
    if connection.is_none() {
        let fresh = connect(path)?;
        prepare(&fresh, level(sync))?;
        *connection = Some(fresh);
    }
    Ok(connection.as_mut().expect("set in the lines above"))
}

/// See the table in [`super`]. `every-second` is NORMAL with the fsync of [`Log::sync`] beside it.
fn level(sync: config::Sync) -> &'static str {
    match sync {
        config::Sync::Always => "FULL",
        config::Sync::EverySecond | config::Sync::Never => "NORMAL",
    }
}
