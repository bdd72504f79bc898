//! What the daemon tells about itself: events of `tracing`, filtered once, written to standard error, the journal or files,
//! and shown live to whoever watches. Nothing here ever waits: a writer that cannot keep up loses lines and counts them.
//!
//! An event names what it is about by fields, and each has one name everywhere: `client` (its id), `nick`, `room`, `peer` (an
//! address), `request` (an id of the control API), `user` (of this machine).

mod feed;
mod file;
mod journal;
mod level;
mod outlet;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chat_proto::control::LogLine;
use jiff::Timestamp;
use tokio::sync::{broadcast, watch};
use tokio::time::Instant;
use tracing::{Dispatch, Level};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, Registry};

use crate::access::Denied;
use crate::config::{Config, Environment, LevelError, PathError};
use feed::Feed;
use file::LogFile;
use level::{Levels, Wish};
use outlet::{Outlet, Style, Writing};

/// The running record. Dropping it writes what is queued, so keep it until the end of `main`.
pub struct Telemetry {
    levels: Arc<Levels>,
    file: Option<Arc<LogFile>>,
    feed: Feed,
    writing: Writing,
}

/// Why the record could not be started or changed.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The level is not understood.
    #[error("cannot set the log level: {0}")]
    Level(#[from] LevelError),
    /// It cannot be told where log files belong.
    #[error("cannot place log files: {0}")]
    Path(#[from] PathError),
    /// A log file cannot be opened.
    #[error("cannot open a log file in {}: {cause}", directory.display())]
    File {
        /// Where it should have been.
        directory: PathBuf,
        /// What the operating system says, or the appender.
        cause: String,
    },
    /// A log file is not ours to make.
    #[error("cannot open a log file in {}: {denied}", directory.display())]
    Denied {
        /// Where it should have been.
        directory: PathBuf,
        /// Why not, and the remedy.
        denied: Denied,
    },
    /// This process already has a record.
    #[error("logging is already started in this process")]
    AlreadyStarted,
}

impl TelemetryError {
    /// Whether trying again cannot help until somebody has done something.
    #[must_use]
    pub fn needs_somebody(&self) -> bool {
        matches!(self, Self::Denied { .. } | Self::Path(_))
    }
}

/// Starts the record for the whole process, as `[log]` says.
///
/// # Errors
/// If a log file cannot be opened, or if the process already has a record.
pub fn start(config: &Config, environment: &Environment) -> Result<Telemetry, TelemetryError> {
    let (outlet, missing) = Outlet::of(config, environment, Path::new(journal::SOCKET))?;
    let (dispatch, telemetry) = build(config, outlet)?;
    tracing::dispatcher::set_global_default(dispatch).map_err(|_| TelemetryError::AlreadyStarted)?;
    if let Some(error) = missing {
        let socket = journal::SOCKET;
        tracing::warn!(socket, %error, "cannot reach the journal; writing text to standard error");
    }
    Ok(telemetry)
}

impl Telemetry {
    /// Changes the level or the directives, for every output and until the next start.
    ///
    /// # Errors
    /// If they are not understood; then nothing changes.
    pub fn set_level(&self, level: &str) -> Result<(), TelemetryError> {
        self.levels.set(level)
    }

    /// The same for so long; then comes what was in effect before. Somebody has to call [`Self::lower_level`] for that.
    ///
    /// # Errors
    /// If they are not understood; then nothing changes.
    pub fn raise_level(&self, level: &str, within: Duration) -> Result<(), TelemetryError> {
        self.levels.raise(level, within)
    }

    /// Ends a level that was raised for a while, if its time is over; returns the one in effect then.
    pub fn lower_level(&self) -> Option<String> {
        self.levels.lower()
    }

    /// When [`Self::lower_level`] has to be called, as it changes.
    pub fn level_due(&self) -> watch::Receiver<Option<Instant>> {
        self.levels.due()
    }

    /// The level or the directives in effect.
    pub fn level(&self) -> String {
        self.levels.current().0
    }

    /// Until when they are in effect, if they were raised for a while.
    pub fn level_until(&self) -> Option<Timestamp> {
        self.levels.current().1
    }

    /// Whether events of this level are logged, of some module at least.
    pub fn is_logged(&self, level: Level) -> bool {
        self.levels.is_written(level)
    }

    /// Opens the log file anew by its name, so that one that was moved away is let go. Does nothing for standard
    /// error. Blocks for a file operation.
    ///
    /// # Errors
    /// If the file cannot be opened; then the old one stays in use.
    pub fn reopen(&self) -> Result<(), TelemetryError> {
        self.file.as_ref().map_or(Ok(()), |file| file.reopen())
    }

    /// The latest events and every one from now on: those that are logged, and with a level all of this program's that are at
    /// least as grave.
    pub fn watch(&self, least: Option<Level>) -> Watching {
        let wish = least.map(|level| self.levels.wish(level));
        let (recent, live) = self.feed.subscribe();
        Watching { recent, live, _wish: wish }
    }

    /// Lines that were dropped because the writer could not keep up, or because the journal did not take them.
    pub fn dropped_lines(&self) -> usize {
        self.writing.lost_lines()
    }
}

/// What somebody sees who watches the record.
pub struct Watching {
    /// The latest 1024 events at most, oldest first.
    pub recent: Vec<Arc<LogLine>>,
    /// All that come behind them. A receiver more than 1024 events behind loses the oldest and is told so
    /// (`RecvError::Lagged`).
    pub live: broadcast::Receiver<Arc<LogLine>>,
    _wish: Option<Wish>,
}

/// Whether what is written to standard error goes to the journal.
pub fn is_journal(environment: &Environment) -> bool {
    !Style::of_process(environment).has_time
}

fn build(config: &Config, outlet: Outlet) -> Result<(Dispatch, Telemetry), TelemetryError> {
    let (levels, filters) = Levels::new(&config.log.level)?;
    let (levels, file) = (Arc::new(levels), outlet.file());
    let (output, writing) = outlet.start::<Registry>();
    let feed = Feed::new();
    let layers =
        vec![output.with_filter(filters.record).boxed(), feed.clone().with_filter(filters.feed).boxed()];
    Ok((Dispatch::new(Registry::default().with(layers)), Telemetry { levels, file, feed, writing }))
}
