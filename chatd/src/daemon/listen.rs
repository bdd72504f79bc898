//! One listener: its socket, bound by us or handed over by systemd, and accepting on it. Knows nothing of the other listeners.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use futures_util::FutureExt as _;
use listenfd::ListenFd;
use nix::sys::socket::{setsockopt, sockopt};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tokio::time::sleep;

use super::admit::{Gatekeeper, turn_away};
use super::descriptors::{self, Spare};
use super::handshake::Entrance;
use super::unavailable::Unavailable;
use crate::config::{Listen, Protocol};
use crate::meter::TurnedAway;

/// How long accepting pauses after it failed, and how often it is said: out of descriptors, trying again at once is no use.
const PAUSE: Duration = Duration::from_millis(500);

/// A silent peer is asked after this time, so often, this many times: a dead one is gone after two and a half minutes.
const KEEP_ALIVE_IDLE_S: u32 = 90;
const KEEP_ALIVE_INTERVAL_S: u32 = 15;
const KEEP_ALIVE_COUNT: u32 = 4;

/// Connections that may wait to be accepted: after a restart, everybody comes back at once.
const BACKLOG: u32 = 4096;

/// The socket of a listener.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    pub(super) socket: Arc<TcpListener>,
    /// With its real port.
    pub(super) address: SocketAddr,
    /// It is systemd's as well, and connections may have come before we had a say in their options.
    pub(super) is_inherited: bool,
}

impl Bound {
    fn new(socket: TcpListener, is_inherited: bool) -> Result<Self> {
        let address = socket.local_addr().context("cannot read the address of a listener")?;
        Ok(Self { socket: Arc::new(socket), address, is_inherited })
    }

    /// Sets what connections from now on are to have.
    pub(super) fn tune(&self, protocol: Protocol) {
        tune(&self.socket, protocol, self.address);
    }
}

/// Takes the sockets that systemd hands over, by their addresses.
pub(super) fn take_inherited(inherited: &mut ListenFd) -> Result<HashMap<SocketAddr, Bound>> {
    let mut taken = HashMap::new();
    for index in 0..inherited.len() {
        // What is no TCP socket is left for the control socket.
        let Ok(Some(listener)) = inherited.take_tcp_listener(index) else { continue };
        listener.set_nonblocking(true).context("cannot use a socket from systemd")?;
        let listener = TcpListener::from_std(listener).context("cannot use a socket from systemd")?;
        let bound = Bound::new(listener, true)?;
        taken.insert(bound.address, bound);
    }
    Ok(taken)
}

/// Binds and listens. `leaving` are listeners of ours that are about to close: they may have a part of the same address, as
/// 127.0.0.1 has of 0.0.0.0, and do not stand in the way.
///
/// # Errors
/// The cause, and the remedy.
pub(super) fn bind(wanted: &Listen, leaving: &[Bound]) -> Result<Bound> {
    let socket = with_room(wanted, leaving, |socket| socket.listen(BACKLOG))?;
    // Sharing was for this moment: `listen` looks once more whether it may.
    share(&socket, false);
    Bound::new(socket, false)
}

/// Whether [`bind`] would succeed. Nobody can connect meanwhile.
///
/// # Errors
/// The cause, and the remedy.
pub(super) fn can_bind(wanted: &Listen, leaving: &[Bound]) -> Result<()> {
    with_room(wanted, leaving, |_| Ok(()))
}

/// Binds a socket and uses it, once more beside those that leave if they have the same port.
fn with_room<T>(wanted: &Listen, leaving: &[Bound], then: impl Fn(TcpSocket) -> io::Result<T>) -> Result<T> {
    let address = wanted.address;
    let beside =
        || leaving.iter().filter(|bound| address.port() != 0 && bound.address.port() == address.port());
    let attempt = match socket(wanted, false).and_then(&then) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse && beside().next().is_some() => {
            let _shared = beside().map(Shared::new).collect::<Vec<_>>();
            socket(wanted, true).and_then(&then)
        }
        attempt => attempt,
    };
    attempt.map_err(|cause| Unavailable::of(address, "[[listen]]", cause).into())
}

/// A port of ours that another socket of ours may have too, for as long as this lives. `SO_REUSEPORT` alone opens no port to
/// anybody: both sockets must have it (socket(7)), and ours have it for the moment of a reload only.
struct Shared<'a>(&'a Bound);

impl<'a> Shared<'a> {
    fn new(bound: &'a Bound) -> Self {
        share(&bound.socket, true);
        Self(bound)
    }
}

impl Drop for Shared<'_> {
    fn drop(&mut self) {
        share(&self.0.socket, false);
    }
}

fn share(socket: &impl AsFd, is_shared: bool) {
    if let Err(error) = setsockopt(socket, sockopt::ReusePort, &is_shared) {
        tracing::debug!(%error, "cannot set whether a port is shared");
    }
}

fn socket(wanted: &Listen, is_shared: bool) -> io::Result<TcpSocket> {
    let address = wanted.address;
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A restart need not wait for the connections of the last run to time out.
    socket.set_reuseaddr(true)?;
    share(&socket, is_shared);
    socket.bind(address)?;
    tune(&socket, wanted.protocol, address);
    Ok(socket)
}

