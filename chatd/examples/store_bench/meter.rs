//! What the store's threads and this process used, from `/proc`.

use std::fs;

/// CPU of all threads whose name begins with `store`, in microseconds.
pub(crate) fn store_cpu_us() -> u64 {
    let Ok(tasks) = fs::read_dir("/proc/self/task") else { return 0 };
    let of_task = |path: std::path::PathBuf| {
        let name = fs::read_to_string(path.join("comm")).ok()?;
        let schedule = fs::read_to_string(path.join("schedstat")).ok()?;
        let ns: u64 = schedule.split_whitespace().next()?.parse().ok()?;
        // This program's own first thread is called store_bench.
        (name.starts_with("store") && !name.starts_with("store_")).then_some(ns / 1_000)
    };
    tasks.filter_map(|task| of_task(task.ok()?.path())).sum()
}

/// Resident memory in KiB that belongs to this process alone: pages of files are the operating system's.
pub(crate) fn anonymous_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("RssAnon:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}

/// The value that this part of all lies at or below.
pub(crate) fn quantile(values: &mut [u64], part: f64) -> u64 {
    values.sort_unstable();
    let last = values.len().saturating_sub(1);
    values.get((last as f64 * part) as usize).copied().unwrap_or(0)
}
