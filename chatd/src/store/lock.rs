//! The data directory and the lock that keeps a second daemon out of it. Never touches the database.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, fchown};
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::OFlag;
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
        let mut file = open(&path)?;
        let failed = |e| StoreError::of_file("lock", &path, e);
        // A root that runs the daemon itself leaves a lock that the service must be able to take afterwards. A root that may not give
        // files away has made it for itself.
        let _ = give_to_owner_of(directory, &file);
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

/// Opens the lock, or makes it. It is written to, perhaps by root in a directory of somebody else's: it must be no way to a file that
/// lies elsewhere, whether a symbolic link or a second name.
fn open(path: &Path) -> Result<File, StoreError> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(OFlag::O_NOFOLLOW.bits())
        .open(path)
        .map_err(|error| match error.raw_os_error().map(Errno::from_raw) {
            Some(Errno::ELOOP) => StoreError::Link { path: path.to_owned() },
            _ => StoreError::of_file("lock", path, error),
        })?;
    let names = file.metadata().map_err(|e| StoreError::of_file("lock", path, e))?.nlink();
    if names != 1 {
        return Err(StoreError::Link { path: path.to_owned() });
    }
    Ok(file)
}

/// Gives a file that root has made to whom the directory belongs; does nothing for anybody else, whose files are right as they
/// are.
fn give_to_owner_of(directory: &Path, file: &File) -> io::Result<()> {
    if !geteuid().is_root() {
        return Ok(());
    }
    let owner = std::fs::metadata(directory)?;
    fchown(file, Some(owner.uid()), Some(owner.gid()))
}

fn pid_in(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
