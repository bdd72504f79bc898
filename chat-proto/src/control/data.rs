//! Taking care of what is stored: backups, examining the database, giving its space back.
//!
//! Owns the lines that tell how far such work is. It takes as long as there is much, so each answer is a stream; one that has not
//! ended with the line that says so has failed.

use serde::{Deserialize, Serialize};

/// The media type of a backup on its way: one [`BackupLine`] a line, and behind the line of type `file` exactly as many bytes as
/// that says. These are the backup.
pub const BACKUP_MEDIA_TYPE: &str = "application/vnd.chatd.backup";

/// What comes before the bytes of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum BackupLine {
    /// Pages are copied.
    Copying {
        /// So many are there.
        pages_done: u64,
        /// Of so many.
        pages: u64,
    },
    /// The copy is examined.
    Verifying,
    /// Still at work; the first line, too.
    Heartbeat,
    /// The copy is whole and sound; its bytes follow.
    File(BackupFile),
    /// There is no backup.
    Failed {
        /// Why.
        detail: String,
    },
    /// A line that this reader does not know yet; skip it.
    #[serde(other)]
    Other,
}

/// A backup that is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupFile {
    /// Its size.
    pub bytes: u64,
    /// The SHA-256 of these bytes, in hexadecimal digits.
    pub sha256: String,
    /// The server's name.
    pub server: String,
    /// When it was taken: everything that was answered before is in it.
    pub taken_at: String,
    /// Messages in it.
    pub messages: u64,
    /// Audit entries in it.
    pub audit_entries: u64,
    /// The greatest sequence number in it.
    pub newest_seq: u64,
    /// The files in it besides the database: the configuration, the key of the cloaks.
    pub files: Vec<String>,
}

/// What the database holds and takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DbInfo {
    /// The file.
    pub path: String,
    /// Its size.
    pub database_bytes: u64,
    /// The size of its write-ahead log.
    pub log_bytes: u64,
    /// What may still be written to its disk.
    pub disk_free_bytes: u64,
    /// The size of a page.
    pub page_bytes: u64,
    /// Pages in it.
    pub pages: u64,
    /// Those of them that hold nothing: what a vacuum gives back.
    pub free_pages: u64,
    /// Messages in it.
    pub messages: u64,
    /// Audit entries in it.
    pub audit_entries: u64,
    /// Rooms and desk conversations of which something is kept.
    pub conversations: u64,
    /// The greatest sequence number in it.
    pub newest_seq: u64,
    /// When the oldest message was said.
    pub oldest_at: Option<String>,
    /// The version of its tables.
    pub schema: u64,
}

/// One line of an examination of the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum CheckLine {
    /// This is looked at now.
    Looking {
        /// What.
        what: String,
        /// The how manieth that is, from 1.
        step: u64,
        /// Of how many.
        steps: u64,
    },
    /// This is wrong.
    Finding {
        /// What was looked at.
        what: String,
        /// What is wrong with it.
        text: String,
    },
    /// Still at work; the first line, too.
    Heartbeat,
    /// All was looked at.
    Done {
        /// How much is wrong; 0 for a sound database.
        findings: u64,
    },
    /// It could not be looked at.
    Failed {
        /// Why.
        detail: String,
    },
    /// A line that this reader does not know yet; skip it.
    #[serde(other)]
    Other,
}

/// Body of `POST /v1/db/vacuum`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VacuumRequest {
    /// For about how long what is said may have to wait, at most 10 minutes; 10 seconds if nothing is said.
    #[serde(default)]
    pub max_pause_ms: Option<u64>,
}

/// One line of giving room back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum VacuumLine {
    /// Still at work; the first line, too.
    Heartbeat,
    /// It is done.
    Done {
        /// The database's size before.
        before_bytes: u64,
        /// And after.
        after_bytes: u64,
        /// For how long what was said had to wait.
        pause_ms: u64,
    },
    /// Nothing was given back, and nothing has changed.
    Failed {
        /// Why.
        detail: String,
        /// What to do about it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hint: Option<String>,
    },
    /// A line that this reader does not know yet; skip it.
    #[serde(other)]
    Other,
}
