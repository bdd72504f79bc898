//! How the control API says no: each refusal of another layer as an RFC 9457 problem document. Decides nothing.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chat_proto::control::{PROBLEM_MEDIA_TYPE, Problem, code};

use crate::domain::refusal::Refusal;
use crate::registry::Stopped;
use crate::store::StoreError;

/// A failure on its way to the asker.
#[derive(Debug)]
pub(super) struct Failure(Box<Problem>);

/// What a handler answers.
pub(super) type Answer<T> = Result<Json<T>, Failure>;

impl Failure {
    fn new(status: StatusCode, kind: &str, title: &str, detail: impl Into<String>) -> Self {
        let (kind, title, status) = (kind.to_owned(), title.to_owned(), status.as_u16());
        Self(Box::new(Problem { kind, title, status, detail: detail.into(), hint: None, request_id: None }))
    }

    /// 400: the request makes no sense.
    pub(super) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code::BAD_REQUEST, "the request could not be understood", detail)
    }

    /// 403.
    pub(super) fn not_permitted(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code::NOT_PERMITTED, "not permitted", detail)
    }

    /// 404.
    pub(super) fn no_such_object(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code::NO_SUCH_OBJECT, "no such object", detail)
    }

    /// 409: not in this state.
    pub(super) fn refused(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code::REFUSED, "refused in the present state", detail)
    }

    /// 422: the configuration has faults.
    pub(super) fn bad_configuration(report: impl Into<String>) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self::new(status, code::BAD_CONFIGURATION, "the configuration has faults", report)
    }

    /// 503: the store takes or gives nothing at the moment.
    pub(super) fn store_failing(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code::STORE_FAILING, "the store is failing", detail)
            .hint("`chatctl status` says when it works again; the daemon's log says more")
    }

    /// Nothing more to say than the status says (RFC 9457 §4.2.1).
    pub(super) fn plain(status: StatusCode, detail: impl Into<String>) -> Self {
        Self::new(status, code::BLANK, status.canonical_reason().unwrap_or("failed"), detail)
    }

    /// 503: the daemon is on its way out.
    pub(super) fn stopping() -> Self {
        Self::plain(StatusCode::SERVICE_UNAVAILABLE, "the daemon is stopping")
    }

    /// Whether it is a 404.
    pub(super) fn is_no_such_object(&self) -> bool {
        self.0.kind == code::NO_SUCH_OBJECT
    }

    /// With a name that was probably meant, before whatever else there is to do.
    pub(super) fn suggest(mut self, meant: &str) -> Self {
        let rest = self.0.hint.take().map(|hint| format!(" {hint}")).unwrap_or_default();
        self.0.hint = Some(format!("did you mean {meant}?{rest}"));
        self
    }

    /// With what to do about it.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&self.0)).into_response();
        // For the layer around all, which puts in the id of the request.
        response.extensions_mut().insert(self.0);
        let media_type = HeaderValue::from_static(PROBLEM_MEDIA_TYPE);
        response.headers_mut().insert(header::CONTENT_TYPE, media_type);
        response
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::NoSuchClient(_) => Self::no_such_object(detail).hint("`chatctl list` shows who is here"),
            Refusal::NoSuchNick(_) => Self::no_such_object(detail).hint("`chatctl list` shows who is here"),
            Refusal::NoSuchRoom(_) => {
                Self::no_such_object(detail).hint("`chatctl list rooms` shows the rooms")
            }
            Refusal::RoleTooLow { .. } | Refusal::NotOperator => Self::not_permitted(detail),
            Refusal::NotKept { .. } => Self::store_failing(detail),
            Refusal::Overtaken => Self::refused(detail).hint("try again"),
            _ => Self::plain(StatusCode::UNPROCESSABLE_ENTITY, detail),
        }
    }
}

impl From<Stopped> for Failure {
    fn from(_: Stopped) -> Self {
        Self::stopping()
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the control API cannot read the store");
        Self::store_failing(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use chat_proto::control::code;

    use super::Failure;
    use crate::domain::refusal::Refusal;

    #[test]
    fn each_refusal_has_its_status() {
        for (refusal, status, kind) in [
            (Refusal::NoSuchClient("x".into()), 404, code::NO_SUCH_OBJECT),
            (Refusal::NoSuchNick("x".into()), 404, code::NO_SUCH_OBJECT),
            (Refusal::NoSuchRoom("x".into()), 404, code::NO_SUCH_OBJECT),
            (Refusal::RoleTooLow { needs: "admin" }, 403, code::NOT_PERMITTED),
            (Refusal::NotOperator, 403, code::NOT_PERMITTED),
            (Refusal::NotKept { to: None, cause: "full".into() }, 503, code::STORE_FAILING),
            (Refusal::Overtaken, 409, code::REFUSED),
            (Refusal::NoText, 422, code::BLANK),
        ] {
            let Failure(problem) = refusal.into();
            assert_eq!((problem.status, problem.kind.as_str()), (status, kind));
        }
    }
}
