//! What can go wrong with the store, each with its remedy.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::access::{self, Denied, HINT};

/// Why the store could not be opened, read or closed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another daemon has the directory.
    #[error(
        "another chatd{} uses this data directory: {} is locked{HINT}stop it, or give this one its own directory (server.state-directory)",
        pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default(), path.display()
    )]
    Locked {
        /// Its process, if it could be read from the lock.
        pid: Option<u32>,
        /// The lock file.
        path: PathBuf,
    },
    /// A file or the directory is not ours to use.
    #[error("cannot {doing} {}: {denied}", path.display())]
    Denied {
        /// What was tried.
        doing: &'static str,
        /// What could not be used.
        path: PathBuf,
        /// Why, and the remedy.
        denied: Denied,
    },
    /// What should be a file of the directory's own leads to another.
    #[error(
        "{} is a link to another file, which chatd does not follow{HINT}put the file itself in its place, or remove the link",
        path.display()
    )]
    Link {
        /// The link, symbolic or a second name.
        path: PathBuf,
    },
    /// The file system takes nothing.
    #[error(
        "cannot {doing} {}: the file system is read-only{HINT}mount it for writing, or choose another place (server.state-directory); in a \
         unit with ProtectSystem=strict, StateDirectory= and ReadWritePaths= name what is not",
        path.display()
    )]
    ReadOnly {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
    },
    /// The directory or a file in it could not be made or opened.
    #[error("cannot {doing} {}: {source}", path.display())]
    File {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The disk is full.
    #[error("cannot {doing} {}: the disk is full; make room and start again", path.display())]
    DiskFull {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
    },
    /// A newer chatd wrote this database.
    #[error(
        "{} has schema version {found} and this chatd knows versions up to {known}{HINT}run the newer chatd again, or restore a backup from before the upgrade",
        path.display()
    )]
    NewerSchema {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// The file is something else.
    #[error("{} is not a chatd database, or its beginning is damaged{HINT}restore a backup (chatd --restore FILE), or move it away", path.display())]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// The database is damaged.
    #[error("{} is damaged ({cause}){HINT}restore a backup (chatd --restore FILE), or rescue what can be read with `sqlite3 chatd.db .recover`", path.display())]
    Corrupt {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        cause: String,
    },
    /// All numbers below 2^53 are reserved.
    #[error("{} has no sequence numbers left after too many starts; move it away and start with a new one", path.display())]
    Exhausted {
        /// The database.
        path: PathBuf,
    },
    /// Anything else from SQLite.
    #[error("cannot {doing} {}: {source}", path.display())]
    Sqlite {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: rusqlite::Error,
    },
    /// The writer's thread could not be started.
    #[error("cannot start the store's thread: {0}")]
    Thread(io::Error),
    /// The writer's thread panicked: a fault of ours.
    #[error("the store's thread panicked")]
    Panicked,
}

impl StoreError {
    /// Whether trying again cannot help until somebody has done something.
    #[must_use]
    pub fn needs_somebody(&self) -> bool {
        matches!(
            self,
            Self::Denied { .. } | Self::Link { .. } | Self::NewerSchema { .. } | Self::NotOurs { .. }
        )
    }

    /// What an error of the file system means.
    pub(super) fn of_file(doing: &'static str, path: &Path, source: io::Error) -> Self {
        Self::of_path(doing, path.parent().unwrap_or(path), path, source)
    }

    /// What an error of the file system means that the directory of all this has brought.
    pub(super) fn of_directory(doing: &'static str, directory: &Path, source: io::Error) -> Self {
        Self::of_path(doing, directory, directory, source)
    }

