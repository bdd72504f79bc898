//! The data directory and the lock that keeps a second daemon out of it. Never touches the database.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, chown};
use std::path::Path;

use nix::unistd::geteuid;

use super::error::StoreError;

/// The lock's name in the data directory. The file stays behind; only the lock on it means anything, and the
/// operating system lifts that however the process ends.
const LOCK: &str = "chatd.lock";

/// Holds the directory for as long as it lives.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Makes the directory if it is missing, and locks it.
    pub(super) fn take(directory: &Path) -> Result<Self, StoreError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .map_err(|e| StoreError::of_directory("create the data directory", directory, e))?;
        let path = directory.join(LOCK);
        let failed = |e| StoreError::of_file("lock", &path, e);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(failed)?;
        // Root restores and examines; the daemon must be able to lock it afterwards. A root that may not give files away has made
        // it for itself.
        let _ = give_to_owner_of(directory, &path);
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::Locked { pid: pid_in(&mut file), path }),
            Err(TryLockError::Error(e)) => return Err(failed(e)),
        }
        // The pid is only for people; a full disk here must not hide the clearer words that the database has for it.
        let _ = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
        Ok(Self { _file: file })
    }
}

/// Gives a file that root has made to whom the directory belongs; does nothing for anybody else, whose files are right as they
/// are.
pub(super) fn give_to_owner_of(directory: &Path, path: &Path) -> io::Result<()> {
    if !geteuid().is_root() {
        return Ok(());
    }
    let owner = std::fs::metadata(directory)?;
    chown(path, Some(owner.uid()), Some(owner.gid()))
}

fn pid_in(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
