//! `chatctl status`.
//!
//! Owns the block that answers "is it well?" at a glance, worst news first.

use chat_proto::control::{DrainInfo, HealthCondition, HealthState, ListenerInfo, RunState, Status, path};
use jiff::Zoned;

use crate::client::{Call, Client};
use crate::exit::Failure;
use crate::print::Screen;
use crate::print::text::{Span, Style, plain, styled};
use crate::print::time::{duration, stamp, stamp_and_ago};

pub(super) async fn status(client: &Client, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let status: Status = client.call(Call::get("show the status", path::STATUS)).await?;
    let state = if status.state == RunState::Running { "running" } else { "draining" };
    screen.one(&status, state, |screen| {
        let now = screen.now();
        screen.block(&rows(&status, state, &now))
    })?;
    Ok(())
}

fn rows(status: &Status, state: &str, now: &Zoned) -> Vec<(&'static str, Span)> {
    let mut rows = health(status);
    rows.extend([
        ("state", plain(format!("{state} for {} (pid {})", duration(status.uptime_ms), status.pid))),
        ("server", plain(format!("{} on {}, chatd {}", status.server, status.network, status.version))),
        ("clients", plain(format!("{} ({} registered)", status.clients, status.registered))),
        ("rooms", plain(status.rooms.to_string())),
        ("desk", plain(format!("{} waiting for an answer", status.desk_open))),
        ("messages", plain(format!("in {}, delivered {}", status.messages_in, status.deliveries_out))),
        ("log", plain(format!("at {}, level {}", status.last_seq, status.log_level))),
        ("store", plain(store(status))),
    ]);
    if let Some(drain) = &status.drain {
        rows.push(("drain", plain(how_far(drain, now))));
    }
    for listener in &status.listeners {
        rows.push(("listener", plain(where_to(listener))));
    }
    rows.push(("control", plain(status.control_socket.as_str())));
    let loaded = stamp_and_ago(&status.config_loaded_at, now);
    rows.push(("config", plain(format!("{}, read {loaded}", status.config_source))));
    rows
}

fn how_far(drain: &DrainInfo, now: &Zoned) -> String {
    let DrainInfo { clients_at_start, ended, .. } = drain;
    format!("of {clients_at_start} clients {ended} ended, stops at {}", stamp(&drain.deadline_at, now))
}

fn where_to(listener: &ListenerInfo) -> String {
    let tls = if listener.tls { " with TLS" } else { "" };
    format!("{}{tls} on {}", listener.protocol, listener.address)
}

/// A row for each condition, or one that says that there is none.
fn health(status: &Status) -> Vec<(&'static str, Span)> {
    let conditions = &status.health.conditions;
    if conditions.is_empty() {
        return vec![("health", styled(Style::Green, "ok"))];
    }
    conditions.iter().map(|one| ("health", condition(one))).collect()
}

fn condition(one: &HealthCondition) -> Span {
    let (style, severity) = match one.severity {
        HealthState::Failing => (Style::Red, "failing"),
        HealthState::Degraded | HealthState::Ok => (Style::Yellow, "degraded"),
    };
    styled(style, format!("{severity}: {}: {}", one.title, one.detail))
}

fn store(status: &Status) -> String {
    let commits = &status.commits;
    format!(
        "sync {}; {} records in {} commits, last {:.1} ms, slowest {:.1} ms",
        status.sync, commits.records, commits.groups, commits.last_ms, commits.slowest_ms
    )
}
