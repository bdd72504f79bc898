//! Listeners: bound by us or handed over by systemd; accepting, refusing beyond the limits, starting sessions.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use listenfd::ListenFd;
use nix::sys::socket::{setsockopt, sockopt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::{Listen, Protocol};
use crate::registry::Registry;
use crate::wire::Dialect;
use crate::wire::irc::Irc;
use crate::wire::lines::Lines;
use crate::wire::session::{self, Shared};

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
}

/// Takes the sockets that systemd hands over for these addresses and binds the others.
pub(super) fn bind_all(listen: &[Listen], inherited: &mut ListenFd) -> Result<Vec<Bound>> {
    let mut handed_over = take_inherited(inherited)?;
    let mut bound = Vec::with_capacity(listen.len());
    for wanted in listen {
        let listener = match handed_over.remove(&wanted.address) {
            Some(listener) => listener,
            None => bind(wanted.address)?,
        };
        let address = listener.local_addr().context("cannot read the address of a listener")?;
        bound.push(Bound { protocol: wanted.protocol, address, listener });
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

fn bind(address: SocketAddr) -> Result<TcpListener> {
    let listen = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // A restart need not wait for the connections of the last run to time out.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
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

/// What accepting needs; one for all listeners.
#[derive(Clone, Debug)]
pub(super) struct Gatekeeper {
    pub(super) registry: Registry,
    pub(super) shared: Arc<Shared>,
    pub(super) sessions: TaskTracker,
    /// Connections by address. Locked to count one up or down.
    pub(super) by_address: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// Accepts until `stop`.
pub(super) async fn accept(bound: Bound, gatekeeper: Gatekeeper, stop: CancellationToken) {
    let mut failures = 0_u64;
    loop {
        let accepted = tokio::select! {
            accepted = bound.listener.accept() => accepted,
            () = stop.cancelled() => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                failures = 0;
                gatekeeper.admit(bound.protocol, stream, peer);
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
    fn admit(&self, protocol: Protocol, stream: TcpStream, peer: SocketAddr) {
        let ip = peer.ip().to_canonical();
        let place = match self.place(ip) {
            Ok(place) => place,
            Err(refusal) => {
                tracing::warn!(%peer, refusal, "connection refused");
                // A new socket has room for one line; if not, the peer learns it from the close.
                let _ = stream.try_write(format!("ERROR :{refusal}\r\n").as_bytes());
                return;
            }
        };
        // Lines are written when they are whole: holding them back would only add delay.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%peer, %error, "cannot switch off Nagle's algorithm");
        }
        let (registry, shared) = (self.registry.clone(), Arc::clone(&self.shared));
        match protocol {
            Protocol::Irc => self.sessions.spawn(serve::<Irc>(stream, peer, registry, shared, place)),
            Protocol::Lines => {
                if let Err(error) = keep_alive(&stream) {
                    tracing::debug!(%peer, %error, "cannot switch on keep-alive");
                }
                self.sessions.spawn(serve::<Lines>(stream, peer, registry, shared, place))
            }
        };
    }

    fn place(&self, ip: IpAddr) -> Result<Place, String> {
        let limits = &self.shared.config().limits;
        let mut by_address = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if self.sessions.len() >= limits.clients {
            return Err(format!("too many clients (limits.clients = {})", limits.clients));
        }
        let count = by_address.entry(ip).or_default();
        if limits.clients_per_address > 0 && *count >= limits.clients_per_address {
            let limit = limits.clients_per_address;
            return Err(format!("too many clients from {ip} (limits.clients-per-address = {limit})"));
        }
        *count += 1;
        Ok(Place { ip, by_address: Arc::clone(&self.by_address) })
    }
}

/// Has the operating system ask a silent peer whether it is there: somebody at `nc` cannot answer a PING.
fn keep_alive(stream: &TcpStream) -> nix::Result<()> {
    setsockopt(stream, sockopt::KeepAlive, &true)?;
    setsockopt(stream, sockopt::TcpKeepIdle, &KEEP_ALIVE_IDLE_S)?;
    setsockopt(stream, sockopt::TcpKeepInterval, &KEEP_ALIVE_INTERVAL_S)?;
    setsockopt(stream, sockopt::TcpKeepCount, &KEEP_ALIVE_COUNT)
}

/// One connection counted for its address; dropping it counts it out.
#[derive(Debug)]
struct Place {
    ip: IpAddr,
    by_address: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut by_address = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = by_address.get_mut(&self.ip) {
            *count -= 1;
            if *count == 0 {
                by_address.remove(&self.ip);
            }
        }
    }
}

async fn serve<D: Dialect>(
    stream: TcpStream,
    peer: SocketAddr,
    registry: Registry,
    shared: Arc<Shared>,
    _place: Place,
) {
    let ip = peer.ip().to_canonical();
    let address = SocketAddr::new(ip, peer.port());
    let Ok(seat) = registry.connect(address, D::MANNER).await else { return };
    let client = seat.id;
    tracing::info!(%client, %peer, dialect = D::MANNER.dialect, "connected");
    let why = session::run::<D, _>(stream, shown_host(ip), seat, shared).await;
    tracing::info!(%client, %peer, reason = why.kind(), detail = %why, "disconnected");
}

/// An address as a host in a source: one that begins with a colon would end the line's middle (RFC 2812 §2.3.1).
fn shown_host(ip: IpAddr) -> Box<str> {
    let shown = ip.to_string();
    if shown.starts_with(':') { format!("0{shown}").into() } else { shown.into() }
}
