//! Putting a backup in the place of the store, while no daemon runs on it. What is put there has been examined before anything is
//! touched, the change is one rename, and what was there before is kept aside: whatever ends this in the middle leaves the one
//! store or the other.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use chat_proto::size::size as in_words;
use rusqlite::{Connection, OpenFlags};

use crate::domain::id::Time;

use super::backup::{BackupError, RESTORING, sweep, verify};
use super::database::{DATABASE, create_private};
use super::error::StoreError;
use super::lock::{Lock, give_to_owner_of};
use super::manifest::{self, Found, KeptFile, Manifest};
use super::schema::{self, SEQ_BLOCK, SEQ_END};
use super::space::free_bytes;

/// Files of a backup that belong into the state directory under their own names.
const KEPT: [&str; 1] = ["cloak.key"];

/// The configuration is the administrator's, and perhaps not even ours to write: it is put beside.
const CONFIGURATION: [&str; 2] = ["chatd.toml", "chatd.toml.from-backup"];

/// Blocks of numbers that are left out when nobody can tell which ones the store before had given: that many starts.
const BLOCKS_SKIPPED: u64 = 256;

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

/// Restores `file` in `directory`. `stamp` tells what is kept aside from what was kept before.
///
/// # Errors
/// A daemon runs, the file is no backup or damaged, there is no room, or the files cannot be written.
pub fn restore(directory: &Path, file: &Path, stamp: &str) -> Result<Restored, RestoreError> {
    let (lock, database) = prepare(directory, file)?;
    sweep(&database);
    let manifest = manifest_of(file)?;
    let copy = Copy::make(file, &database)?;
    let (files, numbers) = (copy.examine(&manifest, file)?, numbers_given(&database));
    copy.become_a_store(numbers)?;
    let aside = Aside { directory, stamp };
    let before = aside.keep(&database)?;
    let configuration = put_files(&aside, &files)?;
    copy.put(&database)?;
    drop(lock);
    Ok(Restored { manifest, before, configuration })
}

/// The directory is there, nobody else uses it, and there is room.
fn prepare(directory: &Path, file: &Path) -> Result<(Lock, PathBuf), RestoreError> {
    let bytes = fs::metadata(file).map_err(|e| StoreError::of_file("read", file, e))?.len();
    if nix::unistd::geteuid().is_root() && !directory.is_dir() {
        return Err(RestoreError::NoDirectory { path: directory.to_owned() });
    }
    let lock = Lock::take(directory).map_err(|error| match error {
        StoreError::Locked { pid, .. } => RestoreError::Running { pid, directory: directory.to_owned() },
        other => other.into(),
    })?;
    let needed = bytes + (1 << 20);
    let free = free_bytes(directory).map_err(|e| StoreError::of_file("look at the room in", directory, e))?;
    if free < needed {
        return Err(RestoreError::NoRoom { needed, free, directory: directory.to_owned() });
    }
    Ok((lock, directory.join(DATABASE)))
}

