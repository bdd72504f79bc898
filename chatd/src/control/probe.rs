//! `GET /v1/health` and `GET /v1/ready`: what a service manager and a load balancer ask. 200 or 503, and a line of JSON that says why.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chat_proto::control::Probe;
use tokio::time::timeout;

use super::Context;
use super::router::App;
use crate::health::{Condition, Raised, Severity};
use crate::registry::Inspect;

/// How long the owner may take to answer; who asks waits five seconds or so.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether the daemon lives, on the control socket.
pub(super) async fn health(State(app): State<App>) -> Response {
    alive(&app.context).await
}

/// Whether it takes new clients, on the control socket.
pub(super) async fn ready(State(app): State<App>) -> Response {
    answer(hindrances(&app.context, |raised| format!("{}: {}", raised.condition.code(), raised.detail)).await)
}

/// The same for whoever can reach the address of `[metrics]`: what is wrong, and none of the words of the system and the store, in
/// which there are paths.
pub(super) async fn takes_strangers(context: &Context) -> Response {
    answer(hindrances(context, |raised| raised.condition.code().to_owned()).await)
}

/// Whether the daemon lives: the owner answers in time. If not, only a restart helps.
pub(super) async fn alive(context: &Context) -> Response {
    answer(silence(context).await.into_iter().collect())
}

/// What speaks against taking new clients and keeping what they say. While there is something, others should.
async fn hindrances(context: &Context, told: impl Fn(&Raised) -> String) -> Vec<String> {
    let mut reasons: Vec<_> = silence(context).await.into_iter().collect();
    if context.facts.is_draining.load(Relaxed) {
        reasons.push("draining: it takes no new clients and ends when all have left".to_owned());
    }
    let (connected, limit) = (context.registry.connections(), context.shared.config().limits.clients);
    if connected >= limit {
        reasons.push(format!("full: {connected} clients are connected (limits.clients = {limit})"));
    }
    let hinders = |condition: Condition| {
        condition.severity() == Severity::Failing || condition == Condition::DescriptorsExhausted
    };
    let raised = context.health.snapshot().into_iter().filter(|raised| hinders(raised.condition));
    reasons.extend(raised.map(|raised| told(&raised)));
    reasons
}

/// What to say of an owner that does not answer.
async fn silence(context: &Context) -> Option<String> {
    match timeout(PATIENCE, context.registry.inspect(Inspect::Counts)).await {
        Ok(Ok(_)) => None,
        Ok(Err(_stopped)) => Some("stopped: the owner of the state is gone".to_owned()),
        Err(_late) => {
            let within_s = PATIENCE.as_secs();
            Some(format!("stuck: the owner of the state did not answer within {within_s} seconds"))
        }
    }
}

fn answer(reasons: Vec<String>) -> Response {
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let probe = Probe { is_ok: reasons.is_empty(), reasons };
    let line = serde_json::to_string(&probe).expect("flags and strings are always JSON");
    (status, [(header::CONTENT_TYPE, "application/json")], format!("{line}\n")).into_response()
}
