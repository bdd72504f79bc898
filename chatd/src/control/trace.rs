//! What is around each request: its id, which comes back in a header and in problems, and its line in the log.

use std::time::Instant;

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chat_proto::control::{PROBLEM_MEDIA_TYPE, Problem};

use super::peer::Person;
use super::request_id::{HEADER, RequestId};

/// Passes a request on, with its id as an extension, and logs what came of it: looking at something at debug, the rest at info.
pub(super) async fn trace(mut request: Request, next: Next) -> Response {
    let (id, begun) = (RequestId::of(request.headers()), Instant::now());
    let user = request.extensions().get::<Person>().map(|person| person.name.clone());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<Box<Problem>>() {
        let problem = Problem { request_id: Some(id.as_str().to_owned()), ..*problem };
        *response.body_mut() = Json(problem).into_response().into_body();
        // The body is longer now.
        response.headers_mut().remove(header::CONTENT_LENGTH);
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_MEDIA_TYPE));
    }
    response.headers_mut().insert(HEADER, id.to_header());
    let (user, status, duration_ms) = (user.as_deref(), response.status().as_u16(), elapsed_ms(begun));
    if method == Method::GET {
        tracing::debug!(request = %id, user, %method, path, status, duration_ms, "answered");
    } else {
        tracing::info!(request = %id, user, %method, path, status, duration_ms, "answered");
    }
    response
}

/// Milliseconds, with three places.
fn elapsed_ms(begun: Instant) -> f64 {
    begun.elapsed().as_micros() as f64 / 1000.0
}
