//! The workloads, as a table. Each starts a fresh server, loads it, checks every delivery, and returns figures.

mod fan_out;

use std::path::Path;

use anyhow::Result;

use crate::figure::Figure;
use crate::load::Load;
use crate::servers::{History, Running, Server};

/// Where a workload runs.
#[derive(Debug)]
pub(crate) struct Stage<'s> {
    /// The server that is loaded.
    pub(crate) server: &'s Server,
    /// The executable of chatd.
    pub(crate) chatd: &'s Path,
    /// How much.
    pub(crate) load: &'s Load,
}

impl Stage<'_> {
    /// Starts the server, fresh, without history.
    pub(crate) fn start(&self) -> Result<Running> {
        self.start_with(History::Off)
    }

    /// Starts the server, fresh.
    pub(crate) fn start_with(&self, history: History) -> Result<Running> {
        self.server.start(self.chatd, history)
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
        measure: |stage| fan_out::measure(stage, History::Off),
    },
    Workload {
        name: "fan-out, history every-second",
        about: fan_out::about,
        is_chatd_only: true,
        compared_with: Some("fan-out"),
        measure: |stage| fan_out::measure(stage, History::On("every-second")),
    },
    Workload {
        name: "fan-out, history always",
        about: fan_out::about,
        is_chatd_only: true,
        compared_with: Some("fan-out"),
        measure: |stage| fan_out::measure(stage, History::On("always")),
    },
    Workload {
        name: "fan-out, history never",
        about: fan_out::about,
        is_chatd_only: true,
        compared_with: Some("fan-out"),
        measure: |stage| fan_out::measure(stage, History::On("never")),
    },
];
