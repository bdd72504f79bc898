//! The address of `[metrics]`: metrics and health checks for whoever can reach it, and nothing else. It takes only GET, tells nothing
//! of what people say, and waits for nobody: one deadline for a whole connection, and few of them at a time.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use super::{Context, metrics, probe};

/// Connections at a time. Further ones wait in the listener's backlog, for [`WHOLE_DEADLINE`] at most until the next has its turn.
const CONNECTIONS_MAX: usize = 16;

/// Of them, from one address: further ones are closed at once, so that nobody keeps the others out alone.
const CONNECTIONS_EACH: usize = 4;

/// How long the head of a request may take. Scrapers and load balancers write theirs at once.
const HEAD_DEADLINE: Duration = Duration::from_secs(1);

/// How long a connection may take from its first byte to its last; each has one request.
const WHOLE_DEADLINE: Duration = Duration::from_secs(15);

/// How long to wait when the system has no file descriptor for a new connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

const BACKLOG: u32 = 64;

/// A listener at the address of `[metrics]`.
#[derive(Debug)]
pub struct ScrapeListener {
    listener: TcpListener,
    address: SocketAddr,
    gone: CancellationToken,
    // Dropped last, and so cancels when the socket is closed.
    _last: DropGuard,
}

impl ScrapeListener {
    /// Where it really listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cancelled when nobody listens there any more.
    #[must_use]
    pub fn gone(&self) -> CancellationToken {
        self.gone.clone()
    }

    /// Listens there. Must be called inside the runtime.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let listener = socket.listen(BACKLOG)?;
        let gone = CancellationToken::new();
        let (address, last) = (listener.local_addr()?, gone.clone().drop_guard());
        Ok(Self { listener, address, gone, _last: last })
    }
}

/// Serves until `stop`, and then lets those finish who have asked.
pub async fn serve(listener: ScrapeListener, context: Context, stop: CancellationToken) {
    let router = router(context);
    let seats = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let tasks = TaskTracker::new();
    let guests = Guests::default();
    while let Some((stream, peer, seat)) = accept(&listener.listener, &seats, &stop).await {
        if let Some(guest) = guests.welcome(peer.ip()) {
            tasks.spawn(connection(stream, router.clone(), stop.clone(), (seat, guest)));
        }
    }
    // The address is free for others while the last answers are read.
    drop(listener);
    tasks.close();
    tasks.wait().await;
}

/// Who is connected, an entry for each connection; all clones are the same.
#[derive(Clone, Debug, Default)]
struct Guests(
    /// [`CONNECTIONS_MAX`] at most. Locked for a look at them.
    Arc<Mutex<Vec<IpAddr>>>,
);

impl Guests {
    /// Counts one in, unless there are too many from its address already; until what is returned is dropped.
    fn welcome(&self, from: IpAddr) -> Option<Guest> {
        let mut here = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let from = from.to_canonical();
        if here.iter().filter(|one| **one == from).count() >= CONNECTIONS_EACH {
            return None;
        }
        here.push(from);
        Some(Guest { guests: self.clone(), from })
    }
}

/// A connection that is counted.
#[derive(Debug)]
struct Guest {
    guests: Guests,
    from: IpAddr,
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut here = self.guests.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = here.iter().position(|one| *one == self.from) {
            here.swap_remove(at);
        }
    }
}

fn router(context: Context) -> Router {
    Router::new()
        .route(
            "/metrics",
            get(|State(context): State<Context>| async move { metrics::answer(&context).await }),
        )
        .route("/healthz", get(|State(context): State<Context>| async move { probe::alive(&context).await }))
        .route(
            "/readyz",
            get(|State(context): State<Context>| async move { probe::takes_strangers(&context).await }),
        )
        .fallback(|| async { (StatusCode::NOT_FOUND, "there are only /metrics, /healthz and /readyz\n") })
        .method_not_allowed_fallback(|| async { (StatusCode::METHOD_NOT_ALLOWED, "there is only GET\n") })
        .with_state(context)
}

/// The next connection, once there is a seat for it; none when the daemon stops.
async fn accept(
    listener: &TcpListener,
    seats: &Arc<Semaphore>,
    stop: &CancellationToken,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let next = async {
        let seat = Arc::clone(seats).acquire_owned().await.ok()?;
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => return Some((stream, peer, seat)),
                Err(error) => {
                    tracing::debug!(%error, "cannot accept a connection that wants metrics");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    };
    stop.run_until_cancelled(next).await.flatten()
}

async fn connection(
    stream: TcpStream,
    router: Router,
    stop: CancellationToken,
    _counted: (OwnedSemaphorePermit, Guest),
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_DEADLINE).keep_alive(false);
    let mut serving =
        std::pin::pin!(http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router)));
    let whole = async {
        // How a connection broke is of no interest here: the peer knows, and nothing is left undone.
        tokio::select! {
            _ = serving.as_mut() => return,
            () = stop.cancelled() => serving.as_mut().graceful_shutdown(),
        }
        let _ = serving.await;
    };
    let _ = timeout(WHOLE_DEADLINE, whole).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_from_one_address_are_welcome_and_a_fifth_once_one_has_left() {
        let (guests, from) = (Guests::default(), |text: &str| text.parse::<IpAddr>().unwrap());
        let mut here: Vec<_> =
            (0..CONNECTIONS_EACH).map(|_| guests.welcome(from("192.0.2.1")).unwrap()).collect();
        assert!(guests.welcome(from("::ffff:192.0.2.1")).is_none(), "the same, written otherwise");
        assert!(guests.welcome(from("192.0.2.2")).is_some());
        here.pop();
        here.push(guests.welcome(from("192.0.2.1")).unwrap());
        assert!(guests.welcome(from("192.0.2.1")).is_none());
    }
}
