//! What chatd costs: `cargo bench --bench cost [-- --help]` starts the real daemon on loopback, loads it, checks every
//! delivery, and prints CPU, latency and memory as a table or as JSON. It sets no goals and compares with nobody.

mod connect;
mod connection;
mod daemon;
mod desk;
mod load;
mod meter;
mod pairs;
mod pin;
mod report;
mod room;

use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};
use clap::Parser;

use load::Load;
use report::{Figure, Report};

/// Measures what the daemon costs. Everything runs on loopback.
#[derive(Debug, Parser)]
#[command(name = "cost")]
struct Arguments {
    /// One JSON object per line instead of a table
    #[arg(long)]
    json: bool,
    /// A short run (under 20 s): smaller loads, once
    #[arg(long)]
    quick: bool,
    /// How often everything is measured; the median is what counts
    #[arg(long, value_name = "N", default_value_t = 3)]
    repeats: usize,
    /// Only the cases whose name contains this
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    /// What cargo passes; without meaning here
    #[arg(long, hide = true)]
    bench: bool,
}

/// Loads a fresh daemon once.
type Case = fn(&Load) -> Result<Vec<Figure>>;

const CASES: &[(&str, Case)] = &[
    ("fan-out, history off", room::fan_out_history_off),
    ("fan-out, every-second", room::fan_out_every_second),
    ("one sender", room::one_sender),
    ("ping-pong", pairs::ping_pong),
    ("clients", connect::clients),
    ("desk", desk::desk),
];

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when standard error is closed.
            let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("cost: {error:#}\n"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let load = if arguments.quick { Load::quick() } else { Load::full() };
    let repeats = if arguments.quick { 1 } else { arguments.repeats };
    ensure!(repeats > 0, "--repeats must be at least 1");
    let chosen: Vec<_> = CASES.iter().filter(|(name, _)| name.contains(&*arguments.only)).collect();
    ensure!(!chosen.is_empty(), "no case is called {:?}", arguments.only);
    let mut report = Report::new(pin::pin_generator());
    // Repeats are outermost, so that a machine that grows slower does so for every case.
    for repeat in 1..=repeats {
        for (name, case) in &chosen {
            let figures = case(&load).with_context(|| format!("{name}, repeat {repeat} of {repeats}"))?;
            report.add(name, figures);
        }
    }
    report.print(&load, repeats, arguments.json)
}
