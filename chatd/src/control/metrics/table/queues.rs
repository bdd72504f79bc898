//! What waits where, and how promptly it is taken.

use std::sync::atomic::Ordering::Relaxed;

use super::{
    Metric, Sample, US, Value, count, counter, flag, gauge, histogram, level, maybe, seconds, spread,
};
use crate::control::metrics::sight::Sight;

pub(super) const METRICS: &[Metric] = &[
    gauge("chatd_outbox_bytes", &[], "Bytes that wait for all clients to read them", |sight| {
        maybe(sight.census.as_ref().map(|census| census.outbox_bytes as f64))
    }),
    gauge("chatd_outbox_largest_bytes", &[], "Bytes that wait for the client for whom most waits", |sight| {
        maybe(sight.census.as_ref().map(|census| census.outbox_largest as f64))
    }),
    gauge(
        "chatd_outbox_limit_bytes",
        &[],
        "Bytes beyond which a client that does not read them is disconnected (limits.outbox-hard)",
        |sight| level(sight.config.limits.outbox_hard as f64),
    ),
    gauge("chatd_inbox_batches", &[], "Batches of requests that wait for the owner", |sight| {
        level(sight.inbox as f64)
    }),
    gauge(
        "chatd_owner_responsive",
        &[],
        "Whether the owner of the state answered this scrape in time (1) or not (0)",
        |sight| level(flag(sight.census.is_some())),
    ),
    histogram(
        "chatd_owner_turn_seconds",
        "How long the owner's turns took; nobody is served meanwhile",
        |sight| spread(sight.meter.turns.distribution(), US),
    ),
    histogram(
        "chatd_runtime_late_wakeup_seconds",
        "How much later than asked for the runtime woke a task, four times a second: stalls of the event loop",
        |sight| spread(sight.meter.late_wakes.distribution(), US),
    ),
    gauge("chatd_runtime_workers", &[], "Threads that run tasks", |sight| {
        level(sight.runtime.num_workers() as f64)
    }),
    gauge("chatd_runtime_tasks", &[], "Tasks that are alive: one for each client, and some", |sight| {
        level(sight.runtime.num_alive_tasks() as f64)
    }),
    counter(
        "chatd_runtime_busy_seconds_total",
        &[],
        "Time that all workers together spent running tasks",
        busy,
    ),
    counter("chatd_log_events_total", &[], "Events that the log handed back to be applied", |sight| {
        count(sight.meter.events.load(Relaxed))
    }),
    gauge("chatd_log_waiting_events", &[], "Events appended to the log and not applied yet", |sight| {
        maybe(sight.census.as_ref().map(|census| census.log_waiting as f64))
    }),
    gauge(
        "chatd_log_lag_seconds",
        &[],
        "For how long the oldest event has waited that is appended and not applied; 0 when none waits",
        |sight| maybe(sight.census.as_ref().map(|census| seconds(census.log_lag_ms))),
    ),
    gauge("chatd_store_queue_groups", &[], "Groups of records that wait for the store's thread", |sight| {
        level(sight.store_stats.waiting_groups() as f64)
    }),
    counter(
        "chatd_dropped_log_lines_total",
        &[],
        "Lines of the daemon's own log that were dropped because nobody took them fast enough",
        |sight| count(sight.dropped_lines as u64),
    ),
];

fn busy(sight: &Sight) -> Vec<Sample> {
    let workers = 0..sight.runtime.num_workers();
    let busy: f64 =
        workers.map(|worker| sight.runtime.worker_total_busy_duration(worker).as_secs_f64()).sum();
    vec![Sample { labels: Vec::new(), value: Value::Part(busy) }]
}
