//! What is said, asked and refused, and how many bytes that takes.

use std::sync::atomic::Ordering::Relaxed;

use super::{Metric, Sample, Value, count, counter, counts};
use crate::control::metrics::sight::Sight;
use crate::domain::refusal::Refusal;

pub(super) const METRICS: &[Metric] = &[
    counter(
        "chatd_messages_total",
        &["conversation", "kind"],
        "Messages said, by where they belong and by what they are; one for several lines is one",
        said,
    ),
    counter("chatd_deliveries_total", &[], "Lines put into outboxes because of what others did", |sight| {
        count(sight.meter.deliveries.load(Relaxed))
    }),
    counter("chatd_received_lines_total", &[], "Lines that clients sent", |sight| {
        count(sight.traffic.lines_in)
    }),
    counter("chatd_sent_lines_total", &[], "Lines written to clients", |sight| {
        count(sight.traffic.lines_out)
    }),
    counter(
        "chatd_received_bytes_total",
        &[],
        "Bytes that clients sent, without what TLS and WebSocket add",
        |sight| count(sight.traffic.bytes_in),
    ),
    counter(
        "chatd_sent_bytes_total",
        &[],
        "Bytes written to clients, without what TLS and WebSocket add",
        |sight| count(sight.traffic.bytes_out),
    ),
    counter("chatd_irc_commands_total", &["command"], "Commands of IRC that clients sent, by command", verbs),
    counter(
        "chatd_refusals_total",
        &["kind"],
        "Requests of clients and commands of operators that were refused, by kind",
        |sight| counts(Refusal::KINDS, sight.meter.refusals.all()),
    ),
];

fn said(sight: &Sight) -> Vec<Sample> {
    let sample = |(to, kind, count)| Sample { labels: vec![to, kind], value: Value::Whole(count) };
    sight.meter.said.all().map(sample).collect()
}

fn verbs(sight: &Sight) -> Vec<Sample> {
    let sample = |(verb, count): &(_, _)| Sample { labels: vec![*verb], value: Value::Whole(*count) };
    sight.verbs.iter().map(sample).collect()
}
