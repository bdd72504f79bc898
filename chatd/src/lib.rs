//! chatd.

pub mod config;
pub mod domain;
pub mod wire;

use std::process::ExitCode;

/// Runs the program.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
