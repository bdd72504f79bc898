//! `chatctl log …`.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::watched;
use crate::print::time;

/// The daemon's log.
#[derive(Debug, Subcommand)]
pub(crate) enum LogCommand {
    /// Print the latest of what was logged, and what is logged as it is logged
    #[command(
        after_help = "Examples: chatctl log watch --level warn\n          chatctl log watch alice '#lobby' --level debug\n          chatctl log watch 192.0.2.7 -n 100 --no-follow"
    )]
    Watch(WatchLog),
    /// Print the level, or set it until the next start or for a while
    #[command(
        after_help = "Examples: chatctl log level debug --for 10m\n          chatctl log level info,chatd::store=trace\n          chatctl log level"
    )]
    Level {
        /// A level, or a filter such as `info,chatd::store=trace`
        level: Option<String>,
        /// Only for so long; then the level is what it was before
        #[arg(long = "for", value_name = "DURATION", requires = "level", value_parser = time::parse_duration)]
        within: Option<Duration>,
    },
}

/// What of the log, and how much.
#[derive(Debug, Args)]
pub(crate) struct WatchLog {
    /// Only what is about these: #rooms, nicks, client ids or addresses; everything when nothing is named
    #[arg(value_parser = watched)]
    pub(crate) what: Vec<String>,
    /// Only this level and above: error, warn, info, debug, trace; shows also what is not written
    #[arg(long, ignore_case = true, value_parser = LEVELS)]
    pub(crate) level: Option<String>,
    /// Begin with so many of the latest lines
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 10)]
    pub(crate) count: u32,
    /// End behind those
    #[arg(long)]
    pub(crate) no_follow: bool,
}

const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

impl Default for WatchLog {
    fn default() -> Self {
        Self { what: Vec::new(), level: None, count: 10, no_follow: false }
    }
}
