//! A file that is there whole or not at all.
//!
//! Owns the way of its bytes to the disk: until it is whole it has no name, so that not even `kill -9` leaves half a file. It must
//! never know what is in it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use nix::fcntl::{AT_FDCWD, AtFlags, OFlag};
use nix::sys::statvfs::fstatvfs;
use nix::unistd::linkat;

/// A file on its way. Dropped before it is kept, it is gone.
#[derive(Debug)]
pub(crate) struct WholeFile {
    file: File,
    target: PathBuf,
    /// The name that it has meanwhile, on file systems that have no files without.
    named: Option<PathBuf>,
}

impl WholeFile {
    /// Begins an empty one beside where it will be; only its owner may read it.
    pub(crate) fn begin(target: &Path) -> io::Result<Self> {
        let (directory, target) = (directory_of(target), target.to_owned());
        let mut options = OpenOptions::new();
        options.write(true).mode(0o600);
        match options.clone().custom_flags(OFlag::O_TMPFILE.bits()).open(directory) {
            Ok(file) => Ok(Self { file, target, named: None }),
            // What Linux says where a file system, or the kernel, does not know it: open(2).
            Err(error)
                if matches!(
                    error.raw_os_error().map(nix::errno::Errno::from_raw),
                    Some(nix::errno::Errno::EOPNOTSUPP | nix::errno::Errno::EISDIR)
                ) =>
            {
                let named = beside(&target);
                let file = options.create_new(true).open(&named)?;
                Ok(Self { file, target, named: Some(named) })
            }
            Err(error) => Err(error),
        }
    }

    /// How much room there is for it, in bytes.
    pub(crate) fn room(&self) -> io::Result<u64> {
        let found = fstatvfs(&self.file)?;
        #[expect(clippy::useless_conversion, reason = "these are 32 bits wide on some systems")]
        Ok(u64::from(found.blocks_available()).saturating_mul(u64::from(found.fragment_size())))
    }

    /// Adds bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    /// Brings it to the disk and gives it its name. What has that name already is replaced if `replaces`, and otherwise is an error.
    pub(crate) fn keep(mut self, replaces: bool) -> io::Result<()> {
        self.file.sync_all()?;
        if self.named.is_none() && !replaces {
            self.link(&self.target)?;
        } else {
            let named = match self.named.take() {
                Some(named) => named,
                None => self.link_beside()?,
            };
            self.named = Some(named.clone());
            if !replaces && self.target.try_exists()? {
                return Err(ErrorKind::AlreadyExists.into());
            }
            fs::rename(named, &self.target)?;
            self.named = None;
        }
        // The name, too, is to survive a loss of power.
        File::open(directory_of(&self.target))?.sync_all()
    }

    fn link_beside(&self) -> io::Result<PathBuf> {
        let named = beside(&self.target);
        self.link(&named)?;
        Ok(named)
    }

    /// As open(2) says under `O_TMPFILE`.
    fn link(&self, name: &Path) -> io::Result<()> {
        let itself = PathBuf::from(format!("/proc/self/fd/{}", self.file.as_raw_fd()));
        Ok(linkat(AT_FDCWD, &itself, AT_FDCWD, name, AtFlags::AT_SYMLINK_FOLLOW)?)
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if let Some(named) = &self.named {
            // Nobody is told who does not hear of the failure before it.
            let _ = fs::remove_file(named);
        }
    }
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// A name in the same directory that nobody else uses.
fn beside(target: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(format!(".{}.partial", std::process::id()));
    target.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::WholeFile;

    #[test]
    fn a_file_is_private_and_there_only_when_it_is_whole() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("x");
        let mut file = WholeFile::begin(&target).unwrap();
        file.write(b"whole").unwrap();
        assert!(file.room().unwrap() > 0);
        assert!(!target.exists());
        file.keep(false).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"whole");
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_is_not_kept_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let mut file = WholeFile::begin(&directory.path().join("x")).unwrap();
        file.write(b"half").unwrap();
        drop(file);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_is_there_is_replaced_only_if_that_is_wished() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("x");
        fs::write(&target, "old").unwrap();
        let refused = WholeFile::begin(&target).unwrap().keep(false).unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&target).unwrap(), b"old");
        let mut file = WholeFile::begin(&target).unwrap();
        file.write(b"new").unwrap();
        file.keep(true).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"new");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}
