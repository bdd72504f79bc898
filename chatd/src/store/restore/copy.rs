//! The backup beside the store, on its way to become it: copied, examined, made a store. Never touches what it will replace, but
//! for bringing that one's log into its database.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::super::backup::{BackupError, RESTORING, verify};
use super::super::database::connect;
use super::super::error::StoreError;
use super::super::manifest::{self, Found, KeptFile, Manifest};
use super::super::schema::{self, SEQ_BLOCK, SEQ_END};
use super::exchange::remove;
use super::{RestoreError, Source};

/// Blocks of numbers that are left out when nobody can tell which ones were given since the backup: that many starts.
const BLOCKS_SKIPPED: u64 = 256;

/// Dropped before it is put in the place of the database, it is gone.
#[derive(Debug)]
pub(super) struct Copy {
    path: PathBuf,
    source: PathBuf,
}

impl Copy {
    /// Copies what looks like a backup.
    pub(super) fn make(source: &Source, database: &Path) -> Result<Self, RestoreError> {
        let reading = |e| StoreError::of_file("read", &source.path, e);
        if !looks_like_a_backup(&source.file).map_err(reading)? {
            return Err(RestoreError::NotABackup { path: source.path.clone() });
        }
        let path = database.with_extension(RESTORING);
        let writing = |e| StoreError::of_file("write", &path, e);
        let mut to =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(writing)?;
        let copy = Self { path: path.clone(), source: source.path.clone() };
        io::copy(&mut &source.file, &mut to).map_err(writing)?;
        Ok(copy)
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What the backup says of itself.
    pub(super) fn manifest(&self) -> Result<Manifest, RestoreError> {
        let path = || self.source.clone();
        let refused = |error| match error {
            StoreError::NotOurs { path } => RestoreError::NotABackup { path },
            StoreError::Corrupt { path, cause } => RestoreError::Damaged { path, causes: vec![cause] },
            other => other.into(),
        };
        let connection = self.open()?;
        schema::check(&connection, &self.source).map_err(refused)?;
        let found = manifest::read(&connection)
            .map_err(|error| refused(StoreError::of_sqlite("read", &self.source, error)))?;
        match found {
            Found::Manifest(manifest) => Ok(manifest),
            Found::Newer(form) => Err(RestoreError::Newer { path: path(), form }),
            Found::Nothing => Err(RestoreError::NotABackup { path: path() }),
        }
    }

    /// What is examined is what will be used: the copy and not the file. Returns the small files that are in it.
    pub(super) fn examine(&self, manifest: &Manifest) -> Result<Vec<KeptFile>, RestoreError> {
        let damaged = |causes| RestoreError::Damaged { path: self.source.clone(), causes };
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
    /// know: no watcher may meet one twice. Only the very store that the backup is of, in the place of `database`, knows them; on
    /// a new machine another store is there, or none.
    pub(super) fn become_a_store(&self, database: &Path) -> Result<(), RestoreError> {
        let failed = |e| StoreError::of_sqlite("write", &self.path, e);
        let connection = self.open()?;
        manifest::remove(&connection).map_err(failed)?;
        let (own, instance) = numbers(&connection).map_err(failed)?;
        let given = numbers_of(database).filter(|(_, other)| *other == instance);
        let unknown = own.saturating_add(BLOCKS_SKIPPED * SEQ_BLOCK);
        let next = given.map_or(unknown, |(next, _)| next).max(own).min(SEQ_END - SEQ_BLOCK);
        connection.execute("UPDATE meta SET next_seq = ?1", [next.max(own).cast_signed()]).map_err(failed)?;
        Ok(())
    }

    /// Brings it to the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
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

/// Whether it begins as a backup does (sqlite.org/fileformat2.html §1.3): without a write-ahead log, which a bare database of ours
/// has and SQLite would look for beside the file; and with our mark.
fn looks_like_a_backup(file: &File) -> io::Result<bool> {
    let mut header = [0; 72];
    if let Err(error) = file.read_exact_at(&mut header, 0) {
        return if error.kind() == io::ErrorKind::UnexpectedEof { Ok(false) } else { Err(error) };
    }
    let is_sqlite = header.starts_with(b"SQLite format 3\0") && header[18..20] == [1, 1];
    Ok(is_sqlite && header[68..72] == schema::APPLICATION_ID.to_be_bytes())
}

/// The first number that no run of a store has been given, and the store's own name.
fn numbers(connection: &Connection) -> rusqlite::Result<(u64, String)> {
    connection.query_row("SELECT next_seq, instance FROM meta", [], |row| {
        Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?))
    })
}

/// The same of the store before, if there is one that can be read. Its log is brought into it on the way, so that one file is all
/// of it; where that fails, the log stays and is kept with it.
fn numbers_of(database: &Path) -> Option<(u64, String)> {
    // The last connection that is closed copies the log and removes it (sqlite.org/wal.html §4), also of a database it cannot read.
    numbers(&connect(database).ok()?).ok()
}
