//! What processes used between two moments, from `/proc` (proc(5)). Changes nothing.
//!
//! CPU is that of the whole process tree. Where the kernel has `/proc/PID/task/*/schedstat` it is counted in nanoseconds by
//! thread; threads and children that have ended meanwhile, and kernels without it, are counted by utime and stime of
//! `/proc/PID/stat`, which tick every 10 ms.

use std::collections::HashMap;
use std::fs;
use std::time::Instant;

use anyhow::{Context as _, Result};

/// `USER_HZ`: the unit of utime and stime, 100 on every architecture that Linux has for servers.
const TICKS_PER_SECOND: f64 = 100.0;

/// A measurement that runs.
#[derive(Debug)]
pub(crate) struct Meter {
    root: u32,
    server: Tree,
    generator: Tree,
    machine: Machine,
    started: Instant,
}

/// What was used, in seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spent {
    /// CPU time of the server and its children, user and system.
    pub(crate) server_s: f64,
    /// CPU time of this process.
    pub(crate) generator_s: f64,
    /// CPU time of everything else on this machine, the kernel's own threads included: it changes caches and batches.
    pub(crate) others_s: f64,
    /// Time in which the host ran something else than this machine; the kernel counts it as that of whoever was to run.
    pub(crate) stolen_s: f64,
    /// Time that passed.
    pub(crate) elapsed_s: f64,
}

impl Meter {
    /// Starts measuring the process `root` and its descendants.
    ///
    /// # Errors
    /// `/proc` tells nothing of it.
    pub(crate) fn start(root: u32) -> Result<Self> {
        let (server, generator) = (Tree::read(root)?, Tree::read_one(std::process::id())?);
        Ok(Self { root, server, generator, machine: Machine::read()?, started: Instant::now() })
    }

    /// Ends measuring.
    ///
    /// # Errors
    /// The server has ended.
    pub(crate) fn stop(self) -> Result<Spent> {
        let elapsed_s = self.started.elapsed().as_secs_f64();
        let server_s = Tree::read(self.root)?.since(&self.server);
        let generator_s = Tree::read_one(std::process::id())?.since(&self.generator);
        // Ticks are counted apart for the machine, so that a little less than nothing may remain.
        let machine = Machine::read()?;
        let others_s = (machine.busy_s - self.machine.busy_s - server_s - generator_s).max(0.0);
        let stolen_s = machine.stolen_s - self.machine.stolen_s;
        Ok(Spent { server_s, generator_s, others_s, stolen_s, elapsed_s })
    }
}

/// CPU time so far, in seconds.
#[derive(Debug, Default)]
struct Tree {
    /// By thread, where the kernel tells.
    threads: HashMap<u32, f64>,
    /// utime and stime of the living processes.
    ticks: f64,
    /// The same of children that were waited for.
    waited: f64,
}

impl Tree {
    fn read(root: u32) -> Result<Self> {
        let mut tree = Self::default();
        tree.add(root)?;
        for process in descendants(root)? {
            // It may have ended meanwhile; then its parent has its time.
            let _ = tree.add(process);
        }
        Ok(tree)
    }

    fn read_one(process: u32) -> Result<Self> {
        let mut tree = Self::default();
        tree.add(process)?;
        Ok(tree)
    }

    fn add(&mut self, process: u32) -> Result<()> {
        let fields = stat(process)?;
        self.ticks += seconds(&fields, 11)?;
        self.waited += seconds(&fields, 13)?;
        for entry in fs::read_dir(format!("/proc/{process}/task"))?.flatten() {
            let Ok(thread) = entry.file_name().to_string_lossy().parse() else { continue };
            if let Some(time) = schedstat(process, thread) {
                self.threads.insert(thread, time);
            }
        }
        Ok(())
    }

    /// What was used since an earlier reading.
    fn since(&self, earlier: &Self) -> f64 {
        let waited = self.waited - earlier.waited;
        let ticks = self.ticks - earlier.ticks;
        let has_all = earlier.threads.keys().all(|thread| self.threads.contains_key(thread));
        if self.threads.is_empty() || !has_all {
            return ticks + waited;
        }
        let since = |(thread, now): (&u32, &f64)| now - earlier.threads.get(thread).unwrap_or(&0.0);
        self.threads.iter().map(since).sum::<f64>() + waited
    }
}

/// Time on the CPU in nanoseconds, as seconds.
fn schedstat(process: u32, thread: u32) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{process}/task/{thread}/schedstat")).ok()?;
    let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

