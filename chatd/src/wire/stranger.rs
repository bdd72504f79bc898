//! Recognises what programs say that came to the wrong port. Decides nothing else about a line.

/// What somebody speaks whose very first line is this one, if it cannot be chat.
///
/// Only whole, well-known openings count: `POST` alone is not enough, because a person may begin with that word.
#[must_use]
pub(super) fn foreign_protocol(line: &[u8]) -> Option<&'static str> {
    // A TLS record of type handshake (22), version 3.x (RFC 8446 §5.1).
    if line.starts_with(&[0x16, 0x03]) {
        return Some("TLS");
    }
    let mut words = line.split(|byte| *byte == b' ');
    let verb = words.next()?;
    let is_request = HTTP_VERBS.iter().any(|known| known.as_bytes() == verb)
        && words.next_back().is_some_and(|last| last.starts_with(b"HTTP/"));
    is_request.then_some("HTTP")
}

/// Whether this first line is how an IRC client begins. People at `nc` do not negotiate capabilities.
#[must_use]
pub(super) fn irc(line: &[u8]) -> Option<&'static str> {
    line.starts_with(b"CAP LS").then_some("IRC; IRC has a port of its own here")
}

/// The methods of RFC 9110 §9 and RFC 5789 that browsers and scanners begin with. IRC has none of these as a verb.
const HTTP_VERBS: [&str; 8] = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// The words with which a request of HTTP may begin, whether or not the line names its version; for dialects in which
/// none of them means anything.
#[must_use]
pub(super) fn is_http_verb(verb: &str) -> bool {
    HTTP_VERBS.contains(&verb)
}

#[cfg(test)]
mod tests {
    use super::{foreign_protocol, irc};

    #[test]
    fn an_irc_client_is_known_by_its_first_line() {
        assert!(irc(b"CAP LS 302").is_some() && irc(b"NICK alice").is_none());
    }

    #[test]
    fn openings_of_other_protocols_are_known_by_name() {
        for (line, expected) in [
            (&b"GET / HTTP/1.1"[..], Some("HTTP")),
            (b"CONNECT irc.example:6667 HTTP/1.0", Some("HTTP")),
            (b"POST /x HTTP/2", Some("HTTP")),
            (b"\x16\x03\x01\x02\x00\x01", Some("TLS")),
            (b"GET well soon", None),
            (b"get / HTTP/1.1", None),
            (b"\x16", None),
            (b"NICK alice", None),
            (b"", None),
        ] {
            assert_eq!(foreign_protocol(line), expected, "{}", String::from_utf8_lossy(line));
        }
    }
}
