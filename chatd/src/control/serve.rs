//! The server: accepts connections, gives each a task, and awaits all of them at the end. It never waits for a peer without a
//! deadline: heads and bodies of requests have theirs, and a stream that nobody reads ends with its connection.

use std::sync::Arc;
use std::time::Duration;

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::UnixStream;
use tokio::net::unix::UCred;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::log::lower_levels;
use super::peer::Person;
use super::pulse::Pulse;
use super::router::{App, router};
use super::{Context, Listener};

/// Connections at a time. Further ones wait in the listener's backlog until one ends.
const CONNECTIONS_MAX: usize = 64;

/// How long a connection may take to send the head of a request; also how long it may idle between two.
const HEAD_DEADLINE: Duration = Duration::from_secs(10);

/// How long answers on their way may take when the daemon stops.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How long to wait when the system has no file descriptor for a new connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// After so many such pauses it is said again: a minute.
const SAY_AFTER: u32 = 600;

/// Serves the control API until `stop`, then lets answers on their way go out and ends every connection. Removes the socket's
/// file when it returns.
pub async fn serve(listener: Listener, context: Context, stop: CancellationToken) {
    serve_people(listener, context, stop, Person::of).await;
}

/// The same with another way to tell who a peer is. `identify` may block.
pub(super) async fn serve_people(
    listener: Listener,
    context: Context,
    stop: CancellationToken,
    identify: fn(UCred) -> Person,
) {
    let tasks = TaskTracker::new();
    tasks.spawn(lower_levels(Arc::clone(&context.telemetry), stop.clone()));
    let pulse = Pulse::default();
    tasks.spawn(pulse.clone().beat(context.clone(), stop.clone()));
    let router = router(App::new(context, pulse, stop.clone()));
    let seats = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    while let Some((stream, seat)) = accept(&listener, &seats, &stop).await {
        tasks.spawn(connection(stream, router.clone(), stop.clone(), identify, seat));
    }
    tasks.close();
    tasks.wait().await;
}

/// The next connection, once there is a seat for it; none when the daemon stops.
async fn accept(
    listener: &Listener,
    seats: &Arc<Semaphore>,
    stop: &CancellationToken,
) -> Option<(UnixStream, OwnedSemaphorePermit)> {
    let next = async {
        let seat = Arc::clone(seats).acquire_owned().await.ok()?;
        let mut failures = 0_u32;
        loop {
            match listener.socket.accept().await {
                Ok((stream, _)) => return Some((stream, seat)),
                Err(error) => {
                    if failures.is_multiple_of(SAY_AFTER) {
                        tracing::warn!(%error, failures, "cannot accept on the control socket");
                    }
                    failures = failures.wrapping_add(1);
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    };
    stop.run_until_cancelled(next).await.flatten()
}

async fn connection(
    stream: UnixStream,
    router: Router,
    stop: CancellationToken,
    identify: fn(UCred) -> Person,
    _seat: OwnedSemaphorePermit,
) {
    let service = match person(&stream, identify).await {
        Some(person) => router.layer(Extension(person)),
        // Every request is refused, with a problem that says why.
        None => router,
    };
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_DEADLINE);
    let mut serving =
        std::pin::pin!(http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)));
    // How a connection broke is of no interest here: the peer knows, and nothing is left undone.
    tokio::select! {
        _ = serving.as_mut() => return,
        () = stop.cancelled() => serving.as_mut().graceful_shutdown(),
    }
    let _ = tokio::time::timeout(LAST_WORDS, serving).await;
}

async fn person(stream: &UnixStream, identify: fn(UCred) -> Person) -> Option<Person> {
    let peer = stream.peer_cred().ok()?;
    tokio::task::spawn_blocking(move || identify(peer)).await.ok()
}
