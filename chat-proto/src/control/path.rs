//! The paths of the control API, in the notation of axum 0.8 (`{name}` is one percent-encoded segment).
//!
//! Owns the spelling of each path once for both sides; it must never build a URL.

/// `GET` → [`Status`](super::Status).
pub const STATUS: &str = "/v1/status";
/// `GET` → every metric in Prometheus' text format, version 0.0.4.
pub const METRICS: &str = "/v1/metrics";
/// `GET` → [`Probe`](super::Probe), with 200 while the daemon answers and 503 when only a restart helps.
pub const HEALTH: &str = "/v1/health";
/// `GET` → [`Probe`](super::Probe), with 200 while it takes new clients and 503 while it does not.
pub const READY: &str = "/v1/ready";
/// `GET` with [`TopQuery`](super::TopQuery) → [`Top`](super::Top).
pub const TOP: &str = "/v1/top";
/// `GET` → list of [`ClientInfo`](super::ClientInfo).
pub const CLIENTS: &str = "/v1/clients";
/// `GET` → one [`ClientInfo`](super::ClientInfo); `who` is a nick, an id or an address.
pub const CLIENT: &str = "/v1/clients/{who}";
/// `GET` → list of [`RoomInfo`](super::RoomInfo).
pub const ROOMS: &str = "/v1/rooms";
/// `GET` → [`RoomDetail`](super::RoomDetail); `name` with its `#`, percent-encoded.
pub const ROOM: &str = "/v1/rooms/{name}";
/// `GET` → list of [`DeskInfo`](super::DeskInfo).
pub const DESK: &str = "/v1/desk";
/// `POST` [`KickRequest`](super::KickRequest) → [`KickResult`](super::KickResult).
pub const KICK: &str = "/v1/kick";
/// `POST` [`HostRequest`](super::HostRequest) → [`HostResult`](super::HostResult).
pub const HOST: &str = "/v1/host";
/// `POST` [`SayRequest`](super::SayRequest) → [`SayResult`](super::SayResult).
pub const SAY: &str = "/v1/say";
/// `GET` with [`HistoryQuery`](super::HistoryQuery) → [`HistoryPage`](super::HistoryPage).
pub const HISTORY: &str = "/v1/history";
/// `GET` with [`WatchQuery`](super::WatchQuery) → stream of [`WatchLine`](super::WatchLine).
pub const WATCH: &str = "/v1/watch";
/// `GET` with [`ConfigQuery`](super::ConfigQuery) → [`ConfigView`](super::ConfigView).
pub const CONFIG: &str = "/v1/config";
/// `GET` with [`ConfigDiffQuery`](super::ConfigDiffQuery) → [`ConfigDiff`](super::ConfigDiff), or 422 when the file has faults.
pub const CONFIG_DIFF: &str = "/v1/config/diff";
/// `POST` [`ReloadRequest`](super::ReloadRequest) → [`ReloadResult`](super::ReloadResult), or 422 with the report as the problem's
/// detail, or 409 while another one waits for its confirmation.
pub const RELOAD: &str = "/v1/reload";
/// `POST` without a body → [`Confirmed`](super::Confirmed), or 409 when no reload waits for that.
pub const RELOAD_CONFIRM: &str = "/v1/reload/confirm";
/// `POST` without a body → [`ReloadResult`](super::ReloadResult), or 409 when no reload waits for its confirmation.
pub const RELOAD_UNDO: &str = "/v1/reload/undo";
/// `POST` [`CheckRequest`](super::CheckRequest) → [`CheckResult`](super::CheckResult).
pub const CHECK: &str = "/v1/check";
/// `POST` [`DrainRequest`](super::DrainRequest) → 202 [`Accepted`](super::Accepted).
pub const DRAIN: &str = "/v1/drain";
/// `POST` without a body → [`Accepted`](super::Accepted), or 409 if nothing is drained.
pub const UNDRAIN: &str = "/v1/undrain";
/// `POST` without a body → 202 [`Accepted`](super::Accepted).
pub const STOP: &str = "/v1/stop";
/// `GET` with [`LogQuery`](super::LogQuery) → stream of [`LogStreamLine`](super::LogStreamLine);
/// `PUT` [`LogSetting`](super::LogSetting) → [`LogLevel`](super::LogLevel) as it now stands.
pub const LOG: &str = "/v1/log";
/// `GET` → [`DbInfo`](super::DbInfo).
pub const DB: &str = "/v1/db";
/// `POST` without a body → stream of [`CheckLine`](super::CheckLine) that ends.
pub const DB_CHECK: &str = "/v1/db/check";
/// `POST` [`VacuumRequest`](super::VacuumRequest) → stream of [`VacuumLine`](super::VacuumLine) that ends.
pub const DB_VACUUM: &str = "/v1/db/vacuum";
/// `POST` without a body → lines of [`BackupLine`](super::BackupLine), then the backup; see
/// [`BACKUP_MEDIA_TYPE`](super::BACKUP_MEDIA_TYPE).
pub const BACKUP: &str = "/v1/backup";
/// `GET` with [`AuditQuery`](super::AuditQuery) → list of [`AuditEntry`](super::AuditEntry), oldest first.
pub const AUDIT: &str = "/v1/audit";
