//! `chatctl kick`.
//!
//! Owns what is asked before several are hit; whom a name means is the daemon's to decide.

use std::net::{IpAddr, SocketAddr};

use chat_proto::control::{ClientInfo, KickRequest, KickResult, path};

use crate::client::{Call, Client};
use crate::exit::{Code, Failure};
use crate::print::Screen;
use crate::print::text::plain;
use crate::print::time::clients;

pub(super) async fn kick(
    client: &Client,
    screen: &mut Screen<'_>,
    who: String,
    reason: &[String],
) -> Result<(), Failure> {
    let trying = format!("kick {who}");
    confirm(client, screen, &trying, &who).await?;
    let reason = read_reason(screen, &trying, reason)?;
    let result: KickResult =
        client.call(Call::post(trying, path::KICK).body(&KickRequest { who, reason })).await?;
    let ids = result.kicked.iter().map(|kicked| kicked.id.to_string()).collect::<Vec<_>>();
    screen.one(&result, &ids.join("\n"), |screen| {
        result.kicked.iter().try_for_each(|kicked| {
            let nick = kicked.nick.as_deref().unwrap_or("a client without a nick");
            screen.line(&[plain(format!("kicked {nick} (id {}, {})", kicked.id, kicked.address))])
        })
    })?;
    Ok(())
}

/// Only an address without a port can mean several.
async fn confirm(client: &Client, screen: &mut Screen<'_>, trying: &str, who: &str) -> Result<(), Failure> {
    let Some(address) = who.parse::<IpAddr>().ok().filter(|_| !screen.is_agreed()) else { return Ok(()) };
    let all: Vec<ClientInfo> = client.call(Call::get(trying, path::CLIENTS)).await?;
    let hit = all.iter().filter(|one| is_from(one, address)).collect::<Vec<_>>();
    if hit.len() < 2 {
        return Ok(());
    }
    let names = hit.iter().map(|one| one.nick.clone().unwrap_or_else(|| format!("id {}", one.id)));
    let hits = format!("{} would be disconnected: {}", clients(hit.len() as u64), shortened(names));
    screen.confirm(trying, &hits)
}

fn is_from(one: &ClientInfo, address: IpAddr) -> bool {
    one.address.parse::<SocketAddr>().is_ok_and(|from| from.ip().to_canonical() == address.to_canonical())
}

/// The first ten names, and how many more there are.
fn shortened(names: impl ExactSizeIterator<Item = String>) -> String {
    const SHOWN: usize = 10;
    let more = names.len().saturating_sub(SHOWN);
    let shown = names.take(SHOWN).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

/// The words, or the lines of stdin joined by blanks if they are `-`.
fn read_reason(screen: &mut Screen<'_>, trying: &str, words: &[String]) -> Result<Option<String>, Failure> {
    if words != ["-"] {
        return Ok((!words.is_empty()).then(|| words.join(" ")));
    }
    let mut lines = Vec::new();
    while let Some(line) = screen.read_line()? {
        lines.extend(Some(line.trim().to_owned()).filter(|line| !line.is_empty()));
    }
    match lines.is_empty() {
        true => Err(Failure::new(Code::Usage, format!("{trying}: stdin held no reason"))),
        false => Ok(Some(lines.join(" "))),
    }
}
