//! Worker threads: what a second one brings and costs. Server and generator then share both CPUs, as they would on a machine
//! whose clients are elsewhere; on two CPUs this shows the price of crossing threads, not the gain.

use super::Growth;
use crate::servers::{History, Wish};
use crate::workloads::fan_out;

pub(super) const WORKERS: Growth = Growth {
    name: "workers",
    about: "fan-out in a room of 200, by worker threads; more than one share both CPUs with the generator",
    x: "workers",
    sizes: &[1, 2],
    others_to: 0,
    has_floor: true,
    drawn: &[],
    measure: |stage, workers| fan_out::measure(stage, Wish { workers, ..Wish::history(History::Off) }),
};
