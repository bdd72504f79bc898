//! Masks such as `*!*@10.0.0.*`: how they are written, and what they match. The time to match grows with the length of
//! the mask plus that of the text, whatever is in them: see [`Glob`].

use crate::name::{CaseMapping, NameError};
use serde::{Deserialize, Deserializer, Serialize, de};
use std::fmt;

mod glob;
#[cfg(test)]
mod tests;

pub use glob::{Glob, glob_matches};

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
