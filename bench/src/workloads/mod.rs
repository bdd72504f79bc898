//! The workloads, as a table. Each starts a fresh server, loads it, checks every delivery, and returns figures.

mod connect;
mod crash;
mod desk;
pub(crate) mod fan_out;
mod idle;
mod paced;
mod ping_pong;
pub(crate) mod restart;
mod slow;

use std::cell::OnceCell;
use std::path::Path;

use anyhow::Result;
use tempfile::TempDir;

use crate::figure::Figure;
use crate::load::Load;
use crate::servers::{History, Running, Server, Wish};

/// Where a workload runs.
#[derive(Debug)]
pub(crate) struct Stage<'s> {
    /// The server that is loaded.
    pub(crate) server: &'s Server,
    /// The executable of chatd.
    pub(crate) chatd: &'s Path,
    /// How much.
    pub(crate) load: &'s Load,
    /// The store that restarts begin with: filled once, by the first.
    pub(crate) filled: &'s OnceCell<TempDir>,
}

impl Stage<'_> {
    /// Starts the server, fresh, without history.
    pub(crate) fn start(&self) -> Result<Running> {
        self.start_with(Wish::history(History::Off))
    }

    /// Starts the server, fresh.
    pub(crate) fn start_with(&self, wish: Wish) -> Result<Running> {
        self.server.start(self.chatd, wish)
    }
}

/// One row of the table.
#[derive(Debug)]
pub(crate) struct Workload {
    /// What `--only` looks for.
    pub(crate) name: &'static str,
    /// What it does; numbers come from the load.
    pub(crate) about: fn(&Load) -> String,
    /// Whether only chatd can do it.
    pub(crate) is_chatd_only: bool,
    /// The workload whose figures of others it is compared with, if not its own.
    pub(crate) compared_with: Option<&'static str>,
    /// Does it once.
    pub(crate) measure: fn(&Stage<'_>) -> Result<Vec<Figure>>,
}

/// All of them, in the order in which they run.
pub(crate) const WORKLOADS: &[Workload] = &[
    Workload {
        name: "fan-out",
        about: fan_out::about,
        is_chatd_only: false,
        compared_with: None,
        measure: |stage| fan_out::measure(stage, Wish::history(History::Off)),
    },
    Workload {
        name: "fan-out, history every-second",
        about: fan_out::about,
        is_chatd_only: true,
        compared_with: Some("fan-out"),
        measure: |stage| fan_out::measure(stage, Wish::history(History::On("every-second"))),
    },
    Workload {
        name: "fan-out, history always",
        about: fan_out::about,
        is_chatd_only: true,
        compared_with: Some("fan-out"),
        measure: |stage| fan_out::measure(stage, Wish::history(History::On("always"))),
    },
    Workload {
        name: "fan-out, history never",
        about: fan_out::about,
        is_chatd_only: true,
        compared_with: Some("fan-out"),
        measure: |stage| fan_out::measure(stage, Wish::history(History::On("never"))),
    },
    Workload {
        name: "paced room",
        about: paced::about_room,
        is_chatd_only: false,
        compared_with: None,
        measure: paced::room,
    },
    Workload {
        name: "small rooms",
        about: paced::about_small_rooms,
        is_chatd_only: false,
        compared_with: None,
        measure: paced::small_rooms,
    },
    Workload {
        name: "ping-pong",
        about: ping_pong::about,
        is_chatd_only: false,
        compared_with: None,
        measure: ping_pong::measure,
    },
    Workload {
        name: "connect storm",
        about: connect::about,
        is_chatd_only: false,
        compared_with: None,
        measure: connect::measure,
    },
    Workload {
        name: "idle memory",
        about: idle::about,
        is_chatd_only: false,
        compared_with: None,
        measure: idle::measure,
    },
    Workload {
        name: "slow readers",
        about: slow::about,
        is_chatd_only: false,
        compared_with: None,
        measure: slow::measure,
    },
    Workload {
        name: "desk, every-second",
        about: desk::about,
        is_chatd_only: true,
        compared_with: None,
        measure: |stage| desk::measure(stage, "every-second"),
    },
    Workload {
        name: "desk, always",
        about: desk::about,
        is_chatd_only: true,
        compared_with: None,
        measure: |stage| desk::measure(stage, "always"),
    },
    Workload {
        name: "restart",
        about: restart::about,
        is_chatd_only: true,
        compared_with: None,
        measure: restart::measure,
    },
    Workload {
        name: "crash",
        about: crash::about,
        is_chatd_only: true,
        compared_with: None,
        measure: |stage| crash::measure(stage, 1),
    },
    Workload {
        name: "crash, 2 workers",
        about: crash::about,
        is_chatd_only: true,
        compared_with: None,
        measure: |stage| crash::measure(stage, 2),
    },
    Workload {
        name: "fan-out, 2 workers",
        about: fan_out::about,
        is_chatd_only: true,
        compared_with: Some("fan-out"),
        measure: |stage| fan_out::measure(stage, Wish { workers: 2, ..Wish::history(History::Off) }),
    },
];
