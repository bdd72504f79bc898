//! Prometheus' text format, version 0.0.4, from the table and what its rows read. Knows no metric by name.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet, prometheus_text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use super::sight::Sight;
use super::table::{Kind, METRICS, Metric, Sample, Value};

pub(super) use prometheus_client::encoding::prometheus_text::CONTENT_TYPE;

/// What counters end with; the library writes it.
const TOTAL: &str = "_total";

/// Every metric that has something to tell.
pub(super) fn write(sight: &Sight) -> String {
    let mut registry = Registry::default();
    let read = METRICS.into_iter().flatten().map(|metric| (metric, (metric.read)(sight)));
    registry.register_collector(Box::new(Read(read.filter(|(_, samples)| !samples.is_empty()).collect())));
    let mut text = String::new();
    // Writing into a string fails only when a gauge or a counter is no number that the format has.
    if let Err(error) = prometheus_text::encode(&mut text, &registry) {
        tracing::error!(%error, "cannot write the metrics");
    }
    text
}

/// What the rows of the table have read.
#[derive(Debug)]
struct Read(Vec<(&'static Metric, Vec<Sample>)>);

impl Collector for Read {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for (metric, samples) in &self.0 {
            let name = metric.name.strip_suffix(TOTAL).unwrap_or(metric.name);
            let mut family = encoder.encode_descriptor(name, metric.help, None, kind(metric.kind))?;
            for Sample { labels, value } in samples {
                let labels: Vec<_> = metric.labels.iter().copied().zip(labels.iter().copied()).collect();
                put(family.encode_family(&labels)?, value)?;
            }
        }
        Ok(())
    }
}

fn kind(kind: Kind) -> MetricType {
    match kind {
        Kind::Counter => MetricType::Counter,
        Kind::Gauge => MetricType::Gauge,
        Kind::Histogram => MetricType::Histogram,
    }
}

fn put(mut encoder: MetricEncoder<'_>, value: &Value) -> fmt::Result {
    match value {
        Value::Whole(value) => encoder.encode_counter::<NoLabelSet, _, u64>(value, None),
        Value::Part(value) => encoder.encode_counter::<NoLabelSet, _, f64>(value, None),
        Value::Level(value) => encoder.encode_gauge(value),
        Value::Spread(spread, unit) => {
            let scaled = |value: u64| value as f64 / unit;
            let ranges: Vec<_> =
                spread.ranges.iter().map(|(bound, count)| (scaled(*bound), *count)).collect();
            encoder.encode_histogram::<NoLabelSet>(scaled(spread.sum), spread.count, &ranges, None)
        }
    }
}
