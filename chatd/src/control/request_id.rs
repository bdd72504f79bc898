//! The id of each request to the control API, by which its line in the log is found again. One that the caller has given is
//! kept, so that a script can follow what it asked for.

use std::fmt;
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue};
use ring::rand::{SecureRandom, SystemRandom};

use crate::registry::now;

/// The header that carries it, in both directions.
pub(super) const HEADER: &str = "x-request-id";

/// Longest id of a caller's that is taken over.
const LENGTH_MAX: usize = 64;

/// Crockford's base 32, in which a ULID is written (<https://github.com/ulid/spec>).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Characters of a ULID, 5 bits each.
const ULID_LENGTH: u32 = 26;

/// One request's id: at most 64 letters, digits and `-_.:`, so that it needs no quotes anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RequestId(Arc<str>);

impl RequestId {
    /// The caller's, or a new one if the caller has given none that can be taken over.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let given = headers.get(HEADER).and_then(|given| given.to_str().ok());
        given.filter(|given| is_well_formed(given)).map_or_else(Self::new, |given| Self(given.into()))
    }

    /// A ULID: ids of later milliseconds are greater.
    fn new() -> Self {
        let mut random = [0; 16];
        // Without randomness ids of one millisecond are the same, and nothing but the log suffers.
        let _ = SystemRandom::new().fill(&mut random[6..]);
        let value = u128::from(now().0) << 80 | u128::from_be_bytes(random);
        let letter = |place: u32| char::from(ALPHABET[(value >> (5 * place)) as usize % ALPHABET.len()]);
        Self((0..ULID_LENGTH).rev().map(letter).collect::<String>().into())
    }

    /// As it is written in a header.
    pub(super) fn to_header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).expect("letters, digits and some signs are fit for a header")
    }

    /// Its text.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_well_formed(given: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    (1..=LENGTH_MAX).contains(&given.len()) && given.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::{HEADER, RequestId};
    use axum::http::HeaderMap;

    fn of(given: &str) -> RequestId {
        let headers = [(HEADER.parse().unwrap(), given.parse().unwrap())];
        RequestId::of(&HeaderMap::from_iter(headers))
    }

    #[test]
    fn a_callers_id_is_taken_over_if_it_is_well_formed() {
        for given in ["a", "01J-x_y.z:7", &"x".repeat(64)] {
            assert_eq!(of(given).as_str(), given);
        }
        for given in ["", "a b", "a=\"b\"", "a\tb", &"x".repeat(65)] {
            assert_eq!(of(given).as_str().len(), 26, "{given:?}");
        }
    }

    #[test]
    fn ids_of_ours_differ_and_begin_with_the_time() {
        let (first, second) = (RequestId::new(), RequestId::new());
        assert_ne!(first, second);
        // 2^45 ms after 1970 is the year 3084; the digit before is 0 until the year 10889.
        assert!(first.as_str().starts_with('0'), "{first}");
    }
}
