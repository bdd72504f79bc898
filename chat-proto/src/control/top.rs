//! How busy the daemon is and who is at it, at one moment.
//!
//! Owns shapes only: whoever asks computes nothing, the daemon has chosen and divided already.

use serde::{Deserialize, Serialize};

use super::view::{Commits, Dialect, Health, RunState};

/// Most clients, and most rooms, in one [`Top`].
pub const TOP_MAX: u32 = 200;

/// Query of `GET /v1/top`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopQuery {
    /// By what clients are chosen; `out` without it.
    pub sort: Option<TopSort>,
    /// At most so many clients and so many rooms, up to [`TOP_MAX`]; 20 without it.
    pub count: Option<u32>,
}

/// By what the busiest clients are chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TopSort {
    /// Lines to them each second.
    #[default]
    Out,
    /// Lines from them each second.
    In,
    /// What waits for them.
    Queued,
}

/// The daemon and those who keep it busy. Rates of clients and rooms are those since somebody asked last, if that was
/// between one and ten seconds ago; else those of clients since they connected, and of rooms over the last ten seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Top {
    /// When.
    pub time: String,
    /// Version of chatd.
    pub version: String,
    /// This server's name.
    pub server: String,
    /// How long it runs.
    pub uptime_ms: u64,
    /// Whether it takes new clients.
    pub state: RunState,
    /// What is wrong, if anything.
    pub health: Health,
    /// Connections, registered or not.
    pub clients: u64,
    /// Connections that have completed their registration.
    pub registered: u64,
    /// Connections by how they speak.
    pub dialects: Vec<DialectCount>,
    /// Rooms that exist.
    pub rooms: u64,
    /// Desk conversations in which the guest spoke last.
    pub desk_open: u64,
    /// What happened each second, over the last five.
    pub rates: Rates,
    /// What waits.
    pub queues: Queues,
    /// Group commits of the store.
    pub commits: Commits,
    /// Those who are first by what was asked for.
    pub busiest_clients: Vec<TopClient>,
    /// Rooms in which most is said.
    pub busiest_rooms: Vec<TopRoom>,
    /// Whether whoever asked may end connections.
    pub may_kick: bool,
}

/// How many connections speak one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialectCount {
    /// Which.
    pub dialect: Dialect,
    /// How many have completed their registration.
    pub registered: u64,
    /// How many have not.
    pub unregistered: u64,
}

/// How much happens, each second.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Rates {
    /// Messages taken from clients and operators.
    pub messages_per_s: f64,
    /// Lines put into outboxes.
    pub deliveries_per_s: f64,
    /// Bytes read from clients.
    pub bytes_in_per_s: f64,
    /// Bytes written to clients.
    pub bytes_out_per_s: f64,
    /// Group commits of the store.
    pub commits_per_s: f64,
}

/// What waits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queues {
    /// Bytes for all clients together.
    pub outbox_bytes: u64,
    /// Bytes for the client for whom most waits.
    pub outbox_largest_bytes: u64,
    /// Batches of requests for the owner.
    pub inbox: u64,
    /// Events that the store has not kept yet, and those that wait for them.
    pub log_waiting: u64,
    /// How long the oldest of them has waited.
    pub log_lag_ms: u64,
}

/// One of the busiest clients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TopClient {
    /// Its id.
    pub id: u64,
    /// Its nick, if it has registered.
    pub nick: Option<String>,
    /// Where it comes from.
    pub address: String,
    /// How it speaks.
    pub dialect: Dialect,
    /// How long nothing has come from it.
    pub idle_ms: u64,
    /// Bytes that wait for it.
    pub queued_bytes: u64,
    /// Lines from it.
    pub lines_in_per_s: f64,
    /// Lines to it.
    pub lines_out_per_s: f64,
}

/// One of the busiest rooms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TopRoom {
    /// Its name.
    pub name: String,
    /// How many are in it.
    pub members: u64,
    /// Messages to it.
    pub messages_per_s: f64,
}
