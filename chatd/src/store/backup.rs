//! Copies of the whole store that are taken while it runs. Owns the one file of a copy that is on its way, and removes it whatever
//! happens; sending it to whoever asked is the control API's.
//!
//! The copy is made by SQLite's online backup, over a connection that only reads and inside one read transaction: it has the
//! pages of one moment, with everything that was answered before, and no commit waits for it. It is paced, so that the disk is the
//! writer's at least half of the time. `VACUUM INTO` would give a smaller copy, but knows neither pace nor progress.
//! What it costs is that the write-ahead log cannot begin anew while it is read; it grows by what is written meanwhile.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chat_proto::size::size as in_words;
use ring::digest::{Context, SHA256};
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::database::create_private;
use super::error::StoreError;
use super::examine;
use super::interest::Interest;
use super::manifest::{self, Amount, KeptFile, Manifest};
use super::reader::Readers;
use super::space::{free_bytes, size};

/// What is added to the database's name for a copy on its way. One that a crash has left is removed at the next start.
const COPY: &str = "db-backup";

/// The same for a backup that is on its way to become the database, see [`super::restore`].
pub(super) const RESTORING: &str = "db-restoring";

/// What SQLite may make beside either.
const COMPANIONS: [&str; 6] = [
    "db-backup-journal",
    "db-backup-wal",
    "db-backup-shm",
    "db-restoring-journal",
    "db-restoring-wal",
    "db-restoring-shm",
];

/// Pages in one step: 1 MiB, a few milliseconds of a disk.
const STEP_PAGES: i32 = 256;

/// The longest rest between two steps.
const REST_MAX: Duration = Duration::from_millis(100);

/// What the tables and files of a backup take besides the store, and then some.
const EXTRA_BYTES: u64 = 1 << 20;

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// One is being taken.
    #[error("another backup is being taken")]
    Busy,
    /// The copy would not fit.
    #[error(
        "the copy needs {} in {} and {} are free, of which history.min-free keeps {}",
        in_words(*needed), directory.display(), in_words(*free), in_words(*reserve)
    )]
    NoRoom {
        /// What it takes, in bytes.
        needed: u64,
        /// What there is, in bytes.
        free: u64,
        /// What must stay, in bytes.
        reserve: u64,
        /// Where.
        directory: PathBuf,
    },
    /// Nobody waits for it any more.
    #[error("the backup was given up")]
    GivenUp,
    /// The copy is not sound; as it is a copy of every page, neither is the store.
    #[error("the copy is not sound: {}", .0.join("; "))]
    Unsound(Vec<String>),
    /// The store cannot be read or the copy not written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Pages are copied.
    Copying {
        /// So many are there.
        done: u64,
        /// Of so many.
        pages: u64,
    },
    /// The copy is examined.
    Verifying,
}

/// A backup that is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// What it says of itself.
    pub manifest: Manifest,
    /// The files that are in it besides the store.
    pub files: Vec<String>,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal digits.
    pub sha256: String,
}

/// The right to take the one backup that may be taken at a time. Dropping it removes the copy.
#[derive(Debug)]
pub struct Place {
    readers: Readers,
    path: PathBuf,
    is_taken: Arc<AtomicBool>,
}

/// Removes what a crash may have left of a copy. Nobody may be taking one.
pub(super) fn sweep(database: &Path) {
    for suffix in [COPY, RESTORING].iter().chain(&COMPANIONS) {
        // Most are not there, and one that stays is in nobody's way but its own.
        let _ = fs::remove_file(database.with_extension(suffix));
    }
}

impl Place {
    /// Takes the place if it is free and the copy will fit beside `reserve` bytes that must stay free.
    pub(super) fn take(
        readers: Readers,
        is_taken: &Arc<AtomicBool>,
        reserve: u64,
    ) -> Result<Self, BackupError> {
        if is_taken.swap(true, Ordering::AcqRel) {
            return Err(BackupError::Busy);
        }
        let path = readers.path().with_extension(COPY);
        // From here on, dropping it gives the place back.
        let place = Self { readers, path, is_taken: Arc::clone(is_taken) };
        place.check_room(reserve)?;
        Ok(place)
    }

    fn check_room(&self, reserve: u64) -> Result<(), BackupError> {
        let database = self.readers.path();
        let directory = database.parent().unwrap_or(Path::new("/")).to_owned();
        let needed = size(database) + size(&database.with_extension("db-wal")) + EXTRA_BYTES;
        let free =
            free_bytes(&directory).map_err(|e| StoreError::of_file("look at the room in", &directory, e))?;
        if free < needed.saturating_add(reserve) {
            return Err(BackupError::NoRoom { needed, free, reserve, directory });
        }
        Ok(())
    }

