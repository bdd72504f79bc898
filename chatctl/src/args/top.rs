//! `chatctl top`.

use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::print::time;

/// The live view.
#[derive(Debug, Args)]
pub(crate) struct TopArgs {
    /// By what clients are chosen: lines to them, lines from them, or what waits for them
    #[arg(long, value_enum, default_value_t = Sort::Out)]
    pub(crate) sort: Sort,
    /// How long to wait between two looks
    #[arg(short, long, value_name = "DURATION", default_value = "1s", value_parser = time::parse_duration)]
    pub(crate) delay: Duration,
    /// Print text instead of a screen, as when the output is no terminal
    #[arg(short, long)]
    pub(crate) batch: bool,
    /// End after so many looks; without it, text is printed once and the screen stays until `q`
    #[arg(short = 'n', long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) count: Option<u64>,
}

/// By what clients are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sort {
    /// Lines to them each second
    Out,
    /// Lines from them each second
    In,
    /// Bytes that wait for them
    Queued,
}
