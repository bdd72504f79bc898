//! The header with which a gateway says whose connection it passes on: the PROXY protocol, versions 1 and 2
//! (haproxy, doc/proxy-protocol.txt). Bytes in, an address out; reads nothing itself, and does not know whom to believe.

#[cfg(test)]
mod tests;
mod v1;
mod v2;

use std::net::SocketAddr;

use thiserror::Error;

/// The most bytes of a header of version 2. It may have 64 KiB, but addresses and the usual additions take a few hundred.
pub const HEADER_MAX: usize = 2048;

/// Whose connection it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The gateway's own, as for a health check, or one of which it cannot say more: the real ends of the connection count
    /// (§2.1 `UNKNOWN`, §2.2 `LOCAL`, `AF_UNSPEC`, `AF_UNIX` and datagrams).
    Gateway,
    /// Somebody's, from this address.
    Client(SocketAddr),
}

/// Why bytes are no header. The connection ends (§2: a receiver must not guess).
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HeaderError {
    /// Something else comes first.
    #[error("no PROXY header")]
    Missing,
    /// A line that does not end where it must.
    #[error("a PROXY header of version 1 has at most {} bytes", v1::LINE_MAX)]
    LineTooLong,
    /// A line that is not made as §2.1 says.
    #[error("a PROXY header of version 1 with a bad {0}")]
    BadLine(&'static str),
    /// A header of version 2 that announces more than is taken.
    #[error("a PROXY header of {0} bytes; at most {HEADER_MAX} are taken")]
    TooLong(usize),
    /// A header of version 2 that is not made as §2.2 says.
    #[error("a PROXY header of version 2 with a bad {0}")]
    BadBinary(&'static str),
}

/// Reads a header at the beginning of a connection: who, and how many of `bytes` it takes. While nothing is returned, all of
/// `bytes` belong to the header, and more are needed.
///
/// # Errors
/// As soon as it is certain that no valid header comes.
pub fn parse(bytes: &[u8]) -> Result<Option<(Origin, usize)>, HeaderError> {
    if is_start(bytes, v1::START) {
        v1::parse(bytes)
    } else if is_start(bytes, v2::START) {
        v2::parse(bytes)
    } else {
        Err(HeaderError::Missing)
    }
}

/// Whether `bytes` begin with `start` as far as they go.
fn is_start(bytes: &[u8], start: &[u8]) -> bool {
    bytes.iter().zip(start).all(|(byte, expected)| byte == expected)
}
