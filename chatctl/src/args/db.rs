//! `chatctl db …`.

use std::time::Duration;

use clap::Subcommand;

use crate::print::time;

/// The database.
#[derive(Debug, Subcommand)]
pub(crate) enum DbCommand {
    /// Show what it holds and how much room it takes
    #[command(after_help = "Example: chatctl db info")]
    Info,
    /// Look whether it is sound, while the daemon runs; exit status 1 when something is wrong
    #[command(
        after_help = "Example: chatctl db check\n\nWith chatd stopped, `chatd --check-db` does the same."
    )]
    Check,
    /// Give back the room that it does not use; what is said meanwhile waits
    #[command(after_help = "Examples: chatctl db vacuum\n          chatctl db vacuum --max-pause 1m\n\n\
                      While it lasts nothing can be kept, so whatever is said or done waits; reading, and who is here, do not. What takes \
                      longer than the longest pause is taken back and changes nothing.")]
    Vacuum {
        /// How long what is said may have to wait
        #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = time::parse_duration)]
        max_pause: Duration,
    },
}
