//! The one ordered sequence of events. Gives each event its place, keeps the durable ones, and hands all back in order.
//!
//! An event behind a durable one settles after it, also when it is not durable itself: what is applied is applied in the
//! order of the log, always. Never applies an event and knows no client.

use std::task::{Context, Poll};

use crate::domain::event::Dated;
use crate::domain::id::{Seq, Time};

pub mod local;

/// A log of events. On one machine it is [`local::LocalLog`]; a cluster brings another.
pub trait EventLog: Send {
    /// Takes an event in. It settles at once unless it or one before it must be kept first.
    fn append(&mut self, dated: Dated) -> Seq;

    /// Whether so much waits to be kept that no more should be appended now.
    fn is_full(&self) -> bool;

    /// Takes back a kept event that was void when it was applied: it was never said, and history must not show it.
    fn revoke(&mut self, seq: Seq, at: Time);

    /// When the event was decided that has waited longest to be handed back.
    fn oldest(&self) -> Option<Time>;

    /// The next event that has settled.
    fn next_settled(&mut self) -> Option<Settled>;

    /// Starts keeping what has gathered, unless something is being kept: then it gathers on.
    fn flush(&mut self);

    /// Ready when [`Self::next_settled`] may have more than before; pending while nothing is being kept.
    fn poll_progress(&mut self, cx: &mut Context<'_>) -> Poll<()>;

    /// Whether every event has been handed back.
    fn is_idle(&self) -> bool;
}

/// An event at its place, kept or not.
#[derive(Debug)]
pub struct Settled {
    /// Its place.
    pub seq: Seq,
    /// The event.
    pub dated: Dated,
    /// Why it could not be kept. Such an event must not be applied.
    pub failure: Option<Box<str>>,
}
