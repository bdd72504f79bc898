//! The daemon's configuration: TOML and environment in, a checked [`Config`] or every problem at once out.
//!
//! Each section's file holds its type, its defaults, and how it is read and written. This module never applies a
//! setting: it opens no socket, creates no directory and looks up no user.

mod control;
mod desk;
mod history;
mod limits;
mod listen;
mod log;
mod server;

pub use control::{Control, LoginRole, OperatorLogin};
pub use desk::{Desk, DeskRule};
pub use history::{History, Sync};
pub use limits::Limits;
pub use listen::{Listen, Protocol};
pub use log::{LogConfig, LogFormat, LogTarget, Rotation};
pub use server::{Admin, CaseMapping, Server};

/// A configuration that holds together; `Default` is what the daemon does without a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// `[server]`
    pub server: Server,
    /// `[[listen]]`; a file that names one replaces both defaults.
    pub listen: Vec<Listen>,
    /// `[control]`
    pub control: Control,
    /// `[desk]`
    pub desk: Desk,
    /// `[history]`
    pub history: History,
    /// `[limits]`
    pub limits: Limits,
    /// `[log]`
    pub log: LogConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            server: Server::default(),
            listen: Listen::defaults(),
            control: Control::default(),
            desk: Desk::default(),
            history: History::default(),
            limits: Limits::default(),
            log: LogConfig::default(),
        }
    }
}
