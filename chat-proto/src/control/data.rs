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
