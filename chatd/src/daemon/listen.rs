//! Listeners: bound by us or handed over by systemd; accepting, refusing beyond the limits, starting sessions.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsFd;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use listenfd::ListenFd;
use nix::sys::socket::{setsockopt, sockopt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::{Limits, Listen, Protocol};
use crate::domain::origin::Origin;
use crate::registry::{Registry, Stopped};
use crate::wire::irc::Irc;
use crate::wire::lines::Lines;
use crate::wire::session::{Session, Shared};
use crate::wire::{Dialect, Peer};

/// How long accepting pauses after it failed, and how often it is said: out of descriptors, trying again at once is no use.
const PAUSE: Duration = Duration::from_millis(500);

/// A silent peer is asked after this time, so often, this many times: a dead one is gone after two and a half minutes.
const KEEP_ALIVE_IDLE_S: u32 = 90;
const KEEP_ALIVE_INTERVAL_S: u32 = 15;
const KEEP_ALIVE_COUNT: u32 = 4;

/// Connections that may wait to be accepted: after a restart, everybody comes back at once.
const BACKLOG: u32 = 4096;

/// A listener and what is spoken there.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) protocol: Protocol,
    pub(super) address: SocketAddr,
    listener: TcpListener,
    /// Connections may have come before we had a say in their options.
    is_inherited: bool,
}

/// Takes the sockets that systemd hands over for these addresses and binds the others.
pub(super) fn bind_all(listen: &[Listen], inherited: &mut ListenFd) -> Result<Vec<Bound>> {
    let mut handed_over = take_inherited(inherited)?;
    let mut bound = Vec::with_capacity(listen.len());
    for wanted in listen {
        let inherited = handed_over.remove(&wanted.address);
        let is_inherited = inherited.is_some();
        let listener = match inherited {
            Some(listener) => listener,
            None => bind(wanted)?,
        };
        let address = listener.local_addr().context("cannot read the address of a listener")?;
        bound.push(Bound { protocol: wanted.protocol, address, listener, is_inherited });
    }
    if let Some(address) = handed_over.keys().next() {
        bail!(
            "systemd hands over a socket for {address}, and no [[listen]] has this address; \
             add one, or remove it from chatd.socket"
        );
    }
    Ok(bound)
}

fn take_inherited(inherited: &mut ListenFd) -> Result<HashMap<SocketAddr, TcpListener>> {
    let mut taken = HashMap::new();
    for index in 0..inherited.len() {
        // What is no TCP socket is left for the control socket.
        let Ok(Some(listener)) = inherited.take_tcp_listener(index) else { continue };
        listener.set_nonblocking(true).context("cannot use a socket from systemd")?;
        let listener = TcpListener::from_std(listener).context("cannot use a socket from systemd")?;
        taken.insert(
            listener.local_addr().context("cannot read the address of a socket from systemd")?,
            listener,
        );
    }
    Ok(taken)
}

fn bind(wanted: &Listen) -> Result<TcpListener> {
    let address = wanted.address;
    let listen = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // A restart need not wait for the connections of the last run to time out.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        tune(&socket, wanted.protocol, address);
        socket.listen(BACKLOG)
    };
    listen().with_context(|| remedy(address))
}

fn remedy(address: SocketAddr) -> String {
    let port = address.port();
    let hint = if port != 0 && port < 1024 {
        "ports below 1024 need the capability CAP_NET_BIND_SERVICE"
    } else {
        "is another server using it? `ss -ltnp` tells; [[listen]] address chooses another"
    };
    format!("cannot listen on {address} ({hint})")
}

