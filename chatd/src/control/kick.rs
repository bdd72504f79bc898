//! `POST /v1/kick`: ends connections.

use axum::extract::State;
use axum::{Extension, Json};
use chat_proto::control::{KickRequest, KickResult, Kicked};

use super::clients;
use super::nearest;
use super::problem::{Answer, Failure};
use super::request::{Body, one_line};
use super::router::{App, Asker};
use crate::domain::command::{self, Command};

/// What whoever is kicked reads if the operator gives no reason.
const NO_REASON: &str = "no reason given";

/// Ends every connection that is named.
pub(super) async fn kick(
    State(app): State<App>,
    Extension(Asker(by)): Extension<Asker>,
    Body(ask): Body<KickRequest>,
) -> Answer<KickResult> {
    let reason = ask.reason.filter(|reason| !reason.trim().is_empty()).unwrap_or_else(|| NO_REASON.into());
    one_line("reason", &reason)?;
    // Addresses are looked up before: afterwards the connections are gone.
    let before = clients::named(&app, &ask.who).await?;
    let command = Command::Kick { who: ask.who.as_str().into(), reason: reason.into() };
    let done = app.context.registry.command(by, command).await?.map_err(Failure::from);
    match nearest::suggested(&app, &ask.who, done).await? {
        command::Answer::Kicked(kicked) => {
            let address = |id| before.iter().find(|view| view.id == id).map(|view| view.address.to_string());
            let one = |(id, nick): (_, Option<Box<str>>)| {
                let address = address(id).unwrap_or_default();
                Kicked { id: id.serial.into(), nick: nick.map(String::from), address }
            };
            Ok(Json(KickResult { kicked: kicked.into_iter().map(one).collect() }))
        }
        _ => Err(Failure::stopping()),
    }
}
