//! Commits a second and how long each takes.

use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use chatd::config::{History, Sync};
use chatd::health::Health;
use chatd::store::Store;

use crate::meter::{quantile, store_cpu_us};
use crate::work::{UnderWay, Work};

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Seconds for each line
    #[arg(long, default_value_t = 1.0)]
    seconds: f64,
    /// Sizes of a group
    #[arg(long, value_delimiter = ',', default_values_t = [1, 16, 64, 256, 1024])]
    sizes: Vec<u64>,
    /// Groups a second; 0 is as many as possible
    #[arg(long, default_value_t = 0)]
    rate: u64,
}

struct Line {
    commits: f64,
    messages: f64,
    cpu_us: f64,
    batch: f64,
    latencies: Vec<u64>,
}

pub(crate) fn run(options: &Options, directory: &Path, work: &Work, json: bool) -> Result<()> {
    let mut out = std::io::stdout().lock();
    if !json {
        writeln!(
            out,
            "sync          group  commits/s  messages/s  CPU µs/message  batch   commit p50 µs      p99      max"
        )?;
    }
    for sync in [Sync::Always, Sync::EverySecond, Sync::Never] {
        for &size in &options.sizes {
            let mut line = measure(options, directory, work, sync, size)?;
            let [p50, p99, max] = [0.50, 0.99, 1.0].map(|part| quantile(&mut line.latencies, part));
            let Line { commits, messages, cpu_us, batch, .. } = line;
            let mode = format!("{sync:?}");
            if json {
                let line = serde_json::json!({
                    "sync": mode, "group": size, "commits_per_s": commits, "messages_per_s": messages,
                    "cpu_us_per_message": cpu_us, "batch": batch, "p50_us": p50, "p99_us": p99, "max_us": max,
                });
                writeln!(out, "{line}")?;
            } else {
                writeln!(
                    out,
                    "{mode:12} {size:6} {commits:10.0} {messages:11.0} {cpu_us:15.2} {batch:6.0} {p50:15} {p99:8} {max:8}"
                )?;
            }
            out.flush()?;
        }
    }
    Ok(())
}

/// The next group is made while one is being committed, as the log does.
fn measure(options: &Options, directory: &Path, work: &Work, sync: Sync, size: u64) -> Result<Line> {
    let directory = tempfile::tempdir_in(directory)?;
    let history = History { sync, keep_days: 0, keep_count: 0, ..History::default() };
    let (store, opened) = Store::open(directory.path(), &history, &Health::default())?;
    let (writer, first) = (store.writer(), opened.next_seq.0);
    let (mut next, mut latencies) = (first, Vec::new());
    let (start, cpu) = (Instant::now(), store_cpu_us());
    let mut group = work.group(next, size);
    while start.elapsed().as_secs_f64() < options.seconds {
        let under_way = UnderWay::begin(&writer, std::mem::take(&mut group))?;
        next += size;
        group = work.group(next, size);
        latencies.push(under_way.end()?);
        if let Some(pause) = 1_000_000_u64.checked_div(options.rate) {
            let due = start + Duration::from_micros(pause * latencies.len() as u64);
            wait_until(due);
        }
    }
    let (elapsed, cpu) = (start.elapsed().as_secs_f64(), store_cpu_us() - cpu);
    let (stats, messages) = (store.stats().snapshot(), (next - first) as f64);
    store.close()?;
    Ok(Line {
        commits: latencies.len() as f64 / elapsed,
        messages: messages / elapsed,
        cpu_us: cpu as f64 / messages,
        batch: stats.records as f64 / stats.groups.max(1) as f64,
        latencies,
    })
}

#[expect(clippy::disallowed_methods, reason = "an open loop begins each group at its scheduled time")]
fn wait_until(due: Instant) {
    std::thread::sleep(due.saturating_duration_since(Instant::now()));
}
