//! `GET /v1/log`: what the daemon logs, as it happens. `PUT /v1/log`: how much of it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Json};
use chat_proto::control::{LogLine, LogQuery, LogSetting, LogStreamLine};
use serde_json::Value;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::audit::note;
use super::problem::{Answer, Failure};
use super::request::{Asked, Body};
use super::router::{App, Asker};
use super::stream::{Source, respond};

/// From the gravest on; a line passes if its place is not behind that of the level asked for.
const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

/// Streams what is logged from now on.
pub(super) async fn stream(
    State(app): State<App>,
    Asked(query): Asked<LogQuery>,
) -> Result<Response, Failure> {
    let least = match query.level.as_deref().filter(|level| !level.is_empty()) {
        None => LEVELS.len() - 1,
        Some(level) => place(level).ok_or_else(|| {
            let detail = format!("{level:?} is not a level");
            Failure::bad_request(detail).hint(format!("one of {}", LEVELS.join(", ")))
        })?,
    };
    let feed = app.context.telemetry.subscribe();
    respond(Watcher { feed, least }, &app)
}

/// Changes the level or the filter until the next start.
pub(super) async fn set(
    State(app): State<App>,
    Extension(Asker(by)): Extension<Asker>,
    Body(ask): Body<LogSetting>,
) -> Answer<LogSetting> {
    let telemetry = &app.context.telemetry;
    let unclear = |error| Failure::plain(StatusCode::UNPROCESSABLE_ENTITY, format!("{error}"));
    telemetry.set_level(&ask.level).map_err(unclear)?;
    note(&app, &by, "log-level", &ask.level, "").await;
    Ok(Json(LogSetting { level: telemetry.level() }))
}

struct Watcher {
    feed: Receiver<Arc<str>>,
    least: usize,
}

impl Source for Watcher {
    type Line = LogStreamLine;

    async fn next(&mut self) -> Option<Vec<LogStreamLine>> {
        loop {
            match self.feed.recv().await {
                Ok(json) => {
                    if let Some(line) = line(&json).filter(|line| place(&line.level) <= Some(self.least)) {
                        return Some(vec![LogStreamLine::Line(line)]);
                    }
                }
                Err(RecvError::Lagged(lines)) => return Some(vec![LogStreamLine::Lost { lines }]),
                Err(RecvError::Closed) => return None,
            }
        }
    }

    fn heartbeat(&self) -> LogStreamLine {
        LogStreamLine::Heartbeat
    }
}

fn place(level: &str) -> Option<usize> {
    LEVELS.iter().position(|known| known.eq_ignore_ascii_case(level))
}

/// What telemetry feeds has its levels in capitals and its figures as numbers.
fn line(json: &str) -> Option<LogLine> {
    let mut value: Value = serde_json::from_str(json).ok()?;
    let fields = match value.get_mut("fields").map(Value::take) {
        Some(Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let text = |key: &str| Some(value.get(key)?.as_str()?.to_owned());
    Some(LogLine {
        time: text("time")?,
        level: text("level")?.to_lowercase(),
        target: text("target")?,
        message: text("message")?,
        fields: fields.into_iter().map(|(key, value)| (key, shown(value))).collect(),
    })
}

fn shown(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use chat_proto::control::LogStreamLine;
    use tokio::sync::broadcast;

    use super::super::stream::Source;
    use super::Watcher;

    #[tokio::test]
    async fn a_watcher_that_lags_is_told_how_much_it_lost() {
        let (feed, lines) = broadcast::channel(2);
        for number in 1..=5 {
            let json =
                format!(r#"{{"time":"t","level":"INFO","target":"x","message":"{number}","fields":{{}}}}"#);
            feed.send(json.into()).unwrap();
        }
        let mut watcher = Watcher { feed: lines, least: 4 };
        assert_eq!(watcher.next().await, Some(vec![LogStreamLine::Lost { lines: 3 }]));
        let next = watcher.next().await.unwrap();
        assert!(matches!(&next[..], [LogStreamLine::Line(line)] if line.message == "4"), "{next:?}");
        drop((feed, watcher.next().await));
    }
}
