//! The control API: HTTP/1.1 with JSON over a Unix socket, the one way to administer the daemon.
//!
//! It turns what registry, store and telemetry show into the types of [`chat_proto::control`], and what an operator asks for
//! into a [`Command`](crate::domain::command::Command) or a [`Steer`]. It never changes anything itself: the owner and the
//! daemon do, and every change leaves an audit entry. Who asks is told by the kernel, not by the asker.

mod about;
mod audit;
mod backup;
mod clients;
mod config;
mod daemon;
mod database;
mod desk;
mod entry;
mod history;
mod host;
mod kick;
mod labour;
mod log;
mod metrics;
mod nearest;
mod peer;
mod probe;
mod problem;
mod pulse;
mod request;
mod request_id;
mod rooms;
mod router;
mod say;
mod scrape;
mod select;
mod serve;
mod socket;
mod status;
mod stream;
mod time;
mod top;
mod trace;
mod watch;

#[cfg(test)]
mod tests;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chat_proto::control::{
    Accepted, CheckResult, ConfigAgainst, ConfigDiff, ConfigSetting, Confirmed, DrainInfo, PendingReload,
    ReloadResult,
};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

pub use peer::{Person, role_of, unknown_people};
pub use scrape::{ScrapeListener, serve as serve_metrics};
pub use serve::serve;
pub use socket::{BindError, Listener, bind};
pub use time::rfc3339;

use crate::domain::id::Time;
use crate::health::Health;
use crate::registry::Registry;
use crate::store::{Care, Readers, StatsHandle};
use crate::telemetry::Telemetry;
use crate::wire::session::Shared;

/// What the control API looks at and asks.
#[derive(Clone)]
pub struct Context {
    /// The present, and whoever may change it.
    pub registry: Registry,
    /// Opens the past.
    pub readers: Readers,
    /// Copies of what is kept.
    pub care: Care,
    /// How the store is doing.
    pub stats: StatsHandle,
    /// What is wrong at the moment.
    pub health: Health,
    /// What the daemon logs.
    pub telemetry: Arc<Telemetry>,
    /// The configuration in force.
    pub shared: Arc<Shared>,
    /// What only the daemon itself can do. Bounded; when it is full, the asker waits and is refused after a deadline.
    pub steer: mpsc::Sender<Steer>,
    /// What the daemon knows about itself.
    pub facts: Arc<Facts>,
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("facts", &self.facts).finish_non_exhaustive()
    }
}

/// What the daemon knows about itself.
#[derive(Debug)]
pub struct Facts {
    /// When the process began.
    pub started_at: Time,
    /// The path of the control socket.
    pub control_socket: PathBuf,
    /// The configuration file, or `built-in defaults`.
    pub config_source: String,
    /// Where clients connect; swapped as a whole by a reload, locked to clone the pointer.
    pub listeners: Mutex<Arc<[ClientListener]>>,
    /// Whether it takes nobody new, because it drains or stops.
    pub is_draining: AtomicBool,
    /// Cancelled when it begins to stop: long work on the store is given up, so that clients can be told.
    pub stopping: CancellationToken,
    /// How far the drain is, if there is one; locked to copy it.
    pub drain: Mutex<Option<DrainInfo>>,
    /// The reload that waits for its confirmation, if there is one; locked to copy it.
    pub pending_reload: Mutex<Option<PendingReload>>,
    /// When the configuration in force was read, in milliseconds since 1970.
    pub config_loaded_at: AtomicU64,
    /// The user that the daemon runs as, who is always an admin: `geteuid`.
    pub owner: u32,
}

impl Facts {
    /// Nobody new is taken from now on. Long work on the store is given up, since a message that waits for a vacuum is before every
    /// farewell in the log.
    pub fn begin_to_stop(&self) {
        self.stopping.cancel();
        self.is_draining.store(true, Ordering::Relaxed);
    }

    /// Where clients connect at present.
    #[must_use]
    pub fn listeners(&self) -> Arc<[ClientListener]> {
        Arc::clone(&self.listeners.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Clients connect here from now on.
    pub fn put_listeners(&self, listeners: Vec<ClientListener>) {
        *self.listeners.lock().unwrap_or_else(PoisonError::into_inner) = listeners.into();
    }
}

/// One place where clients connect.
#[derive(Debug)]
pub struct ClientListener {
    /// What is spoken there.
    pub protocol: &'static str,
    /// The bound address with its real port.
    pub address: SocketAddr,
    /// Whether TLS comes first.
    pub is_secure: bool,
}

/// Why the configuration in force stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDone {
    /// The other one has faults, or something that it needs cannot be had: the report.
    #[error("{0}")]
    Faulty(String),
    /// It is not the time for it.
    #[error("{cause}; {remedy}")]
    Refused {
        /// Why.
        cause: String,
        /// What to do.
        remedy: &'static str,
    },
}

/// What only the daemon itself can do. Who asks may not wait for the answer any more: that is no fault.
#[derive(Debug)]
pub enum Steer {
    /// Read the configuration again.
    Reload {
        /// Take it back unless it is confirmed within this time.
        confirm_within: Option<Duration>,
        /// Answered when it is in force.
        answer: oneshot::Sender<Result<ReloadResult, NotDone>>,
    },
    /// Keep what was reloaded and waits for this.
    Confirm(oneshot::Sender<Result<Confirmed, NotDone>>),
    /// Take back what was reloaded and waits to be confirmed.
    Undo(oneshot::Sender<Result<ReloadResult, NotDone>>),
    /// Tell the keys in force that begin with this.
    Settings(String, oneshot::Sender<Vec<ConfigSetting>>),
    /// Compare what is in force.
    Diff(ConfigAgainst, oneshot::Sender<Result<ConfigDiff, NotDone>>),
    /// Read a configuration (none: the one in use) and say what a reload would do.
    Check(Option<PathBuf>, oneshot::Sender<CheckResult>),
    /// Take nobody new, end those who are here a few at a time, and end when all have left or the time is over.
    Drain {
        /// How long clients may take; none for the configured time.
        timeout: Option<Duration>,
        /// Answered when it has begun.
        answer: oneshot::Sender<Accepted>,
    },
    /// Take new clients again; answered with nothing if nothing is drained.
    Undrain(oneshot::Sender<Option<Accepted>>),
    /// End now.
    Stop {
        /// Answered when it has begun.
        answer: oneshot::Sender<Accepted>,
    },
}
