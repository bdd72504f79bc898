//! The table of commands: what can be typed, and the help for it.
//!
//! Owns the command line's grammar; it must never do anything. Commands below a command stand in a file each.

mod config;
mod db;
mod desk;
mod log;
mod top;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::print::time::{self, Since};
pub(crate) use config::ConfigCommand;
pub(crate) use db::DbCommand;
pub(crate) use desk::DeskCommand;
pub(crate) use log::{LogCommand, WatchLog};
pub(crate) use top::{Sort, TopArgs};

const AFTER_HELP: &str = "Without a command it is a shell: a prompt with history and completion at a terminal, otherwise one \
                           command a line from standard input, until one fails. `exit` or Ctrl-D leaves.\n\n\
                           Exit status: 0 done, 1 failed or answered with no, 2 wrong usage or nobody there to confirm it (-y), \
                           3 daemon not reachable, 4 not permitted, 5 no such object, 130 left with Ctrl-C.\n\nThe socket is the one named by -s, else by $CHATD_SOCKET, else the first \
                           that exists of $RUNTIME_DIRECTORY/control.sock, /run/chatd/control.sock, \
                           $XDG_RUNTIME_DIR/chatd/control.sock, $XDG_STATE_HOME/chatd/control.sock \
                           (~/.local/state when it is not set).";

/// See and steer a running chatd.
#[derive(Debug, Parser)]
#[command(name = "chatctl", version, after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What holds for every command.
#[derive(Debug, ClapArgs)]
pub(crate) struct Options {
    /// The daemon's control socket
    #[arg(short, long, global = true, value_name = "SOCKET")]
    pub(crate) socket: Option<PathBuf>,
    /// How to print
    #[arg(short, long, global = true, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub(crate) output: Format,
    /// Print ids only, or nothing where there are none
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Never use colours; $NO_COLOR does the same
    #[arg(long, global = true)]
    pub(crate) no_color: bool,
    /// Do what hits many without asking; without a terminal nothing of that kind is done otherwise
    #[arg(short, long, global = true)]
    pub(crate) yes: bool,
    /// How long to wait for an answer
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = time::parse_duration)]
    pub(crate) timeout: Duration,
}

