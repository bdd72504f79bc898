//! The room that is left on the disk: looked at by a thread of its own, so that neither the owner nor a commit waits for the file
//! system. Says when clients' messages are to be refused, in time, before the disk is full; refusing is the log's.
//!
//! What is left then is for what must go on: audit entries, what operators say, taking back, the end of the write-ahead log.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use chat_proto::size::size as in_words;
use nix::sys::statvfs::statvfs;

use crate::config::History;
use crate::health::{Condition, Health};

use super::error::StoreError;
use super::stats::StatsHandle;

/// How often the room is looked at. At 10,000 messages a second the default reserve lasts more than ten times as long.
const EVERY: Duration = Duration::from_secs(1);

/// What clients read whose message was refused.
const CAUSE: &str = "the server's disk is nearly full and history read-only (history.min-free)";

/// Whether clients' messages can be kept; read for each message, written when that changes. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Gate(Arc<AtomicBool>);

impl Gate {
    /// Why nothing that must be kept is taken from clients, if so.
    pub(super) fn closed(&self) -> Option<&'static str> {
        self.0.load(Ordering::Relaxed).then_some(CAUSE)
    }
}

/// How much room is wanted, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bounds {
    /// With less, history is read-only.
    min: u64,
    /// With less, there is a warning.
    warn: u64,
}

impl Bounds {
    fn of(history: &History) -> Self {
        Self { min: history.min_free as u64, warn: history.warn_free as u64 }
    }
}

/// How it stands with the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Room {
    Enough,
    Low,
    ReadOnly,
}

/// The thread that looks. Ends when this is dropped.
#[derive(Debug)]
pub(super) struct Space {
    bounds: Arc<Mutex<Bounds>>,
    gate: Gate,
    /// None once the thread was told to end.
    look: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Space {
    /// Looks for the first time before it returns, and from then on once a second.
    pub(super) fn watch(
        database: &Path,
        history: &History,
        stats: StatsHandle,
        health: Health,
    ) -> Result<Self, StoreError> {
        let bounds = Arc::new(Mutex::new(Bounds::of(history)));
        let gate = Gate::default();
        let mut watcher = Watcher {
            directory: database.parent().unwrap_or(Path::new("/")).to_owned(),
            database: database.to_owned(),
            bounds: Arc::clone(&bounds),
            gate: gate.clone(),
            stats,
            health,
            room: Room::Enough,
            is_blind: false,
        };
        watcher.look();
        let (look, asked) = sync_channel(1); // Full: a look is due already.
        let thread = std::thread::Builder::new()
            .name("store-space".into())
            .spawn(move || watcher.run(&asked))
            .map_err(StoreError::Thread)?;
        Ok(Self { bounds, gate, look: Some(look), thread: Some(thread) })
    }

    /// Whether clients' messages can be kept.
    pub(super) fn gate(&self) -> Gate {
        self.gate.clone()
    }

    /// Takes new bounds, and looks at once.
    pub(super) fn configure(&self, history: &History) {
        *self.bounds.lock().unwrap_or_else(PoisonError::into_inner) = Bounds::of(history);
        if let Some(look) = &self.look {
            let _ = look.try_send(());
        }
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        self.look = None;
        if let Some(thread) = self.thread.take() {
            // A panic in it has left the gate as it was, and was told by the panic hook.
            let _ = thread.join();
        }
    }
}

/// The thread's own things.
struct Watcher {
    directory: PathBuf,
    database: PathBuf,
    bounds: Arc<Mutex<Bounds>>,
    gate: Gate,
    stats: StatsHandle,
    health: Health,
    room: Room,
    /// The file system did not say how much room there is; told once.
    is_blind: bool,
}

impl Watcher {
    fn run(mut self, asked: &Receiver<()>) {
        while asked.recv_timeout(EVERY) != Err(RecvTimeoutError::Disconnected) {
            self.look();
        }
    }

    fn look(&mut self) {
        let free = match free_bytes(&self.directory) {
            Ok(free) => free,
            Err(error) => return self.blind(&error),
        };
        self.is_blind = false;
        let log = self.database.with_extension("db-wal");
        self.stats.sizes(free, size(&self.database), size(&log));
        let bounds = *self.bounds.lock().unwrap_or_else(PoisonError::into_inner);
        self.room = judge(free, bounds, self.room);
        self.gate.0.store(self.room == Room::ReadOnly, Ordering::Relaxed);
        self.tell(free, bounds);
    }

