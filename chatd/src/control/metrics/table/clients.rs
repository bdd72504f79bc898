//! Who is connected, who came, who was not let in, who left, and where they talk.

use std::sync::atomic::Ordering::Relaxed;

use super::{Metric, Sample, Value, counter, counts, gauge, level, levels, maybe, seconds};
use crate::control::metrics::sight::Sight;
use crate::domain::disconnect::Disconnect;
use crate::meter::{ENTRANCES, HandshakeFailure, TurnedAway};
use crate::wire::irc::{DIALECT, DIALECT_WEBSOCKET};
use crate::wire::lines;

/// How clients speak; also those are told whom nobody is.
const DIALECTS: [&str; 3] = [DIALECT, DIALECT_WEBSOCKET, lines::DIALECT];

pub(super) const METRICS: &[Metric] = &[
    gauge(
        "chatd_clients",
        &["dialect", "state"],
        "Clients connected at present, by how they speak and by whether they have registered",
        clients,
    ),
    gauge("chatd_clients_limit", &[], "Clients that may be connected at once (limits.clients)", |sight| {
        level(sight.config.limits.clients as f64)
    }),
    counter(
        "chatd_connections_total",
        &["protocol", "tls"],
        "Connections that became sessions, by what is spoken and by whether TLS protects them",
        entered,
    ),
    counter(
        "chatd_connections_refused_total",
        &["cause"],
        "Connections turned away when they came, by cause",
        |sight| counts(TurnedAway::NAMES, sight.meter.turned_away.all()),
    ),
    counter(
        "chatd_accept_failures_total",
        &[],
        "Failures of the operating system to hand over a connection, as when no descriptor is left",
        |sight| super::count(sight.meter.accepts_failed.load(Relaxed)),
    ),
    counter(
        "chatd_handshake_failures_total",
        &["cause"],
        "Connections whose handshakes before the session failed (TLS, PROXY header, WebSocket), by cause",
        |sight| counts(HandshakeFailure::NAMES, sight.meter.handshakes_failed.all()),
    ),
    counter("chatd_disconnects_total", &["reason"], "Sessions that ended, by reason", |sight| {
        counts(Disconnect::KINDS, sight.meter.disconnects.all())
    }),
    gauge("chatd_rooms", &[], "Rooms at present", |sight| {
        maybe(sight.census.as_ref().map(|census| census.rooms as f64))
    }),
    gauge("chatd_rooms_limit", &[], "Rooms that may exist at once (limits.rooms)", |sight| {
        level(sight.config.limits.rooms as f64)
    }),
    gauge(
        "chatd_desk_conversations",
        &["state"],
        "Desk conversations at present, by whether they wait for an answer",
        desk,
    ),
    gauge(
        "chatd_desk_longest_wait_seconds",
        &[],
        "For how long the desk conversation has waited that waits longest, since its last words; 0 when none waits",
        |sight| maybe(sight.census.as_ref().map(|census| seconds(census.desk_wait_ms))),
    ),
];

fn clients(sight: &Sight) -> Vec<Sample> {
    let Some(census) = &sight.census else { return Vec::new() };
    let states = [("registered", true), ("unregistered", false)];
    let groups = DIALECTS.into_iter().flat_map(|dialect| states.map(|(state, is)| (dialect, state, is)));
    let sample = |(dialect, state, is_registered)| {
        let in_group = census
            .clients
            .iter()
            .filter(|group| group.dialect == dialect && group.is_registered == is_registered);
        let count: u64 = in_group.map(|group| group.count).sum();
        Sample { labels: vec![dialect, state], value: Value::Level(count as f64) }
    };
    groups.map(sample).collect()
}

fn entered(sight: &Sight) -> Vec<Sample> {
    let ways = ENTRANCES.into_iter().zip(sight.meter.entered.all());
    let sample = |((protocol, is_secure), count): ((crate::config::Protocol, bool), u64)| {
        let tls = if is_secure { "true" } else { "false" };
        Sample { labels: vec![protocol.name(), tls], value: Value::Whole(count) }
    };
    ways.map(sample).collect()
}

fn desk(sight: &Sight) -> Vec<Sample> {
    let Some(census) = &sight.census else { return Vec::new() };
    let answered = census.desk_open.saturating_sub(census.desk_waiting);
    levels([("waiting", census.desk_waiting as f64), ("answered", answered as f64)])
}
