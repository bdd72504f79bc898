//! IRC over WebSocket (RFC 6455, and the IRCv3 specification `websocket`): a message is a line without its end.
//!
//! [`handshake`] judges the request with which a connection begins; [`WebSocket`] is then a byte stream of lines for the
//! session, which so is the same as over TCP. While nothing happens a connection holds no buffer: what is read is decoded where
//! the session wants it, and what is written goes out from where it lies. Frames are never compressed
//! (RFC 7692 is not offered), and none is longer than [`MESSAGE_MAX`].
//!
//! tungstenite was weighed: it bounds frames and messages as it must, but keeps a buffer for reading in every connection, copies
//! each message out of it, and would have pings answered beside the pace.

mod decode;
mod frame;
pub mod handshake;
mod output;
mod stream;
#[cfg(test)]
mod tests;
mod utf8;

use thiserror::Error;

pub use stream::WebSocket;

/// The most bytes of a message, of how many frames it may be: room for the longest line with the longest tags, and for one
/// that is too long and is to be told so.
pub const MESSAGE_MAX: usize = 16 * 1024;

/// What was agreed on in the handshake. It decides what is sent; understood is either kind, as by other servers: a line is judged by
/// what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subprotocol {
    /// `text.ircv3.net`: messages are text.
    Text,
    /// `binary.ircv3.net`: messages are bytes.
    Binary,
    /// Nothing was asked for: text is sent.
    Unnamed,
}

/// Why the server ends a connection: the client does not keep to the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Violation {
    /// RFC 6455 §5.2: no extension was negotiated that gives these bits a meaning.
    #[error("a frame with reserved bits")]
    ReservedBits,
    /// RFC 6455 §5.2.
    #[error("a frame of an unknown kind")]
    UnknownOpcode,
    /// RFC 6455 §5.1: a client masks.
    #[error("a frame without a mask")]
    Unmasked,
    /// RFC 6455 §5.2: the shortest form of a length is the only one, and its highest bit is not set.
    #[error("a frame with a malformed length")]
    BadLength,
    /// RFC 6455 §5.5.
    #[error("a control frame in fragments or of more than 125 bytes")]
    BadControl,
    /// RFC 6455 §5.4.
    #[error("a continuation of nothing, or a message within a message")]
    BadSequence,
    /// RFC 6455 §5.5.1, §7.4.
    #[error("a malformed close")]
    BadClose,
    /// RFC 6455 §8.1.
    #[error("text that is not UTF-8")]
    NotUtf8,
    /// More than [`MESSAGE_MAX`].
    #[error("a message of more than {MESSAGE_MAX} bytes")]
    TooBig,
}

impl Violation {
    /// The status code that says it (RFC 6455 §7.4.1).
    #[must_use]
    pub fn code(self) -> u16 {
        match self {
            Self::NotUtf8 => 1007,
            Self::TooBig => 1009,
            _ => 1002,
        }
    }
}
