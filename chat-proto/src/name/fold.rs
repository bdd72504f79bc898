//! Case folding: the one place that knows which characters are the same letter.

use serde::{Deserialize, Serialize};
use std::borrow::Borrow;
use std::fmt;

/// Which characters count as the same letter, as ISUPPORT's `CASEMAPPING` announces it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CaseMapping {
    /// `A` to `Z` are the upper case of `a` to `z`.
    Ascii,
    /// As `Ascii`, and `[ ] \ ~` are the upper case of `{ } | ^` (RFC 2812 §2.2).
    #[default]
    Rfc1459,
}

impl CaseMapping {
    /// The value of ISUPPORT's `CASEMAPPING`.
    pub const fn token(self) -> &'static str {
        match self {
            Self::Ascii => "ascii",
            Self::Rfc1459 => "rfc1459",
        }
    }

    /// The form in which names are compared and looked up.
    pub fn fold(self, name: &str) -> Folded {
        let mut folded = String::with_capacity(name.len());
        folded.extend(name.chars().map(|c| self.fold_char(c)));
        Folded(folded.into())
    }

    /// Folds one character; everything beyond ASCII is left as it is.
    pub fn fold_char(self, c: char) -> char {
        u8::try_from(c).ok().filter(u8::is_ascii).map_or(c, |b| char::from(self.fold_byte(b)))
    }

    /// Folds one byte of UTF-8 text; bytes of characters beyond ASCII are left as they are.
    pub const fn fold_byte(self, byte: u8) -> u8 {
        match (self, byte) {
            (Self::Rfc1459, b'[') => b'{',
            (Self::Rfc1459, b']') => b'}',
            (Self::Rfc1459, b'\\') => b'|',
            (Self::Rfc1459, b'~') => b'^',
            _ => byte.to_ascii_lowercase(),
        }
    }

    /// Whether two names are the same name; allocates nothing.
    pub fn same(self, a: &str, b: &str) -> bool {
        a.len() == b.len() && a.bytes().zip(b.bytes()).all(|(x, y)| self.fold_byte(x) == self.fold_byte(y))
    }
}

/// A name as [`CaseMapping::fold`] left it: the key under which it is looked up. Never shown to people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Folded(Box<str>);

impl Folded {
    /// The folded text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Folded {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Folded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