/// What the file says of itself; that it is true is found out with the copy.
fn manifest_of(file: &Path) -> Result<Manifest, RestoreError> {
    let path = || file.to_owned();
    if !looks_like_a_backup(file).map_err(|e| StoreError::of_file("read", file, e))? {
        return Err(RestoreError::NotABackup { path: path() });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let read = |error| match StoreError::of_sqlite("read", file, error) {
        StoreError::NotOurs { path } => RestoreError::NotABackup { path },
        StoreError::Corrupt { path, cause } => RestoreError::Damaged { path, causes: vec![cause] },
        other => other.into(),
    };
    let connection = Connection::open_with_flags(file, flags).map_err(read)?;
    schema::check(&connection, file).map_err(|error| match error {
        StoreError::NotOurs { path } => RestoreError::NotABackup { path },
        StoreError::Corrupt { path, cause } => RestoreError::Damaged { path, causes: vec![cause] },
        other => other.into(),
    })?;
    match manifest::read(&connection).map_err(read)? {
        Found::Manifest(manifest) => Ok(manifest),
        Found::Newer(form) => Err(RestoreError::Newer { path: path(), form }),
        Found::Nothing => Err(RestoreError::NotABackup { path: path() }),
    }
}

/// Whether it begins as a backup does (sqlite.org/fileformat2.html §1.3): without a write-ahead log, which a bare database of ours
/// has and SQLite would look for beside the file; and with our mark.
fn looks_like_a_backup(file: &Path) -> io::Result<bool> {
    let mut header = [0; 72];
    if let Err(error) = File::open(file)?.read_exact(&mut header) {
        return if error.kind() == io::ErrorKind::UnexpectedEof { Ok(false) } else { Err(error) };
    }
    let is_sqlite = header.starts_with(b"SQLite format 3\0") && header[18..20] == [1, 1];
    Ok(is_sqlite && header[68..72] == schema::APPLICATION_ID.to_be_bytes())
}

/// The backup beside the store, on its way to become it. Dropped before it is put there, it is gone.
struct Copy {
    path: PathBuf,
}

impl Copy {
    fn make(file: &Path, database: &Path) -> Result<Self, RestoreError> {
        let copy = Self { path: database.with_extension(RESTORING) };
        create_private(&copy.path)?;
        let failed = |e| StoreError::of_file("write", &copy.path, e);
        let mut from = File::open(file).map_err(|e| StoreError::of_file("read", file, e))?;
        let mut to = OpenOptions::new().write(true).open(&copy.path).map_err(failed)?;
        io::copy(&mut from, &mut to).map_err(failed)?;
        drop(to);
        Ok(copy)
    }

    /// What is examined is what will be used: the copy and not the file.
    fn examine(&self, manifest: &Manifest, file: &Path) -> Result<Vec<KeptFile>, RestoreError> {
        let damaged = |causes| RestoreError::Damaged { path: file.to_owned(), causes };
        let connection = self.open()?;
        verify(&connection, manifest, &self.path).map_err(|error| match error {
            BackupError::Unsound(causes) => damaged(causes),
            BackupError::Store(StoreError::Corrupt { cause, .. }) => damaged(vec![cause]),
            BackupError::Store(other) => other.into(),
            other => damaged(vec![other.to_string()]),
        })?;
        Ok(manifest::files(&connection).map_err(|e| StoreError::of_sqlite("read", &self.path, e))?)
    }

    /// Takes out what is only a backup's. The numbers go on behind all that were given, also behind those that this backup does not
    /// know: no watcher may meet one twice.
    fn become_a_store(&self, given: Option<u64>) -> Result<(), RestoreError> {
        let failed = |e| StoreError::of_sqlite("write", &self.path, e);
        let connection = self.open()?;
        manifest::remove(&connection).map_err(failed)?;
        let own: i64 =
            connection.query_row("SELECT next_seq FROM meta", [], |row| row.get(0)).map_err(failed)?;
        let own = own.cast_unsigned();
        let unknown = || own.saturating_add(BLOCKS_SKIPPED * SEQ_BLOCK);
        let next = given.unwrap_or_else(unknown).max(own).min(SEQ_END - SEQ_BLOCK);
        connection.execute("UPDATE meta SET next_seq = ?1", [next.max(own).cast_signed()]).map_err(failed)?;
        Ok(())
    }

    /// The one step that changes which store there is.
    fn put(self, database: &Path) -> Result<(), RestoreError> {
        let failed = |e| StoreError::of_file("put in its place", database, e);
        let directory = database.parent().unwrap_or(Path::new("/"));
        File::open(&self.path).and_then(|copy| copy.sync_all()).map_err(failed)?;
        give_to_owner_of(directory, &self.path).map_err(failed)?;
        // A log that an unsound store has left would be taken for this one's.
        for companion in ["db-wal", "db-shm"] {
            remove(&database.with_extension(companion)).map_err(failed)?;
        }
        fs::rename(&self.path, database).map_err(failed)?;
        sync_directory(directory).map_err(failed)?;
        Ok(())
    }

    fn open(&self) -> Result<Connection, StoreError> {
        Connection::open(&self.path).map_err(|e| StoreError::of_sqlite("open", &self.path, e))
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // Behind the rename it is not there any more.
        let _ = remove(&self.path);
    }
}

/// The first number that no run of the store before has been given, if it can be read. Its log is brought into it on the way, so
/// that one file is all of it.
fn numbers_given(database: &Path) -> Option<u64> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let read = || -> rusqlite::Result<i64> {
        let connection = Connection::open_with_flags(database, flags)?;
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        connection.query_row("SELECT next_seq FROM meta", [], |row| row.get(0))
    };
    if !database.exists() {
        return Some(0);
    }
    read().ok().map(i64::cast_unsigned)
}

/// Where what was there before is kept.
struct Aside<'a> {
    directory: &'a Path,
    stamp: &'a str,
}

impl Aside<'_> {
    /// Gives a file a second name under which it stays. Nothing if there is none.
    fn keep(&self, path: &Path) -> Result<Option<PathBuf>, RestoreError> {
        let kept = self.name_of(path);
        match fs::hard_link(path, &kept) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::of_file("keep aside as", &kept, error).into()),
        }
        // There only if its store could not be read.
        let log = path.with_extension("db-wal");
        if path.ends_with(DATABASE) && log.exists() {
            let kept = self.name_of(&log);
            fs::hard_link(&log, &kept).map_err(|e| StoreError::of_file("keep aside as", &kept, e))?;
        }
        Ok(Some(kept))
    }

    fn name_of(&self, path: &Path) -> PathBuf {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".before-restore-{}", self.stamp));
        self.directory.join(name)
    }

    /// Puts a file into the directory, whole or not at all.
    fn write(&self, name: &str, content: &[u8]) -> Result<PathBuf, RestoreError> {
        let (path, new) = (self.directory.join(name), self.directory.join(format!("{name}.new")));
        let write = || {
            let mut file =
                OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
            file.write_all(content)?;
            file.sync_all()?;
            give_to_owner_of(self.directory, &new)?;
            fs::rename(&new, &path)
        };
        write().map_err(|e| StoreError::of_file("write", &path, e))?;
        Ok(path)
    }
}

/// Puts the small files in their places; only those that are known, whatever names a backup may bring. Returns where the
/// configuration is.
fn put_files(aside: &Aside<'_>, files: &[KeptFile]) -> Result<Option<PathBuf>, RestoreError> {
    let mut configuration = None;
    for file in files {
        let [name, beside] = CONFIGURATION;
        if file.name == name {
            configuration = Some(aside.write(beside, &file.content)?);
        } else if KEPT.contains(&file.name.as_str()) {
            let path = aside.directory.join(&file.name);
            if fs::read(&path).is_ok_and(|there| there == file.content) {
                continue;
            }
            aside.keep(&path)?;
            aside.write(&file.name, &file.content)?;
        }
    }
    Ok(configuration)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
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
    fs::metadata(&path).map_err(|e| StoreError::of_file("read", &path, e))?;
    let _lock = Lock::take(directory).map_err(|error| match error {
        StoreError::Locked { pid, .. } => RestoreError::Running { pid, directory: directory.to_owned() },
        other => other.into(),
    })?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let read = |e| StoreError::of_sqlite("examine", &path, e);
    let connection = Connection::open_with_flags(&path, flags).map_err(read)?;
    schema::check(&connection, &path)?;
    Ok(super::examine::look_at_all(&connection).map_err(read)?)
}
