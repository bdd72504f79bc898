//! `chatctl stop`: the end of the daemon.

use chat_proto::control::{Accepted, Status, path};

use super::ending::Ending;
use crate::client::{Call, Client};
use crate::exit::Failure;
use crate::print::Screen;
use crate::print::text::plain;
use crate::print::time::{clients, stamp};

pub(super) async fn stop(client: &Client, screen: &mut Screen<'_>, wait: bool) -> Result<(), Failure> {
    confirm_end(client, screen, "stop").await?;
    let stops = match wait {
        true => Some(Ending::begin(client, "stop").await?),
        false => None,
    };
    let accepted: Accepted = client.call(Call::post("stop", path::STOP)).await?;
    print_accepted(screen, "stopping", &accepted)?;
    match stops {
        Some(ending) => ending.follow(&accepted, client, screen).await,
        None => Ok(()),
    }
}

/// Asks before the daemon is ended, with how many clients that hits.
pub(super) async fn confirm_end(
    client: &Client,
    screen: &mut Screen<'_>,
    trying: &str,
) -> Result<(), Failure> {
    if screen.is_agreed() {
        return Ok(());
    }
    let status: Status = client.call(Call::get(trying, path::STATUS)).await?;
    let hit = clients(status.clients);
    screen.confirm(trying, &format!("{} ends, and {hit} would be disconnected", status.server))
}

/// Says that something has begun, and until when it lasts.
pub(super) fn print_accepted(
    screen: &mut Screen<'_>,
    what: &str,
    accepted: &Accepted,
) -> Result<(), Failure> {
    screen.one(accepted, "", |screen| {
        let until = accepted.deadline_at.as_deref().map(|at| stamp(at, &screen.now()));
        let until = until.map(|until| format!(", until {until} at the latest")).unwrap_or_default();
        screen.line(&[plain(format!("{what}: {} connected{until}", accepted.clients))])
    })?;
    Ok(())
}
