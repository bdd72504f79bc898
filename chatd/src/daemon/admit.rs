//! From an accepted connection to its session: refused beyond the limits, through its handshakes if its listener asks for any,
//! and seated. Reads and writes nothing itself but the last words to those who are refused.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::handshake::{self, Entrance};
use crate::config::Protocol;
use crate::domain::origin::Origin;
use crate::domain::secure::Secure;
use crate::registry::{Place, Places, Registry, Stopped};
use crate::wire::irc::Irc;
use crate::wire::lines::Lines;
use crate::wire::session::{Session, Shared};
use crate::wire::{self, Dialect, Peer};

/// What admitting needs; one for all listeners.
#[derive(Clone, Debug)]
pub(super) struct Gatekeeper {
    pub(super) registry: Registry,
    pub(super) shared: Arc<Shared>,
    pub(super) sessions: TaskTracker,
    pub(super) places: Arc<Places>,
    /// Ends accepting, and handshakes with it.
    pub(super) stop: CancellationToken,
}

/// A connection that has its place and whose session has not begun.
#[derive(Debug)]
pub(super) struct Arrival<IO> {
    pub(super) io: IO,
    /// The address that counts.
    pub(super) address: SocketAddr,
    pub(super) place: Place,
    /// What protects it, if anything does.
    pub(super) secure: Option<Arc<Secure>>,
}

impl Gatekeeper {
    /// Starts a session or the handshakes before it, or refuses the connection.
    pub(super) async fn admit(
        &self,
        entrance: &Entrance,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> Result<(), Stopped> {
        let address = SocketAddr::new(peer.ip().to_canonical(), peer.port());
        let place = match Place::take(&self.places, address.ip(), &self.shared.config().limits) {
            Ok(place) => place,
            Err(refusal) => {
                tracing::warn!(peer = %address, refusal, "connection refused");
                // A new socket has room for one line; if not, the peer learns it from the close.
                let _ = stream.try_write(&wire::turned_away(entrance.protocol, &refusal));
                return Ok(());
            }
        };
        let arrival = Arrival { io: stream, address, place, secure: None };
        if entrance.is_open() {
            return self.greet(entrance.protocol, arrival).await;
        }
        self.sessions.spawn(self.clone().receive(entrance.clone(), arrival));
        Ok(())
    }

    /// The handshakes, in a task of their own, so that a slow one harms nobody; behind them the session in another, which is
    /// small.
    async fn receive(self, entrance: Entrance, arrival: Arrival<TcpStream>) {
        let (peer, within) = (arrival.address, self.shared.config().limits.handshake_timeout);
        let shaken = tokio::select! {
            shaken = handshake::shake(&entrance, arrival, within) => shaken,
            () = self.stop.cancelled() => return,
        };
        match shaken {
            // The daemon is ending; the connection with it.
            Ok(arrival) => drop(self.greet(entrance.protocol, arrival).await),
            Err(failed) => tracing::info!(%peer, reason = %failed, "handshake failed"),
        }
    }

    async fn greet<IO>(&self, protocol: Protocol, arrival: Arrival<IO>) -> Result<(), Stopped>
    where
        IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        match protocol {
            Protocol::Irc => self.seat::<Irc, _>(arrival).await,
            Protocol::Lines => self.seat::<Lines, _>(arrival).await,
        }
    }

    async fn seat<D, IO>(&self, arrival: Arrival<IO>) -> Result<(), Stopped>
    where
        D: Dialect + Send + 'static,
        IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Arrival { io, address, place, secure } = arrival;
        let seat = self.registry.connect(address, D::MANNER).await?.with_place(place);
        let tls = secure.as_ref().and_then(|secure| secure.version);
        tracing::info!(client = %seat.id(), peer = %address, dialect = D::MANNER.dialect, tls, "connected");
        let peer = Peer { origin: Origin::of(address.ip()), secure };
        let session = Session::<D, _>::new(io, peer, seat, Arc::clone(&self.shared));
        self.sessions.spawn(Serving(session));
        Ok(())
    }
}

/// A session whose end is logged. Like the session it is a future written by hand, so that a task is small.
struct Serving<D, IO>(Session<D, IO>);

impl<D: Dialect, IO: AsyncRead + AsyncWrite + Unpin> Future for Serving<D, IO> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let why = ready!(Pin::new(&mut self.0).poll(cx));
        let seat = self.0.seat();
        let (client, peer) = (seat.id(), SocketAddr::from(seat.address()));
        tracing::info!(%client, %peer, reason = why.kind(), detail = %why, "disconnected");
        Poll::Ready(())
    }
}
