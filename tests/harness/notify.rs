//! The socket on which a daemon tells its service manager how it is.

use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};

/// What systemd would listen on.
#[derive(Debug)]
pub(crate) struct NotifySocket {
    path: PathBuf,
    socket: UnixDatagram,
}

impl NotifySocket {
    pub(crate) fn bind(path: PathBuf) -> Self {
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_nonblocking(true).unwrap();
        Self { path, socket }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The next message with this line, whole, of those that have come; those before it are forgotten.
    pub(crate) fn take(&self, line: &str) -> Option<String> {
        let mut buffer = [0; 4096];
        loop {
            let count = self.socket.recv(&mut buffer).ok()?;
            let message = String::from_utf8_lossy(&buffer[..count]);
            if message.lines().any(|said| said == line) {
                return Some(message.into_owned());
            }
        }
    }
}
