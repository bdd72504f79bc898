//! `GET /v1/status`: the daemon at one moment.

use std::sync::PoisonError;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Json;
use axum::extract::State;
use chat_proto::control::{Commits, Health, HealthCondition, HealthState, ListenerInfo, RunState, Status};

use super::problem::{Answer, Failure};
use super::router::App;
use super::time::rfc3339;
use super::{ClientListener, Facts};
use crate::config::Sync;
use crate::domain::id::Time;
use crate::domain::reply::Counts;
use crate::health::{self, Raised, Severity};
use crate::registry::{Inspect, View, now};
use crate::store::Stats;

/// What the daemon is and how it is.
pub(super) async fn show(State(app): State<App>) -> Answer<Status> {
    let context = &app.context;
    let (counts, desk_open) = counts(&app).await?;
    let (config, facts, meter) = (context.shared.config(), &context.facts, context.registry.meter());
    let stats = context.stats.snapshot();
    Ok(Json(Status {
        version: env!("CARGO_PKG_VERSION").into(),
        network: config.server.network.clone(),
        server: config.server.name.clone(),
        pid: std::process::id(),
        started_at: rfc3339(facts.started_at),
        uptime_ms: now().since_ms(facts.started_at),
        state: state(facts),
        drain: facts.drain.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        health: health(&context.health),
        clients: (counts.clients + counts.unregistered) as u64,
        registered: counts.clients as u64,
        rooms: counts.rooms as u64,
        desk_open: desk_open as u64,
        messages_in: meter.said.total(),
        deliveries_out: meter.deliveries.load(Relaxed),
        last_seq: meter.last_seq.load(Relaxed),
        commits: commits(&stats),
        listeners: facts.listeners().iter().map(listener).collect(),
        control_socket: facts.control_socket.display().to_string(),
        config_source: facts.config_source.clone(),
        config_loaded_at: rfc3339(Time(facts.config_loaded_at.load(Relaxed))),
        sync: sync(config.history.sync).into(),
        log_level: context.telemetry.level(),
        log_level_until: context.telemetry.level_until().map(|until| format!("{until:.3}")),
    }))
}

/// How many of what, and how many desk conversations wait.
async fn counts(app: &App) -> Result<(Counts, usize), Failure> {
    match app.context.registry.inspect(Inspect::Counts).await? {
        View::Counts(counts, waiting) => Ok((counts, waiting)),
        _ => Err(Failure::stopping()),
    }
}

fn state(facts: &Facts) -> RunState {
    if facts.is_draining.load(Relaxed) { RunState::Draining } else { RunState::Running }
}

fn health(health: &health::Health) -> Health {
    let raised = health.snapshot();
    let worst = raised.first().map_or(HealthState::Ok, |one| severity(one.condition.severity()));
    Health { state: worst, conditions: raised.into_iter().map(condition).collect() }
}

fn condition(raised: Raised) -> HealthCondition {
    let Raised { condition, detail, since } = raised;
    HealthCondition {
        code: condition.code().into(),
        title: condition.title().into(),
        severity: severity(condition.severity()),
        detail,
        since: rfc3339(at(since)),
    }
}

fn severity(severity: Severity) -> HealthState {
    match severity {
        Severity::Degraded => HealthState::Degraded,
        Severity::Failing => HealthState::Failing,
    }
}

/// A clock before 1970 counts as 1970.
fn at(moment: SystemTime) -> Time {
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

fn commits(stats: &Stats) -> Commits {
    let ms = |us: u64| us as f64 / 1000.0;
    Commits {
        groups: stats.groups,
        records: stats.records,
        last_ms: ms(stats.last_group_us),
        slowest_ms: ms(stats.slowest_group_us),
    }
}

fn listener(listener: &ClientListener) -> ListenerInfo {
    let ClientListener { protocol, address, is_secure } = listener;
    ListenerInfo { protocol: (*protocol).into(), address: address.to_string(), tls: *is_secure }
}

fn sync(sync: Sync) -> &'static str {
    match sync {
        Sync::Always => "always",
        Sync::EverySecond => "every-second",
        Sync::Never => "never",
    }
}
