//! `chatctl`, the face of the control API: arguments in, one or a few calls, text or JSON out.
//!
//! Owns the order of things: parse, find the socket, run the command, report. It must never know more about
//! the daemon than `chat_proto::control` says.

mod args;
mod client;
mod commands;
mod exit;
mod follow;
mod input;
mod print;
mod socket;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use clap_complete::Shell;

use args::{Args, Command};
use client::Client;
use exit::{Code, Failure, INTERRUPTED};
use input::Input;
use print::{Screen, Surface};

/// Runs the program with the process's arguments, environment and standard streams.
pub fn main() -> ExitCode {
    let surface = Surface::of_this_process();
    let mut out = BufWriter::new(io::stdout().lock());
    let mut err = io::stderr().lock();
    let mut input = Input::of_this_process();
    ExitCode::from(run(std::env::args_os(), surface, &mut input, &mut out, &mut err))
}

/// The table of commands, for whoever makes documents of it.
#[must_use]
pub fn command() -> clap::Command {
    Args::command()
}

/// The completion script for a shell, as `chatctl completion` prints it.
#[must_use]
pub fn completion(shell: Shell) -> Vec<u8> {
    // By way of memory, because the generator panics when it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "chatctl", &mut script);
    script
}

/// Runs one command and returns the exit status; everything it writes goes to `out` and `err`.
fn run(
    args: impl IntoIterator<Item = OsString>,
    surface: Surface,
    input: &mut Input,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    let args = match Args::try_parse_from(args) {
        Ok(args) => args,
        Err(refusal) => return answer_usage(&refusal, &surface, out, err),
    };
    let mut screen = Screen::new(surface, &args.options, input, out, err);
    let outcome = execute(args, &mut screen).and_then(|()| Ok(screen.flush()?));
    match outcome {
        Ok(()) | Err(Failure::OutputClosed) => 0,
        Err(Failure::Interrupted) => INTERRUPTED,
        Err(Failure::Reported(report)) => {
            screen.report(&report);
            report.code as u8
        }
    }
}

/// Help and version go to stdout and are a success; what could not be understood goes to stderr.
fn answer_usage(refusal: &clap::Error, surface: &Surface, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let styled = refusal.render();
    let text = if surface.color { styled.ansi().to_string() } else { styled.to_string() };
    let stream: &mut dyn Write = if refusal.use_stderr() { err } else { out };
    // There is nobody left to tell when this fails.
    let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
    if refusal.use_stderr() { Code::Usage as u8 } else { 0 }
}

fn execute(args: Args, screen: &mut Screen<'_>) -> Result<(), Failure> {
    if let Command::Completion { shell } = args.command {
        return Ok(screen.raw(&completion(shell))?);
    }
    let socket = socket::locate(args.options.socket.as_deref())?;
    let client = Client::new(socket, args.options.timeout);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|cause| Failure::new(Code::Failed, format!("start the event loop: {cause}")))?;
    runtime.block_on(commands::run(args.command, &client, screen))
}
