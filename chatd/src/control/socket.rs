//! The control socket's file: made, taken over from a daemon that died, removed at the end.
//!
//! # Who may connect
//! Everybody who can reach the path may connect, for the kernel says who it is and [`role_of`](super::role_of) decides on each
//! request what they may do; a tighter mode would shut out the people that `[control]` names. So there is no moment in which
//! the file is too open: the system makes it with the process's umask, and only then it is widened to 0666. Who shall not even
//! connect is kept out by the directory, which is made with 0750 if it is missing. Never removes what is not a socket.

use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener as StdListener, UnixStream as StdStream};
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;

use crate::access::{self, Denied, HINT};

/// The longest path of a Unix socket: `sun_path` in unix(7) less its final NUL.
const PATH_BYTES: usize = 107;

/// Why the control socket cannot be bound.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another daemon answers there.
    #[error(
        "another chatd answers on the control socket {}{HINT}stop it (chatctl -s {} stop), or set control.socket to another path",
        .0.display(), .0.display()
    )]
    InUse(PathBuf),
    /// Something else has that name.
    #[error("{} exists and is not a socket{HINT}move it away, or set control.socket to another path", .0.display())]
    NotASocket(PathBuf),
    /// The path does not fit.
    #[error(
        "the control socket's path {} has {} bytes and a socket's path at most {PATH_BYTES}{HINT}set control.socket to a shorter one",
        .0.display(), .0.as_os_str().len()
    )]
    TooLong(PathBuf),
    /// The directory or the file is not ours to make.
    #[error("cannot make the control socket {}: {denied}; or set control.socket to another path", path.display())]
    Denied {
        /// Where it should be.
        path: PathBuf,
        /// Why not, and the remedy.
        denied: Denied,
    },
    /// The system says no.
    #[error("cannot make the control socket {}: {source}", path.display())]
    Io {
        /// Where it should be.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl BindError {
    /// Whether trying again cannot help until somebody has done something.
    #[must_use]
    pub fn needs_somebody(&self) -> bool {
        matches!(self, Self::NotASocket(_) | Self::TooLong(_) | Self::Denied { .. })
    }

    fn of(path: &Path, source: io::Error) -> Self {
        match source.kind() {
            ErrorKind::PermissionDenied => {
                let denied = access::to_write(path.parent().unwrap_or(path), path);
                Self::Denied { path: path.to_owned(), denied }
            }
            _ => Self::Io { path: path.to_owned(), source },
        }
    }
}

/// The bound socket. Dropping it removes the file, unless somebody else has put another one there.
#[derive(Debug)]
pub struct Listener {
    pub(super) socket: UnixListener,
    path: PathBuf,
    /// Device and inode of our file.
    file: (u64, u64),
}

impl Listener {
    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if identity(&self.path).is_ok_and(|file| file == self.file) {
            // If it cannot be removed, the next daemon finds it stale and takes it over.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Binds the control socket, in place of one that a dead daemon has left. Blocks for a few file operations; needs the runtime.
///
/// # Errors
/// A living daemon has it, something else has the name, or the system says no.
pub fn bind(path: &Path) -> Result<Listener, BindError> {
    if path.as_os_str().len() > PATH_BYTES {
        return Err(BindError::TooLong(path.to_owned()));
    }
    let failed = |source| BindError::of(path, source);
    if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o750).create(directory).map_err(failed)?;
    }
    let socket = match StdListener::bind(path) {
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            remove_stale(path)?;
            StdListener::bind(path).map_err(failed)?
        }
        bound => bound.map_err(failed)?,
    };
    let file = identity(path).map_err(failed)?;
    fs::set_permissions(path, Permissions::from_mode(0o666)).map_err(failed)?;
    socket.set_nonblocking(true).map_err(failed)?;
    let socket = UnixListener::from_std(socket).map_err(failed)?;
    Ok(Listener { socket, path: path.to_owned(), file })
}

/// Removes a socket on which nobody listens.
fn remove_stale(path: &Path) -> Result<(), BindError> {
    let failed = |source| BindError::of(path, source);
    if !fs::symlink_metadata(path).map_err(failed)?.file_type().is_socket() {
        return Err(BindError::NotASocket(path.to_owned()));
    }
    match StdStream::connect(path) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
            tracing::info!(socket = %path.display(), "replacing the control socket of a daemon that has died");
            fs::remove_file(path).map_err(failed)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Err(failed(error)),
        // Also a daemon that is too busy to accept is alive.
        _ => Err(BindError::InUse(path.to_owned())),
    }
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    fs::symlink_metadata(path).map(|file| (file.dev(), file.ino()))
}
