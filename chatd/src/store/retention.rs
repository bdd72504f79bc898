//! What is too old or too much, removed in slices short enough to stand between two commits. Audit entries are kept for
//! ever. Knows no thread and no clock: the worker says when, and what time it is.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};

use crate::config::History;
use crate::domain::id::Time;

use super::places;
use super::row::signed;
use super::transaction::in_transaction;

/// The most messages that one slice removes.
pub(super) const SLICE: i64 = 1_000;

/// The most index entries that one slice walks while it counts a conversation.
const WALK: i64 = 20_000;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Policy {
    keep_days: u32,
    keep_count: u64,
}

impl Policy {
    /// The bounds in the configuration; 0 is no bound.
    pub(super) fn of(history: &History) -> Self {
        Self { keep_days: history.keep_days, keep_count: history.keep_count }
    }
}

/// The policy in force, changed from outside and read by the worker.
#[derive(Clone, Debug)]
pub(super) struct SharedPolicy(Arc<Mutex<(Policy, bool)>>);

impl SharedPolicy {
    /// A policy that has not been applied yet.
    pub(super) fn new(policy: Policy) -> Self {
        Self(Arc::new(Mutex::new((policy, true))))
    }

    /// Replaces the policy.
    pub(super) fn set(&self, policy: Policy) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (policy, true);
    }

    /// The policy, and whether it is new since the last call.
    pub(super) fn take(&self) -> (Policy, bool) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (held.0, std::mem::take(&mut held.1))
    }
}

/// Where a pass through the whole database stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Removing by age, from this number upwards.
    Age {
        /// First number to look at.
        from: i64,
    },
    /// Removing by count: this conversation.
    Count {
        /// The conversation's row; it or the next one that exists.
        conversation: i64,
        /// What is at or above this number is counted.
        below: i64,
        /// How many more are kept.
        left: i64,
    },
    /// Removing conversations of which nothing is left, from this row upwards.
    Empty {
        /// First row to look at.
        from: i64,
    },
}

/// What a slice did.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Slice {
    /// Messages removed.
    pub removed: u64,
    /// Whether conversations were removed, so that a cache of them is stale.
    pub forgot_conversations: bool,
    /// Whether anything was written: what is said above, or entries that were missing.
    pub wrote: bool,
    /// Where to go on; none at the end.
    pub next: Option<Stage>,
}

impl Slice {
    fn step(removed: usize, next: Stage) -> Self {
        Self { removed: removed as u64, forgot_conversations: false, wrote: removed > 0, next: Some(next) }
    }
}

/// The first stage of a pass.
pub(super) const START: Stage = Stage::Age { from: 0 };

/// Does one slice of a pass, as one transaction.
pub(super) fn slice(
    connection: &Connection,
    policy: Policy,
    now: Time,
    stage: Stage,
) -> rusqlite::Result<Slice> {
    in_transaction(connection, |connection| {
        // What follows finds messages by their conversation, and takes one without entries for empty.
        let caught_up = places::catch_up(connection)?;
        let slice = step(connection, policy, now, stage)?;
        Ok(Slice { wrote: slice.wrote || caught_up, ..slice })
    })
}

fn step(connection: &Connection, policy: Policy, now: Time, stage: Stage) -> rusqlite::Result<Slice> {
    match stage {
        Stage::Age { .. } if policy.keep_days == 0 => Ok(Slice::step(0, first_count(policy))),
        Stage::Age { from } => by_age(connection, policy, now, from),
        Stage::Count { .. } if policy.keep_count == 0 => Ok(Slice::step(0, Stage::Empty { from: 0 })),
        Stage::Count { conversation, below, left } if left > 0 => {
            count(connection, policy, conversation, below, left)
        }
        Stage::Count { conversation, below, .. } => by_count(connection, policy, conversation, below),
        Stage::Empty { from } => empty(connection, from),
    }
}

fn first_count(policy: Policy) -> Stage {
    next_count(policy, 0)
}

fn next_count(policy: Policy, conversation: i64) -> Stage {
    Stage::Count { conversation, below: i64::MAX, left: signed(policy.keep_count) }
}

