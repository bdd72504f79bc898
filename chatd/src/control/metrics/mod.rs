//! `GET /v1/metrics`: everything that is counted, for Prometheus. What there is stands in a table; gathering it never waits longer
//! than a scraper would, and what cannot be had in time is left out.

mod exposition;
mod process;
mod sight;
mod table;
#[cfg(test)]
mod tests;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::Context;
use super::router::App;
use exposition::CONTENT_TYPE;
use sight::Sight;
#[cfg(test)]
pub(super) use table::METRICS;

/// All metrics on the control socket.
pub(super) async fn show(State(app): State<App>) -> Response {
    answer(&app.context).await
}

/// All metrics.
pub(super) async fn answer(context: &Context) -> Response {
    let sight = Sight::gather(context).await;
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], exposition::write(&sight)).into_response()
}
