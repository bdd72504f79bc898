//! The daemon's configuration: TOML and environment in, a checked [`Config`] or every problem at once out.
//!
//! Each section's file holds its type, its defaults, and how it is read and written. This module never applies a
//! setting: it opens no socket, creates no directory and looks up no user.

mod cloak;
mod control;
mod desk;
mod dns;
mod environment;
mod history;
mod irc;
mod limits;
mod listen;
mod load;
mod log;
mod metrics;
pub mod password;
mod paths;
mod problem;
mod rooms;
mod section;
mod server;
mod settings;
#[cfg(test)]
pub(crate) mod tests;
mod tls;
mod units;
mod value;
mod webirc;
mod writer;

use std::time::Duration;

pub use chat_proto::name::CaseMapping;
pub use cloak::Cloak;
pub use control::{Control, LoginRole, OperatorLogin};
pub use desk::{Desk, DeskRule};
pub use dns::Dns;
pub use environment::Environment;
pub use history::{History, Sync};
pub use irc::Irc;
pub use limits::Limits;
pub use listen::{Listen, Protocol};
pub use load::{Loaded, Source, load, parse};
pub use log::{LevelError, LogConfig, LogFormat, LogTarget, Rotation, parse_level};
pub use metrics::Metrics;
pub use paths::PathError;
pub(crate) use problem::nearest;
pub use problem::{ConfigError, Place, Problem};
pub use rooms::Rooms;
pub use server::{Admin, Server};
pub use settings::{Origins, Settings};
pub use tls::{KeyPair, NamedCertificate, Sts, TlsConfig, TlsVersion};
pub use units::{show_duration, show_size};
pub use webirc::Gateway;

use writer::Writer;

/// A configuration that holds together; `Default` is what the daemon does without a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// `[server]`
    pub server: Server,
    /// `[[listen]]`; a file that names one replaces both defaults.
    pub listen: Vec<Listen>,
    /// `[control]`
    pub control: Control,
    /// `[cloak]`
    pub cloak: Cloak,
    /// `[[webirc]]`
    pub gateways: Vec<Gateway>,
    /// `[dns]`
    pub dns: Dns,
    /// `[desk]`
    pub desk: Desk,
    /// `[history]`
    pub history: History,
    /// `[irc]`
    pub irc: Irc,
    /// `[rooms]`
    pub rooms: Rooms,
    /// `[limits]`
    pub limits: Limits,
    /// `[log]`
    pub log: LogConfig,
    /// `[metrics]`
    pub metrics: Metrics,
    /// `[tls]`
    pub tls: TlsConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            server: Server::default(),
            listen: Listen::defaults(),
            control: Control::default(),
            cloak: Cloak::default(),
            gateways: Vec::new(),
            dns: Dns::default(),
            desk: Desk::default(),
            history: History::default(),
            irc: Irc::default(),
            rooms: Rooms::default(),
            limits: Limits::default(),
            log: LogConfig::default(),
            metrics: Metrics::default(),
            tls: TlsConfig::default(),
        }
    }
}

impl Config {
    /// The port at which clients are told to connect encrypted, and for how long: with a policy of strict transport security.
    #[must_use]
    pub fn sts(&self) -> Option<(u16, Duration)> {
        Some((self.tls.sts.port_among(&self.listen)?, self.tls.sts.duration?))
    }

    /// The whole configuration as TOML that loads back equal. Passwords are in it, as they are in the file.
    pub fn to_toml(&self) -> String {
        self.written().into_text()
    }

    fn written(&self) -> Writer {
        let mut out = Writer::default();
        listen::write_all(&self.listen, &mut out);
        self.server.write(&mut out);
        self.tls.write(&mut out);
        self.control.write(&mut out);
        self.cloak.write(&mut out);
        webirc::write_all(&self.gateways, &mut out);
        self.dns.write(&mut out);
        self.desk.write(&mut out);
        self.history.write(&mut out);
        self.irc.write(&mut out);
        self.rooms.write(&mut out);
        self.limits.write(&mut out);
        self.log.write(&mut out);
        self.metrics.write(&mut out);
        out
    }
}
