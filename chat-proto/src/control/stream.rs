//! What happened and happens: entries of history and watch, log lines, the audit.
//!
//! Owns the records and the queries that select them. In a stream, sequence numbers rise strictly: one
//! entry a number, and no number is ever used twice, a restart of the daemon included. So "after the last
//! number I saw" is a complete place to resume from, and a number that was seen is an entry that was seen.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The media type of a stream: one JSON object a line.
pub const STREAM_MEDIA_TYPE: &str = "application/x-ndjson";

/// The longest silence of a healthy stream; readers give up after three of them.
pub const STREAM_HEARTBEAT_MS: u64 = 10_000;

/// Something that happened, as history and watch show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place in the log.
    pub seq: u64,
    /// When it was decided.
    pub time: String,
    /// What it is.
    pub kind: EntryKind,
    /// `#room`, or `desk:ID`; none for direct messages and for what concerns no single conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
    /// The desk conversation's id, when it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk_id: Option<u64>,
    /// Who did it: a nick, in desk conversations always the guest's or the operator's own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// To whom: the receiver of a direct or desk message, the new nick, the one kicked, the target of an announcement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// What was said; the topic, the modes, or the reason for leaving.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Which way a desk message went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<DeskDirection>,
}

/// What an [`Entry`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    /// Somebody said something in a room, directly, or at the desk.
    Message,
    /// The same as a notice, which nothing may answer by itself.
    Notice,
    /// Somebody came into a room.
    Join,
    /// Somebody left a room.
    Part,
    /// Somebody left the server by its own wish; seen by its rooms.
    Quit,
    /// Somebody goes by another nick, which is in `to`.
    Nick,
    /// A room has another topic, which is in `text`.
    Topic,
    /// `to` was put out of a room by `from`.
    Kick,
    /// A mode was changed.
    Mode,
    /// Somebody was asked into a room.
    Invite,
    /// Somebody asked to be let into a room; `text` has the words.
    Knock,
    /// Somebody is away; `text` says why.
    Away,
    /// Somebody is back.
    Back,
    /// Somebody logged in to the account in `to`, or out if there is none.
    Account,
    /// Somebody has another real name, which is in `text`.
    Name,
    /// Somebody is shown at another place, `user@host` in `to`.
    Host,
    /// What was said was taken back; `to` is its place in the log, `text` says why.
    Redact,
    /// A room has another name, which is in `to`.
    Rename,
    /// A client has registered.
    Connect,
    /// A client's connection ended; `text` says why.
    Disconnect,
    /// The operators said something to everyone.
    Announce,
    /// A kind that this reader does not know yet.
    #[serde(other)]
    Other,
}

/// Which way a desk message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeskDirection {
    /// The guest wrote.
    FromGuest,
    /// An operator, a rule or a responder answered.
    FromDesk,
}

/// Query of `GET /v1/history`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryQuery {
    /// `#room`, a nick (its newest desk conversation), or `desk:ID`.
    pub what: String,
    /// At most so many, the newest ones; the daemon has its own bound.
    pub count: Option<u32>,
    /// Only what came after: an RFC 3339 time, or a sequence number.
    pub since: Option<String>,
}

/// What is stored for one conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryPage {
    /// The conversation, resolved: `#room` or `desk:ID`.
    pub what: String,
    /// Oldest first.
    pub entries: Vec<Entry>,
    /// Whether the count has cut off older entries.
    pub has_more: bool,
}

/// Query of `GET /v1/watch`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchQuery {
    /// Names joined by commas (`#room`, nick, `desk`, `desk:ID`); none or empty for everything.
    pub what: Option<String>,
    /// Only entries with a greater number, the stored ones first; none begins with what happens next.
    pub since_seq: Option<u64>,
}

/// One line of the watch stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum WatchLine {
    /// Something happened; the entry's fields stand beside `type`.
    Entry(Entry),
    /// Nothing selected happened; the first line of each stream, too.
    Heartbeat {
        /// All selected entries up to this number have been sent: as good to resume from as an entry's. In the
        /// first line it is the request's `since_seq`, or without one the newest number there is; only a log
        /// that has been replaced by a shorter one answers with less than `since_seq`.
        seq: u64,
    },
    /// Entries in this range cannot be had any more, for instance because they were never stored or retention has removed
    /// them. Comes behind those entries of the range that could be had, and means the rest.
    Gap {
        /// The first number missing.
        from_seq: u64,
        /// The last number missing.
        to_seq: u64,
        /// Why.
        reason: String,
    },
    /// A line that this reader does not know yet; skip it.
    #[serde(other)]
    Other,
}

/// Query of `GET /v1/log`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogQuery {
    /// Only lines of this level and above: `error`, `warn`, `info`, `debug`, `trace`; none for all that is logged. A level
    /// below what is logged shows more than that, to this reader only.
    pub level: Option<String>,
    /// Only lines about one of these, joined by commas: `#room`, a nick, a client's id or its address; none or empty for all.
    /// Who had the nick when the stream began, or has it later, is followed through other nicks.
    pub what: Option<String>,
    /// Begin with at most so many of the latest lines; none without it.
    pub count: Option<u32>,
    /// `false` ends the stream behind those.
    pub follow: Option<bool>,
}

/// One line of the log stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum LogStreamLine {
    /// Something was logged.
    Line(LogLine),
    /// Nothing was logged; the first line of each stream, too.
    Heartbeat,
    /// So many lines were dropped because the reader was slow.
    Lost {
        /// How many.
        lines: u64,
    },
    /// A line that this reader does not know yet; skip it.
    #[serde(other)]
    Other,
}

/// Something that the daemon logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// When.
    pub time: String,
    /// `error`, `warn`, `info`, `debug` or `trace`.
    pub level: String,
    /// Which part of the daemon, `chatd::store`.
    pub target: String,
    /// What it says.
    pub message: String,
    /// What it says in figures.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
}

/// Query of `GET /v1/audit`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditQuery {
    /// At most so many, the newest ones.
    pub count: Option<u32>,
}

/// A change that somebody made, for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Its place in the log.
    pub seq: u64,
    /// When.
    pub time: String,
    /// Who made it: `unix:NAME` by the control socket, or `oper:NAME`.
    pub who: String,
    /// What: `kick`, `say`, `reload` …
    pub action: String,
    /// To whom or what.
    pub target: Option<String>,
    /// The rest: a reason, a text, the keys that changed.
    pub detail: Option<String>,
}
