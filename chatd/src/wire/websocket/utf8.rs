//! Whether text is UTF-8, however it is cut into pieces (RFC 6455 §8.1: a character may lie across frames).

/// The beginning of a character whose end has not come yet; empty between characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Utf8 {
    begun: [u8; 3],
    count: u8,
}

impl Utf8 {
    /// Whether all text so far ends with a whole character.
    pub(super) fn is_whole(self) -> bool {
        self.count == 0
    }

    /// Goes on with `bytes`; whether they can still be UTF-8.
    pub(super) fn go_on(&mut self, bytes: &[u8]) -> bool {
        let Some(used) = self.finish(bytes) else { return false };
        match str::from_utf8(&bytes[used..]) {
            Ok(_) => true,
            Err(error) if error.error_len().is_some() => false,
            Err(error) => self.begin(&bytes[used + error.valid_up_to()..]),
        }
    }

    /// Completes the character that was begun: how many of `bytes` that takes, or nothing if they do not fit it.
    fn finish(&mut self, bytes: &[u8]) -> Option<usize> {
        let begun = usize::from(self.count);
        let mut character = [0; 4];
        character[..begun].copy_from_slice(&self.begun[..begun]);
        let mut used = 0;
        while !self.is_whole() {
            let Some(byte) = bytes.get(used) else { break };
            let so_far = begun + used;
            character[so_far] = *byte;
            used += 1;
            match str::from_utf8(&character[..=so_far]) {
                Ok(_) => self.count = 0,
                Err(error) if error.error_len().is_some() => return None,
                Err(_) => {
                    self.begin(&character[..=so_far]);
                }
            }
        }
        Some(used)
    }

    /// Remembers the beginning of a character, which has three bytes at most.
    fn begin(&mut self, bytes: &[u8]) -> bool {
        let fits = bytes.len() <= self.begun.len();
        if fits {
            self.begun[..bytes.len()].copy_from_slice(bytes);
            self.count = bytes.len() as u8;
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::Utf8;

    /// What a whole look says, and what looks at pieces of `size` bytes say.
    fn is_utf8_in_pieces(bytes: &[u8], size: usize) -> bool {
        let mut utf8 = Utf8::default();
        bytes.chunks(size).all(|piece| utf8.go_on(piece)) && utf8.is_whole()
    }

    #[test]
    fn characters_may_lie_across_pieces() {
        for text in ["", "plain", "héllo", "\u{20AC}\u{1F600}x", "\u{7FF}\u{800}\u{FFFF}\u{10000}\u{10FFFF}"]
        {
            for size in 1..=5 {
                assert!(is_utf8_in_pieces(text.as_bytes(), size), "{text:?} in pieces of {size}");
            }
        }
    }

    #[test]
    fn what_is_no_utf8_is_none_in_pieces_either() {
        for bytes in [
            &b"\xFF"[..],
            b"\x80",
            b"a\xC3",
            b"\xC3(",
            b"\xC0\xAF",
            b"\xE0\x80\xAF",
            b"\xED\xA0\x80",
            b"\xF0\x9F\x98",
            b"\xF4\x90\x80\x80",
            b"\xF5\x80\x80\x80",
        ] {
            for size in 1..=5 {
                assert!(!is_utf8_in_pieces(bytes, size), "{bytes:x?} in pieces of {size}");
            }
        }
    }

    #[test]
    fn a_wrong_byte_is_known_when_it_comes() {
        let mut utf8 = Utf8::default();
        assert!(utf8.go_on(b"\xE0"));
        assert!(!utf8.go_on(b"\x80"), "an overlong form");
    }

    proptest! {
        #[test]
        fn pieces_and_the_whole_agree(bytes in proptest::collection::vec(any::<u8>(), 0..40), size in 1_usize..8) {
            assert_eq!(is_utf8_in_pieces(&bytes, size), str::from_utf8(&bytes).is_ok());
        }

        #[test]
        fn text_is_accepted_in_any_pieces(text in ".{0,40}", size in 1_usize..8) {
            assert!(is_utf8_in_pieces(text.as_bytes(), size));
        }
    }
}