/// Looks at one window of numbers. They follow time but for steps of the clock, so the pass goes on for as long as
/// a window holds anything too old; no index on time is needed.
fn by_age(connection: &Connection, policy: Policy, now: Time, from: i64) -> rusqlite::Result<Slice> {
    let cutoff = signed(now.0.saturating_sub(u64::from(policy.keep_days) * DAY_MS));
    let (last, old): (Option<i64>, i64) = connection
        .prepare_cached(
            "SELECT max(seq), count(*) FILTER (WHERE at < ?2) \
             FROM (SELECT seq, at FROM messages WHERE seq >= ?1 ORDER BY seq LIMIT ?3)",
        )?
        .query_row(params![from, cutoff, SLICE], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let Some(last) = last.filter(|_| old > 0) else { return Ok(Slice::step(0, first_count(policy))) };
    let removed = connection
        .prepare_cached(
            "DELETE FROM messages WHERE seq BETWEEN ?1 AND ?2 AND at < ?3 RETURNING conversation, seq",
        )?
        .query_map([from, last, cutoff], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<Vec<(i64, i64)>>>()?;
    for (conversation, seq) in &removed {
        places::remove(connection, *conversation, *seq)?;
    }
    Ok(Slice::step(removed.len(), Stage::Age { from: last + 1 }))
}

/// Walks down a conversation until all that is kept has been counted.
fn count(
    connection: &Connection,
    policy: Policy,
    conversation: i64,
    below: i64,
    left: i64,
) -> rusqlite::Result<Slice> {
    let existing: Option<i64> = connection
        .prepare_cached("SELECT min(id) FROM conversations WHERE id >= ?1")?
        .query_row([conversation], |row| row.get(0))?;
    let Some(conversation) = existing else { return Ok(Slice::step(0, Stage::Empty { from: 0 })) };
    let steps = left.min(WALK);
    let reached: Option<i64> = connection
        .prepare_cached(
            "SELECT seq FROM places WHERE conversation = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT 1 OFFSET ?3",
        )?
        .query_row([conversation, below, steps - 1], |row| row.get(0))
        .optional()?;
    let next = match reached {
        Some(below) => Stage::Count { conversation, below, left: left - steps },
        None => next_count(policy, conversation + 1),
    };
    Ok(Slice::step(0, next))
}

/// Removes the oldest of what lies below the kept.
fn by_count(
    connection: &Connection,
    policy: Policy,
    conversation: i64,
    below: i64,
) -> rusqlite::Result<Slice> {
    let mut removed = 0;
    // The entries last: they say which messages.
    for sql in [
        "DELETE FROM messages WHERE seq IN \
         (SELECT seq FROM places WHERE conversation = ?1 AND seq < ?2 ORDER BY seq LIMIT ?3)",
        "DELETE FROM places WHERE conversation = ?1 AND seq IN \
         (SELECT seq FROM places WHERE conversation = ?1 AND seq < ?2 ORDER BY seq LIMIT ?3)",
    ] {
        removed = connection.prepare_cached(sql)?.execute([conversation, below, SLICE])?;
    }
    let next = match removed as i64 {
        SLICE => Stage::Count { conversation, below, left: 0 },
        _ => next_count(policy, conversation + 1),
    };
    Ok(Slice::step(removed, next))
}

fn empty(connection: &Connection, from: i64) -> rusqlite::Result<Slice> {
    let last: Option<i64> = connection
        .prepare_cached(
            "SELECT max(id) FROM (SELECT id FROM conversations WHERE id >= ?1 ORDER BY id LIMIT ?2)",
        )?
        .query_row([from, SLICE], |row| row.get(0))?;
    let Some(last) = last else {
        return Ok(Slice { removed: 0, forgot_conversations: false, wrote: false, next: None });
    };
    let removed = connection
        .prepare_cached(
            "DELETE FROM conversations WHERE id BETWEEN ?1 AND ?2 \
             AND NOT EXISTS (SELECT 1 FROM places WHERE conversation = conversations.id)",
        )?
        .execute([from, last])?;
    let next = Some(Stage::Empty { from: last + 1 });
    Ok(Slice { removed: 0, forgot_conversations: removed > 0, wrote: removed > 0, next })
}
