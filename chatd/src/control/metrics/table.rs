//! The metrics as a table: one row each. docs/metrics.md, the dashboard and the alerts are held against it by tests.

mod clients;
mod messages;
mod process;
mod queues;
mod storage;

use super::sight::Sight;
use crate::meter::Distribution;

/// One metric.
#[derive(Debug)]
pub(in crate::control) struct Metric {
    /// As it is written: base units, counters end with `_total`.
    pub(in crate::control) name: &'static str,
    pub(in crate::control) kind: Kind,
    /// The labels' names. No value of a label comes from a client.
    pub(in crate::control) labels: &'static [&'static str],
    /// A sentence without full stop.
    pub(super) help: &'static str,
    /// What it is at the moment; nothing if that could not be told in time.
    pub(super) read: fn(&Sight) -> Vec<Sample>,
}

/// What a metric does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::control) enum Kind {
    /// It only rises, until the daemon begins anew.
    Counter,
    /// It rises and falls.
    Gauge,
    /// Values in ranges.
    Histogram,
}

#[cfg(test)]
impl Kind {
    /// As the format writes it.
    pub(in crate::control) fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// One value of a metric.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sample {
    /// The values of the labels, in the order of their names.
    pub(super) labels: Vec<&'static str>,
    pub(super) value: Value,
}

/// A value, as its kind has it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// Of a counter.
    Whole(u64),
    /// Of a counter that has parts.
    Part(f64),
    /// Of a gauge.
    Level(f64),
    /// Of a histogram, and how many of what it holds are one of the base unit.
    Spread(Distribution, f64),
}

/// Every metric, by family, in the order in which they are shown.
pub(in crate::control) const METRICS: [&[Metric]; 5] =
    [clients::METRICS, messages::METRICS, queues::METRICS, storage::METRICS, process::METRICS];

const fn counter(
    name: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
    read: fn(&Sight) -> Vec<Sample>,
) -> Metric {
    Metric { name, kind: Kind::Counter, labels, help, read }
}

const fn gauge(
    name: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
    read: fn(&Sight) -> Vec<Sample>,
) -> Metric {
    Metric { name, kind: Kind::Gauge, labels, help, read }
}

const fn histogram(name: &'static str, help: &'static str, read: fn(&Sight) -> Vec<Sample>) -> Metric {
    Metric { name, kind: Kind::Histogram, labels: &[], help, read }
}

/// Microseconds in a second.
const US: f64 = 1_000_000.0;

fn count(value: u64) -> Vec<Sample> {
    vec![Sample { labels: Vec::new(), value: Value::Whole(value) }]
}

fn level(value: f64) -> Vec<Sample> {
    vec![Sample { labels: Vec::new(), value: Value::Level(value) }]
}

/// A level that may not be known.
fn maybe(value: Option<f64>) -> Vec<Sample> {
    value.map(level).unwrap_or_default()
}

fn spread(distribution: Distribution, unit: f64) -> Vec<Sample> {
    vec![Sample { labels: Vec::new(), value: Value::Spread(distribution, unit) }]
}

/// Counters with one label.
fn counts<const N: usize>(names: [&'static str; N], counts: [u64; N]) -> Vec<Sample> {
    let sample = |(name, count)| Sample { labels: vec![name], value: Value::Whole(count) };
    names.into_iter().zip(counts).map(sample).collect()
}

/// Gauges with one label.
fn levels<const N: usize>(levels: [(&'static str, f64); N]) -> Vec<Sample> {
    levels.map(|(name, level)| Sample { labels: vec![name], value: Value::Level(level) }).into()
}

/// Whether something is so, as metrics say it.
fn flag(is_so: bool) -> f64 {
    f64::from(u8::from(is_so))
}

/// Milliseconds as seconds.
fn seconds(ms: u64) -> f64 {
    ms as f64 / 1000.0
}
