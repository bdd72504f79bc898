//! `POST /v1/say`: speaks as the desk, to one, to a room, to all.

use axum::extract::State;
use axum::{Extension, Json};
use chat_proto::control::{SayRequest, SayResult, SayTarget};

use super::nearest;
use super::problem::{Answer, Failure};
use super::request::{Body, one_line};
use super::router::{App, Asker};
use crate::domain::command::{self, Command, SayTo};

/// Says one line; answered when it is kept.
pub(super) async fn say(
    State(app): State<App>,
    Extension(Asker(by)): Extension<Asker>,
    Body(ask): Body<SayRequest>,
) -> Answer<SayResult> {
    one_line("text", &ask.text)?;
    let (to, name) = match ask.to {
        SayTarget::Nick(nick) => (SayTo::Client(nick.as_str().into()), nick),
        SayTarget::Room(room) => (SayTo::Room(room.as_str().into()), room),
        SayTarget::All => (SayTo::Everyone, String::new()),
    };
    let command = Command::Say { to, text: ask.text.into() };
    let done = app.context.registry.command(by, command).await?.map_err(Failure::from);
    match nearest::suggested(&app, &name, done).await? {
        command::Answer::Said { seq, recipients } => {
            Ok(Json(SayResult { seq: seq.0, recipients: recipients as u64 }))
        }
        _ => Err(Failure::stopping()),
    }
}
