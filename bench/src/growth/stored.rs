//! Stored messages: what a start and a query cost when the store is large.

use std::cell::OnceCell;

use super::Growth;
use crate::load::Load;
use crate::workloads::{Stage, restart};

pub(super) const STORED: Growth = Growth {
    name: "stored",
    about: "a start with so many messages in the store, then the last 100 of a room",
    x: "messages",
    sizes: &[10_000, 100_000, 1_000_000, 10_000_000],
    others_to: 0,
    has_floor: true,
    drawn: &["until READY=1", "first query", "second query"],
    measure: |stage, stored| {
        let load = Load { stored, ..Load::full() };
        restart::measure(&Stage { load: &load, filled: &OnceCell::new(), ..*stage })
    },
};
