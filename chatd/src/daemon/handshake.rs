//! What lies between an accepted connection and the first line of its session: the stages, one after the other, under one
//! deadline. Knows nothing of the registry, and no session.
//!
//! The order is that of the bytes: the header of a PROXY gateway, the handshake of TLS, that of WebSocket.

mod gateway;
mod upgrade;

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::admit::Arrival;
use super::tls::Tls;
use crate::config::{Limits, Listen, Protocol};
use crate::meter::{HandshakeFailure, TurnedAway};
use crate::registry::Crowded;
use crate::wire;
use crate::wire::proxy_header::HeaderError;
use crate::wire::websocket::handshake::Refusal;

/// Reads that are thrown away at most before a close.
const DISCARD_MAX: usize = 16;

/// What a listener asks of a connection before its session begins.
#[derive(Clone, Debug)]
pub(super) struct Entrance {
    /// How it is configured.
    pub(super) listen: Arc<Listen>,
    /// The handshake of TLS comes first.
    pub(super) tls: Option<Arc<Tls>>,
    /// Nobody is let in: the configuration has it no more, and the socket is still held by systemd.
    pub(super) is_closed: bool,
}

impl Entrance {
    /// What is spoken behind it.
    pub(super) fn protocol(&self) -> Protocol {
        self.listen.protocol
    }

    /// Whether the session begins with the very first byte. Such a connection is served over its bare socket, and nothing of what
    /// is here costs it anything.
    pub(super) fn is_open(&self) -> bool {
        self.tls.is_none() && !self.listen.proxy_protocol && self.protocol() != Protocol::WebSocket
    }

    /// Whether a connection from `address` is its own there, or why it may not connect at all.
    pub(super) fn judge(&self, address: IpAddr) -> Result<Peer, (TurnedAway, &'static str)> {
        if self.is_closed {
            let why = "this port is closed: the server's configuration has it no more";
            return Err((TurnedAway::PortClosed, why));
        }
        match (self.listen.is_gateway(address), self.listen.proxy_protocol) {
            (true, _) => Ok(Peer::Gateway),
            (false, false) => Ok(Peer::Client),
            (false, true) => {
                Err((TurnedAway::GatewaysOnly, "this port is for gateways only (listen.proxy-from)"))
            }
        }
    }
}

/// Who has connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peer {
    /// Somebody for himself.
    Client,
    /// A gateway, which says for whom.
    Gateway,
}

/// What the stages need beside the connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stages<'a> {
    pub(super) entrance: &'a Entrance,
    pub(super) peer: Peer,
    pub(super) limits: &'a Limits,
    /// Cancelled when the daemon takes nobody any more.
    pub(super) leaving: &'a CancellationToken,
}

/// Whatever a session may be served over that is not a bare socket: its type would otherwise have a form for each way through
/// the stages.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<IO: AsyncRead + AsyncWrite + Unpin + Send> Stream for IO {}

/// Why there will be no session.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failed {
    #[error("not done within {} s (limits.handshake-timeout)", .0.as_secs_f64())]
    Late(Duration),
    #[error("it does not speak TLS")]
    NotTls,
    #[error("TLS: {0}")]
    Tls(io::Error),
    #[error("gateway: {0}")]
    Header(#[from] HeaderError),
    #[error("WebSocket: {0}")]
    Upgrade(Refusal),
    #[error("{0}")]
    Crowded(Crowded),
    #[error("{0}")]
    Broken(#[from] io::Error),
}

impl Failed {
    /// What it is counted as.
    pub(super) fn cause(&self) -> HandshakeFailure {
        match self {
            Self::Late(_) => HandshakeFailure::Late,
            Self::NotTls => HandshakeFailure::NotTls,
            Self::Tls(_) => HandshakeFailure::Tls,
            Self::Header(_) => HandshakeFailure::ProxyHeader,
            Self::Upgrade(_) => HandshakeFailure::WebSocket,
            Self::Crowded(_) => HandshakeFailure::Limit,
            Self::Broken(_) => HandshakeFailure::Broken,
        }
    }
}

/// Leads a connection through all stages of its entrance.
///
/// # Errors
/// Why it does not come to a session; whoever can be told has been told.
pub(super) async fn shake(
    stages: Stages<'_>,
    arrival: Arrival<TcpStream>,
) -> Result<Arrival<Box<dyn Stream>>, Failed> {
    let within = stages.limits.handshake_timeout;
    let through = async {
        let arrival = gateway::pass(stages, arrival).await?;
        let arrival = protect(stages.entrance, arrival).await?;
        upgrade::pass(stages, arrival).await
    };
    timeout(within, through).await.unwrap_or(Err(Failed::Late(within)))
}

/// The stage of TLS.
async fn protect(
    entrance: &Entrance,
    arrival: Arrival<TcpStream>,
) -> Result<Arrival<Box<dyn Stream>>, Failed> {
    let Arrival { mut io, address, place, secure } = arrival;
    let Some(tls) = &entrance.tls else {
        return Ok(Arrival { io: Box::new(io), address, place, secure });
    };
    if !speaks_tls(&io).await? {
        turn_away(
            &mut io,
            entrance.protocol(),
            "this port speaks TLS: switch TLS on, or use a port without it",
        )
        .await;
        return Err(Failed::NotTls);
    }
    let (io, secure) = tls.accept(io, entrance.protocol()).await.map_err(Failed::Tls)?;
    Ok(Arrival { io: Box::new(io), address, place, secure: Some(Arc::new(secure)) })
}

/// Whether the first byte is that of a TLS record of type handshake (RFC 8446 §5.1). It stays unread.
async fn speaks_tls(stream: &TcpStream) -> io::Result<bool> {
    let mut first = [0];
    match stream.peek(&mut first).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(first == [0x16]),
    }
}

/// Tells a peer that came the wrong way, and closes.
async fn turn_away(stream: &mut TcpStream, protocol: Protocol, why: &str) {
    // What is not read would turn the close into a reset, which can overtake what is said.
    discard(|unread| stream.try_read(unread));
    // Who has gone cannot be told.
    let _ = stream.write_all(&wire::turned_away(protocol, why)).await;
    let _ = stream.shutdown().await;
}

/// Reads and throws away what has arrived, within bounds: more may come as fast as it is read, and whoever reads it all would serve
/// nobody else, nor see a deadline.
fn discard(mut read: impl FnMut(&mut [u8]) -> io::Result<usize>) {
    let mut unread = [0; 4096];
    for _ in 0..DISCARD_MAX {
        if !read(&mut unread).is_ok_and(|count| count == unread.len()) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DISCARD_MAX, discard};

    #[test]
    fn what_comes_without_end_is_not_read_without_end() {
        let mut reads = 0;
        discard(|unread| {
            reads += 1;
            Ok(unread.len())
        });
        assert_eq!(reads, DISCARD_MAX);
    }
}