    /// What was last seen stays in force: refusing everything because of a question would be worse than a full disk.
    fn blind(&mut self, error: &io::Error) {
        if !self.is_blind {
            self.is_blind = true;
            tracing::warn!(%error, directory = %self.directory.display(), "cannot tell how much room the disk has");
        }
    }

    /// One of the two conditions at a time: the graver one says it all.
    fn tell(&self, free: u64, bounds: Bounds) {
        let here = format!("{} are free in {}", in_words(free), self.directory.display());
        match self.room {
            Room::Enough => {
                self.health.clear(Condition::HistoryReadOnly);
                self.health.clear(Condition::DiskSpaceLow);
            }
            Room::Low => {
                self.health.clear(Condition::HistoryReadOnly);
                let below = match bounds.min {
                    0 => String::new(),
                    min => format!("; below {} (history.min-free) messages are refused", in_words(min)),
                };
                let bound = lacking(free, bounds.warn, "history.warn-free");
                let detail = format!("{here}, {bound}{below}");
                self.health.raise(Condition::DiskSpaceLow, &detail);
            }
            Room::ReadOnly => {
                self.health.clear(Condition::DiskSpaceLow);
                let (bound, again) =
                    (lacking(free, bounds.min, "history.min-free"), in_words(with_margin(bounds.min)));
                let detail =
                    format!("{here}, {bound}; messages that must be kept are refused until {again} are free");
                self.health.raise(Condition::HistoryReadOnly, &detail);
            }
        }
    }
}

/// What is not reached: the bound itself, or the quarter more with which it is over.
fn lacking(free: u64, bound: u64, key: &str) -> String {
    if free < bound {
        format!("less than {} ({key})", in_words(bound))
    } else {
        format!("not yet {}, a quarter more than {key}", in_words(with_margin(bound)))
    }
}

/// How it stands with so many bytes, if it stood like `before`. What has once become worse gets better only with a quarter more
/// than the bound, so that it does not change with every file that comes and goes. A bound of 0 is none.
fn judge(free: u64, bounds: Bounds, before: Room) -> Room {
    let lacks = |bound: u64, room: Room| free < if before >= room { with_margin(bound) } else { bound };
    if lacks(bounds.min, Room::ReadOnly) {
        Room::ReadOnly
    } else if lacks(bounds.warn, Room::Low) {
        Room::Low
    } else {
        Room::Enough
    }
}

fn with_margin(bound: u64) -> u64 {
    bound.saturating_add(bound / 4)
}

/// What an ordinary user may still write to the file system of `directory`, in bytes.
#[expect(clippy::useless_conversion, reason = "these are 32 bits wide on some systems")]
pub(super) fn free_bytes(directory: &Path) -> io::Result<u64> {
    let found = statvfs(directory)?;
    Ok(u64::from(found.blocks_available()).saturating_mul(u64::from(found.fragment_size())))
}

/// The size of a file; 0 if there is none.
pub(super) fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |file| file.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { min: 64, warn: 256 };

    #[test]
    fn room_at_the_bound_is_enough_and_a_byte_less_is_not() {
        for (free, room) in [(256, Room::Enough), (255, Room::Low), (64, Room::Low), (63, Room::ReadOnly)] {
            assert_eq!(judge(free, BOUNDS, Room::Enough), room, "{free}");
        }
    }

    #[test]
    fn what_was_too_little_gets_better_with_a_quarter_more() {
        for (free, before, room) in [
            (79, Room::ReadOnly, Room::ReadOnly),
            (80, Room::ReadOnly, Room::Low),
            (319, Room::Low, Room::Low),
            (320, Room::Low, Room::Enough),
            (319, Room::ReadOnly, Room::Low),
            (320, Room::ReadOnly, Room::Enough),
        ] {
            assert_eq!(judge(free, BOUNDS, before), room, "{free} after {before:?}");
        }
    }

    #[test]
    fn a_bound_of_0_is_none() {
        let none = Bounds { min: 0, warn: 0 };
        assert_eq!(judge(0, none, Room::Enough), Room::Enough);
        assert_eq!(judge(0, none, Room::ReadOnly), Room::Enough, "after a reload");
    }

    #[test]
    fn the_file_system_of_a_directory_has_some_room() {
        let directory = tempfile::tempdir().unwrap();
        assert!(free_bytes(directory.path()).unwrap() > 0);
        assert!(free_bytes(&directory.path().join("missing")).is_err());
    }
}
