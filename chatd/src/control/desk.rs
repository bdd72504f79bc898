//! `GET /v1/desk`: the conversations between guests and whoever runs the server.

use axum::Json;
use axum::extract::State;
use chat_proto::control::DeskInfo;

use super::problem::{Answer, Failure};
use super::router::App;
use super::time::rfc3339;
use crate::domain::desk::DeskConversation;
use crate::domain::message::whole;
use crate::registry::{Inspect, View};

/// Every open conversation, those that wait longest first.
pub(super) async fn list(State(app): State<App>) -> Answer<Vec<DeskInfo>> {
    Ok(Json(conversations(&app).await?.into_iter().map(info).collect()))
}

/// The same in the domain's words.
pub(super) async fn conversations(app: &App) -> Result<Vec<DeskConversation>, Failure> {
    match app.context.registry.inspect(Inspect::Desk).await? {
        View::Desk(conversations) => Ok(conversations),
        _ => Err(Failure::stopping()),
    }
}

fn info(one: DeskConversation) -> DeskInfo {
    DeskInfo {
        id: one.id.0,
        nick: one.nick.to_string(),
        client_id: one.guest.map(|guest| guest.serial.into()),
        opened_at: rfc3339(one.opened_at),
        last_at: rfc3339(one.last_at),
        last_text: whole(&one.last_text).into_owned(),
        waiting: one.is_waiting,
        messages: one.messages,
    }
}
