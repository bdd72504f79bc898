//! `[log]`: what the daemon records about itself, and where. Opens nothing.

use std::path::PathBuf;

/// Where the record goes and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// Which events: a level, or directives as tracing's `EnvFilter` has them (`info,chatd::wire=debug`).
    pub level: String,
    /// How an event is written.
    pub format: LogFormat,
    /// Where it is written.
    pub to: LogTarget,
    /// Where the files are; `None` = `log` below the state directory.
    pub directory: Option<PathBuf>,
    /// When a new file begins.
    pub rotation: Rotation,
    /// Files that are kept; 0 = all.
    pub keep_files: usize,
}

/// How an event is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// A line for people.
    #[default]
    Text,
    /// A JSON object on a line.
    Json,
}

/// Where events are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogTarget {
    /// Standard error, which systemd hands to the journal.
    #[default]
    Stderr,
    /// Files in `directory`.
    File,
}

/// When a new log file begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rotation {
    /// Never: rotate with another tool and SIGUSR1.
    Never,
    /// Every hour.
    Hourly,
    /// Every day.
    #[default]
    Daily,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            level: "info".into(),
            format: LogFormat::default(),
            to: LogTarget::default(),
            directory: None,
            rotation: Rotation::default(),
            keep_files: 14,
        }
    }
}
