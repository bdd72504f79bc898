//! With which words of HTTP a request is turned away. For browsers, scanners and people with curl; no page shall ever be able
//! to read one.

use thiserror::Error;

/// Why there will be no WebSocket.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// What came is no request, or one that breaks RFC 6455 §4.2.1.
    #[error("bad request: {0}")]
    Bad(&'static str),
    /// A field that may stand there once.
    #[error("bad request: more than one {0}")]
    Twice(&'static str),
    /// A page that is not in `origins`.
    #[error("this origin may not connect (listen.origins)")]
    OtherOrigin,
    /// Another path than that of the listener.
    #[error("there is nothing at this path (listen.path)")]
    OtherPath,
    /// A browser is made to send a form, or somebody looks for something else.
    #[error("a WebSocket begins with GET")]
    NotGet,
    /// An ordinary request.
    #[error("this is an IRC server that speaks WebSocket, and no web site")]
    NotUpgrade,
    /// An earlier draft, or something of the future.
    #[error("only version 13 of WebSocket is spoken")]
    OtherVersion,
    /// Something other than the request stands against it, in its own words: one of the limits on clients, for instance.
    #[error("{0}")]
    Unavailable(String),
    /// More than [`super::HEAD_MAX`] bytes, or too many fields.
    #[error("the request is too large")]
    TooLarge,
}

impl Refusal {
    /// Status, reason and the fields that belong to it (RFC 9110 §15).
    fn status(&self) -> (&'static str, &'static str) {
        match self {
            Self::Bad(_) | Self::Twice(_) => ("400 Bad Request", ""),
            Self::OtherOrigin => ("403 Forbidden", ""),
            Self::OtherPath => ("404 Not Found", ""),
            Self::NotGet => ("405 Method Not Allowed", "Allow: GET\r\n"),
            Self::NotUpgrade => ("426 Upgrade Required", "Upgrade: websocket\r\n"),
            Self::OtherVersion => {
                ("426 Upgrade Required", "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n")
            }
            Self::Unavailable(_) => ("503 Service Unavailable", "Retry-After: 60\r\n"),
            Self::TooLarge => ("431 Request Header Fields Too Large", ""),
        }
    }

    /// The whole answer; the connection closes behind it.
    #[must_use]
    pub fn answer(&self) -> String {
        let (status, fields) = self.status();
        // RFC 9110 §7.8: who names what to upgrade to says so as an option of the connection.
        let connection = if fields.starts_with("Upgrade") { "Upgrade, close" } else { "close" };
        let text = format!("{self}\n");
        format!(
            "HTTP/1.1 {status}\r\nConnection: {connection}\r\n{fields}Content-Type: text/plain; charset=utf-8\r\n\
             X-Content-Type-Options: nosniff\r\nContent-Length: {}\r\n\r\n{text}",
            text.len()
        )
    }
}
