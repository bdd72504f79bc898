//! `POST /v1/host`: has a client shown with another host.

use axum::extract::State;
use axum::{Extension, Json};
use chat_proto::control::{HostRequest, HostResult};

use super::nearest;
use super::problem::{Answer, Failure};
use super::request::Body;
use super::router::{App, Asker};
use crate::domain::command::{self, Command};

/// Changes the host, or takes the change back.
pub(super) async fn set(
    State(app): State<App>,
    Extension(Asker(by)): Extension<Asker>,
    Body(ask): Body<HostRequest>,
) -> Answer<HostResult> {
    let host = ask.host.filter(|host| !host.is_empty()).map(Into::into);
    let command = Command::SetHost { who: ask.who.as_str().into(), host };
    let done = app.context.registry.command(by, command).await?.map_err(Failure::from);
    match nearest::suggested(&app, &ask.who, done).await? {
        command::Answer::HostSet { nick, host } => {
            Ok(Json(HostResult { nick: nick.into(), host: host.into() }))
        }
        _ => Err(Failure::stopping()),
    }
}
