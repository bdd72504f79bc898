//! What can be looked at: the daemon, its clients, rooms and desk conversations.
//!
//! Owns snapshots only; nothing here changes anything.

use serde::{Deserialize, Serialize};

use super::PendingReload;
use super::top::{DialectCount, Rates};

/// The daemon at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Version of chatd, `0.1.0`.
    pub version: String,
    /// The network's name.
    pub network: String,
    /// This server's name.
    pub server: String,
    /// Process id.
    pub pid: u32,
    /// When the process began.
    pub started_at: String,
    /// How long ago that was.
    pub uptime_ms: u64,
    /// Whether it takes new clients.
    pub state: RunState,
    /// How far the drain is, while there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drain: Option<DrainInfo>,
    /// What is wrong, if anything.
    pub health: Health,
    /// Connections, registered or not.
    pub clients: u64,
    /// Connections that have completed their registration.
    pub registered: u64,
    /// Connections by how they speak; those that nobody speaks are left out.
    #[serde(default)]
    pub dialects: Vec<DialectCount>,
    /// Rooms that exist.
    pub rooms: u64,
    /// Desk conversations in which the guest spoke last.
    pub desk_open: u64,
    /// Messages taken from clients and operators since the start.
    pub messages_in: u64,
    /// Lines put into outboxes since the start.
    pub deliveries_out: u64,
    /// What happened each second, over the last minute.
    #[serde(default)]
    pub rates: Rates,
    /// Sequence number of the newest event in the log; 0 when there is none.
    pub last_seq: u64,
    /// Group commits of the store.
    pub commits: Commits,
    /// Where clients connect.
    pub listeners: Vec<ListenerInfo>,
    /// Path of the socket that gave this answer.
    pub control_socket: String,
    /// The configuration file, or `built-in defaults`.
    pub config_source: String,
    /// When the configuration in force was read.
    pub config_loaded_at: String,
    /// The reload that waits for its confirmation, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_reload: Option<PendingReload>,
    /// `always`, `every-second` or `never`.
    pub sync: String,
    /// The level or filter that the log is at, as `PUT /v1/log` takes it.
    pub log_level: String,
    /// Until when, if it was raised for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_level_until: Option<String>,
}

/// Whether the daemon takes new clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// Serving.
    Running,
    /// Takes nobody new and ends when everyone has left or the deadline passes.
    Draining,
}

/// How far a drain is. Who is neither here nor was ended has left by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrainInfo {
    /// When it began.
    pub began_at: String,
    /// When those left over are disconnected and the daemon stops.
    pub deadline_at: String,
    /// Connections when it began.
    pub clients_at_start: u64,
    /// Connections that it has ended so far.
    pub ended: u64,
}

/// How the daemon is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// How bad the worst condition is.
    pub state: HealthState,
    /// What is wrong, the worst first; empty when all is well.
    pub conditions: Vec<HealthCondition>,
}

/// How bad it is, from well to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HealthState {
    /// All is well.
    Ok,
    /// Something is not done that should be, on purpose or for a while, and the rest goes on.
    Degraded,
    /// A promise is not kept at the moment.
    Failing,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCondition {
    /// Which, for programs: `history-read-only`; the manual lists them all.
    pub code: String,
    /// Which, for people: `history read-only`.
    pub title: String,
    /// How bad it is: never `ok`.
    pub severity: HealthState,
    /// The cause, and what can be done.
    pub detail: String,
    /// When it began.
    pub since: String,
}

/// Group commits since the start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Commits {
    /// How many commits there were.
    pub groups: u64,
    /// How many records they held together.
    pub records: u64,
    /// How long the newest took, with fractions.
    pub last_ms: f64,
    /// How long the slowest took, with fractions.
    pub slowest_ms: f64,
}

/// One place where clients connect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListenerInfo {
    /// `irc`, `lines` or `websocket`.
    pub protocol: String,
    /// The bound address with its real port, `127.0.0.1:6667`.
    pub address: String,
    /// Whether TLS is spoken there.
    #[serde(default)]
    pub tls: bool,
}

/// The answer to a health check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// Whether all is well.
    pub is_ok: bool,
    /// What is not: a word or a condition's code, a colon, and a sentence for people.
    pub reasons: Vec<String>,
}

/// How a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// IRC.
    Irc,
    /// Plain lines, as `nc` sends them.
    Lines,
    /// IRC over WebSocket.
    Websocket,
    /// One that this tool does not know yet.
    #[serde(other)]
    Other,
}

impl Dialect {
    /// The word for it in lists.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Irc => "irc",
            Self::Lines => "lines",
            Self::Websocket => "websocket",
            Self::Other => "other",
        }
    }
}

/// One connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientInfo {
    /// Unique while the daemon runs; never reused.
    pub id: u64,
    /// The name in use; none before registration.
    pub nick: Option<String>,
    /// The user part of the client's mask.
    pub user: String,
    /// The host part of the client's mask.
    pub host: String,
    /// Remote IP address and port.
    pub address: String,
    /// How it speaks.
    pub dialect: Dialect,
    /// Names of the rooms it is in.
    pub rooms: Vec<String>,
    /// When it connected.
    pub connected_at: String,
    /// Time since it last said something.
    pub idle_ms: u64,
    /// What waits in its outbox.
    pub queued_bytes: u64,
    /// Lines received from it.
    pub lines_in: u64,
    /// Lines sent to it.
    pub lines_out: u64,
    /// Whether it has become an operator with `OPER`.
    pub is_operator: bool,
    /// Whether it is marked as away.
    pub is_away: bool,
    /// Once it is registered, what protects its connection: `TLSv1_3`, or `yes` if a gateway vouches for it.
    #[serde(default)]
    pub tls: Option<String>,
    /// The SHA-256 fingerprint of its certificate, if it has shown one.
    #[serde(default)]
    pub certificate: Option<String>,
    /// Its user modes, `+iw`; empty when there are none.
    pub modes: String,
}

/// One room in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomInfo {
    /// Its name with the `#`.
    pub name: String,
    /// What it is about.
    pub topic: Option<String>,
    /// How many are in it.
    pub members: u64,
    /// Its modes with their parameters, `+ntl 20`.
    pub modes: String,
    /// When it came to be.
    pub created_at: String,
}

/// One room with everything that is known about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomDetail {
    /// What the list shows; these fields stand beside the others in JSON.
    #[serde(flatten)]
    pub info: RoomInfo,
    /// Who set the topic.
    pub topic_by: Option<String>,
    /// When the topic was set.
    pub topic_at: Option<String>,
    /// Who is in it.
    pub member_list: Vec<Member>,
    /// Who may not come in.
    pub bans: Vec<RoomBan>,
}

/// One member of a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The name in use.
    pub nick: String,
    /// Its status signs, highest first: `@+`, or empty.
    pub prefixes: String,
}

/// One entry of a room's ban list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomBan {
    /// `nick!user@host` with `*` and `?`.
    pub mask: String,
    /// Who set it.
    pub set_by: String,
    /// When.
    pub set_at: String,
}

/// One desk conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskInfo {
    /// Unique for ever; `desk:ID` names the conversation in history and watch.
    pub id: u64,
    /// The guest's nick, as it last was.
    pub nick: String,
    /// The guest's connection; none when it has gone.
    pub client_id: Option<u64>,
    /// When the guest first wrote.
    pub opened_at: String,
    /// When somebody last wrote.
    pub last_at: String,
    /// What was last written.
    pub last_text: String,
    /// Whether the guest spoke last.
    pub waiting: bool,
    /// How many messages it holds.
    pub messages: u64,
}
