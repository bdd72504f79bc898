//! `[log]`: what the daemon records about itself, and where. Opens nothing.

use std::path::PathBuf;

use tracing_subscriber::EnvFilter;

use super::problem::{Wrong, nearest};
use super::section::Section;
use super::value::{self, Raw};
use super::writer::Writer;

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
    /// Old files that are kept beside the current one; 0 = all.
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
    /// Standard error; if that is the journal and `format` is text, as `Journal`.
    #[default]
    Stderr,
    /// The journal of systemd, with fields; text at standard error where there is none.
    Journal,
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

const FORMATS: &[(&str, LogFormat)] = &[("text", LogFormat::Text), ("json", LogFormat::Json)];
const TARGETS: &[(&str, LogTarget)] =
    &[("stderr", LogTarget::Stderr), ("journal", LogTarget::Journal), ("file", LogTarget::File)];
const ROTATIONS: &[(&str, Rotation)] =
    &[("never", Rotation::Never), ("hourly", Rotation::Hourly), ("daily", Rotation::Daily)];
const LEVELS: &[&str] = &["off", "error", "warn", "info", "debug", "trace"];
const MOST_FILES: u64 = 100_000;

impl LogConfig {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let default = Self::default();
        let log = Self {
            level: section.value("level", default.level, level),
            format: section.value("format", default.format, value::choice(FORMATS)),
            to: section.value("to", default.to, value::choice(TARGETS)),
            directory: section.optional("directory", default.directory, value::absolute_path),
            rotation: section.value("rotation", default.rotation, value::choice(ROTATIONS)),
            keep_files: section.value("keep-files", default.keep_files, value::whole(0..=MOST_FILES)),
        };
        section.finish();
        log
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.header("[log]").text("level", &self.level);
        out.text("format", value::name_of(FORMATS, &self.format));
        out.text("to", value::name_of(TARGETS, &self.to));
        out.path("directory", self.directory.as_deref());
        out.text("rotation", value::name_of(ROTATIONS, &self.rotation));
        out.plain("keep-files", self.keep_files);
    }
}

/// A filter that is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct LevelError {
    message: String,
    hint: Option<String>,
}

/// Reads a level such as `info`, or directives such as `info,chatd::wire=debug`.
///
/// Stricter than `EnvFilter`, which takes a misspelt level for the name of a module and then shows nothing.
///
/// # Errors
/// If a directive is not understood.
pub fn parse_level(text: &str) -> Result<EnvFilter, LevelError> {
    for part in text.split(',').map(str::trim) {
        let is_level = LEVELS.iter().any(|level| level.eq_ignore_ascii_case(part));
        if !is_level && !part.contains(['=', '[']) {
            let message = format!("{part:?} is not a level; known are {}", LEVELS.join(", "));
            let meant = nearest(&part.to_lowercase(), LEVELS.iter().copied());
            return Err(LevelError {
                message,
                hint: meant.map(|level| format!("did you mean \"{level}\"?")),
            });
        }
    }
    EnvFilter::builder().parse(text).map_err(|error| {
        let hint = Some("for instance \"info,chatd::wire=debug\"".to_owned());
        LevelError { message: format!("{text:?} is not a filter: {error}"), hint }
    })
}

fn level(raw: Raw<'_>) -> Result<String, Wrong> {
    let text = value::some_line(raw)?;
    parse_level(&text).map_err(|LevelError { message, hint }| Wrong { message, hint })?;
    Ok(text)
}
