//! `POST /v1/check`, `drain`, `undrain`, `stop`: what only the daemon itself can do. Passes it on and waits for the answer.

use std::path::PathBuf;
use std::sync::PoisonError;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use chat_proto::control::{Accepted, CheckRequest, CheckResult, DrainRequest};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::Steer;
use super::audit::note;
use super::problem::{Answer, Failure};
use super::request::Body;
use super::router::{App, Asker};

/// How long the daemon may take to answer.
const DEADLINE: Duration = Duration::from_secs(30);

/// Reads a configuration and says what a reload would do; changes nothing.
pub(super) async fn check(State(app): State<App>, Body(ask): Body<CheckRequest>) -> Answer<CheckResult> {
    let path = ask.path.map(PathBuf::from);
    if let Some(path) = path.as_ref().filter(|path| !path.is_absolute()) {
        let detail = format!("the path {} is not absolute", path.display());
        return Err(Failure::bad_request(detail).hint("the daemon has a working directory of its own"));
    }
    Ok(Json(steer(&app, |answer| Steer::Check(path, answer)).await?))
}

/// Takes nobody new, ends those who are here a few at a time, and the daemon when all have left.
pub(super) async fn drain(
    State(app): State<App>,
    Extension(Asker(by)): Extension<Asker>,
    Body(ask): Body<DrainRequest>,
) -> Result<(StatusCode, Json<Accepted>), Failure> {
    let limit = ask.timeout_ms.map(Duration::from_millis);
    let detail = ask.timeout_ms.map(|ms| format!("timeout {ms} ms")).unwrap_or_default();
    note(&app, &by, "drain", "", &detail).await;
    let accepted = steer(&app, |answer| Steer::Drain { timeout: limit, answer }).await?;
    Ok((StatusCode::ACCEPTED, Json(accepted)))
}

/// Takes new clients again.
pub(super) async fn undrain(
    State(app): State<App>,
    Extension(Asker(by)): Extension<Asker>,
) -> Answer<Accepted> {
    let drains = app.context.facts.drain.lock().unwrap_or_else(PoisonError::into_inner).is_some();
    if drains {
        note(&app, &by, "undrain", "", "").await;
    }
    let done = steer(&app, Steer::Undrain).await?;
    done.map(Json)
        .ok_or_else(|| Failure::refused("the daemon is not draining").hint("`chatctl drain` would begin it"))
}

/// Ends the daemon.
pub(super) async fn stop(
    State(app): State<App>,
    Extension(Asker(by)): Extension<Asker>,
) -> Result<(StatusCode, Json<Accepted>), Failure> {
    // Before, because afterwards nothing takes an entry any more.
    note(&app, &by, "stop", "", "").await;
    let accepted = steer(&app, |answer| Steer::Stop { answer }).await?;
    Ok((StatusCode::ACCEPTED, Json(accepted)))
}

/// Has the daemon do something, and waits for what came of it.
pub(super) async fn steer<T>(app: &App, ask: impl FnOnce(oneshot::Sender<T>) -> Steer) -> Result<T, Failure> {
    let (answer, answered) = oneshot::channel();
    let ask = ask(answer);
    let whole = async {
        app.context.steer.send(ask).await.map_err(|_| Failure::stopping())?;
        answered.await.map_err(|_| Failure::stopping())
    };
    timeout(DEADLINE, whole).await.unwrap_or_else(|_| {
        let detail = format!("the daemon did not answer within {} seconds", DEADLINE.as_secs());
        Err(Failure::plain(StatusCode::SERVICE_UNAVAILABLE, detail))
    })
}
