//! Message tags (IRCv3 message-tags): read in place, unescaped only when somebody asks for a value.

use std::borrow::Cow;

#[cfg(test)]
mod tests;

/// The tags of a message, as they stood between `@` and the space.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tags<'a>(&'a str);

impl<'a> Tags<'a> {
    /// Tags from their raw form, without the leading `@`.
    pub const fn new(raw: &'a str) -> Self {
        Self(raw)
    }

    /// The raw form, without the leading `@`.
    pub const fn raw(self) -> &'a str {
        self.0
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Every key with its unescaped value, in the order of the line; a missing value is empty. A key may come
    /// twice, and then the last one counts, as for [`Self::get`].
    pub fn iter(self) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> {
        self.items().map(|item| {
            let (key, value) = split(item);
            (key, unescape(value))
        })
    }

    /// The unescaped value of `key`; of several, the last.
    pub fn get(self, key: &str) -> Option<Cow<'a, str>> {
        self.items().map(split).filter(|(k, _)| *k == key).last().map(|(_, value)| unescape(value))
    }

    /// The value of `key` as it was written, escapes and all; of several, the last.
    pub fn raw_value(self, key: &str) -> Option<&'a str> {
        self.items().map(split).filter(|(k, _)| *k == key).last().map(|(_, value)| value)
    }

    /// The raw `+key=value` items that a server passes on to others. Items with a malformed key are left out,
    /// so that one client cannot confuse the parser of another.
    pub fn client_only(self) -> impl Iterator<Item = &'a str> {
        self.items().filter(|item| split(item).0.strip_prefix('+').is_some_and(is_key))
    }

    fn items(self) -> impl Iterator<Item = &'a str> {
        self.0.split(';').filter(|item| !item.is_empty())
    }
}

/// Whether `key` is `[vendor/]name` without the `+` of client-only tags.
fn is_key(key: &str) -> bool {
    let (vendor, name) = key.split_once('/').unwrap_or(("vendor", key));
    let is_word = |word: &str, extra: u8| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == extra)
    };
    is_word(vendor, b'.') && is_word(name, b'-')
}

fn split(item: &str) -> (&str, &str) {
    item.split_once('=').unwrap_or((item, ""))
}

/// Undoes the escaping of a tag value; an escape that means nothing stands for its second character, and a
/// backslash at the end for nothing.
fn unescape(value: &str) -> Cow<'_, str> {
    if !value.contains('\\') {
        return Cow::Borrowed(value);
    }
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.extend(chars.next().map(unescaped)),
            _ => text.push(c),
        }
    }
    Cow::Owned(text)
}

const fn unescaped(c: char) -> char {
    match c {
        ':' => ';',
        's' => ' ',
        'r' => '\r',
        'n' => '\n',
        _ => c,
    }
}

/// What stands for `byte` in a tag value, if it cannot stand for itself.
pub(super) const fn escaped(byte: u8) -> Option<&'static [u8]> {
    match byte {
        b';' => Some(b"\\:"),
        b' ' => Some(b"\\s"),
        b'\\' => Some(b"\\\\"),
        b'\r' => Some(b"\\r"),
        b'\n' => Some(b"\\n"),
        // NUL has no escape and may not go over the wire (RFC 2812 §2.3.1).
        0 => Some(b"\\s"),
        _ => None,
    }
}
