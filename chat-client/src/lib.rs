//! chat-client: the users' client. It speaks IRC to any chatd, or any other IRC server.
//!
//! `session` is the protocol as a state machine without I/O; `engine` runs it between a `link` (over TCP, or over `tls`) and one of two faces,
//! `terminal` for people and `filter` for scripts.

mod args;
mod commands;
mod editor;
mod effect;
mod engine;
mod filter;
mod harmless;
mod link;
mod names;
mod received;
mod render;
mod session;
mod split;
mod terminal;
#[cfg(test)]
mod tests;
mod tls;

use std::env;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use jiff::tz::TimeZone;

use crate::args::Args;
use crate::effect::Ending;
use crate::engine::Patience;
use crate::render::Look;
use crate::session::Session;

/// The exit code of bad arguments.
const USAGE: u8 = 2;

/// Runs the program; `--help` documents the exit codes.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help that nobody reads to the end is no failure.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(USAGE));
        }
    };
    match talk(args) {
        Ok(ending) => ExitCode::from(ending.code()),
        Err(error) => {
            // With standard error gone only the exit code is left to tell.
            let _ = writeln!(io::stderr(), "chat-client: {error:#}");
            ExitCode::from(USAGE)
        }
    }
}

/// The table of arguments, for whoever makes documents of it.
#[must_use]
pub fn command() -> clap::Command {
    Args::command()
}

fn talk(args: Args) -> anyhow::Result<Ending> {
    let is_interactive = io::stdin().is_terminal() && io::stdout().is_terminal();
    let session = Session::new(args.settings(is_interactive)?);
    let server = args.server()?;
    if is_interactive {
        let look = Look { in_colour: !args.no_color && may_colour(), zone: TimeZone::system() };
        return Ok(terminal::run(session, server, look));
    }
    let outputs = (io::stdout(), io::stderr());
    Ok(filter::run(session, server, Patience::default(), io::stdin(), outputs))
}

/// Whether the user's environment wants colours (no-color.org).
fn may_colour() -> bool {
    let is_off = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    !is_off && env::var_os("TERM").is_none_or(|term| term != "dumb")
}
