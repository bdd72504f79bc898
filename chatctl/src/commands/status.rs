//! `chatctl status`.
//!
//! Owns the block that answers "is it well?" at a glance: one line, then what is wrong, then the rest. The exit status says
//! it, too.

use chat_proto::control::{
    DrainInfo, HealthCondition, HealthState, ListenerInfo, PendingReload, RunState, Status, path,
};
use jiff::Zoned;

use crate::client::{Call, Client};
use crate::exit::Failure;
use crate::print::Screen;
use crate::print::health::{condition, headline, word};
use crate::print::load::{clients, commits, rates};
use crate::print::text::{Span, Style, plain, styled, wrapped};
use crate::print::time::{duration, stamp, stamp_and_ago};

pub(super) async fn status(client: &Client, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let status: Status = client.call(Call::get("show the status", path::STATUS)).await?;
    screen.one(&status, word(status.health.state), |screen| {
        let now = screen.now();
        screen.line(&headline(&status.version, &status.server, &status.health))?;
        screen.block(&rows(&status, &now, screen.width()))
    })?;
    screen.flush()?;
    match status.health.state {
        HealthState::Ok => Ok(()),
        // What is wrong has been said.
        HealthState::Degraded | HealthState::Failing => Err(Failure::Unwell),
    }
}

/// The column in which values begin.
const VALUES_AT: usize = 10;

fn rows(status: &Status, now: &Zoned, width: Option<usize>) -> Vec<(&'static str, Span)> {
    let mut rows = Vec::new();
    for one in &status.health.conditions {
        let Span { style, text } = with_age(one, now);
        // For a person; a program finds a condition in a line.
        let lines =
            width.map_or_else(|| vec![text.clone()], |width| wrapped(&text, width - VALUES_AT.min(width)));
        let row = |(at, line)| (if at == 0 { "health" } else { "" }, styled(style, line));
        rows.extend(lines.into_iter().enumerate().map(row));
    }
    let state = if status.state == RunState::Running { "running" } else { "draining" };
    let uptime = duration(status.uptime_ms);
    rows.push((
        "state",
        plain(format!("{state} for {uptime}, pid {}, network {}", status.pid, status.network)),
    ));
    if let Some(drain) = &status.drain {
        rows.push(("drain", plain(how_far(drain, now))));
    }
    rows.extend([
        ("clients", plain(clients(status.clients, status.registered, &status.dialects))),
        ("rooms", plain(status.rooms.to_string())),
        ("desk", plain(format!("{} waiting for an answer", status.desk_open))),
        ("messages", plain(format!("in {}, delivered {}", status.messages_in, status.deliveries_out))),
        ("rates", plain(format!("{} (last minute)", rates(&status.rates)))),
        ("commits", plain(format!("{}, sync {}", commits(&status.commits), status.sync))),
        ("log", plain(log(status, now))),
    ]);
    let listener = |listener| ("listener", plain(where_to(listener)));
    rows.extend(status.listeners.iter().map(listener));
    rows.push(("control", plain(status.control_socket.as_str())));
    rows.push(("config", plain(status.config_source.as_str())));
    rows.push(("loaded", plain(stamp_and_ago(&status.config_loaded_at, now))));
    if let Some(pending) = &status.pending_reload {
        rows.push(("reload", styled(Style::Yellow, waiting(pending, now))));
    }
    rows
}

fn with_age(one: &HealthCondition, now: &Zoned) -> Span {
    let mut span = condition(one);
    span.text.push_str(&format!(" (since {})", stamp(&one.since, now)));
    span
}

/// A reload that waits for its confirmation.
fn waiting(pending: &PendingReload, now: &Zoned) -> String {
    match &pending.undo_failed {
        None => {
            format!("undone at {} unless confirmed (chatctl reload --confirm)", stamp(&pending.until_at, now))
        }
        // A cause with its hint has two lines, and this is one.
        Some(cause) => {
            let lines = cause.lines().map(str::trim).collect::<Vec<_>>();
            format!("cannot be undone, tried again: {}", lines.join("; "))
        }
    }
}

fn how_far(drain: &DrainInfo, now: &Zoned) -> String {
    let DrainInfo { clients_at_start, ended, .. } = drain;
    format!("of {clients_at_start} clients {ended} ended, stops at {}", stamp(&drain.deadline_at, now))
}

fn log(status: &Status, now: &Zoned) -> String {
    let until = status.log_level_until.as_ref().map(|until| format!(" until {}", stamp(until, now)));
    format!("at {}, level {}{}", status.last_seq, status.log_level, until.unwrap_or_default())
}

fn where_to(listener: &ListenerInfo) -> String {
    let tls = if listener.tls { " with TLS" } else { "" };
    format!("{}{tls} on {}", listener.protocol, listener.address)
}
