//! What a store costs as it grows.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Result, ensure};
use chatd::config::{History, Sync};
use chatd::health::Health;
use chatd::store::{Selector, Store};
use serde_json::json;

use crate::meter::{anonymous_kib, quantile};
use crate::work::{UnderWay, Work};

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The most messages
    #[arg(long, default_value_t = 10_000_000)]
    max: u64,
    /// Messages in each group
    #[arg(long, default_value_t = 256)]
    group: u64,
}

/// The first size; each next one is ten times as large.
const FIRST: u64 = 10_000;

/// Queries for each figure.
const QUERIES: u64 = 50;

/// Groups whose rate counts, at each size.
const GROUPS: u64 = 100;

pub(crate) fn run(options: &Options, directory: &Path, work: &Work, json: bool) -> Result<()> {
    let directory = tempfile::tempdir_in(directory)?;
    let mut out = std::io::stdout().lock();
    if !json {
        writeln!(
            out,
            "  messages  file MiB  bytes/message  open ms  last 100 cold ms p50    max  warm p50    max  messages/s  commit max ms  pruning max ms  anon KiB"
        )?;
    }
    let (mut held, mut size) = (0, FIRST);
    while size <= options.max {
        held = fill(directory.path(), work, held, size, options.group)?;
        let figures = look(directory.path(), work, options.group, &mut held)?;
        if json {
            writeln!(out, "{figures}")?;
        } else {
            let f = |name: &str| figures[name].as_f64().unwrap_or(0.0);
            writeln!(
                out,
                "{:10} {:9.0} {:14.0} {:8.1} {:22.2} {:6.2} {:9.2} {:6.2} {:11.0} {:14.1} {:15.1} {:9.0}",
                f("messages"),
                f("file_mib"),
                f("bytes_per_message"),
                f("open_ms"),
                f("cold_p50_ms"),
                f("cold_max_ms"),
                f("warm_p50_ms"),
                f("warm_max_ms"),
                f("messages_per_s"),
                f("commit_max_ms"),
                f("pruning_max_ms"),
                f("anon_kib"),
            )?;
        }
        out.flush()?;
        size *= 10;
    }
    Ok(())
}

fn history() -> History {
    History { sync: Sync::EverySecond, keep_days: 0, keep_count: 0, ..History::default() }
}

/// Adds messages until there are `size`; says on standard error how far it is.
fn fill(directory: &Path, work: &Work, held: u64, size: u64, group: u64) -> Result<u64> {
    let (store, opened) = Store::open(directory, &history(), &Health::default())?;
    let (writer, mut held, mut next) = (store.writer(), held, opened.next_seq.0);
    let mut told = Instant::now();
    while held < size {
        let count = group.min(size - held);
        UnderWay::begin(&writer, work.group(next, count))?.end()?;
        held += count;
        next += count;
        if told.elapsed().as_secs() >= 5 {
            told = Instant::now();
            writeln!(std::io::stderr(), "{held} of {size}")?;
        }
    }
    store.close()?;
    Ok(held)
}

fn look(directory: &Path, work: &Work, group: u64, held: &mut u64) -> Result<serde_json::Value> {
    let path = directory.join("chatd.db");
    let bytes = std::fs::metadata(&path)?.len();
    let messages = *held;
    forget_cached(&path);
    let start = Instant::now();
    let (store, opened) = Store::open(directory, &history(), &Health::default())?;
    let open_ms = ms(start.elapsed().as_micros() as u64);
    let mut cold = queries(&store, work, || forget_cached(&path))?;
    // Once more for the cache: what was read cold is not all that is read.
    queries(&store, work, || ())?;
    let mut warm = queries(&store, work, || ())?;
    let mut next = opened.next_seq.0;
    let start = Instant::now();
    let mut commits = write(&store, work, &mut next, group)?;
    let rate = (GROUPS * group) as f64 / start.elapsed().as_secs_f64();
    // About a tenth goes: the pass is under way while groups are written.
    let kept = messages * 9 / 10 / work.conversations();
    store.configure(&History { keep_count: kept, ..history() });
    let mut pruning = write(&store, work, &mut next, group)?;
    let pruned = store.stats().snapshot().pruned;
    store.configure(&history());
    store.close()?;
    *held += 2 * GROUPS * group - pruned;
    Ok(json!({
        "messages": messages,
        "file_mib": bytes as f64 / 1_048_576.0,
        "bytes_per_message": bytes as f64 / messages as f64,
        "open_ms": open_ms,
        "cold_p50_ms": ms(quantile(&mut cold, 0.5)),
        "cold_max_ms": ms(quantile(&mut cold, 1.0)),
        "warm_p50_ms": ms(quantile(&mut warm, 0.5)),
        "warm_max_ms": ms(quantile(&mut warm, 1.0)),
        "messages_per_s": rate,
        "commit_max_ms": ms(quantile(&mut commits, 1.0)),
        "pruning_max_ms": ms(quantile(&mut pruning, 1.0)),
        "pruned": pruned,
        "anon_kib": anonymous_kib(),
    }))
}

/// The last hundred of one room after another, each over a reader of its own, as the control API does it.
fn queries(store: &Store, work: &Work, mut before: impl FnMut()) -> Result<Vec<u64>> {
    let mut times = Vec::new();
    for number in 0..QUERIES {
        let room = Selector::Room(work.room(number).to_string());
        before();
        let start = Instant::now();
        let found = store.reader()?.latest(&room, 100, None)?;
        times.push(start.elapsed().as_micros() as u64);
        ensure!(found.len() == 100, "{room:?} has only {} messages", found.len());
    }
    Ok(times)
}

fn write(store: &Store, work: &Work, next: &mut u64, group: u64) -> Result<Vec<u64>> {
    let writer = store.writer();
    let mut times = Vec::new();
    for _ in 0..GROUPS {
        times.push(UnderWay::begin(&writer, work.group(*next, group))?.end()?);
        *next += group;
    }
    Ok(times)
}

/// Takes the database out of the operating system's cache, as far as it is on the disk. What cannot is only warmer. In a
/// process of its own: closing the file here would drop the locks that SQLite has on it.
fn forget_cached(path: &Path) {
    let mut dd = Command::new("dd");
    dd.arg(format!("of={}", path.display())).args(["oflag=nocache", "conv=notrunc,fdatasync", "count=0"]);
    let _ = dd.stdin(Stdio::null()).stderr(Stdio::null()).status();
}

fn ms(us: u64) -> f64 {
    us as f64 / 1_000.0
}