impl Options {
    /// The arguments that mean the same.
    pub(crate) fn as_arguments(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = vec![format!("--timeout={}ms", self.timeout.as_millis()).into()];
        if let Some(socket) = &self.socket {
            arguments.extend(["--socket".into(), socket.clone().into_os_string()]);
        }
        if self.output == Format::Json {
            arguments.push("--output=json".into());
        }
        let flags = [(self.quiet, "--quiet"), (self.no_color, "--no-color"), (self.yes, "--yes")];
        arguments.extend(flags.iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| flag.into()));
        arguments
    }
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Tables and sentences for people
    Text,
    /// One JSON object a line, with fields that stay what they are (docs/control-api.md)
    #[value(alias = "jsonl")]
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show how the daemon is, health first; exit status 0 healthy, 1 not, 3 not running
    #[command(after_help = "Examples: chatctl status\n          chatctl -q status")]
    Status,
    /// Show live who and what keeps the daemon busy: rates, queues, the busiest rooms and clients
    #[command(
        after_help = "Examples: chatctl top\n          chatctl top --sort queued\n          chatctl -o json top -n 60 > minute.json"
    )]
    Top(TopArgs),
    /// List clients, rooms, desk conversations or the audit trail
    #[command(
        after_help = "Examples: chatctl list\n          chatctl -o json list rooms\n          chatctl list audit -n 20"
    )]
    List {
        /// What to list
        #[arg(value_enum, default_value_t = Listing::Clients)]
        what: Listing,
        /// At most so many; of the audit trail, the newest
        #[arg(short = 'n', long, value_name = "COUNT", value_parser = count)]
        count: Option<u32>,
    },
    /// Show everything about one client or one room
    #[command(after_help = "Examples: chatctl show alice\n          chatctl show '#lobby'")]
    Show {
        /// A nick, a client id from `list`, an address, or a #room
        #[arg(value_name = "WHO|#ROOM")]
        what: String,
    },
    /// End a client's connection; the reason is shown to it and its rooms
    #[command(
        after_help = "Examples: chatctl kick 17 please read the rules first\n          chatctl kick 192.0.2.7 flooding\n          \
                      chatctl -y kick 192.0.2.7 - < reason.txt\n\nAn address without a port means everyone from there; when that are \
                      several, they are shown and you are asked.\n\nOptions stand before the reason: in it nothing is an option."
    )]
    Kick {
        /// A nick, a client id from `list`, or an address
        who: String,
        /// Why, word for word to the end of the line; `-` reads it from stdin
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        reason: Vec<String>,
    },
    /// Have others see a client with another host
    #[command(after_help = "Examples: chatctl host alice staff/alice\n          chatctl host alice")]
    Host {
        /// A nick or a client id from `list`
        who: String,
        /// The host, such as staff/alice or example.org; without it, the one that others saw before
        host: Option<String>,
    },
    /// Answer a client as the desk, or announce something to a room or to everyone
    #[command(
        override_usage = "chatctl say [OPTIONS] <TO> <TEXT>...\n       chatctl say [OPTIONS] --all <TEXT>...",
        after_help = "Examples: chatctl say alice we are looking into it\n          chatctl say '#lobby' back in five minutes\n          \
                      chatctl say --all restart at noon\n          motd | chatctl -y say --all -\n\n--all shows how many are \
                      meant and asks.\n\nOptions stand before TO: behind it everything is text."
    )]
    Say {
        /// Say it to everyone; then there is no TO
        #[arg(long)]
        all: bool,
        /// TO is a nick or a #room; TEXT is the words as they stand, or `-` for each line of stdin
        #[arg(required = true, value_name = "TO TEXT", trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
    /// Print what happens as it happens; resume by itself when the connection is lost
    #[command(
        after_help = "Examples: chatctl watch\n          chatctl watch '#lobby' desk\n          chatctl -o json watch --since 1200 --count 10"
    )]
    Watch {
        /// #rooms, nicks, `desk` or `desk:ID`; everything when nothing is named
        #[arg(value_parser = watched)]
        what: Vec<String>,
        /// Begin after this sequence number instead of now
        #[arg(long, value_name = "SEQ")]
        since: Option<u64>,
        /// End after so many entries
        #[arg(short = 'n', long, value_name = "N", value_parser = count)]
        count: Option<u32>,
    },
    /// Print what is stored of a room or a desk conversation
    #[command(
        after_help = "Examples: chatctl history '#lobby' -n 50\n          chatctl history alice --since 10m\n          chatctl history desk:3"
    )]
    History {
        /// A #room, a nick (its newest desk conversation), or desk:ID
        what: String,
        /// At most so many, the newest
        #[arg(short = 'n', long, value_name = "COUNT", value_parser = count)]
        count: Option<u32>,
        /// Only what came after: `10m`, `2h`, a time (RFC 3339, or local as `18:00` or `2025-01-31 12:00`), or a sequence number
        #[arg(long, value_name = "TIME", value_parser = time::parse_since)]
        since: Option<Since>,
    },
    /// Work at the desk: list conversations, read one, answer
    #[command(
        after_help = "Examples: chatctl desk\n          chatctl desk show alice\n          chatctl desk reply alice we are looking into it"
    )]
    Desk {
        #[command(subcommand)]
        command: Option<DeskCommand>,
    },
    /// Read the configuration again; nothing changes when it has faults
    #[command(
        after_help = "Examples: chatctl reload\n          chatctl reload --confirm-within 5m\n          chatctl reload --confirm"
    )]
    Reload {
        /// Undo it unless it is confirmed within this time
        #[arg(long, value_name = "DURATION", value_parser = time::parse_duration)]
        confirm_within: Option<Duration>,
        /// Keep the last reload, which would undo itself; reads nothing
        #[arg(long, conflicts_with = "confirm_within")]
        confirm: bool,
        /// Undo the last reload, which waits to be confirmed; reads nothing
        #[arg(long, conflicts_with_all = ["confirm_within", "confirm"])]
        undo: bool,
    },
    /// Show the configuration in force and where each value comes from, or what differs
    #[command(
        after_help = "Examples: chatctl config show limits\n          chatctl config diff\n          chatctl config diff --defaults"
    )]
    Config {
        #[command(subcommand)]
        command: Option<ConfigCommand>,
    },
    /// Let the daemon check a configuration without using it
    #[command(after_help = "Examples: chatctl check\n          chatctl check /etc/chatd/chatd.toml.new")]
    Check {
        /// The file, as the daemon sees it; the one in use when none is named
        file: Option<PathBuf>,
    },
    /// Take no new clients, end those who are here a few at a time, and stop
    #[command(
        after_help = "Examples: chatctl drain --timeout 5m\n          chatctl drain --timeout 5m --wait"
    )]
    Drain {
        /// How long clients may take to leave; the configured time when not given
        #[arg(long, value_name = "DURATION", value_parser = time::parse_duration)]
        timeout: Option<Duration>,
        /// Show how far it is, and end when the daemon has stopped
        #[arg(long)]
        wait: bool,
    },
    /// Take new clients again: the end of a drain that has not ended yet
    #[command(after_help = "Example: chatctl undrain")]
    Undrain,
    /// Stop the daemon; shows how many it hits and asks
    #[command(after_help = "Examples: chatctl stop\n          chatctl -y stop --wait")]
    Stop {
        /// Say so when it has stopped, and end then
        #[arg(long)]
        wait: bool,
    },
    /// Copy everything that is stored into a file while the daemon runs
    #[command(
        after_help = "Examples: chatctl backup\n          chatctl backup /var/backups/\n          chatctl backup - | age -r KEY > chatd.age\n\n\
                      The file has mode 0600 and holds messages, audit, secrets and the configuration. It is written by whoever runs \
                      this, verified, and there whole or not at all. `chatd --restore FILE` puts it back."
    )]
    Backup {
        /// A file, a directory for one with the time in its name, or `-` for stdout; this directory when none is named
        #[arg(value_name = "FILE|DIR")]
        to: Option<PathBuf>,
        /// Replace the file if it exists
        #[arg(long)]
        force: bool,
    },
    /// Take care of the database: what it holds, whether it is sound, giving room back
    #[command(
        after_help = "Examples: chatctl db\n          chatctl db check\n          chatctl db vacuum --max-pause 30s"
    )]
    Db {
        #[command(subcommand)]
        command: Option<DbCommand>,
    },
    /// Put a backup in the place of what is stored, while the daemon is stopped
    #[command(after_help = "Example: chatctl restore /var/backups/chatd-20250131-020000.backup\n\n\
                      Runs `chatd --restore FILE`, which examines the backup before it changes anything and keeps the database before \
                      it aside.")]
    Restore {
        /// The backup
        file: PathBuf,
    },
    /// Print what the daemon logs, the latest and as it logs it, or look at and change the level
    #[command(
        after_help = "Examples: chatctl log\n          chatctl log watch alice --level debug\n          chatctl log level debug --for 10m"
    )]
    Log {
        #[command(subcommand)]
        command: Option<LogCommand>,
    },
    /// Print every metric in Prometheus' text format, whatever -o says
    #[command(
        after_help = "Examples: chatctl metrics | grep outbox\n          chatctl metrics > chatd.tmp && mv chatd.tmp chatd.prom\n\n\
                      In node_exporter's directory as in the second example: it never reads half of a file that has its name at once."
    )]
    Metrics,
    /// Print a completion script for a shell
    #[command(
        after_help = "Example: chatctl completion bash > ~/.local/share/bash-completion/completions/chatctl"
    )]
    Completion {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print what may stand at the end of these words; the completion scripts call it
    #[command(name = "__complete", hide = true)]
    Complete {
        /// The words behind the program's name
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
}

/// What can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Listing {
    /// Everyone connected
    Clients,
    /// Every room
    Rooms,
    /// Every desk conversation
    Desk,
    /// Who changed what
    Audit,
}

/// Names are sent joined by commas, which no nick and no room may contain (RFC 2812 §1.3).
fn watched(name: &str) -> Result<String, String> {
    match name.is_empty() || name.contains(',') {
        true => Err("a name is not empty and has no comma".into()),
        false => Ok(name.into()),
    }
}

/// Nobody means none.
fn count(typed: &str) -> Result<u32, String> {
    let count = typed.parse().ok().filter(|count| *count > 0);
    count.ok_or_else(|| "expected a whole number from 1 on, such as 20".into())
}

#[cfg(test)]
mod tests {
    use super::Args;
    use clap::CommandFactory;

    #[test]
    fn the_table_of_commands_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn every_command_has_a_sentence_and_an_example() {
        fn visit(command: &clap::Command) {
            for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
                assert!(inner.get_about().is_some(), "{} has no sentence", inner.get_name());
                let help = inner.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert!(help.starts_with("Example"), "{} has no example", inner.get_name());
                visit(inner);
            }
        }
        visit(&Args::command());
    }
}
