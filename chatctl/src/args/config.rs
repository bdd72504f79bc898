//! `chatctl config …`.

use clap::Subcommand;

/// The configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print what is in force, as TOML, with where each value comes from
    #[command(
        after_help = "Examples: chatctl config show\n          chatctl config show limits.ping\n          chatctl -o json config show tls"
    )]
    Show {
        /// Only keys that begin with this, such as `limits` or `limits.ping`
        #[arg(value_name = "KEY-PREFIX")]
        prefix: Option<String>,
    },
    /// Print in what the file on disk differs from what is in force
    #[command(after_help = "Examples: chatctl config diff\n          chatctl config diff --defaults")]
    Diff {
        /// Print in what the configuration in force differs from the defaults instead
        #[arg(long)]
        defaults: bool,
    },
}
