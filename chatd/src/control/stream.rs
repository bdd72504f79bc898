//! A body that is one JSON object a line and does not end by itself.
//!
//! It is made of a [`Source`] that is asked for the next line only when the last one is on its way: there is no queue, so a slow
//! reader costs one line of memory, and when the reader goes, the source is dropped with the connection. What waits in
//! between waits where it is kept anyway, in the ring, the store or the feed of the log.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use chat_proto::control::{STREAM_HEARTBEAT_MS, STREAM_MEDIA_TYPE};
use futures_util::stream::unfold;
use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::problem::Failure;
use super::router::{App, STREAMS_MAX};

/// Where the lines of a stream come from.
pub(super) trait Source: Send + 'static {
    /// One line.
    type Line: Serialize + Send;

    /// The next lines, at least one, or none when the stream is over. Is dropped while it waits and then called again, so it
    /// must lose nothing by that.
    fn next(&mut self) -> impl Future<Output = Option<Vec<Self::Line>>> + Send;

    /// What is said when nothing has happened for a while, and first of all.
    fn heartbeat(&self) -> Self::Line;
}

/// The answer that carries what `source` has to say, until it is over or the daemon stops.
///
/// # Errors
/// All places for streams are taken.
pub(super) fn respond(source: impl Source, app: &App) -> Result<Response, Failure> {
    let place = place(app)?;
    let state = (source, app.stop.clone(), place, true);
    let lines = unfold(state, |(mut source, stop, place, is_first)| async move {
        let lines = if is_first { vec![source.heartbeat()] } else { next(&mut source, &stop).await? };
        Some((Ok::<_, Infallible>(encode(&lines)), (source, stop, place, false)))
    });
    let mut response = Response::new(Body::from_stream(lines));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(STREAM_MEDIA_TYPE));
    Ok(response)
}

/// A place for a stream.
///
/// # Errors
/// All are taken.
pub(super) fn place(app: &App) -> Result<OwnedSemaphorePermit, Failure> {
    Arc::clone(&app.streams).try_acquire_owned().map_err(|_| {
        let detail = format!("{STREAMS_MAX} streams are open already");
        Failure::plain(StatusCode::SERVICE_UNAVAILABLE, detail).hint("end a `chatctl watch` or `chatctl log`")
    })
}

async fn next<S: Source>(source: &mut S, stop: &CancellationToken) -> Option<Vec<S::Line>> {
    let deadline = Instant::now() + Duration::from_millis(STREAM_HEARTBEAT_MS);
    let lines = stop.run_until_cancelled(timeout_at(deadline, source.next())).await?;
    lines.unwrap_or_else(|_| Some(vec![source.heartbeat()]))
}

/// The lines as they are sent.
pub(super) fn encode<L: Serialize>(lines: &[L]) -> Bytes {
    let mut out = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut out, line).expect("plain structs of strings and numbers always encode");
        out.push(b'\n');
    }
    out.into()
}
