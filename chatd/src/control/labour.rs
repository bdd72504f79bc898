//! A body that is made by long work on a thread that may block: lines that tell how far it is, and bytes if it makes some.
//!
//! The work speaks through a short queue. Whoever does not read holds it up and nobody else; when the asker goes, or the daemon
//! stops, the work is told that nobody waits any more.

use std::convert::Infallible;
use std::fmt::Display;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use chat_proto::control::STREAM_HEARTBEAT_MS;
use futures_util::stream::unfold;
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::problem::Failure;
use super::router::App;
use super::stream;
use crate::store::Interest;

/// Pieces that wait for the asker to read; then the work waits, too.
const QUEUED: usize = 4;

/// How often it is told how far something is.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// One piece of the body.
#[derive(Debug)]
enum Piece {
    /// A line; heartbeats may stand behind it.
    Line(Bytes),
    /// Bytes that nothing must come between.
    Bytes(Bytes),
}

/// The work's end of the queue.
#[derive(Debug)]
pub(super) struct Speaker {
    pieces: mpsc::Sender<Piece>,
}

impl Speaker {
    /// Says one line. Blocks while the asker does not read; what nobody hears is lost.
    pub(super) fn line(&self, line: &impl Serialize) {
        let _ = self.pieces.blocking_send(Piece::Line(stream::encode(std::slice::from_ref(line))));
    }

    /// Sends bytes; there are no more heartbeats behind. Returns whether anybody takes them.
    pub(super) fn bytes(&self, bytes: Bytes) -> bool {
        self.pieces.blocking_send(Piece::Bytes(bytes)).is_ok()
    }
}

/// The asker's end. Dropped with the connection.
struct Listener {
    pieces: mpsc::Receiver<Piece>,
    heartbeat: Bytes,
    /// Nothing but bytes comes any more.
    is_raw: bool,
    stop: CancellationToken,
    interest: Interest,
    _place: OwnedSemaphorePermit,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.interest.lose();
    }
}

/// Begins the work and answers with what it says. `heartbeat` is the first line and fills silences.
///
/// # Errors
/// All places for streams are taken.
pub(super) fn respond(
    app: &App,
    media_type: &'static str,
    heartbeat: &impl Serialize,
    work: impl FnOnce(&Speaker, &Interest) + Send + 'static,
) -> Result<Response, Failure> {
    let place = stream::place(app)?;
    let (pieces, heard) = mpsc::channel(QUEUED);
    let interest = Interest::until(&app.context.facts.stopping);
    let listener = Listener {
        pieces: heard,
        heartbeat: stream::encode(std::slice::from_ref(heartbeat)),
        is_raw: false,
        stop: app.stop.clone(),
        interest: interest.clone(),
        _place: place,
    };
    // Ends soon after the listener is gone; the runtime waits for it when the daemon ends.
    tokio::task::spawn_blocking(move || work(&Speaker { pieces }, &interest));
    let body = unfold((listener, true), |(mut listener, is_first)| async move {
        let bytes = if is_first { listener.heartbeat.clone() } else { listener.next().await? };
        Some((Ok::<_, Infallible>(bytes), (listener, false)))
    });
    let mut response = Response::new(Body::from_stream(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    Ok(response)
}

impl Listener {
    async fn next(&mut self) -> Option<Bytes> {
        let patience = Duration::from_millis(STREAM_HEARTBEAT_MS);
        loop {
            match self.stop.run_until_cancelled(timeout(patience, self.pieces.recv())).await? {
                Ok(Some(Piece::Line(line))) => return Some(line),
                Ok(Some(Piece::Bytes(bytes))) => {
                    self.is_raw = true;
                    return Some(bytes);
                }
                Ok(None) => return None,
                Err(_) if self.is_raw => {}
                Err(_) => return Some(self.heartbeat.clone()),
            }
        }
    }
}

/// Passes on how far something is, but not more often than anybody can read.
#[derive(Debug, Default)]
pub(super) struct Pace(Option<Instant>);

impl Pace {
    /// Whether it is time again.
    pub(super) fn is_due(&mut self) -> bool {
        let now = Instant::now();
        let is_due = self.0.is_none_or(|last| now.duration_since(last) >= TELL_EVERY);
        if is_due {
            self.0 = Some(now);
        }
        is_due
    }
}

/// The cause in words, which are in the log, too: there looks who has not started it.
pub(super) fn tell_failure(what: &str, cause: &dyn Display) -> String {
    let cause = cause.to_string();
    tracing::warn!(cause, "{what} failed");
    cause
}
