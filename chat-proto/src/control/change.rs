//! What can be changed: requests and what came of them.
//!
//! Owns the bodies of POST and PUT; each leaves an audit entry on the daemon's side.

use serde::{Deserialize, Serialize};

use super::ConfigChange;

/// Body of `POST /v1/kick`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KickRequest {
    /// A nick, a client id, or an address (with a port one client, without it everyone from there).
    pub who: String,
    /// Shown to whoever is kicked and to its rooms.
    pub reason: Option<String>,
}

/// Who was kicked; never nobody, that is a 404 problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KickResult {
    /// Each connection that was ended.
    pub kicked: Vec<Kicked>,
}

/// One connection that was ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kicked {
    /// Its id.
    pub id: u64,
    /// Its nick, if it had one.
    pub nick: Option<String>,
    /// Its remote IP address and port.
    pub address: String,
}

/// Body of `POST /v1/host`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostRequest {
    /// A nick, a client id, or an address and port.
    pub who: String,
    /// The host that others shall see; none for the one that they saw before it was changed.
    pub host: Option<String>,
}

/// Who is shown with which host now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostResult {
    /// The client's nick.
    pub nick: String,
    /// The host that others see.
    pub host: String,
}

/// Body of `POST /v1/say`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SayRequest {
    /// Whom it is for.
    pub to: SayTarget,
    /// One line.
    pub text: String,
}

/// Whom an operator speaks to: `{"nick": "alice"}`, `{"room": "#lobby"}` or `"all"`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SayTarget {
    /// The desk's answer to this client.
    Nick(String),
    /// An announcement to a room.
    Room(String),
    /// An announcement to everyone.
    All,
}

/// What became of it; it is stored when this is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SayResult {
    /// Its place in the log.
    pub seq: u64,
    /// How many connections it went to.
    pub recipients: u64,
}

/// Body of `POST /v1/check`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRequest {
    /// Absolute path of the file to check, as the daemon sees it; none for the one in use.
    pub path: Option<String>,
}

/// What a check found; a configuration with faults is an answer, not a problem document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckResult {
    /// What was checked: a path, or `built-in defaults`.
    pub source: String,
    /// Whether a reload would take it.
    pub is_valid: bool,
    /// Each fault as a readable block: file, line, column, key, what was expected.
    pub faults: Vec<String>,
    /// What is not wrong and should not be so.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// Keys that a reload would change.
    pub changed: Vec<ConfigChange>,
    /// Keys that only a restart would change.
    pub restart_needed: Vec<ConfigChange>,
}

/// Body of `POST /v1/drain`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrainRequest {
    /// How long clients may take to leave; none for the configured time.
    pub timeout_ms: Option<u64>,
}

/// Answer to `POST /v1/drain` and `/v1/stop`, status 202: it has begun, it has not ended. Also to `POST /v1/undrain`, which is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// Clients still connected.
    pub clients: u64,
    /// When those left over are disconnected; none after `undrain`.
    pub deadline_at: Option<String>,
}

/// Body of `PUT /v1/log` and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogSetting {
    /// A level (`debug`) or a filter (`info,chatd::store=trace`).
    pub level: String,
    /// For how long; then comes what was in effect before. Until the next start without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_ms: Option<u64>,
}

/// How much is logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLevel {
    /// The level or filter in effect.
    pub level: String,
    /// Until when, if it was raised for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}
