//! `GET /v1/status`: the daemon at one moment.

use std::sync::PoisonError;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Json;
use axum::extract::State;
use chat_proto::control::{
    Commits, DialectCount, Health, HealthCondition, HealthState, ListenerInfo, RunState, Status,
};

use super::clients::dialect;
use super::problem::{Answer, Failure};
use super::router::App;
use super::time::rfc3339;
use super::{ClientListener, Facts};
use crate::config::Sync;
use crate::domain::id::Time;
use crate::health::{self, Raised, Severity};
use crate::registry::{Census, Inspect, Steady, View};
use crate::store::Stats;

/// Over how long rates are.
const RATES_OVER: Duration = Duration::from_secs(60);

/// What the daemon is and how it is.
pub(super) async fn show(State(app): State<App>) -> Answer<Status> {
    let context = &app.context;
    let census = census(&app).await?;
    let (config, facts, meter) = (context.shared.config(), &context.facts, context.registry.meter());
    let stats = context.stats.snapshot();
    Ok(Json(Status {
        version: env!("CARGO_PKG_VERSION").into(),
        network: config.server.network.clone(),
        server: config.server.name.clone(),
        pid: std::process::id(),
        started_at: rfc3339(facts.started_at),
        uptime_ms: Steady::now().0,
        state: state(facts),
        drain: facts.drain.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        health: health(&context.health),
        clients: census.clients.iter().map(|group| group.count).sum(),
        registered: registered(&census),
        dialects: dialects(&census),
        rooms: census.rooms as u64,
        desk_open: census.desk_waiting as u64,
        messages_in: meter.said.total(),
        deliveries_out: meter.deliveries.load(Relaxed),
        rates: app.pulse.rates(context, RATES_OVER),
        last_seq: meter.last_seq.load(Relaxed),
        commits: commits(&stats),
        listeners: facts.listeners().iter().map(listener).collect(),
        control_socket: facts.control_socket.display().to_string(),
        config_source: facts.config_source.clone(),
        config_loaded_at: rfc3339(Time(facts.config_loaded_at.load(Relaxed))),
        pending_reload: facts.pending_reload.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        sync: sync(config.history.sync).into(),
        log_level: context.telemetry.level(),
        log_level_until: context.telemetry.level_until().map(|until| format!("{until:.3}")),
    }))
}

async fn census(app: &App) -> Result<Census, Failure> {
    match app.context.registry.inspect(Inspect::Census).await? {
        View::Census(census) => Ok(*census),
        _ => Err(Failure::stopping()),
    }
}

/// Connections that have completed their registration.
pub(super) fn registered(census: &Census) -> u64 {
    census.clients.iter().filter(|group| group.is_registered).map(|group| group.count).sum()
}

/// The same by how they speak, the most spoken first.
pub(super) fn dialects(census: &Census) -> Vec<DialectCount> {
    let mut counts: Vec<DialectCount> = Vec::new();
    for group in &census.clients {
        let (registered, unregistered) =
            if group.is_registered { (group.count, 0) } else { (0, group.count) };
        let dialect = dialect(group.dialect);
        match counts.iter_mut().find(|one| one.dialect == dialect) {
            Some(one) => {
                one.registered += registered;
                one.unregistered += unregistered;
            }
            None => counts.push(DialectCount { dialect, registered, unregistered }),
        }
    }
    counts.sort_by_key(|one| std::cmp::Reverse(one.registered + one.unregistered));
    counts
}

pub(super) fn state(facts: &Facts) -> RunState {
    if facts.is_draining.load(Relaxed) { RunState::Draining } else { RunState::Running }
}

pub(super) fn health(health: &health::Health) -> Health {
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

pub(super) fn commits(stats: &Stats) -> Commits {
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