/// The fields behind the name, which is in parentheses and may hold blanks: state is the first.
fn stat(process: u32) -> Result<Vec<String>> {
    let path = format!("/proc/{process}/stat");
    let stat = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    let (_, fields) = stat.rsplit_once(')').context("a stat file has a name in parentheses")?;
    Ok(fields.split_whitespace().map(str::to_owned).collect())
}

/// Two fields of ticks that follow each other.
fn seconds(fields: &[String], at: usize) -> Result<f64> {
    let ticks = fields.get(at..at + 2).context("a stat file has times")?;
    let ticks = ticks.iter().map(|field| field.parse::<i64>()).sum::<Result<i64, _>>()?;
    Ok(ticks as f64 / TICKS_PER_SECOND)
}

/// All processes below this one.
fn descendants(root: u32) -> Result<Vec<u32>> {
    let mut parents = Vec::new();
    for entry in fs::read_dir("/proc")?.flatten() {
        let Ok(process) = entry.file_name().to_string_lossy().parse::<u32>() else { continue };
        // Those that end while they are looked at are of no interest.
        let Ok(fields) = stat(process) else { continue };
        if let Some(parent) = fields.get(1).and_then(|parent| parent.parse::<u32>().ok()) {
            parents.push((process, parent));
        }
    }
    let mut family = vec![root];
    let mut at = 0;
    while let Some(parent) = family.get(at).copied() {
        family.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(process, _)| *process));
        at += 1;
    }
    Ok(family.split_off(1))
}

/// The first line of `/proc/stat`, in seconds of all CPUs.
#[derive(Debug)]
struct Machine {
    /// Without idle and iowait, and without guests, which user holds.
    busy_s: f64,
    stolen_s: f64,
}

impl Machine {
    fn read() -> Result<Self> {
        let stat = fs::read_to_string("/proc/stat").context("cannot read /proc/stat")?;
        let fields = stat.lines().next().unwrap_or_default().split_whitespace().skip(1).take(8);
        let ticks = fields.map(str::parse::<u64>).collect::<Result<Vec<_>, _>>()?;
        // user, nice, system, idle, iowait, irq, softirq, steal
        let seconds = |field: usize| ticks.get(field).map_or(0.0, |ticks| *ticks as f64 / TICKS_PER_SECOND);
        Ok(Self { busy_s: [0, 1, 2, 5, 6].map(seconds).iter().sum(), stolen_s: seconds(7) })
    }
}

/// Resident memory of a process tree in bytes.
///
/// # Errors
/// The process has ended.
pub(crate) fn resident(root: u32) -> Result<f64> {
    let mut all = resident_of(root)?;
    for process in descendants(root)? {
        all += resident_of(process).unwrap_or_default();
    }
    Ok(all)
}

/// The most memory that a process, without its children, ever had resident, in bytes.
///
/// # Errors
/// The process has ended.
pub(crate) fn most_resident(process: u32) -> Result<f64> {
    status_field(process, "VmHWM:")
}

/// Resident memory of one process in bytes.
pub(crate) fn resident_of(process: u32) -> Result<f64> {
    status_field(process, "VmRSS:")
}

/// A field of `/proc/PID/status` that counts kB, in bytes.
fn status_field(process: u32, name: &str) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let line = line.with_context(|| format!("/proc has no {name}"))?;
    let kibibytes = line.trim().trim_end_matches(" kB").parse::<f64>();
    Ok(kibibytes.with_context(|| format!("{name} is a number"))? * 1024.0)
}

#[cfg(test)]
mod tests {
    use super::Tree;

    fn tree(threads: &[(u32, f64)], ticks: f64, waited: f64) -> Tree {
        Tree { threads: threads.iter().copied().collect(), ticks, waited }
    }

    #[test]
    fn threads_are_counted_finely_while_they_live() {
        let (before, after) = (tree(&[(1, 1.0)], 1.0, 0.5), tree(&[(1, 1.25), (2, 0.125)], 1.4, 1.0));
        assert!((after.since(&before) - 0.875).abs() < 1e-9);
    }

    #[test]
    fn a_thread_that_ended_is_counted_by_ticks() {
        let (before, after) = (tree(&[(1, 1.0), (2, 3.0)], 4.0, 0.0), tree(&[(1, 1.5)], 4.75, 0.0));
        assert!((after.since(&before) - 0.75).abs() < 1e-9);
    }

    #[test]
    fn this_process_can_be_measured() {
        let meter = super::Meter::start(std::process::id()).unwrap();
        let spent = meter.stop().unwrap();
        assert!(spent.server_s >= 0.0 && super::resident(std::process::id()).unwrap() > 0.0);
    }
}
