//! What the store keeps, how fast, and how much room there is for more.

use super::{Metric, US, count, counter, gauge, histogram, level, levels, maybe, seconds, spread};

pub(super) const METRICS: &[Metric] = &[
    histogram(
        "chatd_store_commit_seconds",
        "How long the store took to keep a group of records; who said them waits for it",
        |sight| spread(sight.store_stats.commit_us(), US),
    ),
    histogram("chatd_store_commit_records", "How many records a group had that was kept at once", |sight| {
        spread(sight.store_stats.group_records(), 1.0)
    }),
    counter("chatd_store_commit_failures_total", &[], "Groups that could not be kept", |sight| {
        count(sight.store.failed_groups)
    }),
    gauge(
        "chatd_store_last_commit_timestamp_seconds",
        &[],
        "When a group was last kept, since 1970; missing before the first",
        |sight| maybe(sight.store.last_commit.map(|at| seconds(at.0))),
    ),
    counter(
        "chatd_store_pruned_messages_total",
        &[],
        "Messages removed because of their age or number",
        |sight| count(sight.store.pruned),
    ),
    gauge("chatd_store_size_bytes", &["file"], "Size of the database and of its write-ahead log", |sight| {
        levels([("database", sight.store.database_bytes as f64), ("wal", sight.store.log_bytes as f64)])
    }),
    gauge("chatd_disk_free_bytes", &[], "Room for more on the file system of the database", |sight| {
        level(sight.store.free_bytes as f64)
    }),
    gauge(
        "chatd_disk_min_free_bytes",
        &[],
        "Room below which what clients say is refused and history read-only (history.min-free)",
        |sight| level(sight.config.history.min_free as f64),
    ),
];
