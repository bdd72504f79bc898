//! `chatctl kick`.

use chat_proto::control::{KickRequest, KickResult, path};

use crate::client::{Call, Client};
use crate::exit::Failure;
use crate::print::Screen;
use crate::print::text::plain;

pub(super) async fn kick(
    client: &Client,
    screen: &mut Screen<'_>,
    who: String,
    reason: &[String],
) -> Result<(), Failure> {
    let trying = format!("kick {who}");
    let reason = (!reason.is_empty()).then(|| reason.join(" "));
    let result: KickResult =
        client.call(Call::post(trying, path::KICK).body(&KickRequest { who, reason })).await?;
    let ids = result.kicked.iter().map(|kicked| kicked.id.to_string()).collect::<Vec<_>>();
    screen.one(&result, &ids.join(" "), |screen| {
        result.kicked.iter().try_for_each(|kicked| {
            let nick = kicked.nick.as_deref().unwrap_or("a client without a nick");
            screen.line(&[plain(format!("kicked {nick} (id {}, {})", kicked.id, kicked.address))])
        })
    })?;
    Ok(())
}
