//! The members of one room: what a delivery costs when more hear each message.

use super::Growth;
use crate::load::Load;
use crate::servers::{History, Wish};
use crate::workloads::{Stage, fan_out};

/// Deliveries in a run: enough to be measured, whatever the size of the room.
const DELIVERIES: usize = 4_000_000;

pub(super) const MEMBERS: Growth = Growth {
    name: "members",
    about: "fan-out in one room, 4 senders, window 32",
    x: "members",
    sizes: &[10, 30, 100, 300, 1_000, 3_000, 10_000],
    others_to: 3_000,
    has_floor: true,
    drawn: &["CPU per 1M deliveries"],
    measure: |stage, members| {
        let senders = 4;
        let fan_out_messages = (DELIVERIES / members / senders).min(50_000);
        let load = Load { members, senders, fan_out_messages, ..Load::full() };
        fan_out::measure(&Stage { load: &load, ..*stage }, Wish::history(History::Off))
    },
};
