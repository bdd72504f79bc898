//! `chatctl metrics`: what the daemon counts, as a scraper reads it.

use chat_proto::control::path;

use crate::client::{Call, Client};
use crate::exit::Failure;
use crate::print::Screen;

/// Passes the text on as it is: it is the daemon's own making, and made for programs.
pub(super) async fn metrics(client: &Client, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let text = client.text(Call::get("read the metrics", path::METRICS)).await?;
    Ok(screen.raw(&text)?)
}
