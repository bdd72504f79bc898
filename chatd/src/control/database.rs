//! `/v1/db`: what the database holds, whether it is sound, and giving room back. The work is the store's.

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Json};
use chat_proto::control::{CheckLine, DbInfo, STREAM_MEDIA_TYPE, VacuumLine, VacuumRequest};

use super::audit::note;
use super::labour::{respond, tell_failure};
use super::problem::{Answer, Failure};
use super::request::Body;
use super::router::{App, Asker};
use super::stream::place;
use super::time::rfc3339;
use crate::store::{CompactError, Examined, Holdings, Interest};

/// The longest pause if nobody says how long.
const PAUSE: Duration = Duration::from_secs(10);

/// The longest pause that may be asked for: nobody can say anything meanwhile.
const PAUSE_MAX: Duration = Duration::from_secs(10 * 60);

/// What the database holds and takes. Counting takes long, so it has a place as streams have, and ends when its asker goes.
pub(super) async fn show(State(app): State<App>) -> Answer<DbInfo> {
    let care = app.context.care.clone();
    let path = care.path().display().to_string();
    let (place, interest) = (place(&app)?, Interest::until(&app.context.facts.stopping));
    let _waiter = interest.waiter();
    let held = tokio::task::spawn_blocking(move || {
        // Not given back before the thread is.
        let _place = place;
        care.holdings(&interest)
    });
    let held = held.await.map_err(|_| Failure::store_failing("reading the store broke off"))?;
    if app.context.facts.stopping.is_cancelled() {
        return Err(Failure::stopping());
    }
    let held = held?;
    let stats = app.context.stats.snapshot();
    let Holdings { amount, conversations, oldest_at, pages, free_pages, page_bytes, schema } = held;
    Ok(Json(DbInfo {
        path,
        database_bytes: stats.database_bytes,
        log_bytes: stats.log_bytes,
        disk_free_bytes: stats.free_bytes,
        page_bytes,
        pages,
        free_pages,
        messages: amount.messages,
        audit_entries: amount.audit,
        conversations,
        newest_seq: amount.newest_seq.0,
        oldest_at: oldest_at.map(rfc3339),
        schema: schema.unsigned_abs(),
    }))
}

/// Examines it and tells what is wrong.
pub(super) async fn check(State(app): State<App>) -> Result<Response, Failure> {
    let care = app.context.care.clone();
    respond(&app, STREAM_MEDIA_TYPE, &CheckLine::Heartbeat, move |speaker, interest| {
        let examined = care.examine(interest, &mut |told| speaker.line(&line(told)));
        if interest.is_lost() {
            // Nothing may be said of what was not looked at.
            return speaker.line(&CheckLine::Failed { detail: "it was given up".into() });
        }
        match examined {
            Ok(0) => speaker.line(&CheckLine::Done { findings: 0 }),
            Ok(findings) => {
                tell_failure("examining the database", &format!("{findings} findings"));
                speaker.line(&CheckLine::Done { findings: findings as u64 });
            }
            Err(error) => {
                let detail = tell_failure("examining the database", &error);
                speaker.line(&CheckLine::Failed { detail });
            }
        }
    })
}

fn line(told: Examined) -> CheckLine {
    match told {
        Examined::Looking { what, step, steps } => {
            CheckLine::Looking { what: what.into(), step: step as u64, steps: steps as u64 }
        }
        Examined::Finding { what, text } => CheckLine::Finding { what: what.into(), text },
    }
}

/// Gives back the room that it does not use.
pub(super) async fn vacuum(
    State(app): State<App>,
    Extension(Asker(by)): Extension<Asker>,
    Body(ask): Body<VacuumRequest>,
) -> Result<Response, Failure> {
    let limit = ask.max_pause_ms.map_or(PAUSE, Duration::from_millis);
    if limit.is_zero() || limit > PAUSE_MAX {
        return Err(Failure::bad_request("a pause lasts from one millisecond to 10 minutes"));
    }
    // Before, because nothing can be kept while it lasts.
    note(&app, &by, "db-vacuum", "", &format!("longest pause {} ms", limit.as_millis())).await;
    let (care, reserve) = (app.context.care.clone(), app.context.shared.config().history.min_free as u64);
    respond(&app, STREAM_MEDIA_TYPE, &VacuumLine::Heartbeat, move |speaker, interest| {
        match care.compact(limit, reserve, interest) {
            Ok(done) => {
                let pause_ms = u64::try_from(done.pause.as_millis()).unwrap_or(u64::MAX);
                tracing::info!(before = done.before, after = done.after, pause_ms, "database compacted");
                let (before_bytes, after_bytes) = (done.before, done.after);
                speaker.line(&VacuumLine::Done { before_bytes, after_bytes, pause_ms });
            }
            Err(error) => {
                let hint = hint(&error).map(str::to_owned);
                let detail = tell_failure("compacting the database", &error);
                speaker.line(&VacuumLine::Failed { detail, hint });
            }
        }
    })
}

fn hint(error: &CompactError) -> Option<&'static str> {
    match error {
        CompactError::TooLong { .. } => {
            Some("allow a longer pause with --max-pause, at a time when that hurts least")
        }
        CompactError::NoRoom { .. } => Some("make room, or have less kept (history.keep-days)"),
        CompactError::Busy => Some("wait until it is done"),
        _ => None,
    }
}
