//! What the daemon counts of itself while it works: plain numbers that whoever does something raises, and anybody may read at any
//! time. Counting never waits, never locks and never allocates. Knows no exposition format, and nothing of what the numbers lead to.

mod cause;
mod counts;
mod histogram;
mod said;
pub mod traffic;

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

pub use cause::{HandshakeFailure, TurnedAway};
pub use counts::Counts;
pub use histogram::{Distribution, Histogram};
pub use said::Said;

use crate::config::Protocol;
use crate::domain::disconnect::Disconnect;
use crate::domain::refusal::Refusal;

/// Bounds of how long a turn takes, in microseconds: under no load some ten, and after a hundred milliseconds people notice.
const TURNS_US: &[u64] =
    &[10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000];

/// Bounds of how late a task is woken, in microseconds. Timers have steps of a millisecond: one is never seen to be better.
const LATE_US: &[u64] =
    &[1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000];

/// All that is counted beside the store, which has figures of its own. One for each registry.
#[derive(Debug)]
pub struct Meter {
    /// Messages applied; written by the owner.
    pub said: Said,
    /// Lines pushed into outboxes because of notices; written by the owner.
    pub deliveries: AtomicU64,
    /// Connections at present; written by the owner.
    pub connections: AtomicUsize,
    /// Place of the last applied event; written by the owner.
    pub last_seq: AtomicU64,
    /// Events that the log has handed back; written by the owner.
    pub events: AtomicU64,
    /// Refusals by kind, in the order of [`Refusal::KINDS`]; written by the owner.
    pub refusals: Counts<{ Refusal::KINDS.len() }>,
    /// How long the owner's turns took, in microseconds.
    pub turns: Histogram,
    /// How much later than asked for the runtime woke a task, in microseconds.
    pub late_wakes: Histogram,
    /// Ended sessions by reason, in the order of [`Disconnect::KINDS`].
    pub disconnects: Counts<{ Disconnect::KINDS.len() }>,
    /// Connections that became sessions, by [`entrance`].
    pub entered: Counts<{ ENTRANCES.len() }>,
    /// Connections turned away at the door, by [`TurnedAway`].
    pub turned_away: Counts<{ TurnedAway::NAMES.len() }>,
    /// Connections whose handshakes failed, by [`HandshakeFailure`].
    pub handshakes_failed: Counts<{ HandshakeFailure::NAMES.len() }>,
    /// Connections that the system would not hand over.
    pub accepts_failed: AtomicU64,
    /// Whether the configuration was wrong when it was last read again.
    pub is_reload_failed: AtomicBool,
}

impl Default for Meter {
    fn default() -> Self {
        Self {
            said: Said::default(),
            deliveries: AtomicU64::new(0),
            connections: AtomicUsize::new(0),
            last_seq: AtomicU64::new(0),
            events: AtomicU64::new(0),
            refusals: Counts::default(),
            turns: Histogram::new(TURNS_US),
            late_wakes: Histogram::new(LATE_US),
            disconnects: Counts::default(),
            entered: Counts::default(),
            turned_away: Counts::default(),
            handshakes_failed: Counts::default(),
            accepts_failed: AtomicU64::new(0),
            is_reload_failed: AtomicBool::new(false),
        }
    }
}

impl Meter {
    /// One session ended.
    pub fn disconnected(&self, why: &Disconnect) {
        self.disconnects.raise(why.place());
    }

    /// One connection became a session.
    pub fn entered(&self, protocol: Protocol, is_secure: bool) {
        self.entered.raise(entrance(protocol, is_secure));
    }

    /// One connection was turned away.
    pub fn turned_away(&self, cause: TurnedAway) {
        self.turned_away.raise(cause as usize);
    }

    /// The handshakes of one connection failed.
    pub fn handshake_failed(&self, cause: HandshakeFailure) {
        self.handshakes_failed.raise(cause as usize);
    }

    /// The system would not hand over a connection.
    pub fn accept_failed(&self) {
        self.accepts_failed.fetch_add(1, Ordering::Relaxed);
    }
}

/// Ways in: what is spoken, and whether TLS comes first.
pub const ENTRANCES: [(Protocol, bool); 6] = [
    (Protocol::Irc, false),
    (Protocol::Irc, true),
    (Protocol::Lines, false),
    (Protocol::Lines, true),
    (Protocol::WebSocket, false),
    (Protocol::WebSocket, true),
];

/// The place of a way in among [`ENTRANCES`].
fn entrance(protocol: Protocol, is_secure: bool) -> usize {
    ENTRANCES.iter().position(|way| *way == (protocol, is_secure)).unwrap_or_default()
}
