//! `POST /v1/say`: speaks as the desk, to one, to a room, to all.

use axum::extract::State;
use axum::{Extension, Json};
use chat_proto::control::{SayRequest, SayResult, SayTarget};

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
    let to = match ask.to {
        SayTarget::Nick(nick) => SayTo::Client(nick.into()),
        SayTarget::Room(room) => SayTo::Room(room.into()),
        SayTarget::All => SayTo::Everyone,
    };
    match app.context.registry.command(by, Command::Say { to, text: ask.text.into() }).await?? {
        command::Answer::Said { seq, recipients } => {
            Ok(Json(SayResult { seq: seq.0, recipients: recipients as u64 }))
        }
        _ => Err(Failure::stopping()),
    }
}