    /// Makes the copy and examines it. `tell` hears how far it is. Blocks for as long as that takes.
    ///
    /// # Errors
    /// The store cannot be read, the copy not be written, it is not sound, or nobody waits for it any more.
    pub fn copy(
        &self,
        mut about: Manifest,
        files: &[KeptFile],
        interest: &Interest,
        tell: &mut dyn FnMut(Stage),
    ) -> Result<Summary, BackupError> {
        let done = self.try_copy(&mut about, files, interest, tell);
        // What was interrupted fails with an error of SQLite's.
        if interest.is_lost() {
            return Err(BackupError::GivenUp);
        }
        done?;
        let digest = digest(&self.path, interest);
        let (bytes, sha256) =
            digest.map_err(|e| StoreError::of_file("read", &self.path, e))?.ok_or(BackupError::GivenUp)?;
        let files = files.iter().map(|file| file.name.clone()).collect();
        Ok(Summary { manifest: about, files, bytes, sha256 })
    }

    fn try_copy(
        &self,
        about: &mut Manifest,
        files: &[KeptFile],
        interest: &Interest,
        tell: &mut dyn FnMut(Stage),
    ) -> Result<(), BackupError> {
        sweep(self.readers.path());
        create_private(&self.path)?;
        about.amount = self.copy_pages(interest, tell)?;
        tell(Stage::Verifying);
        self.complete(about, files, interest)
    }

    /// Opens the copy for reading.
    ///
    /// # Errors
    /// When it is not there, or cannot be read.
    pub fn open(&self) -> io::Result<File> {
        File::open(&self.path)
    }

    fn copy_pages(&self, interest: &Interest, tell: &mut dyn FnMut(Stage)) -> Result<Amount, BackupError> {
        let mut source = self.readers.connect()?;
        let reading = |e| StoreError::of_sqlite("read", self.readers.path(), e);
        let writing = |e| StoreError::of_sqlite("write", &self.path, e);
        interest.rule(&mut source).map_err(reading)?;
        // One view from the first query to the last page.
        let _view = source.unchecked_transaction().map_err(reading)?;
        let amount = Amount::of(&source).map_err(reading)?;
        let mut copy = Connection::open(&self.path).map_err(writing)?;
        // If the machine stops now, the copy is worth nothing anyway.
        copy.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;").map_err(writing)?;
        let backup = Backup::new(&source, &mut copy).map_err(writing)?;
        loop {
            let begun = Instant::now();
            let step = backup.step(STEP_PAGES).map_err(writing)?;
            let pages = backup.progress();
            let count = |pages: i32| u64::try_from(pages).unwrap_or_default();
            let (left, pages) = (count(pages.remaining), count(pages.pagecount));
            tell(Stage::Copying { done: pages.saturating_sub(left), pages });
            match step {
                StepResult::Done => return Ok(amount),
                _ if interest.is_lost() => return Err(BackupError::GivenUp),
                // Nobody wakes this thread.
                _ => std::thread::park_timeout(begun.elapsed().min(REST_MAX)),
            }
        }
    }

    /// Adds what a backup has besides the store, and examines it as a restore would.
    fn complete(&self, about: &Manifest, files: &[KeptFile], interest: &Interest) -> Result<(), BackupError> {
        let writing = |e| StoreError::of_sqlite("write", &self.path, e);
        let mut copy = Connection::open(&self.path).map_err(writing)?;
        // It comes out of a store with a write-ahead log; one file is to be all of it.
        copy.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(())).map_err(writing)?;
        copy.pragma_update(None, "synchronous", "OFF").map_err(writing)?;
        let transaction = copy.transaction().map_err(writing)?;
        manifest::write(&transaction, about, files).map_err(writing)?;
        transaction.commit().map_err(writing)?;
        interest.rule(&mut copy).map_err(writing)?;
        verify(&copy, about, &self.path)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        sweep(self.readers.path());
        self.is_taken.store(false, Ordering::Release);
    }
}

/// Whether a backup is sound and holds what it says.
pub(super) fn verify(copy: &Connection, about: &Manifest, path: &Path) -> Result<(), BackupError> {
    let reading = |e| StoreError::of_sqlite("examine", path, e);
    let found = examine::look_at_all(copy).map_err(reading)?;
    if !found.is_empty() {
        return Err(BackupError::Unsound(found));
    }
    let amount = Amount::of(copy).map_err(reading)?;
    if amount != about.amount {
        let words = format!("it should have {:?} and has {amount:?}", about.amount);
        return Err(BackupError::Unsound(vec![words]));
    }
    Ok(())
}

/// Size and SHA-256 of a file; nothing if nobody waits for it any more.
fn digest(path: &Path, interest: &Interest) -> io::Result<Option<(u64, String)>> {
    let mut file = File::open(path)?;
    let (mut context, mut bytes) = (Context::new(&SHA256), 0);
    let mut chunk = vec![0; 256 << 10];
    loop {
        if interest.is_lost() {
            return Ok(None);
        }
        match file.read(&mut chunk)? {
            0 => break,
            read => {
                context.update(&chunk[..read]);
                bytes += read as u64;
            }
        }
    }
    let digest = context.finish();
    Ok(Some((bytes, digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect())))
}
