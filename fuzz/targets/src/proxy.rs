//! The header of a gateway: it ends where it ends, whatever follows, and its end is not guessed.

use chatd::wire::proxy_header::{HEADER_MAX, parse};

/// A header is whole at one length only; shorter beginnings of it ask for more, and what is refused stays refused.
pub fn proxy(data: &[u8]) {
    if data.len() > 4 * HEADER_MAX {
        return;
    }
    let mut read = Ok(None);
    for end in 0..=data.len() {
        let now = parse(&data[..end]);
        match &read {
            Ok(None) => {}
            Ok(Some(_)) => assert_eq!(now, read, "after {end} bytes"),
            Err(_) => assert!(now.is_err(), "after {end} bytes"),
        }
        if let Ok(Some((_, length))) = &now {
            assert!(*length <= HEADER_MAX && *length <= end);
        }
        read = now;
    }
    assert!(data.len() <= HEADER_MAX || read != Ok(None));
}