/// Sets what every connection is to have. On a socket that does not listen yet it is set once for all: Linux hands these options
/// down to what is accepted (tcp(7)), so that no connection costs a call for each.
fn tune(socket: &impl AsFd, protocol: Protocol, address: SocketAddr) {
    let tuned = || {
        // Lines are written when they are whole: holding them back would only add delay.
        setsockopt(socket, sockopt::TcpNoDelay, &true)?;
        if protocol == Protocol::Irc {
            return Ok(());
        }
        // Has the operating system ask a silent peer whether it is there: somebody at `nc` cannot answer a PING.
        setsockopt(socket, sockopt::KeepAlive, &true)?;
        setsockopt(socket, sockopt::TcpKeepIdle, &KEEP_ALIVE_IDLE_S)?;
        setsockopt(socket, sockopt::TcpKeepInterval, &KEEP_ALIVE_INTERVAL_S)?;
        setsockopt(socket, sockopt::TcpKeepCount, &KEEP_ALIVE_COUNT)
    };
    let tuned: nix::Result<()> = tuned();
    if let Err(error) = tuned {
        tracing::debug!(%address, %error, "cannot set the options of a socket");
    }
}

/// What accepting needs; one for all listeners.
#[derive(Clone, Debug)]
pub(super) struct Gatekeeper {
    pub(super) registry: Registry,
    pub(super) shared: Arc<Shared>,
    pub(super) sessions: TaskTracker,
    pub(super) places: Arc<Places>,
}

/// Accepts until `stop`.
pub(super) async fn accept(bound: Bound, gatekeeper: Gatekeeper, stop: CancellationToken) {
    let mut failures = 0_u64;
    let mut stopped = pin!(stop.cancelled());
    loop {
        let accepted = tokio::select! {
            accepted = bound.listener.accept() => accepted,
            () = &mut stopped => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                failures = 0;
                if bound.is_inherited {
                    tune(&stream, bound.protocol, peer);
                }
                tokio::select! {
                    // The owner may be busy: then nobody is accepted, and the backlog grows.
                    admitted = gatekeeper.admit(bound.protocol, stream, peer) => {
                        if admitted.is_err() {
                            return;
                        }
                    }
                    () = &mut stopped => return,
                }
            }
            Err(error) if is_passing(&error) => {}
            Err(error) => {
                if failures.is_multiple_of(20) {
                    tracing::error!(address = %bound.address, %error, failures, "cannot accept; established clients are unharmed");
                }
                failures += 1;
                sleep(PAUSE).await;
            }
        }
    }
}

/// The peer gave up before we came to it.
fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset)
}

impl Gatekeeper {
    /// Starts a session, or refuses the connection.
    async fn admit(&self, protocol: Protocol, stream: TcpStream, peer: SocketAddr) -> Result<(), Stopped> {
        let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
        let place = match Place::take(&self.places, peer.ip(), &self.shared.config().limits) {
            Ok(place) => place,
            Err(refusal) => {
                tracing::warn!(%peer, refusal, "connection refused");
                // A new socket has room for one line; if not, the peer learns it from the close.
                let _ = stream.try_write(format!("ERROR :{refusal}\r\n").as_bytes());
                return Ok(());
            }
        };
        match protocol {
            Protocol::Irc => self.seat::<Irc>(stream, peer, place).await,
            Protocol::Lines => self.seat::<Lines>(stream, peer, place).await,
        }
    }

    async fn seat<D: Dialect + Send + 'static>(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        place: Place,
    ) -> Result<(), Stopped> {
        let seat = self.registry.connect(peer, D::MANNER).await?;
        tracing::info!(client = %seat.id(), %peer, dialect = D::MANNER.dialect, "connected");
        let peer = Peer { origin: Origin::of(peer.ip()), secure: None };
        let session = Session::<D, _>::new(stream, peer, seat, Arc::clone(&self.shared));
        self.sessions.spawn(Serving { session, places: place.hand_on() });
        Ok(())
    }
}

