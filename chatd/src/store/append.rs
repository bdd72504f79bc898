//! One group as one transaction.

use rusqlite::{Connection, OptionalExtension, Statement, params};

use crate::domain::command::Audit;
use crate::domain::id::Seq;
use crate::domain::message::{Conversation, Message, MessageKind};

use super::conversation::Conversations;
use super::row::signed;
use super::transaction::in_transaction;
use super::{Body, Record, places, schema};

const MESSAGE: &str = "INSERT INTO messages (seq, conversation, at, kind, sender, operator, inbound, text, tags) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const AUDIT: &str =
    "INSERT INTO audit (seq, at, who, action, target, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

/// Keeps the whole group or nothing of it. `reserved` is the first number that is not reserved; it moves on when the
/// group comes near it.
pub(super) fn append(
    connection: &Connection,
    conversations: &mut Conversations,
    reserved: &mut u64,
    group: &[Record],
) -> rusqlite::Result<()> {
    *reserved = in_transaction(connection, |connection| {
        // Looked up once for the group: finding a statement by its text costs a good part of running it.
        let mut insert = connection.prepare_cached(MESSAGE)?;
        for record in group {
            match &record.body {
                Body::Message(message) => {
                    if let Some(conversation) = conversation_of(connection, conversations, message)? {
                        insert_message(&mut insert, conversation, record, message)?;
                    }
                }
                Body::Audit(audit) => insert_audit(connection, record, audit)?,
                Body::Redacted(seq) => remove_message(connection, *seq)?,
                Body::Void => remove_message(connection, record.seq)?,
            }
        }
        extend_reservation(connection, *reserved, group)
    })?;
    Ok(())
}

/// None for what is never kept.
fn conversation_of(
    connection: &Connection,
    conversations: &mut Conversations,
    message: &Message,
) -> rusqlite::Result<Option<i64>> {
    debug_assert!(message.kind != MessageKind::Tag, "messages of only tags are never kept");
    let conversation = conversations.id_of(connection, &message.to)?;
    debug_assert!(conversation.is_some(), "direct messages are never kept");
    Ok(conversation.filter(|_| message.kind != MessageKind::Tag))
}

fn insert_message(
    insert: &mut Statement<'_>,
    conversation: i64,
    record: &Record,
    message: &Message,
) -> rusqlite::Result<()> {
    let is_inbound = matches!(message.to, Conversation::Desk { is_inbound: true, .. });
    insert.execute(params![
        signed(record.seq.0),
        conversation,
        signed(record.at.0),
        i64::from(message.kind == MessageKind::Notice),
        message.from.source,
        message.from.operator,
        is_inbound,
        message.text,
        message.tags,
    ])?;
    Ok(())
}

fn insert_audit(connection: &Connection, record: &Record, audit: &Audit) -> rusqlite::Result<()> {
    connection.prepare_cached(AUDIT)?.execute(params![
        signed(record.seq.0),
        signed(record.at.0),
        audit.who,
        audit.action,
        audit.target,
        audit.detail,
    ])?;
    Ok(())
}

/// Its conversation stays, even if it is empty now: retention forgets those.
fn remove_message(connection: &Connection, seq: Seq) -> rusqlite::Result<()> {
    let seq = signed(seq.0);
    let conversation = connection
        .prepare_cached("DELETE FROM messages WHERE seq = ?1 RETURNING conversation")?
        .query_row([seq], |row| row.get(0))
        .optional()?;
    conversation.map_or(Ok(()), |conversation| places::remove(connection, conversation, seq))
}

/// A run that comes within half a block of the end of its reservation takes another block in the same transaction, so
/// that the numbers of its unstored events stay its own too.
fn extend_reservation(connection: &Connection, reserved: u64, group: &[Record]) -> rusqlite::Result<u64> {
    // Not the last record's: what takes a message back stands at that message's place.
    let last = group.iter().map(|record| record.seq.0).max().unwrap_or(0);
    if last + schema::SEQ_BLOCK / 2 < reserved {
        return Ok(reserved);
    }
    let extended = last + schema::SEQ_BLOCK;
    connection.prepare_cached("UPDATE meta SET next_seq = ?1")?.execute([signed(extended)])?;
    Ok(extended)
}
