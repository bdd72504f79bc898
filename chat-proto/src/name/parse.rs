//! Names that exist only if they are valid.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::sync::Arc;

/// The most bytes a name may have when it is read back from a log or a store, where the limit of the day
/// it was given must not matter.
const STORED_MAX: usize = 255;

/// Why a text is not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
    /// There is no text.
    Empty,
    /// It has more than `max` bytes.
    TooLong {
        /// The most bytes allowed.
        max: usize,
    },
    /// It begins with a character that may not stand first.
    BadStart(char),
    /// It contains a character that may stand nowhere.
    BadChar(char),
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::TooLong { max } => write!(f, "it is longer than {max} bytes"),
            Self::BadStart(c) => write!(f, "it may not begin with {c:?}"),
            Self::BadChar(c) => write!(f, "it may not contain {c:?}"),
        }
    }
}

impl std::error::Error for NameError {}

/// The name a person goes by. Equal means equal to the byte; whether two nicks are the same person's is asked
/// of [`super::CaseMapping`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nick(Arc<str>);

/// The name of a room, with its `#`. Equal means equal to the byte, as for [`Nick`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomName(Arc<str>);

impl Nick {
    /// Takes `text` if it is a nick of at most `max` bytes: letters, digits, hyphens and ``[]\`_^{|}``,
    /// neither a digit nor a hyphen first (RFC 2812 §2.3.1; the length is the server's own, ISUPPORT
    /// `NICKLEN`).
    ///
    /// # Errors
    /// The first rule that `text` breaks.
    pub fn parse(text: &str, max: usize) -> Result<Self, NameError> {
        let first = check_length(text, max)?;
        if let Some(bad) = text.chars().find(|c| !may_be_in_nick(*c)) {
            return Err(if bad == first { NameError::BadStart(bad) } else { NameError::BadChar(bad) });
        }
        if first.is_ascii_digit() || first == '-' {
            return Err(NameError::BadStart(first));
        }
        Ok(Self(text.into()))
    }
}

impl RoomName {
    /// Takes `text` if it is a room's name of at most `max` bytes: `#` and then any characters but space,
    /// comma and control characters (RFC 2812 §1.3; the length is the server's own, ISUPPORT
    /// `CHANNELLEN`). A lone `#` is a name.
    ///
    /// # Errors
    /// The first rule that `text` breaks.
    pub fn parse(text: &str, max: usize) -> Result<Self, NameError> {
        let first = check_length(text, max)?;
        if first != '#' {
            return Err(NameError::BadStart(first));
        }
        match text.chars().find(|c| matches!(c, ' ' | ',') || c.is_control()) {
            Some(bad) => Err(NameError::BadChar(bad)),
            None => Ok(Self(text.into())),
        }
    }
}

fn check_length(text: &str, max: usize) -> Result<char, NameError> {
    let first = text.chars().next().ok_or(NameError::Empty)?;
    if text.len() > max { Err(NameError::TooLong { max }) } else { Ok(first) }
}

fn may_be_in_nick(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '[' | ']' | '\\' | '`' | '_' | '^' | '{' | '|' | '}')
}

macro_rules! text_like {
    ($($name:ident)*) => {$(
        impl $name {
            /// The name as it was given.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text, STORED_MAX).map_err(de::Error::custom)
            }
        }
    )*};
}

text_like! { Nick RoomName }
