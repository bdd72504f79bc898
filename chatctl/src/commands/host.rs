//! `chatctl host`.

use chat_proto::control::{HostRequest, HostResult, path};

use crate::client::{Call, Client};
use crate::exit::Failure;
use crate::print::Screen;
use crate::print::text::plain;

pub(super) async fn host(
    client: &Client,
    screen: &mut Screen<'_>,
    who: String,
    host: Option<String>,
) -> Result<(), Failure> {
    let trying = format!("host {who}");
    let result: HostResult =
        client.call(Call::post(trying, path::HOST).body(&HostRequest { who, host })).await?;
    screen.one(&result, &result.host, |screen| {
        screen.line(&[plain(format!("{} is shown with the host {}", result.nick, result.host))])
    })?;
    Ok(())
}
