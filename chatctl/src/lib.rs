//! `chatctl`, the face of the control API: arguments in, one or a few calls, text or JSON out.
//!
//! Owns the order of things: parse, find the socket, run the command, report. It must never know more about
//! the daemon than `chat_proto::control` says.

mod args;
mod client;
mod commands;
mod complete;
mod completion;
mod exit;
mod follow;
mod hint;
mod input;
mod print;
mod shell;
mod signals;
mod socket;
#[cfg(test)]
mod tests;
mod whole_file;

use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Args, Command, Options};
use client::Client;
use exit::{Code, Failure, INTERRUPTED};
use input::Input;
use print::{Screen, Surface};
use shell::Shell;

pub use completion::script as completion;

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

/// Runs one command, or the shell if there is none, and returns the exit status; everything that is written goes to `out` and
/// `err`.
fn run(
    args: impl IntoIterator<Item = OsString>,
    surface: Surface,
    input: &mut Input,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    let Args { options, command } = match Args::try_parse_from(args) {
        Ok(args) => args,
        Err(refusal) => return answer_usage(&refusal, &surface, out, err),
    };
    let Some(command) = command else { return Shell { options, surface, input, out, err }.run() };
    let mut screen = Screen::new(surface, &options, input, out, err);
    let done = execute(command, &options, CtrlC::EndsTheProgram, &mut screen);
    concluded(done, &mut screen)
}

/// Tells the user what came of a command; its exit status.
fn concluded(done: Result<(), Failure>, screen: &mut Screen<'_>) -> u8 {
    screen.end_progress();
    match done.and_then(|()| Ok(screen.flush()?)) {
        Ok(()) | Err(Failure::OutputClosed) => 0,
        Err(Failure::Interrupted) => INTERRUPTED,
        Err(Failure::Unwell) => Code::Failed as u8,
        Err(Failure::Reported(report)) => {
            screen.report(&report);
            report.code as u8
        }
    }
}

/// Help and version go to stdout and are a success; what could not be understood goes to stderr.
fn answer_usage(refusal: &clap::Error, surface: &Surface, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let styled = refusal.render();
    let mut text = if surface.color { styled.ansi().to_string() } else { styled.to_string() };
    if let Some(command) = hint::elsewhere(refusal) {
        text.push_str(&format!("hint: {command}\n"));
    }
    let stream: &mut dyn Write = if refusal.use_stderr() { err } else { out };
    // There is nobody left to tell when this fails.
    let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
    if refusal.use_stderr() { Code::Usage as u8 } else { 0 }
}

/// What Ctrl-C does while a command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CtrlC {
    EndsTheProgram,
    EndsTheCommand,
}

fn execute(
    command: Command,
    options: &Options,
    ctrl_c: CtrlC,
    screen: &mut Screen<'_>,
) -> Result<(), Failure> {
    match command {
        Command::Completion { shell } => return Ok(screen.raw(&completion(shell))?),
        Command::Complete { words } => return Ok(completion::answer(&words, screen)?),
        Command::Restore { file } => {
            return commands::restore::restore(options.socket.as_deref(), &file, screen);
        }
        _ => {}
    }
    let socket = socket::locate(options.socket.as_deref())?;
    let client = Client::new(socket, options.timeout);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|cause| Failure::new(Code::Failed, format!("start the event loop: {cause}")))?;
    let work = commands::run(command, &client, screen);
    match ctrl_c {
        CtrlC::EndsTheProgram => runtime.block_on(work),
        CtrlC::EndsTheCommand => runtime.block_on(async {
            let mut interrupt = signals::INTERRUPT.listen()?;
            tokio::select! {
                done = work => done,
                () = interrupt.recv() => Err(Failure::Interrupted),
            }
        }),
    }
}
