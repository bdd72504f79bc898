//! chatd.

pub mod cli;
pub mod config;
pub mod telemetry;

use std::process::ExitCode;

/// Runs the program.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
