//! chatd, the chat daemon. Its layers, each of which uses only those before it:
//! `config < telemetry < domain < delivery < store < log < registry < wire < control < daemon`.

pub mod cli;
pub mod config;
pub mod control;
pub mod delivery;
pub mod domain;
pub mod log;
pub mod registry;
pub mod store;
pub mod telemetry;
pub mod wire;

use std::process::ExitCode;

/// Runs the program.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
