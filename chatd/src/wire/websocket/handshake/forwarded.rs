//! Whose connection a gateway passes on: `X-Forwarded-For`, to which each gateway adds whom it has heard from. Believed only of
//! named gateways, and no further than they reach: what stands left of the first stranger may be his invention.

use std::net::{IpAddr, SocketAddr};

use chat_proto::network::Network;

use super::{Fields, Refusal};

/// The address nearest to us that is no gateway's; nothing if the gateway names nobody.
///
/// A gateway puts its own word behind what the client sent, in the same field: a field that is not text must not be passed over,
/// or the client could pass for the gateway.
pub(super) fn client(fields: Fields<'_>, gateways: &[Network]) -> Result<Option<IpAddr>, Refusal> {
    if !fields.are_text("x-forwarded-for") {
        return Err(Refusal::Bad("an X-Forwarded-For that is not text"));
    }
    let chain: Vec<&str> = fields.tokens("x-forwarded-for").collect();
    let mut nearest = None;
    for named in chain.into_iter().rev() {
        let address = address(named).ok_or(Refusal::Bad("an X-Forwarded-For without an address"))?;
        nearest = Some(address);
        if !gateways.iter().any(|gateway| gateway.contains(address)) {
            break;
        }
    }
    Ok(nearest)
}

/// Whether the gateway itself was reached over TLS.
pub(super) fn is_secure(fields: Fields<'_>) -> bool {
    fields
        .tokens("x-forwarded-proto")
        .last()
        .is_some_and(|scheme| ["https", "wss"].iter().any(|secure| scheme.eq_ignore_ascii_case(secure)))
}

/// An address as gateways write it: alone, in brackets, or with a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let with_port = || text.parse::<SocketAddr>().map(|address| address.ip());
    bare.parse().or_else(|_| with_port()).ok().map(|address: IpAddr| address.to_canonical())
}
