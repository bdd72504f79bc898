//! `/v1/config` and `/v1/reload`: what is in force, what differs, and putting another configuration in force. Passes it on and waits for
//! the answer; secrets are hidden by whoever answers.

use std::sync::PoisonError;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use axum::extract::State;
use axum::{Extension, Json};
use chat_proto::control::{
    ConfigChange, ConfigDiff, ConfigDiffQuery, ConfigQuery, ConfigView, Confirmed, ReloadRequest,
    ReloadResult,
};
use tokio::sync::oneshot;

use super::audit::note;
use super::daemon::steer;
use super::problem::{Answer, Failure};
use super::request::{Asked, Body};
use super::router::{App, Asker};
use super::time::rfc3339;
use super::{NotDone, Steer};
use crate::domain::command::Operator;
use crate::domain::id::Time;

/// A reload that waits longer for its confirmation has been forgotten.
const CONFIRM_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// What is in force, and where each value comes from.
pub(super) async fn show(State(app): State<App>, Asked(query): Asked<ConfigQuery>) -> Answer<ConfigView> {
    let prefix = query.prefix.unwrap_or_default();
    let settings = steer(&app, |answer| Steer::Settings(prefix.clone(), answer)).await?;
    if settings.is_empty() {
        let detail = format!("no key of the configuration begins with {prefix:?}");
        return Err(Failure::no_such_object(detail).hint("`chatctl config show` prints all"));
    }
    let facts = &app.context.facts;
    Ok(Json(ConfigView {
        source: facts.config_source.clone(),
        loaded_at: rfc3339(Time(facts.config_loaded_at.load(Relaxed))),
        settings,
    }))
}

/// What differs between what is in force and the file, or the defaults.
pub(super) async fn diff(State(app): State<App>, Asked(query): Asked<ConfigDiffQuery>) -> Answer<ConfigDiff> {
    Ok(Json(steer(&app, |answer| Steer::Diff(query.against, answer)).await??))
}

/// Reads the configuration again and puts it in force if it has no fault.
pub(super) async fn reload(
    State(app): State<App>,
    Extension(Asker(by)): Extension<Asker>,
    Body(ask): Body<ReloadRequest>,
) -> Answer<ReloadResult> {
    let confirm_within = ask.confirm_within_ms.map(Duration::from_millis);
    if confirm_within.is_some_and(|within| within.is_zero() || within > CONFIRM_MAX) {
        let detail = "a reload waits for its confirmation from one millisecond to 24 hours";
        return Err(Failure::bad_request(detail));
    }
    // Before it takes effect, for whoever asked may be gone before it is done.
    note(&app, &by, "reload", &app.context.facts.config_source, "begun").await;
    let ask = move |answer| Steer::Reload { confirm_within, answer };
    let told = move |done: &Result<ReloadResult, NotDone>| outcome(done, confirm_within);
    Ok(Json(steer_and_note(&app, by, "reload", ask, told).await??))
}

/// What the audit says of a reload that was done, or was not.
fn outcome(done: &Result<ReloadResult, NotDone>, confirm_within: Option<Duration>) -> String {
    match done {
        Ok(done) => match (confirm_within, keys(&done.changed)) {
            (Some(within), keys) if done.pending.is_some() => {
                format!("{keys}; undone unless confirmed within {} s", within.as_secs_f64())
            }
            (_, keys) => keys,
        },
        Err(NotDone::Faulty(_)) => "refused: the configuration is wrong".into(),
        Err(NotDone::Refused { cause, .. }) => format!("refused: {cause}"),
    }
}

/// Has the daemon do something whose beginning is in the audit already, and leaves another entry of what came of it: also if
/// whoever asked is gone by then.
async fn steer_and_note<T: Send + 'static>(
    app: &App,
    by: Operator,
    action: &'static str,
    ask: impl FnOnce(oneshot::Sender<T>) -> Steer + Send + 'static,
    told: impl FnOnce(&T) -> String + Send + 'static,
) -> Result<T, Failure> {
    let app = app.clone();
    let whole = tokio::spawn(async move {
        let done = steer(&app, ask).await;
        let detail = done.as_ref().map_or_else(|_| "no answer in time".to_owned(), told);
        note(&app, &by, action, &app.context.facts.config_source, &detail).await;
        done
    });
    whole.await.unwrap_or_else(|_| Err(Failure::stopping()))
}

/// Keeps what was reloaded and would be undone.
pub(super) async fn confirm(
    State(app): State<App>,
    Extension(Asker(by)): Extension<Asker>,
) -> Answer<Confirmed> {
    note_if_one_waits(&app, &by, "confirm").await;
    Ok(Json(steer(&app, Steer::Confirm).await??))
}

/// Takes back what was reloaded and waits for its confirmation.
pub(super) async fn undo(
    State(app): State<App>,
    Extension(Asker(by)): Extension<Asker>,
) -> Answer<ReloadResult> {
    note_if_one_waits(&app, &by, "undo").await;
    Ok(Json(steer(&app, Steer::Undo).await??))
}

/// Leaves an entry of what is about to be done to a reload that waits. Where none waits nothing will be done.
async fn note_if_one_waits(app: &App, by: &Operator, action: &str) {
    let facts = &app.context.facts;
    let waits = facts.pending_reload.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some(waits) = waits {
        let detail = format!("the reload of {}", waits.began_at);
        note(app, by, action, &facts.config_source, &detail).await;
    }
}

fn keys(changes: &[ConfigChange]) -> String {
    changes.iter().map(|change| change.key.as_str()).collect::<Vec<_>>().join(" ")
}

impl From<NotDone> for Failure {
    fn from(not_done: NotDone) -> Self {
        match not_done {
            NotDone::Faulty(report) => Self::bad_configuration(report),
            NotDone::Refused { cause, remedy } => Self::refused(cause).hint(remedy),
        }
    }
}
