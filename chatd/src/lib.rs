//! chatd, the chat daemon. Its layers, each of which uses only those before it:
//! `access < config < telemetry < health < domain < meter < delivery < store < log < registry < wire < control < daemon`.

pub mod access;
pub mod cli;
pub mod config;
pub mod control;
pub mod daemon;
pub mod delivery;
pub mod domain;
pub mod health;
pub mod log;
pub mod meter;
pub mod registry;
pub mod store;
pub mod telemetry;
pub mod wire;

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Parser;
use listenfd::ListenFd;

use cli::Arguments;
use config::{Config, Environment, Loaded, Source};

/// Wrong configuration, as `sysexits.h` numbers it; also rights that are missing, for neither gets better by trying again.
const EX_CONFIG: u8 = 78;

/// Runs the program: what its arguments ask for, or the daemon.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let source = arguments.source(Environment::of_process());
    let done = if arguments.hash_password {
        hash_password()
    } else {
        match config::load(&source) {
            Err(error) => return wrong_configuration(&error),
            Ok(loaded) if arguments.print_config => print(&loaded.config.to_toml()),
            Ok(loaded) if arguments.is_offline() => offline(&arguments, &loaded.config, &source.environment),
            Ok(loaded) => match daemon::tls::check(&loaded.config.tls) {
                Err(faults) => return wrong_configuration(&faults),
                Ok(mut doubts) if arguments.check => {
                    doubts.extend(daemon::doubts(&loaded.config, &source.environment));
                    doubts.iter().for_each(|doubt| complain(&format!("warning: {doubt}")));
                    print(&format!("{}: ok\n", source.name()))
                }
                // Said in the log, by the daemon.
                Ok(_) => serve(loaded, source),
            },
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("chatd: {}", whole(&error)));
            if daemon::needs_somebody(&error) { ExitCode::from(EX_CONFIG) } else { ExitCode::FAILURE }
        }
    }
}

/// An error with its causes, but for those that it names itself.
fn whole(error: &anyhow::Error) -> String {
    error.chain().skip(1).map(ToString::to_string).fold(error.to_string(), |said, cause| {
        if said.contains(&cause) { said } else { format!("{said}: {cause}") }
    })
}

fn wrong_configuration(error: &impl Display) -> ExitCode {
    complain(&error.to_string());
    ExitCode::from(EX_CONFIG)
}

fn complain(text: &str) {
    let marked = telemetry::is_journal(&Environment::of_process()).then(|| graver(text));
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(io::stderr().lock(), "{}", marked.as_deref().unwrap_or(text));
}

/// As errors in the journal, which takes what is in front of a line for its priority (sd-daemon(3)).
fn graver(text: &str) -> String {
    text.lines().map(|line| format!("<3>{line}")).collect::<Vec<_>>().join("\n")
}

fn print(text: &str) -> Result<()> {
    io::stdout().lock().write_all(text.as_bytes()).context("cannot write to standard output")
}

/// Works on the store while no daemon does.
fn offline(arguments: &Arguments, config: &Config, environment: &Environment) -> Result<()> {
    let directory = Arguments::state_directory(config, environment)?;
    let told = match &arguments.restore {
        Some(file) => daemon::offline::restore(&directory, file),
        None => daemon::offline::check(&directory),
    };
    print(&told?)
}

fn hash_password() -> Result<()> {
    let mut password = String::new();
    io::stdin().read_line(&mut password).context("cannot read a password from standard input")?;
    let password = password.trim_end_matches(['\r', '\n']);
    anyhow::ensure!(!password.is_empty(), "cannot hash an empty password; give one line on standard input");
    print(&format!("{}\n", config::password::hash(password)?))
}

fn serve(loaded: Loaded, source: Source) -> Result<()> {
    // Before any thread: this takes variables out of the environment.
    let inherited = ListenFd::from_env();
    let telemetry = Arc::new(telemetry::start(&loaded.config, &source.environment)?);
    let workers = match loaded.config.server.worker_threads {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        workers => workers,
    };
    // One worker has nobody to share its tasks with: the simpler scheduler spares what sharing costs at each wake-up.
    let mut builder = if workers == 1 {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    builder.worker_threads(workers);
    let runtime = builder.enable_all().build().context("cannot start the runtime")?;
    let outcome = runtime.block_on(daemon::run(loaded, source, telemetry, inherited));
    // Everything has ended; at most a file system that hangs still holds somebody who reads, and is not waited for.
    runtime.shutdown_timeout(Duration::from_secs(5));
    outcome
}
