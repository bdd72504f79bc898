//! `chatctl desk …`.

use clap::Subcommand;

/// Work at the desk.
#[derive(Debug, Subcommand)]
pub(crate) enum DeskCommand {
    /// List conversations, those that wait for an answer among them
    #[command(after_help = "Example: chatctl desk list")]
    List,
    /// Print what is stored of one conversation
    #[command(after_help = "Example: chatctl desk show alice -n 20")]
    Show {
        /// The guest's nick, or desk:ID
        nick: String,
        /// At most so many messages, the newest
        #[arg(short = 'n', long, value_name = "COUNT", value_parser = super::count)]
        count: Option<u32>,
    },
    /// Answer a guest
    #[command(
        after_help = "Example: chatctl desk reply alice we are looking into it\n\nOptions stand before the text: in it \
                      nothing is an option."
    )]
    Reply {
        /// The guest's nick
        nick: String,
        /// The words as they stand, or `-` for each line of stdin
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        text: Vec<String>,
    },
}
