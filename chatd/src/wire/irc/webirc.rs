//! WEBIRC (IRCv3 webirc): a gateway says for whom it connects. Believed only from the gateways that the configuration names, from
//! their networks and with their password; whoever else tries is disconnected. Looks nothing up.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use super::line::Line;
use super::turn::Turn;
use super::{Irc, unregistered};
use crate::config::{Config, Gateway};
use crate::domain::disconnect::Disconnect;
use crate::domain::origin::{Origin, believable_host};
use crate::wire::{Peer, Step, password};

/// `WEBIRC password gateway host address :options`
pub(super) fn webirc(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    let config = &turn.setting.config;
    let Some(registering) = irc.registering_mut() else { return Step::Go };
    let peer = &mut registering.peer;
    let Some(gateway) = gateway(config, peer, line) else { return Step::Close(Disconnect::BadGateway) };
    let Ok(ip) = line.param(3).parse::<IpAddr>() else { return Step::Close(Disconnect::BadGateway) };
    let ip = ip.to_canonical();
    let options = || line.params.iter().skip(4).flat_map(|options| options.split(' '));
    peer.origin = Origin {
        ip,
        host: believable_host(line.param(2), &config.cloak.suffix),
        gateway: Some(gateway.name.as_str().into()),
        shown: None,
    };
    // Secure is what is protected on both sides of the gateway; how, is known of its own side only.
    let is_secure = options().any(|option| option.split('=').next() == Some("secure"));
    peer.secure = peer.secure.take().filter(|_| is_secure).map(|_| Arc::default());
    let port =
        options().find_map(|option| option.strip_prefix("remote-port=")?.parse().ok()).unwrap_or_default();
    irc.source = unregistered(&peer.origin);
    Step::Readdress(SocketAddr::new(ip, port))
}

/// The gateway that this line proves to come from. Nobody is passed on twice.
fn gateway<'c>(config: &'c Config, peer: &Peer, line: &Line<'_>) -> Option<&'c Gateway> {
    if peer.origin.gateway.is_some() {
        return None;
    }
    let named = config.gateways.iter().find(|gateway| gateway.name == line.param(1))?;
    let is_there = named.from.iter().any(|network| network.contains(peer.origin.ip));
    (password::is_equal(&named.password, line.param(0)) && is_there).then_some(named)
}
