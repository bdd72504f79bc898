//! Stands between a program and the control socket and cuts connections in the middle of a stream.

use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

/// A socket that passes bytes on, of each connection only so many. Its thread ends with the test's process.
#[derive(Debug)]
pub(crate) struct Proxy {
    path: PathBuf,
    cuts: Arc<AtomicUsize>,
}

impl Proxy {
    /// Listens at `path` for connections to `target`. Each answer is cut after as many bytes as `limits` says next; when it
    /// says nothing more, answers pass whole.
    pub(crate) fn open(
        path: PathBuf,
        target: PathBuf,
        mut limits: impl Iterator<Item = usize> + Send + 'static,
    ) -> Self {
        let listener = UnixListener::bind(&path).unwrap();
        let cuts = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&cuts);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let limit = limits.next().unwrap_or(usize::MAX);
                // Whoever cannot be reached is as good as cut off.
                if let Ok(daemon) = UnixStream::connect(&target) {
                    pass(client, daemon, limit, &counted);
                }
            }
        });
        Self { path, cuts }
    }

    /// Where it listens.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// How many connections it has cut so far.
    pub(crate) fn cuts(&self) -> usize {
        self.cuts.load(Relaxed)
    }
}

/// Passes a request whole and the first `limit` bytes of its answer.
fn pass(client: UnixStream, daemon: UnixStream, limit: usize, cuts: &Arc<AtomicUsize>) {
    let (request_in, request_out) = (client.try_clone().unwrap(), daemon.try_clone().unwrap());
    thread::spawn(move || copy(request_in, request_out, usize::MAX));
    let cuts = Arc::clone(cuts);
    thread::spawn(move || {
        if copy(daemon, client, limit) == limit {
            cuts.fetch_add(1, Relaxed);
        }
    });
}

/// Copies until the end, an error or the limit, then ends both; how many bytes it were.
fn copy(mut from: UnixStream, mut to: UnixStream, limit: usize) -> usize {
    let (mut buffer, mut copied) = ([0; 4096], 0);
    while copied < limit {
        let most = buffer.len().min(limit - copied);
        match from.read(&mut buffer[..most]) {
            Ok(count) if count > 0 && to.write_all(&buffer[..count]).is_ok() => copied += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            _ => break,
        }
    }
    for stream in [from, to] {
        // It fails if the other side has closed already, which is what is wanted.
        let _ = stream.shutdown(Shutdown::Both);
    }
    copied
}
