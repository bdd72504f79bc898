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
    #[command(after_help = "Examples: chatctl db vacuum\n          chatctl -y db vacuum --max-pause 1m\n\n\
                      While it lasts nothing can be kept, so whatever is said or done waits; reading, and who is here, do not. It copies \
                      what is in use, which is taken back and changes nothing when it takes more than a third of the pause; then it \
                      copies it to its place, which cannot be interrupted and takes about twice as long.")]
    Vacuum {
        /// About how long what is said may have to wait, 10 minutes at most
        #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = time::parse_duration)]
        max_pause: Duration,
    },
}
