//! The stage of the PROXY protocol: a gateway says whose connection it passes on, and from then on that address counts.

use std::net::SocketAddr;

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use super::{Failed, Peer, Stages, turn_away};
use crate::daemon::admit::Arrival;
use crate::wire::proxy_header::{self, Origin};

/// Bytes that are looked at together; most headers are shorter.
const LOOK: usize = 256;

/// Reads the header where one must come, and nothing where none may.
pub(super) async fn pass(
    Stages { entrance, peer, limits, .. }: Stages<'_>,
    mut arrival: Arrival<TcpStream>,
) -> Result<Arrival<TcpStream>, Failed> {
    if !entrance.listen.proxy_protocol || peer != Peer::Gateway {
        return Ok(arrival);
    }
    if let Origin::Client(client) = read(&mut arrival.io).await? {
        let gateway = arrival.address;
        arrival.address = SocketAddr::new(client.ip().to_canonical(), client.port());
        tracing::debug!(peer = %arrival.address, %gateway, "a gateway passes a connection on");
    }
    if let Err(refusal) = arrival.place.move_to(arrival.address.ip(), limits) {
        turn_away(&mut arrival.io, entrance.protocol(), &refusal.to_string()).await;
        return Err(Failed::Crowded(refusal));
    }
    Ok(arrival)
}

/// Reads the header and not a byte more: what follows belongs to the next stage.
async fn read(stream: &mut TcpStream) -> Result<Origin, Failed> {
    let mut header = Vec::new();
    loop {
        let mut look = [0; LOOK];
        let count = stream.peek(&mut look).await?;
        if count == 0 {
            return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into());
        }
        let known = header.len();
        header.extend_from_slice(&look[..count]);
        // As long as the header is not whole, all of it belongs to it.
        let parsed = proxy_header::parse(&header)?;
        let taken = parsed.map_or(count, |(_, size)| size - known);
        stream.read_exact(&mut look[..taken]).await?;
        if let Some((origin, _)) = parsed {
            return Ok(origin);
        }
    }
}
