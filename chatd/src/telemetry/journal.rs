//! The journal of systemd in its native protocol (<https://systemd.io/JOURNAL_NATIVE_PROTOCOL/>): an entry is a datagram of
//! fields by which one can filter, `journalctl CHATD_NICK=alice`.
//!
//! tracing-journald is not used because it sends from the task that logs, which then waits when journald is slow. Here an
//! entry goes through the queue that lines go through, to the thread that may wait, and what finds no place is counted.

use std::fmt::{self, Write as _};
use std::io::{self, Write};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_appender::non_blocking::NonBlocking;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// Where journald listens, in every namespace of journals (systemd-journald.service(8)).
pub(super) const SOCKET: &str = "/run/systemd/journal/socket";

/// Longest value of a field in bytes; the rest is cut off. A datagram ends where the kernel's send buffer ends, at some 200 KiB.
const VALUE_MAX: usize = 16 * 1024;

/// What fields of our own begin with, so that they are never taken for those of others.
const PREFIX: &str = "CHATD_";

/// A layer that hands each event to the journal.
pub(super) struct Journal(NonBlocking);

impl Journal {
    /// Entries go to `queue`, at whose other end is a [`Sender`].
    pub(super) fn new(queue: NonBlocking) -> Self {
        Self(queue)
    }
}

impl<S: Subscriber> Layer<S> for Journal {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        // Never fails and never waits: an entry that finds no place is counted by the queue.
        let _ = self.0.clone().write(&Entry::of(event).finish());
    }
}

/// The end of the queue: each write is one datagram. Used by the writer's thread only, so it may wait for journald.
pub(super) struct Sender {
    socket: UnixDatagram,
    to: PathBuf,
    lost: Arc<AtomicUsize>,
}

impl Sender {
    /// Sends to the journald that listens at `path`, also to one that is started again later.
    ///
    /// # Errors
    /// Nobody listens there.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        UnixDatagram::unbound()?.connect(path)?;
        Ok(Self { socket: UnixDatagram::unbound()?, to: path.to_owned(), lost: Arc::default() })
    }

    /// Counts the entries that the journal did not take.
    pub(super) fn lost(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.lost)
    }
}

impl Write for Sender {
    fn write(&mut self, entry: &[u8]) -> io::Result<usize> {
        match self.socket.send_to(entry, &self.to) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error), // It is tried again.
            Ok(_) => Ok(entry.len()),
            Err(_) => {
                self.lost.fetch_add(1, Ordering::Relaxed);
                Ok(entry.len())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One entry in the making.
struct Entry {
    fields: Vec<u8>,
    message: String,
    /// The fields as the text has them behind the message: whoever just reads sees them too.
    shown: String,
}

impl Entry {
    fn of(event: &Event<'_>) -> Self {
        let metadata = event.metadata();
        let mut entry =
            Self { fields: Vec::with_capacity(512), message: String::new(), shown: String::new() };
        entry.field("", "PRIORITY", priority(*metadata.level()));
        entry.field("", "SYSLOG_IDENTIFIER", "chatd");
        entry.field(PREFIX, "TARGET", metadata.target());
        if let Some(file) = metadata.file() {
            entry.field("", "CODE_FILE", file);
        }
        if let Some(line) = metadata.line() {
            entry.field("", "CODE_LINE", &line.to_string());
        }
        event.record(&mut entry);
        entry
    }

    fn finish(mut self) -> Vec<u8> {
        let mut message = std::mem::take(&mut self.message);
        message.push_str(&self.shown);
        self.field("", "MESSAGE", message.trim_start());
        self.fields
    }

    /// `NAME=value` and a line end; with the length before it when a line end is in the value.
    fn field(&mut self, prefix: &str, name: &str, value: &str) {
        let value = &value[..value.floor_char_boundary(VALUE_MAX)];
        self.fields.extend_from_slice(prefix.as_bytes());
        self.fields.extend(name.bytes().map(letter));
        if value.contains('\n') {
            self.fields.push(b'\n');
            self.fields.extend_from_slice(&(value.len() as u64).to_le_bytes());
        } else {
            self.fields.push(b'=');
        }
        self.fields.extend_from_slice(value.as_bytes());
        self.fields.push(b'\n');
    }

    fn put(&mut self, field: &Field, value: &str, shown: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.message.push_str(value);
        } else {
            self.field(PREFIX, field.name(), value);
            // Writing to a string does not fail.
            let _ = write!(self.shown, " {}={shown:?}", field.name());
        }
    }
}

impl Visit for Entry {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value, &value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, &format!("{value:?}"), value);
    }
}

/// As syslog(3) numbers them.
fn priority(level: Level) -> &'static str {
    match level {
        Level::ERROR => "3",
        Level::WARN => "4",
        Level::INFO => "6",
        _ => "7",
    }
}

/// Names are capitals, digits and underscores; journald drops a field with another name.
fn letter(byte: u8) -> u8 {
    if byte.is_ascii_alphanumeric() { byte.to_ascii_uppercase() } else { b'_' }
}
