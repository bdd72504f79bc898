//! Masks such as `*!*@10.0.0.*`: how they are written, and what they match. Matching never takes longer than
//! the lengths of mask and text multiplied.

use crate::name::{CaseMapping, NameError};
use serde::{Deserialize, Deserializer, Serialize, de};
use std::fmt;

#[cfg(test)]
mod tests;

/// The most bytes of a mask that is read back from a log or a store.
const STORED_MAX: usize = 1024;

/// A mask in its full form `nick!user@host`, each part with `*` and `?`. Equal means equal to the byte.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Mask(Box<str>);

impl Mask {
    /// Reads a mask and completes it with `*`: `alice` is `alice!*@*`, `a!b` is `a!b@*`, `u@host` is
    /// `*!u@host`.
    /// What has a dot or a colon and neither `!` nor `@` cannot be a nick and is a host: `*!*@10.0.0.*`.
    ///
    /// # Errors
    /// If it is empty, contains a space or a control character, or has more than `max` bytes when completed.
    pub fn parse(text: &str, max: usize) -> Result<Self, NameError> {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if let Some(bad) = text.chars().find(|c| *c == ' ' || c.is_control()) {
            return Err(NameError::BadChar(bad));
        }
        let full = complete(text);
        if full.len() > max { Err(NameError::TooLong { max }) } else { Ok(Self(full.into())) }
    }

    /// The full form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the mask covers `text`, a `nick!user@host`.
    pub fn matches(&self, text: &str, mapping: CaseMapping) -> bool {
        glob_matches(&self.0, text, mapping)
    }
}

impl fmt::Display for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<'de> Deserialize<'de> for Mask {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text, STORED_MAX).map_err(de::Error::custom)
    }
}

fn complete(text: &str) -> String {
    let (before, host) = match text.rsplit_once('@') {
        Some(split) => split,
        None if !text.contains('!') && text.contains(['.', ':']) => ("", text),
        None => (text, ""),
    };
    let (nick, user) = match before.split_once('!') {
        Some(split) => split,
        None if text.contains('@') => ("", before),
        None => (before, ""),
    };
    let or_any = |part: &str| if part.is_empty() { "*".to_owned() } else { part.to_owned() };
    format!("{}!{}@{}", or_any(nick), or_any(user), or_any(host))
}

/// Whether `mask` covers the whole of `text`: `*` stands for any run of characters, `?` for exactly one, and
/// `\*` and `\?` for themselves (RFC 2812 §2.5). Any other backslash is a character of its own, because nicks
/// may contain it.
///
/// Only the last `*` is ever tried again, which is enough: a longer run for an earlier one could only skip
/// text that the later one can skip as well.
pub fn glob_matches(mask: &str, text: &str, mapping: CaseMapping) -> bool {
    let (mask, text) = (mask.as_bytes(), text.as_bytes());
    let (mut m, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        if mask.get(m) == Some(&b'*') {
            m += 1;
            retry = Some((m, t));
        } else if let Some((mask_step, text_step)) = match_one(&mask[m..], &text[t..], mapping) {
            m += mask_step;
            t += text_step;
        } else if let Some((after_star, from)) = retry {
            t = from + char_len(text[from]);
            m = after_star;
            retry = Some((m, t));
        } else {
            return false;
        }
    }
    mask[m..].iter().all(|b| *b == b'*')
}

/// How far one step of the mask other than `*` goes in mask and text, in bytes; `None` if it does not match.
fn match_one(mask: &[u8], text: &[u8], mapping: CaseMapping) -> Option<(usize, usize)> {
    let (width, wanted) = match *mask {
        [] => return None,
        [b'?', ..] => return Some((1, char_len(text[0]))),
        [b'\\', wild @ (b'*' | b'?'), ..] => (2, wild),
        [byte, ..] => (1, byte),
    };
    (mapping.fold_byte(wanted) == mapping.fold_byte(text[0])).then_some((width, 1))
}

/// The bytes of a character, by its first byte.
const fn char_len(first: u8) -> usize {
    match first {
        0..=0xBF => 1,
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xFF => 4,
    }
}
