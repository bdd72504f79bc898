//! What two processes used between two moments, from `/proc` (proc(5)). Changes nothing.

use std::time::Instant;

use anyhow::{Context as _, Result};

use crate::daemon::Daemon;
use crate::report::Figure;

/// `USER_HZ`: the unit of utime and stime, 100 on every architecture that Linux has for servers.
const TICKS_PER_SECOND: f64 = 100.0;

/// A measurement that runs.
#[derive(Debug)]
pub(crate) struct Meter {
    pid: u32,
    daemon: f64,
    generator: f64,
    machine: f64,
    started: Instant,
}

/// What was used, in seconds.
#[derive(Debug)]
pub(crate) struct Spent {
    /// CPU time of the daemon, user and system.
    pub(crate) daemon_s: f64,
    /// CPU time of this process.
    pub(crate) generator_s: f64,
    /// CPU time of everything else on this machine: builds beside a measurement change caches and batches.
    pub(crate) others_s: f64,
    /// Time that passed.
    pub(crate) elapsed_s: f64,
}

impl Meter {
    /// Starts measuring.
    pub(crate) fn start(daemon: &Daemon) -> Result<Self> {
        let pid = daemon.pid();
        let (daemon, generator) = (cpu_s(pid)?, cpu_s(std::process::id())?);
        Ok(Self { pid, daemon, generator, machine: machine_s()?, started: Instant::now() })
    }

    /// Ends measuring.
    pub(crate) fn stop(self) -> Result<Spent> {
        let elapsed_s = self.started.elapsed().as_secs_f64();
        let daemon_s = cpu_s(self.pid)? - self.daemon;
        let generator_s = cpu_s(std::process::id())? - self.generator;
        // Ticks are counted apart for processes and for the machine, so that a little less than nothing may remain.
        let others_s = (machine_s()? - self.machine - daemon_s - generator_s).max(0.0);
        Ok(Spent { daemon_s, generator_s, others_s, elapsed_s })
    }
}

impl Spent {
    /// The figures that stand beside every other: whether daemon or generator was the one that could not do more.
    pub(crate) fn figures(&self) -> [Figure; 4] {
        [
            Figure::new("daemon CPU", "s", self.daemon_s),
            Figure::new("generator CPU", "s", self.generator_s),
            Figure::new("CPU of others", "s", self.others_s),
            Figure::new("elapsed", "s", self.elapsed_s),
        ]
    }
}

/// utime and stime of all threads, ended ones included.
fn cpu_s(pid: u32) -> Result<f64> {
    let path = format!("/proc/{pid}/stat");
    let stat = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    // The name in parentheses may hold blanks; utime and stime are the 14th and 15th field, state is the third.
    let (_, fields) = stat.rsplit_once(')').context("a stat file has a name in parentheses")?;
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
    let ticks = ticks.sum::<Result<u64, _>>().context("utime and stime are numbers")?;
    Ok(ticks as f64 / TICKS_PER_SECOND)
}

/// What all CPUs worked: the first line of `/proc/stat` without idle and iowait, and without guests, which user holds.
fn machine_s() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/stat").context("cannot read /proc/stat")?;
    let fields = stat.lines().next().unwrap_or_default().split_whitespace().skip(1).take(8);
    let ticks = fields.map(str::parse::<u64>).collect::<Result<Vec<_>, _>>()?;
    let busy = ticks.iter().enumerate().filter(|(field, _)| ![3, 4].contains(field));
    Ok(busy.map(|(_, ticks)| *ticks as f64).sum::<f64>() / TICKS_PER_SECOND)
}

/// Resident memory in bytes.
pub(crate) fn rss(daemon: &Daemon) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", daemon.pid()))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kibibytes = line.trim().trim_end_matches(" kB").parse::<f64>().context("VmRSS is a number")?;
    Ok(kibibytes * 1024.0)
}

/// The median and the 99th percentile of times in seconds, as figures in µs.
pub(crate) fn percentiles(names: [&'static str; 2], mut seconds: Vec<f32>) -> [Figure; 2] {
    seconds.sort_by(f32::total_cmp);
    let at = |share: f64| {
        let index = (seconds.len() as f64 * share) as usize;
        f64::from(seconds.get(index).copied().unwrap_or_default()) * 1e6
    };
    [Figure::new(names[0], "µs", at(0.5)), Figure::new(names[1], "µs", at(0.99))]
}
