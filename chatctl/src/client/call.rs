//! What is asked of the daemon: method, path, query and body.
//!
//! Owns the encoding of a request; it must never send one.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Method, Request, header};
use serde::Serialize;

use super::CallError;

/// One request, and a few words for what it is to achieve (`kick bob`).
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// Opens the message when it fails.
    pub(crate) trying: String,
    method: Method,
    target: String,
    body: Vec<u8>,
}

impl Call {
    /// Reads `path`.
    pub(crate) fn get(trying: impl Into<String>, path: impl Into<String>) -> Self {
        Self { trying: trying.into(), method: Method::GET, target: path.into(), body: Vec::new() }
    }

    /// Changes something without saying more than the path says.
    pub(crate) fn post(trying: impl Into<String>, path: &str) -> Self {
        Self { method: Method::POST, ..Self::get(trying, path) }
    }

    /// Replaces what is at `path`.
    pub(crate) fn put(trying: impl Into<String>, path: &str) -> Self {
        Self { method: Method::PUT, ..Self::get(trying, path) }
    }

    /// Adds a JSON body.
    pub(crate) fn body(mut self, body: &impl Serialize) -> Self {
        self.body = serde_json::to_vec(body).expect("plain structs of strings and numbers always encode");
        self
    }

    /// Adds `key=value` to the query if there is a value.
    pub(crate) fn query(mut self, key: &str, value: Option<impl ToString>) -> Self {
        if let Some(value) = value {
            self.target.push(if self.target.contains('?') { '&' } else { '?' });
            self.target.push_str(key);
            self.target.push('=');
            self.target.push_str(&encoded(&value.to_string()));
        }
        self
    }

    pub(super) fn into_request(self) -> Result<Request<Full<Bytes>>, CallError> {
        Request::builder()
            .method(self.method)
            .uri(self.target)
            // HTTP/1.1 wants a host, a Unix socket has none.
            .header(header::HOST, "chatd")
            .header(header::USER_AGENT, concat!("chatctl/", env!("CARGO_PKG_VERSION")))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(self.body)))
            .map_err(|cause| CallError::Broken(format!("build the request: {cause}")))
    }
}

/// Puts `value` in the place of the path's only `{…}`, percent-encoded.
pub(crate) fn fill(path: &str, value: &str) -> String {
    let (before, _) = path.split_once('{').expect("only paths with a place to fill come here");
    format!("{before}{}", encoded(value))
}

/// Percent-encodes all but the unreserved characters (RFC 3986 §2.3).
fn encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::{Call, encoded, fill};
    use chat_proto::control::path;

    #[test]
    fn names_are_encoded_in_paths_and_queries() {
        assert_eq!(fill(path::ROOM, "#a/b ü"), "/v1/rooms/%23a%2Fb%20%C3%BC");
        let call = Call::get("look", "/v1/history").query("what", Some("#a&b")).query("count", None::<u32>);
        assert_eq!(call.query("since", Some(7)).target, "/v1/history?what=%23a%26b&since=7");
    }

    #[test]
    fn unreserved_characters_stay() {
        assert_eq!(encoded("aZ09-._~"), "aZ09-._~");
    }
}
