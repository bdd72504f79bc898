//! `chat-bench`, started by `bench/run`: loads chatd, its peers and a floor of its own with the same work on loopback, checks
//! every delivery, and prints one table. It sets no goals.

mod crowd;
mod figure;
mod floor;
mod growth;
mod json;
mod ledger;
mod load;
mod machine;
mod mark;
mod meter;
mod pace;
mod place;
mod plot;
mod report;
mod servers;
mod swarm;
mod workloads;

use std::cell::OnceCell;
use std::fmt::Arguments as Words;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};
use clap::{Parser, Subcommand};

use growth::{GROWTHS, Growth};
use load::Load;
use machine::Run;
use report::Report;
use servers::{SERVERS, Server};
use workloads::{Stage, WORKLOADS, Workload};

/// Measures chatd against other servers, all on loopback, and checks every delivery.
#[derive(Debug, Parser)]
#[command(name = "bench/run", version)]
struct Arguments {
    /// A short run (under a minute), for correctness: smaller loads, once
    #[arg(long)]
    quick: bool,
    /// Servers, separated by commas [default: all but floor-naive that are installed]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    servers: Vec<String>,
    /// Only the workloads whose name contains this
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    /// How often everything is measured; the median is what counts
    #[arg(long, value_name = "N", default_value_t = 5)]
    repeats: usize,
    /// The executable of chatd
    #[arg(long, value_name = "PATH", default_value = "target/release/chatd")]
    chatd: PathBuf,
    /// Writes everything that was measured, every repeat of it, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// How cost grows with members, rooms, clients, stored messages and threads, instead of the workloads
    #[arg(long)]
    growth: bool,
    /// Draws what grows, as SVG, into this directory
    #[arg(long, value_name = "DIRECTORY", requires = "growth")]
    plots: Option<PathBuf>,
    /// Names servers and workloads, and does nothing
    #[arg(long)]
    list: bool,
    #[command(subcommand)]
    own: Option<Own>,
}

/// What the bench starts itself.
#[derive(Debug, Subcommand)]
enum Own {
    /// The least that a server has to do
    #[command(hide = true)]
    Floor {
        address: SocketAddr,
        /// Write every delivery at once
        #[arg(long)]
        naive: bool,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.own {
        Some(Own::Floor { address, naive }) => floor::serve(address, naive),
        None if arguments.list => list(),
        None if arguments.growth => grow(&arguments),
        None => run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(format_args!("bench: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// A line for whoever waits; nobody is left to tell when standard error is closed.
fn tell(words: Words<'_>) {
    let _ = writeln!(io::stderr(), "{words}");
}

fn list() -> Result<()> {
    let mut out = io::stdout().lock();
    let servers: Vec<_> = SERVERS.iter().map(|server| server.name).collect();
    writeln!(out, "servers: {}", servers.join(", "))?;
    writeln!(out, "workloads:")?;
    WORKLOADS.iter().try_for_each(|workload| writeln!(out, "  {}", workload.name))?;
    writeln!(out, "with --growth:")?;
    GROWTHS.iter().try_for_each(|growth| writeln!(out, "  {}", growth.name))?;
    Ok(())
}

fn run(arguments: &Arguments) -> Result<()> {
    let load = if arguments.quick { Load::quick() } else { Load::full() };
    let repeats = if arguments.quick { 1 } else { arguments.repeats };
    ensure!(repeats > 0, "--repeats must be at least 1");
    let workloads: Vec<_> = WORKLOADS.iter().filter(|one| one.name.contains(&*arguments.only)).collect();
    ensure!(!workloads.is_empty(), "no workload's name contains {:?}; --list names them", arguments.only);
    let servers = servers(arguments)?;
    let is_pinned = settle_down()?;
    let filled = OnceCell::new();
    let mut report = Report::default();
    // Repeats are outermost and servers innermost, so that a machine that grows slower does so for all alike.
    for repeat in 1..=repeats {
        for workload in &workloads {
            for server in servers.iter().filter(|server| server.is_chatd || !workload.is_chatd_only) {
                tell(format_args!("repeat {repeat} of {repeats}: {}: {}", workload.name, server.name));
                let stage = Stage { server, chatd: &arguments.chatd, load: &load, filled: &filled };
                let figures = (workload.measure)(&stage)
                    .with_context(|| format!("{} on {}, repeat {repeat}", workload.name, server.name))?;
                report.add(workload.name, server.name, figures);
            }
        }
    }
    let run = Run::now(&servers, &arguments.chatd, repeats, is_pinned);
    if let Some(path) = &arguments.json {
        let text = json::render(&run, &report, &workloads, &load);
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    print(&report, &run, &workloads, &load)
}

/// Measures how cost grows.
fn grow(arguments: &Arguments) -> Result<()> {
    ensure!(arguments.repeats > 0, "--repeats must be at least 1");
    let growths: Vec<&Growth> = GROWTHS.iter().filter(|one| one.name.contains(&*arguments.only)).collect();
    ensure!(!growths.is_empty(), "nothing that grows has {:?} in its name; --list names all", arguments.only);
    let servers = servers(arguments)?;
    settle_down()?;
    let mut out = io::stdout().lock();
    let plots = arguments.plots.as_deref();
    growth::run(&growths, &servers, &arguments.chatd, arguments.repeats, plots, &mut out)
}

/// Takes the generator's CPU and all descriptors; returns whether the servers have a CPU of their own.
fn settle_down() -> Result<bool> {
    place::note_stop()?;
    place::raise_descriptors()?;
    let is_pinned = place::pin_generator();
    if !is_pinned {
        tell(format_args!("less than two CPUs: server and generator take each other's time"));
    }
    Ok(is_pinned)
}

/// Those that were chosen, or the usual ones that are here.
fn servers(arguments: &Arguments) -> Result<Vec<&'static Server>> {
    if arguments.servers.is_empty() {
        let usual = SERVERS.iter().filter(|server| server.is_usual);
        let (here, missing): (Vec<_>, Vec<_>) =
            usual.partition(|one| one.version(&arguments.chatd).is_some());
        for server in missing {
            tell(format_args!("{} is not here, so it is left out", server.name));
        }
        return Ok(here);
    }
    let find = |name: &String| {
        let server = SERVERS.iter().find(|server| server.name == name);
        let server = server.with_context(|| format!("no server is called {name:?}; --list names them"))?;
        ensure!(server.version(&arguments.chatd).is_some(), "{name} cannot be started: it is not here");
        Ok(server)
    };
    arguments.servers.iter().map(find).collect()
}

/// Prints; a reader who has seen enough may close the pipe.
fn print(report: &Report, run: &Run, workloads: &[&Workload], load: &Load) -> Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let written = report.table(&mut out, run, workloads, load).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