/// Sets what every connection is to have. On a socket that does not listen yet it is set once for all: Linux hands these options
/// down to what is accepted (tcp(7)), so that no connection costs a call for each.
fn tune(socket: &impl AsFd, protocol: Protocol, address: SocketAddr) {
    let tuned = || {
        // Lines are written when they are whole: holding them back would only add delay.
        setsockopt(socket, sockopt::TcpNoDelay, &true)?;
        // Has the operating system ask a silent peer whether it is there: somebody at `nc` cannot answer a PING.
        let is_asked = protocol == Protocol::Lines;
        setsockopt(socket, sockopt::KeepAlive, &is_asked)?;
        if !is_asked {
            return Ok(());
        }
        setsockopt(socket, sockopt::TcpKeepIdle, &KEEP_ALIVE_IDLE_S)?;
        setsockopt(socket, sockopt::TcpKeepInterval, &KEEP_ALIVE_INTERVAL_S)?;
        setsockopt(socket, sockopt::TcpKeepCount, &KEEP_ALIVE_COUNT)
    };
    let tuned: nix::Result<()> = tuned();
    if let Err(error) = tuned {
        tracing::debug!(%address, %error, "cannot set the options of a socket");
    }
}

/// Accepts until the daemon takes nobody new, or whoever says what is asked of connections is gone.
pub(super) async fn accept(bound: Bound, mut entrances: watch::Receiver<Entrance>, gatekeeper: Gatekeeper) {
    let mut failures = 0_u64;
    let mut spare = Spare::take();
    let mut stopped = pin!(gatekeeper.stop.cancelled());
    let mut entrance = entrances.borrow_and_update().clone();
    loop {
        let accepted = tokio::select! {
            // In this order: who connects after a change meets it.
            biased;
            () = &mut stopped => return,
            changed = entrances.changed() => match changed {
                Ok(()) => {
                    entrance = entrances.borrow_and_update().clone();
                    continue;
                }
                Err(_) => return,
            },
            accepted = bound.socket.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                failures = 0;
                if bound.is_inherited {
                    tune(&stream, entrance.protocol(), peer);
                }
                tokio::select! {
                    // The owner may be busy: then nobody is accepted, and the backlog grows.
                    admitted = gatekeeper.admit(&entrance, stream, peer) => {
                        if admitted.is_err() {
                            return;
                        }
                    }
                    () = &mut stopped => return,
                }
            }
            Err(error) if is_passing(&error) => {}
            Err(error) if descriptors::are_gone(&error) => {
                let accept = || bound.socket.accept().now_or_never()?.ok();
                let meter = gatekeeper.registry.meter();
                meter.accept_failed();
                let tell = |(stream, _): &_, why: &_| {
                    meter.turned_away(TurnedAway::Descriptors);
                    turn_away(&entrance, stream, why);
                };
                if !spare.refuse(&gatekeeper.descriptors, accept, tell) {
                    sleep(PAUSE).await;
                }
            }
            Err(error) => {
                gatekeeper.registry.meter().accept_failed();
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

#[cfg(test)]
mod tests {
    use nix::sys::socket::{getsockopt, sockopt};
    use tokio::net::TcpStream;

    use super::{KEEP_ALIVE_IDLE_S, bind, can_bind, tune};
    use crate::config::{Listen, Protocol};

    #[tokio::test]
    async fn a_connection_has_the_options_of_its_listener() {
        for protocol in [Protocol::Irc, Protocol::Lines, Protocol::WebSocket] {
            let bound = bind(&Listen::new(protocol, ([127, 0, 0, 1], 0).into()), &[]).unwrap();
            let _peer = TcpStream::connect(bound.address).await.unwrap();
            let (stream, _) = bound.socket.accept().await.unwrap();
            assert_tuned(&stream, protocol);
        }
    }

    #[tokio::test]
    async fn a_listener_that_serves_another_protocol_gives_its_connections_other_options() {
        let bound = bind(&Listen::new(Protocol::Lines, ([127, 0, 0, 1], 0).into()), &[]).unwrap();
        bound.tune(Protocol::Irc);
        let _peer = TcpStream::connect(bound.address).await.unwrap();
        let (stream, _) = bound.socket.accept().await.unwrap();
        assert!(!getsockopt(&stream, sockopt::KeepAlive).unwrap());
    }

    #[tokio::test]
    async fn every_address_can_be_bound_beside_one_that_leaves_and_beside_no_other() {
        let one = bind(&Listen::new(Protocol::Irc, ([127, 0, 0, 1], 0).into()), &[]).unwrap();
        let every = Listen::new(Protocol::Irc, ([0, 0, 0, 0], one.address.port()).into());
        let refused = format!("{:#}", bind(&every, &[]).unwrap_err());
        assert!(refused.contains("cannot listen on 0.0.0.0:") && refused.contains("in use"), "{refused}");
        can_bind(&every, std::slice::from_ref(&one)).unwrap();
        let all = bind(&every, std::slice::from_ref(&one)).unwrap();
        drop(one);
        let _peer = TcpStream::connect(("127.0.0.1", all.address.port())).await.unwrap();
        all.socket.accept().await.unwrap();
        // And back, and nobody else may have it meanwhile.
        let narrow = Listen::new(Protocol::Irc, ([127, 0, 0, 1], all.address.port()).into());
        assert!(can_bind(&narrow, &[]).is_err());
        bind(&narrow, std::slice::from_ref(&all)).unwrap();
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
}
