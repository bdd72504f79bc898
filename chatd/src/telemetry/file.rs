//! Log files that roll by time and can be opened anew. Used by the writer's thread only, so a lock may be held across a
//! file operation.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing_appender::rolling::{self, RollingFileAppender};

use super::TelemetryError;
use crate::access;
use crate::config::{LogConfig, Rotation};

/// The current file and what is needed to open the next.
pub(super) struct LogFile {
    directory: PathBuf,
    rotation: Rotation,
    keep_files: usize,
    /// The lock lets `reopen` exchange the appender between two lines.
    appender: Mutex<RollingFileAppender>,
}

/// The end of a [`LogFile`] to which lines go.
pub(super) struct Writer(pub(super) Arc<LogFile>);

impl LogFile {
    /// Opens `chatd.log`, or `chatd.DATE.log` (UTC) if files roll, for appending; creates the directory.
    pub(super) fn open(log: &LogConfig, directory: PathBuf) -> Result<Self, TelemetryError> {
        let appender = Mutex::new(appender(&directory, log.rotation, log.keep_files)?);
        Ok(Self { directory, rotation: log.rotation, keep_files: log.keep_files, appender })
    }

    /// Opens the file of that name again, whatever became of the one in use.
    pub(super) fn reopen(&self) -> Result<(), TelemetryError> {
        let fresh = appender(&self.directory, self.rotation, self.keep_files)?;
        *self.lock() = fresh;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, RollingFileAppender> {
        self.appender.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl io::Write for Writer {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().flush()
    }
}

fn appender(
    directory: &Path,
    rotation: Rotation,
    keep_files: usize,
) -> Result<RollingFileAppender, TelemetryError> {
    let every = match rotation {
        Rotation::Never => rolling::Rotation::NEVER,
        Rotation::Hourly => rolling::Rotation::HOURLY,
        Rotation::Daily => rolling::Rotation::DAILY,
    };
    let builder =
        RollingFileAppender::builder().rotation(every).filename_prefix("chatd").filename_suffix("log");
    // The appender removes files when it opens one, and takes the one it opens for a further one even where it
    // exists. One more than asked for keeps it from removing the current file at a restart.
    let builder = match (rotation, keep_files) {
        (Rotation::Never, _) | (_, 0) => builder,
        (_, old) => builder.max_log_files(old + 1),
    };
    builder.build(directory).map_err(|error| {
        let source = std::error::Error::source(&error);
        let kind = source.and_then(|source| source.downcast_ref::<io::Error>()).map(io::Error::kind);
        let cause = source.map_or_else(|| error.to_string(), ToString::to_string);
        let denied = || access::to_write(directory, directory);
        let directory = directory.to_owned();
        match kind {
            Some(io::ErrorKind::PermissionDenied) => TelemetryError::Denied { denied: denied(), directory },
            _ => TelemetryError::File { directory, cause },
        }
    })
}
