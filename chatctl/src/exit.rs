//! What ends a command early, and the status that the shell sees.
//!
//! Owns the exit codes and the shape of a report; it must never print.

use std::io;

/// The exit status of a command that did not do what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// The daemon answered, but it could not be done.
    Failed = 1,
    /// The arguments make no sense.
    Usage = 2,
    /// No daemon answers.
    Unreachable = 3,
    /// This user may not do it.
    NotPermitted = 4,
    /// There is no client, room or conversation of that name.
    NoSuchObject = 5,
}

/// The exit status of a program that Ctrl-C ended, as shells count (128 and the number of SIGINT).
pub(crate) const INTERRUPTED: u8 = 130;

/// Why a command ended early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Whoever read the output has gone (`chatctl watch | head`); nothing to say, nothing went wrong.
    OutputClosed,
    /// The user left a question, or what was running, with Ctrl-C.
    Interrupted,
    /// Nothing went wrong but what was asked about, and that has been said; the exit status is that of a failure.
    Unwell,
    /// Something to tell the user.
    Reported(Box<Report>),
}

/// What the user is told on stderr: `chatctl: MESSAGE`, then the hint.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Report {
    /// The exit status.
    pub(crate) code: Code,
    /// What was tried, then the cause.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: Option<String>,
}

impl Failure {
    /// A failure without a remedy.
    pub(crate) fn new(code: Code, message: String) -> Self {
        Self::Reported(Box::new(Report { code, message, hint: None }))
    }

    /// A failure with a remedy.
    pub(crate) fn with_hint(code: Code, message: String, hint: impl Into<String>) -> Self {
        Self::Reported(Box::new(Report { code, message, hint: Some(hint.into()) }))
    }
}

/// The only input and output that commands do by themselves is to print.
impl From<io::Error> for Failure {
    fn from(cause: io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::BrokenPipe => Self::OutputClosed,
            _ => Self::new(Code::Failed, format!("write the output: {cause}")),
        }
    }
}
