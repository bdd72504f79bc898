//! Where events go and how they are written there: text or JSON at standard error, files, or entries of the journal. Each
//! way has a bounded queue with a thread at its end, so that no task waits.

use std::io::{self, IsTerminal};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tracing::Subscriber;
use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, fmt};

use super::TelemetryError;
use super::file::{self, LogFile};
use super::journal::{Journal, Sender};
use crate::config::{Config, Environment, LogFormat, LogTarget};

/// Lines that wait for the writer; when it is full, further lines are dropped and counted.
const QUEUED_LINES: usize = 16 * 1024;

/// Where events go.
pub(super) enum Outlet {
    /// Standard error.
    Stderr(LogFormat, Style),
    /// Files.
    File(LogFormat, Arc<LogFile>),
    /// The journal.
    Journal(Sender),
}

/// The other end of the queue. Dropping it writes what is queued.
pub(super) struct Writing {
    dropped: ErrorCounter,
    /// What the journal did not take.
    lost: Arc<AtomicUsize>,
    _thread: WorkerGuard,
}

impl Outlet {
    /// What `[log]` asks for; beside it, why there is no journal if there should be one.
    ///
    /// Text that would come to the journal by standard error goes there in the journal's own protocol, as systemd.exec(5)
    /// recommends, so that its fields arrive as fields.
    pub(super) fn of(
        config: &Config,
        environment: &Environment,
        journal: &Path,
    ) -> Result<(Self, Option<io::Error>), TelemetryError> {
        let log = &config.log;
        if log.to == LogTarget::File {
            let file = LogFile::open(log, config.log_directory(environment)?)?;
            return Ok((Self::File(log.format, Arc::new(file)), None));
        }
        let style = Style::of_process(environment);
        let is_journal = log.to == LogTarget::Journal || (log.format == LogFormat::Text && !style.has_time);
        if !is_journal {
            return Ok((Self::Stderr(log.format, style), None));
        }
        Ok(match Sender::open(journal) {
            Ok(sender) => (Self::Journal(sender), None),
            Err(error) => (Self::Stderr(LogFormat::Text, style), Some(error)),
        })
    }

    /// The file in use, if it is one.
    pub(super) fn file(&self) -> Option<Arc<LogFile>> {
        if let Self::File(_, file) = self { Some(Arc::clone(file)) } else { None }
    }

    /// The layer that hands events to the queue, and the queue's other end.
    pub(super) fn start<S>(self) -> (Box<dyn Layer<S> + Send + Sync>, Writing)
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        match self {
            Self::Stderr(format, style) => {
                let (queue, writing) = Writing::start(io::stderr(), Arc::default());
                (lines(format, &style, queue), writing)
            }
            Self::File(format, file) => {
                let (queue, writing) = Writing::start(file::Writer(file), Arc::default());
                (lines(format, &Style { has_colours: false, has_time: true }, queue), writing)
            }
            Self::Journal(sender) => {
                let lost = sender.lost();
                let (queue, writing) = Writing::start(sender, lost);
                (Journal::new(queue).boxed(), writing)
            }
        }
    }
}

impl Writing {
    fn start(writer: impl io::Write + Send + 'static, lost: Arc<AtomicUsize>) -> (NonBlocking, Self) {
        let builder = NonBlockingBuilder::default().lossy(true).buffered_lines_limit(QUEUED_LINES);
        let (queue, thread) = builder.thread_name("log").finish(writer);
        let dropped = queue.error_counter();
        (queue, Self { dropped, lost, _thread: thread })
    }

    /// Lines that found no place in the queue, or that the journal did not take.
    pub(super) fn lost_lines(&self) -> usize {
        self.dropped.dropped_lines() + self.lost.load(Ordering::Relaxed)
    }
}

/// How text is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) has_colours: bool,
    /// The journal has a time of its own for each line.
    pub(super) has_time: bool,
}

impl Style {
    pub(super) fn of_process(environment: &Environment) -> Self {
        let stderr = std::fs::metadata("/proc/self/fd/2").ok().map(|file| (file.dev(), file.ino()));
        Self::of_stderr(environment, io::stderr().is_terminal(), stderr)
    }

    /// `stderr` is its device and inode: `$JOURNAL_STREAM` is inherited by programs whose output goes elsewhere, so
    /// systemd.exec(5) says to compare.
    pub(super) fn of_stderr(
        environment: &Environment,
        is_terminal: bool,
        stderr: Option<(u64, u64)>,
    ) -> Self {
        let stderr = stderr.map(|(device, inode)| format!("{device}:{inode}"));
        let journal = environment.value("JOURNAL_STREAM").and_then(|value| value.to_str());
        Self {
            has_colours: is_terminal && environment.value("NO_COLOR").is_none(),
            has_time: journal.is_none() || journal != stderr.as_deref(),
        }
    }
}

/// The layer that writes lines. JSON always has its time: whoever parses it may have taken it out of the journal.
fn lines<S>(format: LogFormat, style: &Style, queue: NonBlocking) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let layer = fmt::layer().with_writer(queue).with_ansi(style.has_colours);
    match format {
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
        LogFormat::Text if style.has_time => layer.boxed(),
        LogFormat::Text => layer.without_time().boxed(),
    }
}
