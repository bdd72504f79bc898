//! `chatctl log …`.

use clap::Subcommand;

/// The daemon's log.
#[derive(Debug, Subcommand)]
pub(crate) enum LogCommand {
    /// Print what is logged as it is logged
    #[command(after_help = "Example: chatctl log watch --level warn")]
    Watch {
        /// Only this level and above: error, warn, info, debug, trace
        #[arg(long)]
        level: Option<String>,
    },
    /// Print the level, or set it until the next start
    #[command(after_help = "Example: chatctl log level debug")]
    Level {
        /// A level, or a filter such as `info,chatd::store=trace`
        level: Option<String>,
    },
}
