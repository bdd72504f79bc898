//! What each command of chatctl prints for programs.
//!
//! Owns that table; a test holds it against the commands that there are and the types that exist.

/// One command.
pub(in super::super) struct Printed {
    /// Without `chatctl`.
    pub(in super::super) command: &'static str,
    /// The type of each line with `-o json`; empty if it prints none.
    pub(in super::super) json: &'static str,
    /// What `-q` prints; empty for nothing.
    pub(in super::super) quiet: &'static str,
}

impl Printed {
    /// Whether this is a row of the command called so.
    pub(in super::super) fn is_of(&self, command: &str) -> bool {
        self.command.strip_prefix(command).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    }

    /// The name of its type alone.
    pub(in super::super) fn type_name(&self) -> &'static str {
        self.json.trim_start_matches('[').split([']', ' ']).next().unwrap_or_default()
    }
}

const fn row(command: &'static str, json: &'static str, quiet: &'static str) -> Printed {
    Printed { command, json, quiet }
}

/// Every command that prints something of its own.
pub(in super::super) const PRINTED: &[Printed] = &[
    row("status", "Status", "`healthy`, `degraded` or `failing`"),
    row("top", "Top", ""),
    row("list clients", "ClientInfo", "ids of clients"),
    row("list rooms", "RoomInfo", "names"),
    row("list desk", "DeskInfo", "`desk:ID`"),
    row("list audit", "AuditEntry", "sequence numbers"),
    row("show WHO", "ClientInfo", "the client's id"),
    row("show #ROOM", "RoomDetail", "the room's name"),
    row("kick", "KickResult", "ids of those who were kicked"),
    row("host", "HostResult", "the host that others see"),
    row("say", "SayResult", "sequence numbers"),
    row("watch", "Entry", "sequence numbers"),
    row("history", "Entry", "sequence numbers"),
    row("desk list", "DeskInfo", "`desk:ID`"),
    row("desk show", "Entry", "sequence numbers"),
    row("desk reply", "SayResult", "sequence numbers"),
    row("reload", "ReloadResult", "keys that changed"),
    row("reload --confirm", "Confirmed", ""),
    row("check", "CheckResult", ""),
    row("config show", "ConfigView", "keys"),
    row("config diff", "ConfigDiff", "keys that differ"),
    row("drain", "Accepted", ""),
    row("undrain", "Accepted", ""),
    row("stop", "Accepted", ""),
    row(
        "backup",
        "[BackupLine](#backupline), and at the end an object of type `done` with the `path`",
        "the path of the copy",
    ),
    row("log watch", "LogLine", "the messages"),
    row("log level", "LogLevel", "the level"),
    row("metrics", "", "the same as without"),
    row("restore", "", ""),
    row("db info", "DbInfo", "the path of the database"),
    row("db check", "CheckLine", ""),
    row("db vacuum", "VacuumLine", ""),
    row("completion", "", "the same as without"),
];
