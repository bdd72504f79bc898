//! `GET /v1/audit`, and the entries that this layer leaves itself.

use axum::Json;
use axum::extract::State;
use chat_proto::control::{AuditEntry, AuditQuery};

use super::history::{count, read};
use super::problem::Answer;
use super::request::Asked;
use super::router::{App, UNIX};
use super::time::rfc3339;
use crate::domain::command::{Command, Operator};
use crate::store::StoredAudit;

/// The newest entries, oldest first.
pub(super) async fn list(State(app): State<App>, Asked(query): Asked<AuditQuery>) -> Answer<Vec<AuditEntry>> {
    let count = count(query.count)?;
    let entries = read(&app, move |reader| reader.audit(count)).await?;
    Ok(Json(entries.into_iter().map(entry).collect()))
}

/// Notes what an operator did to the daemon. When it cannot be kept, that is logged and the deed goes on: a full disk must
/// not keep anybody from stopping the daemon.
pub(super) async fn note(app: &App, by: &Operator, action: &str, target: &str, detail: &str) {
    let command = Command::Audit { action: action.into(), target: target.into(), detail: detail.into() };
    let kept = match app.context.registry.command(by.clone(), command).await {
        Ok(Ok(_)) => return,
        Ok(Err(refusal)) => refusal.to_string(),
        Err(stopped) => stopped.to_string(),
    };
    tracing::error!(who = %by.name, action, target, detail, cause = kept, "cannot keep an audit entry");
}

fn entry(stored: StoredAudit) -> AuditEntry {
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    AuditEntry {
        seq: stored.seq.0,
        time: rfc3339(stored.at),
        who: if stored.who.starts_with(UNIX) { stored.who } else { format!("oper:{}", stored.who) },
        action: stored.action,
        target: some(stored.target),
        detail: some(stored.detail),
    }
}
