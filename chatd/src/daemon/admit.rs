//! From an accepted connection to its session: refused beyond the limits, through its handshakes if its listener asks for any,
//! and seated. Reads and writes nothing itself but the last words to those who are refused.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::descriptors::Descriptors;
use super::dns::Names;
use super::handshake::{self, Entrance, Stages};
use crate::config::Protocol;
use crate::control::Facts;
use crate::domain::origin::Origin;
use crate::domain::secure::Secure;
use crate::meter::TurnedAway;
use crate::registry::{Manner, Place, Places, Registry, Stopped};
use crate::wire::irc::{self, Irc};
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
    /// Finds the host names of addresses.
    pub(super) names: Arc<Names>,
    /// Ends accepting, and handshakes with it.
    pub(super) stop: CancellationToken,
    /// Says whether anybody new is taken.
    pub(super) facts: Arc<Facts>,
    /// Says for how many there are descriptors.
    pub(super) descriptors: Arc<Descriptors>,
}

/// What is said to those who come while the daemon drains.
const DRAINING: &str = "this server is taken out of service and takes nobody new; please try again later";

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
    /// One that has admitted nobody yet.
    pub(super) fn new(
        registry: &Registry,
        shared: &Arc<Shared>,
        facts: &Arc<Facts>,
        descriptors: Arc<Descriptors>,
    ) -> Self {
        let (registry, shared, facts) = (registry.clone(), Arc::clone(shared), Arc::clone(facts));
        let (sessions, stop) = (TaskTracker::new(), CancellationToken::new());
        let (places, names) = (Arc::default(), Arc::default());
        Self { registry, shared, sessions, places, names, stop, facts, descriptors }
    }

    /// Starts a session or the handshakes before it, or refuses the connection.
    pub(super) async fn admit(
        &self,
        entrance: &Entrance,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> Result<(), Stopped> {
        let address = SocketAddr::new(peer.ip().to_canonical(), peer.port());
        let peer = match entrance.judge(address.ip()) {
            Ok(peer) => peer,
            Err((cause, why)) => {
                self.registry.meter().turned_away(cause);
                refuse(entrance, &stream, address, why);
                return Ok(());
            }
        };
        if self.facts.is_draining.load(Ordering::Relaxed) {
            self.registry.meter().turned_away(TurnedAway::Draining);
            tracing::debug!(peer = %address, "connection refused: draining");
            turn_away(entrance, &stream, DRAINING);
            return Ok(());
        }
        if let Some(refusal) = self.descriptors.refuse_beyond(&self.places) {
            self.registry.meter().turned_away(TurnedAway::Descriptors);
            turn_away(entrance, &stream, &refusal);
            return Ok(());
        }
        let counted = (peer == handshake::Peer::Client).then_some(address.ip());
        let place = match Place::take(&self.places, counted, &self.shared.config().limits) {
            Ok(place) => place,
            Err(crowded) => {
                self.registry.meter().turned_away(crowded.cause());
                refuse(entrance, &stream, address, &crowded.to_string());
                return Ok(());
            }
        };
        let arrival = Arrival { io: stream, address, place, secure: None };
        // A name is waited for, and nobody else may wait for it.
        if entrance.is_open() && !self.shared.config().dns.reverse {
            return self.greet(entrance.protocol(), arrival).await;
        }
        self.sessions.spawn(self.clone().receive(entrance.clone(), peer, arrival));
        Ok(())
    }

    /// The handshakes and the search for a name, in a task of their own, so that a slow one harms nobody, and a stop waits for none;
    /// behind them the session in another, which is small.
    async fn receive(self, entrance: Entrance, peer: handshake::Peer, arrival: Arrival<TcpStream>) {
        let (address, config) = (arrival.address, self.shared.config());
        let stages = Stages { entrance: &entrance, peer, limits: &config.limits, leaving: &self.stop };
        let received = async {
            let arrival = handshake::shake(stages, arrival).await?;
            // If it cannot be seated the daemon is ending, and the connection with it.
            let _ = self.greet(entrance.protocol(), arrival).await;
            Ok::<_, handshake::Failed>(())
        };
        let received = tokio::select! {
            received = received => received,
            () = self.stop.cancelled() => return,
        };
        if let Err(failed) = received {
            self.registry.meter().handshake_failed(failed.cause());
            tracing::info!(peer = %address, reason = %failed, "handshake failed");
        }
    }

    async fn greet<IO>(&self, protocol: Protocol, arrival: Arrival<IO>) -> Result<(), Stopped>
    where
        IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        self.registry.meter().entered(protocol, arrival.secure.is_some());
        match protocol {
            Protocol::Irc => self.seat::<Irc, _>(Irc::MANNER, arrival).await,
            Protocol::Lines => self.seat::<Lines, _>(Lines::MANNER, arrival).await,
            Protocol::WebSocket => self.seat::<Irc, _>(irc::OVER_WEBSOCKET, arrival).await,
        }
    }

    async fn seat<D, IO>(&self, manner: &'static Manner, arrival: Arrival<IO>) -> Result<(), Stopped>
    where
        D: Dialect + Send + 'static,
        IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Arrival { io, address, place, secure } = arrival;
        let host = self.names.host(&self.shared.config(), address.ip()).await;
        let seat = self.registry.connect(address, manner).await?.with_place(place);
        let tls = secure.as_ref().and_then(|secure| secure.version);
        tracing::info!(client = %seat.id(), peer = %address, dialect = manner.dialect, tls, "connected");
        let peer = Peer { origin: Origin { host, ..Origin::of(address.ip()) }, secure };
        let session = Session::<D, _>::new(io, peer, seat, Arc::clone(&self.shared));
        self.sessions.spawn(Serving(session));
        Ok(())
    }
}

/// Says why not. A new socket has room for one line; if not, the peer learns it from the close.
fn refuse(entrance: &Entrance, stream: &TcpStream, address: SocketAddr, refusal: &str) {
    tracing::warn!(peer = %address, refusal, "connection refused");
    let _ = stream.try_write(&wire::turned_away(entrance.protocol(), refusal));
}

/// Says why nobody is taken. Where TLS is expected that would be taken for a fault of TLS, and many may come; they see the close.
pub(super) fn turn_away(entrance: &Entrance, stream: &TcpStream, why: &str) {
    if entrance.tls.is_none() {
        let _ = stream.try_write(&wire::turned_away(entrance.protocol(), why));
    }
}

/// A session whose end is logged. Like the session it is a future written by hand, so that a task is small.
struct Serving<D, IO>(Session<D, IO>);

impl<D: Dialect, IO: AsyncRead + AsyncWrite + Unpin> Future for Serving<D, IO> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let why = ready!(Pin::new(&mut self.0).poll(cx));
        let seat = self.0.seat();
        let (client, nick, peer) = (seat.id(), self.0.nick(), SocketAddr::from(seat.address()));
        tracing::info!(%client, nick, %peer, reason = why.kind(), detail = %why, "disconnected");
        Poll::Ready(())
    }
}
