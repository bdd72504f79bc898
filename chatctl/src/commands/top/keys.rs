//! What keys mean that a terminal sends as bytes (ECMA-48, xterm).
//!
//! Owns the reading of escape sequences; what it does not know is no key.

/// A key that a view can do something with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Char(char),
    Up,
    Down,
    PageUp,
    PageDown,
    Escape,
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-L.
    Redraw,
}

/// Ends of sequences, behind `ESC [` or `ESC O`, and their keys.
const SEQUENCES: [(&str, Key); 4] =
    [("A", Key::Up), ("B", Key::Down), ("5~", Key::PageUp), ("6~", Key::PageDown)];

/// The keys in `bytes`, as one read gave them.
pub(super) fn parse(bytes: &[u8]) -> Vec<Key> {
    let text = String::from_utf8_lossy(bytes);
    let (mut keys, mut rest) = (Vec::new(), &*text);
    while let Some(first) = rest.chars().next() {
        rest = &rest[first.len_utf8()..];
        match first {
            '\x1b' => {
                let (key, length) = escaped(rest);
                keys.extend(key);
                rest = &rest[length..];
            }
            '\x03' => keys.push(Key::Interrupt),
            '\x0c' => keys.push(Key::Redraw),
            // As arrows for those who have none: one line down, one line up.
            '\x0e' => keys.push(Key::Down),
            '\x10' => keys.push(Key::Up),
            _ if first.is_control() => {}
            _ => keys.push(Key::Char(first)),
        }
    }
    keys
}

/// The key behind an ESC, and how long its sequence is.
fn escaped(rest: &str) -> (Option<Key>, usize) {
    let Some(body) = rest.strip_prefix(['[', 'O']) else { return (Some(Key::Escape), 0) };
    // A sequence ends with a byte from @ to ~ (ECMA-48 §5.4).
    let Some(end) = body.find(|last| matches!(last, '@'..='~')) else { return (None, rest.len()) };
    let key = SEQUENCES.iter().find(|(sequence, _)| *sequence == &body[..=end]);
    (key.map(|(_, key)| *key), end + 2)
}

#[cfg(test)]
mod tests {
    use super::{Key, parse};

    #[test]
    fn keys_are_read_one_after_the_other() {
        let keys = parse(b"q\x1b[A\x1bOB\x1b[5~\x1b[6~k\x03\x0c\x0e\x10");
        let expected = [
            Key::Char('q'),
            Key::Up,
            Key::Down,
            Key::PageUp,
            Key::PageDown,
            Key::Char('k'),
            Key::Interrupt,
            Key::Redraw,
            Key::Down,
            Key::Up,
        ];
        assert_eq!(keys, expected);
    }

    #[test]
    fn what_is_no_key_is_passed_over() {
        for (bytes, expected) in [
            (&b"\x1b"[..], &[Key::Escape][..]),
            (b"\x1b[1;5C", &[]),
            (b"\x1b[12", &[]),
            (b"\x1b[200~y", &[Key::Char('y')]),
            (b"\xff\x01", &[Key::Char('\u{fffd}')]),
            ("ü".as_bytes(), &[Key::Char('ü')]),
            (b"", &[]),
        ] {
            assert_eq!(parse(bytes), expected, "{bytes:?}");
        }
    }
}
