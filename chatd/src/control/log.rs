//! `GET /v1/log`: what the daemon logs, the latest and as it happens. `PUT /v1/log`: how much of it, and for how long.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Json};
use chat_proto::control::{LogLevel, LogLine, LogQuery, LogSetting, LogStreamLine};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::sleep_until;
use tokio_util::sync::CancellationToken;
use tracing::Level;

use super::about::About;
use super::audit::note;
use super::clients;
use super::problem::{Answer, Failure};
use super::request::{Asked, Body};
use super::router::{App, Asker};
use super::stream::{Source, respond};
use crate::config::parse_level;
use crate::telemetry::{Telemetry, TelemetryError, Watching};

/// From the gravest on.
const LEVELS: [(&str, Level); 5] = [
    ("error", Level::ERROR),
    ("warn", Level::WARN),
    ("info", Level::INFO),
    ("debug", Level::DEBUG),
    ("trace", Level::TRACE),
];

/// Longest time for which a level can be raised: who wants it longer wants it in the configuration.
const RAISED_MAX: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Streams the latest of what was logged, if that is asked for, and what is logged from now on.
pub(super) async fn stream(
    State(app): State<App>,
    Asked(query): Asked<LogQuery>,
) -> Result<Response, Failure> {
    let least = query.level.as_deref().filter(|level| !level.is_empty()).map(level).transpose()?;
    let folding = app.context.shared.config().server.casemapping;
    let mut about = About::parse(query.what.as_deref().unwrap_or_default(), folding)?;
    for who in about.people() {
        let ids = clients::named(&app, &who).await?.into_iter().map(|view| view.id.serial);
        about.follow(ids);
    }
    let telemetry = Arc::clone(&app.context.telemetry);
    let watching = telemetry.watch(least);
    let count = usize::try_from(query.count.unwrap_or(0)).unwrap_or(usize::MAX);
    let then = if query.follow == Some(false) { Then::LastWord } else { Then::Live };
    let mut watcher = Watcher { telemetry, watching, recent: Vec::new(), least, about, then };
    watcher.choose_recent(count);
    respond(watcher, &app)
}

/// Changes the level or the filter, for a while or until the next start.
pub(super) async fn set(
    State(app): State<App>,
    Extension(Asker(by)): Extension<Asker>,
    Body(ask): Body<LogSetting>,
) -> Answer<LogLevel> {
    let telemetry = &app.context.telemetry;
    let within = ask.for_ms.map(Duration::from_millis);
    if let Some(within) = within.filter(|within| *within > RAISED_MAX) {
        let detail =
            format!("{} s are longer than the seven days for which a level can be raised", within.as_secs());
        return Err(Failure::bad_request(detail).hint("set log.level in the configuration and reload"));
    }
    let refused =
        |error: TelemetryError| Failure::plain(StatusCode::UNPROCESSABLE_ENTITY, format!("{error}"));
    parse_level(&ask.level).map_err(|error| refused(error.into()))?;
    let detail = within.map(|within| format!("for {} s", within.as_secs_f64())).unwrap_or_default();
    note(&app, &by, "log-level", &ask.level, &detail).await;
    let set = match within {
        Some(within) => telemetry.raise_level(&ask.level, within),
        None => telemetry.set_level(&ask.level),
    };
    set.map_err(refused)?;
    let until = telemetry.level_until().map(|until| format!("{until:.3}"));
    Ok(Json(LogLevel { level: telemetry.level(), until }))
}

/// Ends levels that were raised for a while, until `stop`.
pub(super) async fn lower_levels(telemetry: Arc<Telemetry>, stop: CancellationToken) {
    let mut due = telemetry.level_due();
    loop {
        let at = *due.borrow_and_update();
        let over = async {
            match at {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            changed = due.changed() => if changed.is_err() { return },
            () = over => {
                if let Some(level) = telemetry.lower_level() {
                    tracing::info!(level, "the time of the other log level is over");
                }
            }
        }
    }
}

/// What comes behind the lines from before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Live,
    /// A heartbeat, so that nobody takes a connection that breaks for the end; then nothing.
    LastWord,
    End,
}

struct Watcher {
    telemetry: Arc<Telemetry>,
    watching: Watching,
    /// Lines from before, which are handed out first.
    recent: Vec<Arc<LogLine>>,
    least: Option<Level>,
    about: About,
    then: Then,
}

impl Watcher {
    fn choose_recent(&mut self, count: usize) {
        let all = std::mem::take(&mut self.watching.recent);
        let chosen: Vec<_> = all.into_iter().filter(|line| self.takes(line)).collect();
        self.recent = chosen[chosen.len().saturating_sub(count)..].to_vec();
    }

    fn takes(&mut self, line: &LogLine) -> bool {
        let Ok(level) = level(&line.level) else { return false };
        let is_wanted = match self.least {
            Some(least) => level <= least,
            None => self.telemetry.is_logged(level),
        };
        // Also of lines that are not shown it is learned who has which nick.
        self.about.takes(line) && is_wanted
    }
}

impl Source for Watcher {
    type Line = LogStreamLine;

    async fn next(&mut self) -> Option<Vec<LogStreamLine>> {
        if !self.recent.is_empty() {
            let recent = std::mem::take(&mut self.recent);
            return Some(recent.iter().map(|line| LogStreamLine::Line(LogLine::clone(line))).collect());
        }
        match self.then {
            Then::Live => self.next_live().await,
            Then::LastWord => {
                self.then = Then::End;
                Some(vec![LogStreamLine::Heartbeat])
            }
            Then::End => None,
        }
    }

    fn heartbeat(&self) -> LogStreamLine {
        LogStreamLine::Heartbeat
    }
}

impl Watcher {
    async fn next_live(&mut self) -> Option<Vec<LogStreamLine>> {
        loop {
            match self.watching.live.recv().await {
                Ok(line) if self.takes(&line) => {
                    return Some(vec![LogStreamLine::Line(LogLine::clone(&line))]);
                }
                Ok(_) => {}
                Err(RecvError::Lagged(lines)) => return Some(vec![LogStreamLine::Lost { lines }]),
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

fn level(name: &str) -> Result<Level, Failure> {
    let found = LEVELS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, level)| *level).ok_or_else(|| {
        let known = LEVELS.map(|(known, _)| known).join(", ");
        Failure::bad_request(format!("{name:?} is not a level")).hint(format!("one of {known}"))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chat_proto::control::LogStreamLine;
    use chat_proto::name::CaseMapping;

    use super::super::stream::Source;
    use super::super::tests::harness::record;
    use super::{About, Then, Watcher};

    #[tokio::test]
    async fn a_watcher_that_lags_is_told_how_much_it_lost() {
        let telemetry = record();
        let watching = telemetry.watch(None);
        let about = About::parse("#lagging", CaseMapping::Ascii).unwrap();
        let (least, then) = (None, Then::Live);
        let mut watcher =
            Watcher { telemetry: Arc::clone(&telemetry), watching, recent: Vec::new(), least, about, then };
        for number in 1..=1025 {
            tracing::info!(room = "#lagging", "{number}");
        }
        // Other tests log beside this one.
        let lost = watcher.next().await.unwrap();
        assert!(matches!(&lost[..], [LogStreamLine::Lost { lines: 1.. }]), "{lost:?}");
        let next = watcher.next().await.unwrap();
        assert!(matches!(&next[..], [LogStreamLine::Line(line)] if line.message != "1"), "{next:?}");
    }
}
