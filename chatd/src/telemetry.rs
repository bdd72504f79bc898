//! What the daemon tells about itself: events of `tracing`, filtered once, written to standard error, the journal or files,
//! and shown live to whoever watches. Nothing here ever waits: a writer that cannot keep up loses lines and counts them.
//!
//! An event names what it is about by fields, and each has one name everywhere: `client` (its id), `nick`, `room`, `peer` (an
//! address), `request` (an id of the control API), `user` (of this machine).

mod feed;
mod file;
mod journal;
mod outlet;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::broadcast;
use tracing::Dispatch;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{EnvFilter, Registry, reload};

use crate::config::{Config, Environment, LevelError, PathError, parse_level};
use feed::Feed;
use file::LogFile;
use outlet::{Outlet, Writing};

/// The running record. Dropping it writes what is queued, so keep it until the end of `main`.
pub struct Telemetry {
    filter: reload::Handle<EnvFilter, Registry>,
    /// The directives behind `filter`; a filter cannot be asked for them as they were written.
    level: Mutex<String>,
    file: Option<Arc<LogFile>>,
    feed: broadcast::Sender<Arc<str>>,
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
    #[error("cannot open a log file in {directory}: {cause}")]
    File {
        /// Where it should have been.
        directory: PathBuf,
        /// What the operating system says, or the appender.
        cause: String,
    },
    /// This process already has a record.
    #[error("logging is already started in this process")]
    AlreadyStarted,
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
        let filter = parse_level(level)?;
        let mut current = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        // Fails only when the subscriber is gone, and then there is nothing left to filter.
        let _ = self.filter.reload(filter);
        level.clone_into(&mut current);
        Ok(())
    }

    /// The level or the directives in effect.
    pub fn level(&self) -> String {
        self.level.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Opens the log file anew by its name, so that one that was moved away is let go. Does nothing for standard
    /// error. Blocks for a file operation.
    ///
    /// # Errors
    /// If the file cannot be opened; then the old one stays in use.
    pub fn reopen(&self) -> Result<(), TelemetryError> {
        self.file.as_ref().map_or(Ok(()), |file| file.reopen())
    }

    /// Every event from now on as one line of JSON without its end: `time` (RFC 3339, UTC), `level`, `target`,
    /// `message`, `fields`. A receiver more than 1024 events behind loses the oldest and is told so
    /// (`RecvError::Lagged`).
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<str>> {
        self.feed.subscribe()
    }

    /// Lines that were dropped because the writer could not keep up, or because the journal did not take them.
    pub fn dropped_lines(&self) -> usize {
        self.writing.lost_lines()
    }
}

fn build(config: &Config, outlet: Outlet) -> Result<(Dispatch, Telemetry), TelemetryError> {
    let level = &config.log.level;
    let (filter, handle) = reload::Layer::new(parse_level(level)?);
    let file = outlet.file();
    let (output, writing) = outlet.start();
    let feed = Feed::new();
    let telemetry =
        Telemetry { filter: handle, level: Mutex::new(level.clone()), file, feed: feed.sender(), writing };
    Ok((Dispatch::new(Registry::default().with(filter).with(output).with(feed)), telemetry))
}
