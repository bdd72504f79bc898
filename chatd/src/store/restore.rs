//! Putting a backup in the place of the store, while no daemon runs on it. What is put there has been examined before anything is
//! touched, all of it lies prepared beside its place, and the database changes hands by one rename: whatever ends this in the
//! middle leaves the one store or the other. What was there before is kept aside, under names that belong together. Never gives
//! itself rights or files away: whoever calls this does it as whom the state directory belongs to.
//!
//! One rename is not all of it, and two moments remain in which a loss of power leaves something between. In both nothing is lost,
//! and restoring once more mends it:
//!
//! - the key of the cloaks comes right behind the database: between the two the store is the backup's, the key the one from before;
//! - a store from before that cannot be read, or whose disk is full, may have a log that could not be brought into its database. It
//!   must be gone before another database comes into the place. Between the two that store is without it; both are kept aside.

mod copy;
mod exchange;

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use chat_proto::size::size as in_words;
use rusqlite::{Connection, OpenFlags};

use crate::domain::id::Time;

use super::backup::sweep;
use super::database::DATABASE;
use super::error::StoreError;
use super::lock::Lock;
use super::manifest::Manifest;
use super::schema;
use super::space::{free_bytes, size};

use self::copy::Copy;
use self::exchange::Exchange;

/// What the tables of a backup and its small files take, and then some.
const EXTRA_BYTES: u64 = 1 << 20;

/// What SQLite keeps beside a database without which that is not all (sqlite.org/tempfiles.html §2.1, §2.2).
const LOGS: [&str; 2] = ["-wal", "-journal"];

/// What it keeps there and can make anew.
const INDEX: &str = "-shm";

/// Why nothing was restored. Nothing has changed, if it does not say otherwise.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// A daemon runs.
    #[error(
        "chatd{} is running on {}; stop it first: systemctl stop chatd, or chatctl stop",
        pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default(), directory.display()
    )]
    Running {
        /// Its process, if that is known.
        pid: Option<u32>,
        /// On what.
        directory: PathBuf,
    },
    /// The file is something else.
    #[error("{} is not a backup of chatd; backups are made by `chatctl backup`", path.display())]
    NotABackup {
        /// The file.
        path: PathBuf,
    },
    /// A newer chatd made it.
    #[error("{} was made by a newer chatd (form {form}); restore it with that one", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its form.
        form: i64,
    },
    /// It is not what it was when it was taken.
    #[error("{} is damaged: {}; take another backup, nothing was changed", path.display(), causes.join("; "))]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        causes: Vec<String>,
    },
    /// Root would make a directory that chatd could not use.
    #[error(
        "there is no {}; start and stop chatd once so that it is made with its owner, or name another (server.state-directory)",
        path.display()
    )]
    NoDirectory {
        /// The directory.
        path: PathBuf,
    },
    /// It would not fit beside what is there.
    #[error("it needs {} in {} and {} are free; make room", in_words(*needed), directory.display(), in_words(*free))]
    NoRoom {
        /// What it takes, in bytes.
        needed: u64,
        /// What there is, in bytes.
        free: u64,
        /// Where.
        directory: PathBuf,
    },
    /// Anything else with the files.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What the backup says of itself.
    pub manifest: Manifest,
    /// The database that was there before.
    pub before: Option<PathBuf>,
    /// Where the configuration in the backup is now.
    pub configuration: Option<PathBuf>,
}

/// A file that is to be restored, opened by somebody who may read it; whom the state belongs to need not.
#[derive(Debug)]
pub struct Source {
    path: PathBuf,
    file: File,
    bytes: u64,
}

impl Source {
    /// Opens it.
    ///
    /// # Errors
    /// It is not there or may not be read.
    pub fn open(path: &Path) -> Result<Self, RestoreError> {
        let failed = |e| StoreError::of_file("read", path, e);
        let file = File::open(path).map_err(failed)?;
        let bytes = file.metadata().map_err(failed)?.len();
        Ok(Self { path: path.to_owned(), file, bytes })
    }
}

/// Restores `source` in `directory`. `stamp` tells what is kept aside from what was kept before.
///
/// # Errors
/// A daemon runs, the file is no backup or damaged, there is no room, or the files cannot be written.
pub fn restore(directory: &Path, source: &Source, stamp: &str) -> Result<Restored, RestoreError> {
    let (_lock, database) = prepare(directory, source)?;
    sweep(&database);
    let copy = Copy::make(source, &database)?;
    let manifest = copy.manifest()?;
    let files = copy.examine(&manifest)?;
    copy.become_a_store(&database)?;
    let (before, configuration) = Exchange::prepare(directory, stamp, copy, &files)?.put()?;
    Ok(Restored { manifest, before, configuration })
}

/// The directory is there, nobody else uses it, and there is room.
fn prepare(directory: &Path, source: &Source) -> Result<(Lock, PathBuf), RestoreError> {
    if nix::unistd::geteuid().is_root() && !directory.is_dir() {
        return Err(RestoreError::NoDirectory { path: directory.to_owned() });
    }
    let (lock, database) = take(directory)?;
    // The log of the store from before may still grow into its database.
    let log = LOGS.iter().map(|log| size(&companion(&database, log))).sum::<u64>();
    let needed = source.bytes.saturating_add(log).saturating_add(EXTRA_BYTES);
    let free = free_bytes(directory).map_err(|e| StoreError::of_file("look at the room in", directory, e))?;
    if free < needed {
        return Err(RestoreError::NoRoom { needed, free, directory: directory.to_owned() });
    }
    Ok((lock, database))
}

/// Keeps daemons out of the directory; and where its database is, if that and what belongs to it are files of their own.
fn take(directory: &Path) -> Result<(Lock, PathBuf), RestoreError> {
    let lock = Lock::take(directory).map_err(|error| match error {
        StoreError::Locked { pid, .. } => RestoreError::Running { pid, directory: directory.to_owned() },
        other => other.into(),
    })?;
    let database = directory.join(DATABASE);
    for name in ["", INDEX].iter().chain(&LOGS) {
        let path = companion(&database, name);
        if path.is_symlink() {
            return Err(StoreError::Link { path }.into());
        }
    }
    Ok((lock, database))
}

/// What SQLite keeps beside a database, by the end of its name.
fn companion(database: &Path, end: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// A moment as it stands in the names of files: `20250131T120344Z`.
#[must_use]
pub fn stamp(at: Time) -> String {
    let moment = i64::try_from(at.0).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    moment.unwrap_or_default().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Examines the store in `directory` while no daemon runs on it; what is wrong, in sentences.
///
/// # Errors
/// A daemon runs, or there is no store that could be read.
pub fn check(directory: &Path) -> Result<Vec<String>, RestoreError> {
    let path = directory.join(DATABASE);
    fs::symlink_metadata(&path).map_err(|e| StoreError::of_file("read", &path, e))?;
    let (_lock, path) = take(directory)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let read = |e| StoreError::of_sqlite("examine", &path, e);
    let connection = Connection::open_with_flags(&path, flags).map_err(read)?;
    schema::check(&connection, &path)?;
    Ok(super::examine::look_at_all(&connection).map_err(read)?)
}