/// Connections, all and by address. Locked to count one up or down.
#[derive(Debug, Default)]
pub(super) struct Places(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

impl Places {
    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn leave(&self, ip: IpAddr) {
        let mut counts = self.lock();
        counts.all -= 1;
        if let Entry::Occupied(mut count) = counts.by_address.entry(ip) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

/// One connection counted, until it is handed on to the session or dropped.
#[derive(Debug)]
struct Place {
    ip: IpAddr,
    places: Option<Arc<Places>>,
}

impl Place {
    fn take(places: &Arc<Places>, ip: IpAddr, limits: &Limits) -> Result<Self, String> {
        let mut counts = places.lock();
        if counts.all >= limits.clients {
            return Err(format!("too many clients (limits.clients = {})", limits.clients));
        }
        let count = counts.by_address.entry(ip).or_default();
        if limits.clients_per_address > 0 && *count >= limits.clients_per_address {
            let limit = limits.clients_per_address;
            return Err(format!("too many clients from {ip} (limits.clients-per-address = {limit})"));
        }
        *count += 1;
        counts.all += 1;
        Ok(Self { ip, places: Some(Arc::clone(places)) })
    }

    /// From now on it is the taker who counts the connection out.
    fn hand_on(mut self) -> Option<Arc<Places>> {
        self.places.take()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(places) = &self.places {
            places.leave(self.ip);
        }
    }
}

/// A session, counted until it is dropped. Like the session it is a future written by hand, so that a task is small: the address
/// is the seat's, and not here once more.
struct Serving<D, IO> {
    session: Session<D, IO>,
    places: Option<Arc<Places>>,
}

impl<D: Dialect, IO: AsyncRead + AsyncWrite + Unpin> Future for Serving<D, IO> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let why = ready!(Pin::new(&mut self.session).poll(cx));
        let seat = self.session.seat();
        let (client, peer) = (seat.id(), SocketAddr::from(seat.address()));
        tracing::info!(%client, %peer, reason = why.kind(), detail = %why, "disconnected");
        Poll::Ready(())
    }
}

impl<D, IO> Drop for Serving<D, IO> {
    fn drop(&mut self) {
        if let Some(places) = &self.places {
            places.leave(self.session.seat().address().ip());
        }
    }
}

#[cfg(test)]
mod tests {
    use nix::sys::socket::{getsockopt, sockopt};
    use tokio::net::TcpStream;

    use super::{KEEP_ALIVE_IDLE_S, Place, Places, bind, tune};
    use crate::config::{Limits, Listen, Protocol};

    #[tokio::test]
    async fn a_connection_has_the_options_of_its_listener() {
        for protocol in [Protocol::Irc, Protocol::Lines] {
            let listener = bind(&Listen { protocol, address: ([127, 0, 0, 1], 0).into() }).unwrap();
            let _peer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            let (stream, _) = listener.accept().await.unwrap();
            assert_tuned(&stream, protocol);
        }
    }

    #[tokio::test]
    async fn a_connection_that_came_before_the_daemon_is_given_its_options() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let _peer = TcpStream::connect(address).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        assert!(!getsockopt(&stream, sockopt::KeepAlive).unwrap());
        tune(&stream, Protocol::Lines, address);
        assert_tuned(&stream, Protocol::Lines);
    }

    fn assert_tuned(stream: &TcpStream, protocol: Protocol) {
        assert!(stream.nodelay().unwrap());
        let is_lines = protocol == Protocol::Lines;
        assert_eq!(getsockopt(stream, sockopt::KeepAlive).unwrap(), is_lines);
        assert_eq!(getsockopt(stream, sockopt::TcpKeepIdle).unwrap() == KEEP_ALIVE_IDLE_S, is_lines);
    }

    #[test]
    fn places_are_given_up_to_the_limits_and_again_when_one_is_given_back() {
        let limits = Limits { clients: 3, clients_per_address: 2, ..Limits::default() };
        let places = std::sync::Arc::<Places>::default();
        let take = |last: u8| Place::take(&places, [192, 0, 2, last].into(), &limits);
        let (first, second) = (take(1).unwrap(), take(1).unwrap());
        assert!(take(1).unwrap_err().contains("limits.clients-per-address = 2"));
        let third = take(2).unwrap();
        assert!(take(3).unwrap_err().contains("limits.clients = 3"));
        drop(first);
        let fourth = take(1).unwrap().hand_on().unwrap();
        assert!(take(2).is_err(), "what was handed on still counts");
        fourth.leave([192, 0, 2, 1].into());
        assert!(take(2).is_ok());
        drop((second, third));
        assert_eq!(places.lock().by_address.len(), 0);
    }
}
