//! What the daemon tells about itself: events of `tracing`, filtered once, written to standard error or to files, and
//! shown live to whoever watches. Nothing here ever waits: a writer that cannot keep up loses lines and counts them.

mod feed;
mod file;
#[cfg(test)]
mod tests;

use std::io::{self, IsTerminal};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::broadcast;
use tracing::{Dispatch, Subscriber};
use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt, reload};

use crate::config::{Config, Environment, LevelError, LogFormat, LogTarget, PathError, parse_level};
use feed::Feed;
use file::LogFile;

/// Lines that wait for the writer; when it is full, further lines are dropped and counted.
const QUEUED_LINES: usize = 16 * 1024;

/// The running record. Dropping it writes what is queued, so keep it until the end of `main`.
pub struct Telemetry {
    filter: reload::Handle<EnvFilter, Registry>,
    /// The directives behind `filter`; a filter cannot be asked for them as they were written.
    level: Mutex<String>,
    file: Option<Arc<LogFile>>,
    feed: broadcast::Sender<Arc<str>>,
    dropped: ErrorCounter,
    _writer: WorkerGuard,
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
    let (dispatch, telemetry) = build(config, environment)?;
    tracing::dispatcher::set_global_default(dispatch).map_err(|_| TelemetryError::AlreadyStarted)?;
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

    /// Lines that were dropped because the writer could not keep up.
    pub fn dropped_lines(&self) -> usize {
        self.dropped.dropped_lines()
    }
}

fn build(config: &Config, environment: &Environment) -> Result<(Dispatch, Telemetry), TelemetryError> {
    let log = &config.log;
    let (filter, handle) = reload::Layer::new(parse_level(&log.level)?);
    let file = match log.to {
        LogTarget::Stderr => None,
        LogTarget::File => Some(Arc::new(LogFile::open(log, config.log_directory(environment)?)?)),
    };
    let (writer, guard) = match &file {
        None => queue(io::stderr()),
        Some(file) => queue(file::Writer(Arc::clone(file))),
    };
    let dropped = writer.error_counter();
    let style = Style::of(log.to, environment);
    let feed = Feed::new();
    let telemetry = Telemetry {
        filter: handle,
        level: Mutex::new(log.level.clone()),
        file,
        feed: feed.sender(),
        dropped,
        _writer: guard,
    };
    let subscriber = Registry::default().with(filter).with(output(log.format, &style, writer)).with(feed);
    Ok((Dispatch::new(subscriber), telemetry))
}

fn queue(writer: impl io::Write + Send + 'static) -> (NonBlocking, WorkerGuard) {
    let builder = NonBlockingBuilder::default().lossy(true).buffered_lines_limit(QUEUED_LINES);
    builder.thread_name("log").finish(writer)
}

/// How text is written.
#[derive(Debug, PartialEq, Eq)]
struct Style {
    has_colours: bool,
    /// The journal has a time of its own for each line.
    has_time: bool,
}

impl Style {
    fn of(to: LogTarget, environment: &Environment) -> Self {
        if to == LogTarget::File {
            return Self { has_colours: false, has_time: true };
        }
        let stderr = std::fs::metadata("/proc/self/fd/2").ok().map(|file| (file.dev(), file.ino()));
        Self::of_stderr(environment, io::stderr().is_terminal(), stderr)
    }

    /// `stderr` is its device and inode: `$JOURNAL_STREAM` is inherited by programs whose output goes elsewhere, so
    /// systemd.exec(5) says to compare.
    fn of_stderr(environment: &Environment, is_terminal: bool, stderr: Option<(u64, u64)>) -> Self {
        let stderr = stderr.map(|(device, inode)| format!("{device}:{inode}"));
        let journal = environment.value("JOURNAL_STREAM").and_then(|value| value.to_str());
        Self {
            has_colours: is_terminal && environment.value("NO_COLOR").is_none(),
            has_time: journal.is_none() || journal != stderr.as_deref(),
        }
    }
}

/// The layer that writes. JSON always has its time: whoever parses it may have taken it out of the journal.
fn output<S>(format: LogFormat, style: &Style, writer: NonBlocking) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let layer = fmt::layer().with_writer(writer).with_ansi(style.has_colours);
    match format {
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
        LogFormat::Text if style.has_time => layer.boxed(),
        LogFormat::Text => layer.without_time().boxed(),
    }
}
