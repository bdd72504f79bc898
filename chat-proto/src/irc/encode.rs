//! Writes IRC lines. Whatever it is given, what comes out is one line with the parts that were put in: text
//! from people can neither end a line early nor add a parameter.

use super::message::BODY_MAX;
use super::numeric::Numeric;
use super::tags::escaped;
use memchr::memchr3;

#[cfg(test)]
mod tests;

/// Writes one line, from left to right: tags, source, verb, parameters, end.
///
/// ```
/// # use chat_proto::irc::LineWriter;
/// let mut out = Vec::new();
/// let line = LineWriter::new(&mut out).source("alice!a@host").verb("PRIVMSG");
/// line.param("#room").trailing("hello there").end();
/// assert_eq!(out, b":alice!a@host PRIVMSG #room :hello there\r\n");
/// ```
#[must_use = "a line ends with `end`"]
#[derive(Debug)]
pub struct LineWriter<'b> {
    out: &'b mut Vec<u8>,
    /// Where the line begins in `out`.
    start: usize,
    /// Where the line begins in `out` without its tags.
    body: usize,
    /// Where the `:` of a last parameter was written, until another parameter follows.
    colon: Option<usize>,
}

impl<'b> LineWriter<'b> {
    /// Begins a line at the end of `out`.
    pub const fn new(out: &'b mut Vec<u8>) -> Self {
        let start = out.len();
        Self { out, start, body: start, colon: None }
    }

    /// Adds a tag and escapes its value; an empty value is left out together with its `=`.
    pub fn tag(mut self, key: &str, value: &str) -> Self {
        self.begin_tag();
        self.put_word(key);
        if !value.is_empty() {
            self.out.push(b'=');
            for byte in value.bytes() {
                match escaped(byte) {
                    Some(escape) => self.out.extend_from_slice(escape),
                    None => self.out.push(byte),
                }
            }
        }
        self.end_tag()
    }

    /// Adds a tag in its raw form `key=value`, as [`super::Tags::client_only`] yields it.
    pub fn raw_tag(mut self, item: &str) -> Self {
        self.begin_tag();
        self.put_word(item);
        self.end_tag()
    }

    /// Says where the message comes from.
    pub fn source(mut self, source: &str) -> Self {
        self.out.push(b':');
        self.put_word(source);
        self.out.push(b' ');
        self
    }

    /// Sets the verb.
    pub fn verb(mut self, verb: &str) -> Self {
        self.put_word(verb);
        self
    }

    /// Sets a numeric as the verb.
    pub fn numeric(self, numeric: Numeric) -> Self {
        self.out.extend_from_slice(&numeric.code());
        self
    }

    /// Adds a parameter, with a `:` if it needs one as the last.
    ///
    /// If another parameter follows one that can only be last, the earlier one is mended so that the number
    /// of parameters stays: spaces become `_`, a leading `:` becomes `_`, nothing becomes `*`.
    pub fn param(mut self, param: &str) -> Self {
        let bytes = param.as_bytes();
        // Parameters are short: one plain loop is less work than looking for each of these bytes.
        let is_plain = !bytes.iter().fold(false, |found, byte| found | (*byte == b' ') | is_forbidden(*byte));
        let needs_colon = !is_plain || bytes.first().is_none_or(|first| *first == b':');
        self.begin_param(needs_colon);
        if is_plain {
            self.out.extend_from_slice(bytes);
        } else {
            self.put(bytes, is_forbidden, b' ');
        }
        self
    }

    /// Adds the last parameter, always with a `:`.
    pub fn trailing(mut self, text: &str) -> Self {
        let bytes = text.as_bytes();
        self.begin_param(true);
        if memchr3(0, b'\r', b'\n', bytes).is_none() {
            self.out.extend_from_slice(bytes);
        } else {
            self.put(bytes, is_forbidden, b' ');
        }
        self
    }

    /// How many bytes still fit into the line; 0 if it is too long already.
    pub const fn room(&self) -> usize {
        BODY_MAX.saturating_sub(self.out.len() - self.body)
    }

    /// Ends the line. One that is longer than the protocol allows ([`BODY_MAX`] without tags) is cut between
    /// characters, because receivers would cut it anywhere; ask [`Self::room`] to split text before that.
    pub fn end(self) {
        let mut end = self.out.len().min(self.body + BODY_MAX);
        while end > self.body && self.out.get(end).is_some_and(|b| is_continuation(*b)) {
            end -= 1;
        }
        self.out.truncate(end);
        self.out.extend_from_slice(b"\r\n");
    }

    fn begin_tag(&mut self) {
        if self.body == self.start {
            self.out.push(b'@');
        } else {
            self.out.truncate(self.body - 1);
            self.out.push(b';');
        }
    }

    fn end_tag(mut self) -> Self {
        self.out.push(b' ');
        self.body = self.out.len();
        self
    }

    fn begin_param(&mut self, needs_colon: bool) {
        if let Some(colon) = self.colon.take() {
            self.mend(colon);
        }
        self.out.push(b' ');
        if needs_colon {
            self.colon = Some(self.out.len());
            self.out.push(b':');
        }
    }

    /// Turns the last parameter at `colon` into one that others can follow.
    fn mend(&mut self, colon: usize) {
        if self.out.len() == colon + 1 {
            self.out[colon] = b'*';
            return;
        }
        self.out.remove(colon);
        let param = &mut self.out[colon..];
        param.iter_mut().filter(|b| **b == b' ').for_each(|b| *b = b'_');
        if param[0] == b':' {
            param[0] = b'_';
        }
    }

    /// Writes what may contain no space.
    fn put_word(&mut self, word: &str) {
        self.put(word.as_bytes(), |b| b == b' ' || is_forbidden(b), b'_');
    }

    fn put(&mut self, bytes: &[u8], is_bad: impl Fn(u8) -> bool, instead: u8) {
        self.out.extend(bytes.iter().map(|b| if is_bad(*b) { instead } else { *b }));
    }
}

const fn is_forbidden(byte: u8) -> bool {
    matches!(byte, 0 | b'\r' | b'\n')
}

const fn is_continuation(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}
