//! Giving back the room that the database does not use any more (`VACUUM`). Runs on the writer's thread, so that it meets no group
//! in the middle, and only for about as long as whoever asks allows: what is said meanwhile waits. An attempt that would take longer is
//! rolled back, and nothing has changed.
//!
//! Incremental vacuuming would do it in small slices, but needs pages that say where each page is used, and every commit would have
//! to keep them; moving rows into another file and changing over would have to do the same for every connection that reads.

use std::path::Path;
use std::time::{Duration, Instant};

use chat_proto::size::size as in_words;
use rusqlite::{Connection, ErrorCode};
use tokio::sync::oneshot;

use super::database::connect;
use super::error::StoreError;
use super::interest::Interest;
use super::space::free_bytes;

/// What it takes is about three times what the part of it takes that can be interrupted.
const PARTS: u32 = 3;

/// Instructions of SQLite's machine between two looks at the clock.
const LOOK_EVERY: i32 = 100;

/// Why no room was given back. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum CompactError {
    /// Somebody else has asked for it.
    #[error("the database is being compacted already")]
    Busy,
    /// It needs a second and a third copy for a while.
    #[error(
        "it needs {} in {} for a while and {} are free, of which history.min-free keeps {}",
        in_words(*needed), directory.display(), in_words(*free), in_words(*reserve)
    )]
    NoRoom {
        /// What it takes, in bytes.
        needed: u64,
        /// What there is, in bytes.
        free: u64,
        /// What must stay, in bytes.
        reserve: u64,
        /// Where.
        directory: std::path::PathBuf,
    },
    /// Everybody would have had to wait for longer than was allowed.
    #[error(
        "it would have taken more than about {} seconds, for which everything that is said has to wait, and was taken back",
        limit.as_secs_f64()
    )]
    TooLong {
        /// What was allowed.
        limit: Duration,
    },
    /// Nobody waits for it any more.
    #[error("it was given up")]
    GivenUp,
    /// The store has ended.
    #[error("the store has stopped")]
    Stopped,
    /// The database cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compacted {
    /// The database's size before, in bytes.
    pub before: u64,
    /// And after.
    pub after: u64,
    /// For how long what was said had to wait.
    pub pause: Duration,
}

/// What the writer's thread is asked for.
#[derive(Debug)]
pub(super) struct Compaction {
    /// About the longest pause.
    pub(super) limit: Duration,
    /// Whether anybody waits for it.
    pub(super) interest: Interest,
    /// Hears how it went.
    pub(super) answer: oneshot::Sender<Result<Compacted, CompactError>>,
}

/// Pages of a database.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pages {
    /// Their size in bytes.
    pub(super) size: u64,
    /// How many there are.
    pub(super) all: u64,
    /// How many of them hold nothing.
    pub(super) free: u64,
}

impl Pages {
    pub(super) fn of(connection: &Connection) -> rusqlite::Result<Self> {
        let number = |pragma| {
            connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0)).map(i64::cast_unsigned)
        };
        Ok(Self { size: number("page_size")?, all: number("page_count")?, free: number("freelist_count")? })
    }
}

/// Whether there is room for what it takes: a copy of what is in use in the directory for temporary files, which may lie on the
/// same disk, and one in the write-ahead log.
pub(super) fn check_room(database: &Path, pages: Pages, reserve: u64) -> Result<(), CompactError> {
    let directory = database.parent().unwrap_or(Path::new("/")).to_owned();
    let needed = 2 * pages.size * (pages.all - pages.free);
    let free =
        free_bytes(&directory).map_err(|e| StoreError::of_file("look at the room in", &directory, e))?;
    if free < needed.saturating_add(reserve) {
        return Err(CompactError::NoRoom { needed, free, reserve, directory });
    }
    Ok(())
}

/// Does it, and gives up when the first of its three parts takes a third of `limit`: copying what is in use. The second part, copying it
/// back, and the third, the checkpoint, take about as long each and cannot be interrupted.
pub(super) fn compact(
    database: &Path,
    limit: Duration,
    interest: &Interest,
) -> Result<Compacted, CompactError> {
    let (begun, patience) = (Instant::now(), interest.clone());
    let is_over = move || begun.elapsed() >= limit / PARTS || patience.is_lost();
    match compact_unless(database, is_over)? {
        Some(done) => Ok(done),
        None if interest.is_lost() => Err(CompactError::GivenUp),
        None => Err(CompactError::TooLong { limit }),
    }
}

/// Does it, over a connection of its own: the writer's keeps temporary things in memory, and this would be all of the database.
/// Nothing has changed, and nothing is returned, when `is_over` before the copy is made.
pub(super) fn compact_unless(
    database: &Path,
    mut is_over: impl FnMut() -> bool + Send + 'static,
) -> Result<Option<Compacted>, StoreError> {
    let begun = Instant::now();
    let failed = |e| StoreError::of_sqlite("compact", database, e);
    let mut connection = connect(database).map_err(failed)?;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(())).map_err(failed)?;
    let before = Pages::of(&connection).map_err(failed)?;
    if is_over() {
        return Ok(None);
    }
    connection.progress_handler(LOOK_EVERY, Some(is_over)).map_err(failed)?;
    match connection.execute_batch("VACUUM") {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => return Ok(None),
        done => done.map_err(failed)?,
    }
    connection.progress_handler(0, None::<fn() -> bool>).map_err(failed)?;
    let after = Pages::of(&connection).map_err(failed)?;
    // The file shrinks with it. A reader may stand in the way, and nobody waits for that: then a later checkpoint does it.
    connection.busy_timeout(Duration::ZERO).map_err(failed)?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(failed)?;
    let size = |pages: Pages| pages.size * pages.all;
    Ok(Some(Compacted { before: size(before), after: size(after), pause: begun.elapsed() }))
}
