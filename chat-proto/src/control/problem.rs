//! How the control API says no: RFC 9457 problem documents.
//!
//! Owns the document and the codes; it must never decide who sees which.

use serde::{Deserialize, Serialize};

/// The media type of a [`Problem`] (RFC 9457 §3).
pub const PROBLEM_MEDIA_TYPE: &str = "application/problem+json";

/// Values of [`Problem::kind`] that a caller can tell apart.
pub mod code {
    /// Nothing more to say than the status says (RFC 9457 §4.2.1).
    pub const BLANK: &str = "about:blank";
    /// 400: the request could not be understood.
    pub const BAD_REQUEST: &str = "urn:chatd:bad-request";
    /// 403: the caller's role does not allow it.
    pub const NOT_PERMITTED: &str = "urn:chatd:not-permitted";
    /// 404: no client, room, conversation or path of that name.
    pub const NO_SUCH_OBJECT: &str = "urn:chatd:no-such-object";
    /// 409: understood, but the state does not allow it, for instance because the daemon is draining.
    pub const REFUSED: &str = "urn:chatd:refused";
    /// 422: the configuration has faults; the report is in the detail.
    pub const BAD_CONFIGURATION: &str = "urn:chatd:bad-configuration";
    /// 503: the store does not take anything at the moment, nothing was kept.
    pub const STORE_FAILING: &str = "urn:chatd:store-failing";
}

/// The body of every response with a status of 400 or more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `type` in JSON: one of [`code`], for programs.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem in a few words; the same for every occurrence.
    pub title: String,
    /// The HTTP status, repeated.
    pub status: u16,
    /// This occurrence: the cause, `no client has the nick, id or address "bob"`; tools put before it what was tried.
    pub detail: String,
    /// What to do about it, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The id of the request, as in the header `x-request-id` and in the daemon's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}
