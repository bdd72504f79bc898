//! Listeners: bound by us or handed over by systemd; accepting.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use listenfd::ListenFd;
use nix::sys::socket::{setsockopt, sockopt};
use tokio::net::{TcpListener, TcpSocket};
use tokio::time::sleep;

use super::admit::Gatekeeper;
use super::handshake::Entrance;
use super::tls::Tls;
use crate::config::{Listen, Protocol};

/// How long accepting pauses after it failed, and how often it is said: out of descriptors, trying again at once is no use.
const PAUSE: Duration = Duration::from_millis(500);

/// A silent peer is asked after this time, so often, this many times: a dead one is gone after two and a half minutes.
const KEEP_ALIVE_IDLE_S: u32 = 90;
const KEEP_ALIVE_INTERVAL_S: u32 = 15;
const KEEP_ALIVE_COUNT: u32 = 4;

/// Connections that may wait to be accepted: after a restart, everybody comes back at once.
const BACKLOG: u32 = 4096;

/// A listener and what lies behind it.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) entrance: Entrance,
    pub(super) address: SocketAddr,
    listener: TcpListener,
    /// Connections may have come before we had a say in their options.
    is_inherited: bool,
}

/// Takes the sockets that systemd hands over for these addresses and binds the others.
pub(super) fn bind_all(
    listen: &[Listen],
    tls: Option<&Arc<Tls>>,
    inherited: &mut ListenFd,
) -> Result<Vec<Bound>> {
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
        let tls = tls.filter(|_| wanted.tls).cloned();
        let entrance = Entrance { listen: Arc::new(wanted.clone()), tls };
        bound.push(Bound { entrance, address, listener, is_inherited });
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
        if protocol != Protocol::Lines {
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

/// Accepts until `stop`.
pub(super) async fn accept(bound: Bound, gatekeeper: Gatekeeper) {
    let mut failures = 0_u64;
    let mut stopped = pin!(gatekeeper.stop.cancelled());
    loop {
        let accepted = tokio::select! {
            accepted = bound.listener.accept() => accepted,
            () = &mut stopped => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                failures = 0;
                if bound.is_inherited {
                    tune(&stream, bound.entrance.protocol(), peer);
                }
                tokio::select! {
                    // The owner may be busy: then nobody is accepted, and the backlog grows.
                    admitted = gatekeeper.admit(&bound.entrance, stream, peer) => {
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

#[cfg(test)]
mod tests {
    use nix::sys::socket::{getsockopt, sockopt};
    use tokio::net::TcpStream;

    use super::{KEEP_ALIVE_IDLE_S, bind, tune};
    use crate::config::{Listen, Protocol};

    #[tokio::test]
    async fn a_connection_has_the_options_of_its_listener() {
        for protocol in [Protocol::Irc, Protocol::Lines, Protocol::WebSocket] {
            let listener = bind(&Listen::new(protocol, ([127, 0, 0, 1], 0).into())).unwrap();
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
}
