//! An IRC message, read in place without allocating. Knows the grammar, not the verbs.

use super::tags::Tags;
use std::fmt;

#[cfg(test)]
mod tests;

/// The most bytes of tags a client may send, without `@` and the space after them (IRCv3 message-tags).
pub const TAGS_MAX_CLIENT: usize = 4094;
/// The most bytes of a message after its tags, without `\r\n` (RFC 2812 §2.3).
pub const BODY_MAX: usize = 510;
/// The most parameters of a message (RFC 2812 §2.3).
pub const PARAMS_MAX: usize = 15;

/// A message, borrowed from its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// The tags, empty if there are none.
    pub tags: Tags<'a>,
    /// Where it comes from, without the leading `:`. What clients send here is not to be believed.
    pub source: Option<&'a str>,
    /// A word of letters in the case it was sent in, or a numeric of three digits.
    pub verb: &'a str,
    params: [&'a str; PARAMS_MAX],
    param_count: usize,
}

/// Why a line is not a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// Nothing but spaces; servers ignore such lines (RFC 2812 §2.3.1).
    Empty,
    /// Tags or a source, and then nothing.
    NoVerb,
    /// The verb is neither letters nor three digits.
    BadVerb,
    /// The line contains NUL, CR or LF.
    ForbiddenByte(u8),
    /// The tags have more than `max` bytes.
    TagsTooLong {
        /// The most bytes allowed.
        max: usize,
    },
    /// What follows the tags has more than `max` bytes.
    BodyTooLong {
        /// The most bytes allowed.
        max: usize,
    },
}

/// How long the two parts of a line may be, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LengthLimits {
    /// The tags, without `@` and the space after them.
    pub tags: usize,
    /// Everything after the tags, without `\r\n`.
    pub body: usize,
}

impl Default for LengthLimits {
    /// What a client may send.
    fn default() -> Self {
        Self { tags: TAGS_MAX_CLIENT, body: BODY_MAX }
    }
}

impl<'a> Message<'a> {
    /// Reads a line without its line end (RFC 2812 §2.3.1). One or more spaces separate the parts, as
    /// RFC 1459 §2.3 has it, because real programs send several. The fifteenth parameter takes all the rest.
    /// Lengths are not judged here, but in [`check_lengths`].
    ///
    /// # Errors
    /// If the line breaks the grammar.
    pub fn parse(line: &'a str) -> Result<Self, ParseError> {
        if let Some(at) = memchr::memchr3(0, b'\r', b'\n', line.as_bytes()) {
            return Err(ParseError::ForbiddenByte(line.as_bytes()[at]));
        }
        let line = skip_spaces(line);
        if line.is_empty() {
            return Err(ParseError::Empty);
        }
        let (tags, line) = prefixed(line, '@');
        let (source, line) = prefixed(line, ':');
        let (verb, rest) = split_word(line);
        check_verb(verb)?;
        let tags = Tags::new(tags.unwrap_or_default());
        let mut message = Self { tags, source, verb, params: [""; PARAMS_MAX], param_count: 0 };
        message.read_params(rest);
        Ok(message)
    }

    /// The parameters, the last without its `:`.
    pub fn params(&self) -> &[&'a str] {
        &self.params[..self.param_count]
    }

    /// The parameter at `index`, counted from 0. An empty one is there.
    pub fn param(&self, index: usize) -> Option<&'a str> {
        self.params().get(index).copied()
    }

    fn read_params(&mut self, mut rest: &'a str) {
        while !rest.is_empty() {
            let (param, after) = match rest.strip_prefix(':') {
                Some(trailing) => (trailing, ""),
                None if self.param_count == PARAMS_MAX - 1 => (rest, ""),
                None => split_word(rest),
            };
            self.params[self.param_count] = param;
            self.param_count += 1;
            rest = after;
        }
    }
}

/// Checks a line that may or may not be a message against `limits`; a tag section without end is all tags.
///
/// # Errors
/// [`ParseError::TagsTooLong`] or [`ParseError::BodyTooLong`].
pub fn check_lengths(line: &str, limits: LengthLimits) -> Result<(), ParseError> {
    let (tags, body) = prefixed(line, '@');
    if tags.is_some_and(|tags| tags.len() > limits.tags) {
        return Err(ParseError::TagsTooLong { max: limits.tags });
    }
    if body.len() > limits.body { Err(ParseError::BodyTooLong { max: limits.body }) } else { Ok(()) }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the line is empty"),
            Self::NoVerb => f.write_str("the message has no verb"),
            Self::BadVerb => f.write_str("the verb is neither a word nor three digits"),
            Self::ForbiddenByte(byte) => write!(f, "the message contains the byte {byte:#04x}"),
            Self::TagsTooLong { max } => write!(f, "the tags are longer than {max} bytes"),
            Self::BodyTooLong { max } => write!(f, "the message is longer than {max} bytes"),
        }
    }
}

impl std::error::Error for ParseError {}

/// The first word without its `mark`, if it has one, and what follows.
fn prefixed(line: &str, mark: char) -> (Option<&str>, &str) {
    match line.strip_prefix(mark) {
        Some(marked) => {
            let (word, rest) = split_word(marked);
            (Some(word), rest)
        }
        None => (None, line),
    }
}

fn split_word(line: &str) -> (&str, &str) {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    (word, skip_spaces(rest))
}

fn skip_spaces(line: &str) -> &str {
    line.trim_start_matches(' ')
}

fn check_verb(verb: &str) -> Result<(), ParseError> {
    let bytes = verb.as_bytes();
    if bytes.is_empty() {
        Err(ParseError::NoVerb)
    } else if bytes.iter().all(u8::is_ascii_alphabetic)
        || (bytes.len() == 3 && bytes.iter().all(u8::is_ascii_digit))
    {
        Ok(())
    } else {
        Err(ParseError::BadVerb)
    }
}
