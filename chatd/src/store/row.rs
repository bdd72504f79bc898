//! What comes back from the store, and how a row becomes it.

use rusqlite::Row;

use crate::domain::id::{DeskId, Seq, Time};
use crate::domain::message::MessageKind;

use super::conversation::Kind;

/// A stored message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its place in the log.
    pub seq: Seq,
    /// When it was decided.
    pub at: Time,
    /// Where it belongs.
    pub conversation: StoredConversation,
    /// How it was said; never [`MessageKind::Tag`].
    pub kind: MessageKind,
    /// `nick!user@host`, or the server's name.
    pub sender: String,
    /// The operator behind the desk or the server, if one acted.
    pub operator: Option<String>,
    /// At the desk: from the guest to the desk.
    pub is_inbound: bool,
    /// What was said.
    pub text: String,
    /// Client-only tags as received.
    pub tags: Option<String>,
}

/// Where a stored message belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoredConversation {
    /// A room, by the name it had when it was first stored.
    Room(String),
    /// One guest's conversation with the desk.
    Desk {
        /// The conversation.
        id: DeskId,
        /// The guest's nick when the message was sent, spelled as first stored.
        nick: String,
    },
    /// All clients.
    Everyone,
}

/// A stored audit entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAudit {
    /// Its place in the log.
    pub seq: Seq,
    /// When.
    pub at: Time,
    /// The operator's name.
    pub who: String,
    /// The verb.
    pub action: String,
    /// On whom or what.
    pub target: String,
    /// Words or result.
    pub detail: String,
}

/// The columns that [`stored`] reads, with the tables that they come from. `CROSS JOIN` keeps SQLite from beginning with the
/// conversations.
pub(super) const STORED: &str = "SELECT m.seq, m.at, m.kind, m.sender, m.operator, m.inbound, m.text, m.tags, \
     c.kind, c.desk, c.name FROM messages AS m CROSS JOIN conversations AS c ON c.id = m.conversation";

/// The same, led by the entries of a conversation.
pub(super) const PLACED: &str = "SELECT m.seq, m.at, m.kind, m.sender, m.operator, m.inbound, m.text, m.tags, \
     c.kind, c.desk, c.name FROM places AS p CROSS JOIN messages AS m ON m.seq = p.seq \
     CROSS JOIN conversations AS c ON c.id = m.conversation";

/// One row of [`STORED`] or [`PLACED`].
pub(super) fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored {
        seq: Seq(unsigned(row, 0)?),
        at: Time(unsigned(row, 1)?),
        kind: if row.get::<_, i64>(2)? == 0 { MessageKind::Privmsg } else { MessageKind::Notice },
        sender: row.get(3)?,
        operator: row.get(4)?,
        is_inbound: row.get(5)?,
        text: row.get(6)?,
        tags: row.get(7)?,
        conversation: conversation(row)?,
    })
}

fn conversation(row: &Row<'_>) -> rusqlite::Result<StoredConversation> {
    let kind: i64 = row.get(8)?;
    Ok(match kind {
        k if k == Kind::Room as i64 => StoredConversation::Room(row.get(10)?),
        k if k == Kind::Desk as i64 => {
            StoredConversation::Desk { id: DeskId(unsigned(row, 9)?), nick: row.get(10)? }
        }
        _ => StoredConversation::Everyone,
    })
}

/// One row of `audit`, all its columns in order.
pub(super) fn audit(row: &Row<'_>) -> rusqlite::Result<StoredAudit> {
    Ok(StoredAudit {
        seq: Seq(unsigned(row, 0)?),
        at: Time(unsigned(row, 1)?),
        who: row.get(2)?,
        action: row.get(3)?,
        target: row.get(4)?,
        detail: row.get(5)?,
    })
}

/// SQLite's integers are signed; ours never have the top bit set.
pub(super) fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(column)?.cast_unsigned())
}

/// The other way; what is too large means "the greatest there is".
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
