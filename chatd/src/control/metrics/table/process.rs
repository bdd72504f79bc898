//! The daemon as a process, its configuration, and what is wrong with it. The names that begin with `process_` are those of
//! Prometheus' own libraries.

use std::sync::atomic::Ordering::Relaxed;

use super::{Metric, Sample, Value, counter, flag, gauge, level, maybe, seconds};
use crate::control::metrics::sight::Sight;
use crate::health::Condition;

pub(super) const METRICS: &[Metric] = &[
    gauge("chatd_build_info", &["version"], "The daemon's version, as a label of the value 1", |_| {
        vec![Sample { labels: vec![env!("CARGO_PKG_VERSION")], value: Value::Level(1.0) }]
    }),
    gauge(
        "chatd_condition",
        &["code", "severity"],
        "Whether a condition holds at present (1) or not (0): what `chatctl status` calls health",
        conditions,
    ),
    gauge(
        "chatd_draining",
        &[],
        "Whether the daemon takes nobody new and ends when all have left (1)",
        |sight| level(flag(sight.facts.is_draining.load(Relaxed))),
    ),
    gauge(
        "chatd_config_last_reload_successful",
        &[],
        "Whether the configuration was good when it was last read (1) or the one before stays in force (0)",
        |sight| level(flag(!sight.meter.is_reload_failed.load(Relaxed))),
    ),
    gauge(
        "chatd_config_last_reload_success_timestamp_seconds",
        &[],
        "When the configuration in force was read, since 1970",
        |sight| level(seconds(sight.facts.config_loaded_at.load(Relaxed))),
    ),
    counter("process_cpu_seconds_total", &[], "Processor time that the process has used", cpu),
    gauge("process_resident_memory_bytes", &[], "Memory of the process that is in RAM", |sight| {
        maybe(sight.process.map(|process| process.resident_bytes as f64))
    }),
    gauge("process_virtual_memory_bytes", &[], "Address space of the process", |sight| {
        maybe(sight.process.map(|process| process.virtual_bytes as f64))
    }),
    gauge("process_open_fds", &[], "Descriptors that the process has open", |sight| {
        maybe(sight.process.map(|process| process.open_descriptors as f64))
    }),
    gauge("process_max_fds", &[], "Descriptors that the process may have open", |sight| {
        maybe(sight.process.map(|process| process.max_descriptors as f64))
    }),
    gauge("process_threads", &[], "Threads of the process", |sight| {
        maybe(sight.process.map(|process| process.threads as f64))
    }),
    gauge("process_start_time_seconds", &[], "When the process began, since 1970", |sight| {
        level(seconds(sight.facts.started_at.0))
    }),
];

fn conditions(sight: &Sight) -> Vec<Sample> {
    let sample = |condition: Condition| Sample {
        labels: vec![condition.code(), condition.severity().as_str()],
        value: Value::Level(flag(sight.health.has(condition))),
    };
    Condition::ALL.map(sample).into()
}

fn cpu(sight: &Sight) -> Vec<Sample> {
    let value = |process: super::super::process::Process| Value::Part(process.cpu.as_secs_f64());
    sight.process.map(|process| Sample { labels: Vec::new(), value: value(process) }).into_iter().collect()
}
