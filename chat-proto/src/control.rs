//! The control API's types: what `chatd` answers and `chatctl` asks, in JSON over HTTP/1.1 on a Unix socket.
//!
//! Owns the shapes and the paths, nothing else: it must never open a socket, render for a human, or know
//! the daemon's own types. Conventions, everywhere:
//!
//! - field names are snake_case; enum values are lowercase with hyphens;
//! - times are RFC 3339 in UTC with milliseconds (`2025-01-31T12:03:44.017Z`), named `*_at` or `time`;
//! - durations are milliseconds named `*_ms`; sizes are bytes named `*_bytes`;
//! - readers ignore fields they do not know, and enums that may grow have an `Other` that catches new values;
//! - a failure is an RFC 9457 problem document, see [`Problem`];
//! - a stream is `application/x-ndjson`: one JSON object a line, with a heartbeat at least every ten seconds.

mod change;
mod config;
mod data;
pub mod path;
mod problem;
mod stream;
mod top;
mod view;

pub use change::{
    Accepted, CheckRequest, CheckResult, DrainRequest, HostRequest, HostResult, KickRequest, KickResult,
    Kicked, LogLevel, LogSetting, SayRequest, SayResult, SayTarget,
};
pub use config::{
    ConfigAgainst, ConfigChange, ConfigDiff, ConfigDiffQuery, ConfigOrigin, ConfigQuery, ConfigSetting,
    ConfigValue, ConfigView, Confirmed, PendingReload, ReloadRequest, ReloadResult, SECRET,
};
pub use data::{BACKUP_MEDIA_TYPE, BackupFile, BackupLine, CheckLine, DbInfo, VacuumLine, VacuumRequest};
pub use problem::{PROBLEM_MEDIA_TYPE, Problem, code};
pub use stream::{
    AuditEntry, AuditQuery, DeskDirection, Entry, EntryKind, HistoryPage, HistoryQuery, LogLine, LogQuery,
    LogStreamLine, STREAM_HEARTBEAT_MS, STREAM_MEDIA_TYPE, WatchLine, WatchQuery,
};
pub use top::{DialectCount, Queues, Rates, TOP_MAX, Top, TopClient, TopQuery, TopRoom, TopSort};
pub use view::{
    ClientInfo, Commits, DeskInfo, Dialect, DrainInfo, Health, HealthCondition, HealthState, ListenerInfo,
    Member, Probe, RoomBan, RoomDetail, RoomInfo, RunState, Status,
};