    fn of_path(doing: &'static str, directory: &Path, path: &Path, source: io::Error) -> Self {
        let denied = || access::to_write(directory, path);
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::PermissionDenied => Self::Denied { doing, denied: denied(), path },
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { doing, path },
            io::ErrorKind::StorageFull => Self::DiskFull { doing, path },
            _ => Self::File { doing, path, source },
        }
    }

    /// What an error of SQLite means.
    pub(super) fn of_sqlite(doing: &'static str, path: &Path, source: rusqlite::Error) -> Self {
        let (file, path) = (path, path.to_owned());
        let denied = || access::to_write(file.parent().unwrap_or(file), file);
        match source.sqlite_error_code() {
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                Self::Denied { doing, denied: denied(), path }
            }
            Some(ErrorCode::CannotOpen) if access::is_forbidden(&path) => {
                Self::Denied { doing, denied: denied(), path }
            }
            Some(ErrorCode::NotADatabase) => Self::NotOurs { path },
            Some(ErrorCode::DatabaseCorrupt) => Self::Corrupt { path, cause: source.to_string() },
            Some(_) if is_full_disk(&source) => Self::DiskFull { doing, path },
            _ => Self::Sqlite { doing, path, source },
        }
    }
}

/// Why a group was not kept. The whole group was rolled back; the next one is tried afresh.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{cause}")]
pub struct CommitError {
    /// The cause in words, for people.
    pub cause: String,
    /// Whether room on the disk is what is missing.
    pub is_full_disk: bool,
    /// Whether the database is damaged, so that trying again will not help.
    pub is_damaged: bool,
}

impl CommitError {
    /// The store's thread has ended, so nothing can be kept any more.
    #[must_use]
    pub fn stopped() -> Self {
        Self { cause: "the store has stopped".into(), is_full_disk: false, is_damaged: false }
    }

    /// The cause and what whoever runs the server can do about it.
    #[must_use]
    pub fn with_remedy(&self) -> String {
        let Self { cause, is_full_disk, is_damaged } = self;
        match (is_full_disk, is_damaged) {
            (true, _) => format!("{cause}; make room, then it goes on by itself"),
            (_, true) => format!(
                "{cause}; stop chatd and restore a backup (chatd --restore FILE), `chatctl db check` says what is wrong"
            ),
            _ => cause.clone(),
        }
    }
}

impl From<&rusqlite::Error> for CommitError {
    fn from(error: &rusqlite::Error) -> Self {
        let is_full_disk = is_full_disk(error);
        let is_damaged =
            matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase));
        let cause = match (is_full_disk, is_damaged) {
            (true, _) => "the disk is full".to_owned(),
            (_, true) => format!("the database is damaged ({error})"),
            _ => error.to_string(),
        };
        Self { cause, is_full_disk, is_damaged }
    }
}

/// `SQLITE_FULL`, or the shared index of the write-ahead log could not grow, which SQLite reports as an I/O error.
fn is_full_disk(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
        || error.sqlite_error().is_some_and(|e| e.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denied_path_names_itself_and_whose_it_must_be() {
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);
        let words = StoreError::of_file("open", Path::new("/data/chatd.db"), denied).to_string();
        assert!(words.contains("/data/chatd.db") && words.contains(&access::our_user()), "{words}");
    }

    #[test]
    fn why_a_group_was_not_kept_comes_with_its_remedy() {
        let of =
            |code| CommitError::from(&rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None));
        let full = of(rusqlite::ffi::SQLITE_FULL);
        assert_eq!(full.cause, "the disk is full");
        assert_eq!(full.with_remedy(), "the disk is full; make room, then it goes on by itself");
        for code in [rusqlite::ffi::SQLITE_CORRUPT, rusqlite::ffi::SQLITE_NOTADB] {
            let damaged = of(code);
            assert!(damaged.cause.starts_with("the database is damaged ("), "{damaged}");
            assert!(damaged.with_remedy().contains("restore a backup (chatd --restore FILE)"), "{damaged}");
        }
        let other = of(rusqlite::ffi::SQLITE_IOERR);
        assert_eq!(other.with_remedy(), other.cause);
    }

    #[test]
    fn a_full_file_system_is_told_from_other_failures() {
        let full = StoreError::of_file("create", Path::new("/data"), io::ErrorKind::StorageFull.into());
        assert!(matches!(full, StoreError::DiskFull { .. }), "{full:?}");
        let other = StoreError::of_file("create", Path::new("/data"), io::ErrorKind::NotADirectory.into());
        assert!(matches!(other, StoreError::File { .. }), "{other:?}");
    }
}
