//! `chatctl drain` and `undrain`; who goes when is the daemon's to decide.

use std::time::Duration;

use chat_proto::control::{Accepted, DrainRequest, path};

use super::daemon::{confirm_end, print_accepted};
use super::ending::Ending;
use crate::client::{Call, Client};
use crate::exit::Failure;
use crate::print::Screen;
use crate::print::text::plain;

pub(super) async fn drain(
    client: &Client,
    screen: &mut Screen<'_>,
    timeout: Option<Duration>,
    wait: bool,
) -> Result<(), Failure> {
    confirm_end(client, screen, "drain").await?;
    let ends = match wait {
        true => Some(Ending::begin(client, "drain").await?),
        false => None,
    };
    let timeout_ms = timeout.map(|limit| u64::try_from(limit.as_millis()).unwrap_or(u64::MAX));
    let call = Call::post("drain", path::DRAIN).body(&DrainRequest { timeout_ms });
    let accepted: Accepted = client.call(call).await?;
    print_accepted(screen, "draining", &accepted)?;
    match ends {
        Some(ending) => ending.follow(&accepted, client, screen).await,
        None => Ok(()),
    }
}

pub(super) async fn undrain(client: &Client, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let done: Accepted = client.call(Call::post("undrain", path::UNDRAIN)).await?;
    screen.one(&done, "", |screen| {
        screen.line(&[plain(format!("taking new clients again: {} connected", done.clients))])
    })?;
    Ok(())
}
