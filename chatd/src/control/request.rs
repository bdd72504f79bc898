//! How handlers read what is asked: bodies and queries as the API's types, or a problem that says what was expected.

use std::time::Duration;

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::problem::Failure;

/// No request is longer: a message has at most some thousand bytes.
const BODY_BYTES: usize = 64 * 1024;

/// How long a body may take to arrive.
const BODY_DEADLINE: Duration = Duration::from_secs(10);

/// A JSON body. An empty one counts as `{}`, so that `curl -X POST` is enough where every field is optional. The content type
/// does not matter: there is only one.
#[derive(Debug)]
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let bytes = read(request).await?;
        let json = if bytes.is_empty() { b"{}" } else { bytes.as_ref() };
        let parsed = serde_json::from_slice(json);
        parsed
            .map(Self)
            .map_err(|error| Failure::bad_request(format!("the body is not what is expected: {error}")))
    }
}

async fn read(request: Request) -> Result<Bytes, Failure> {
    let body = tokio::time::timeout(BODY_DEADLINE, to_bytes(request.into_body(), BODY_BYTES)).await;
    let too_slow = |_| {
        let detail = format!("the body did not arrive within {} seconds", BODY_DEADLINE.as_secs());
        Failure::plain(StatusCode::REQUEST_TIMEOUT, detail)
    };
    body.map_err(too_slow)?.map_err(|_| {
        let detail = format!("the body broke off or is longer than {BODY_BYTES} bytes");
        Failure::plain(StatusCode::PAYLOAD_TOO_LARGE, detail)
    })
}

/// A query.
#[derive(Debug)]
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let query = Query::try_from_uri(&parts.uri);
        query.map(|Query(query)| Self(query)).map_err(|error| Failure::bad_request(error.body_text()))
    }
}

/// The one name in a path, decoded.
#[derive(Debug)]
pub(super) struct Name(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Name {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let name = Path::<String>::from_request_parts(parts, state).await;
        name.map(|Path(name)| Self(name)).map_err(|error| Failure::bad_request(error.body_text()))
    }
}

/// A text that becomes a line of somebody's protocol, so it must be one line.
pub(super) fn one_line(what: &str, text: &str) -> Result<(), Failure> {
    if text.contains(['\r', '\n', '\0']) {
        let detail = format!("the {what} has a line end or a NUL in it");
        return Err(Failure::plain(StatusCode::UNPROCESSABLE_ENTITY, detail).hint("send one line at a time"));
    }
    Ok(())
}
