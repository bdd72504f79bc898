//! Text that is safe on a terminal, with or without colour.
//!
//! Owns escaping and styles. What clients write must never reach a terminal except through here.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

/// How a span looks where colours are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Bold,
    Dim,
    Cyan,
    Green,
    Red,
    Yellow,
    /// Foreground and background exchanged.
    Reverse,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) style: Style,
    pub(crate) text: String,
}

/// A span without a style.
pub(crate) fn plain(text: impl Into<String>) -> Span {
    styled(Style::Plain, text)
}

/// A span with a style.
pub(crate) fn styled(style: Style, text: impl Into<String>) -> Span {
    Span { style, text: text.into() }
}

impl Span {
    /// The text with control characters made visible, between colour codes if `color`.
    pub(crate) fn render(&self, color: bool) -> String {
        let text = visible(&self.text);
        match self.style.code() {
            Some(code) if color => format!("\x1b[{code}m{text}\x1b[0m"),
            _ => text.into_owned(),
        }
    }
}

impl Style {
    /// The parameter of the SGR sequence (ECMA-48 §8.3.117).
    pub(crate) fn code(self) -> Option<u8> {
        match self {
            Self::Plain => None,
            Self::Bold => Some(1),
            Self::Dim => Some(2),
            Self::Red => Some(31),
            Self::Green => Some(32),
            Self::Yellow => Some(33),
            Self::Reverse => Some(7),
            Self::Cyan => Some(36),
        }
    }
}

/// `text` in lines of at most so many columns, parted between words; a longer word has a line of its own.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last_mut().expect("there is always one");
        if last.is_empty() {
            last.push_str(word);
        } else if last.width() + 1 + word.width() <= width {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// `text` with everything that could steer a terminal or turn the reading direction written as an escape.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\t' => safe.push_str("\\t"),
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\0'..='\u{7f}' if is_unsafe(character) => {
                escape(&mut safe, format_args!("\\x{:02x}", u32::from(character)));
            }
            _ if is_unsafe(character) => escape(&mut safe, format_args!("\\u{{{:x}}}", u32::from(character))),
            _ => safe.push(character),
        }
    }
    Cow::Owned(safe)
}

/// `text` in lines of at most `room` columns, broken between words; one that is wider by itself is not broken.
pub(crate) fn folded(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is always a line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.width() + 1 + word.width() <= room {
            line.extend([" ", word]);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// The same for messages of several lines, whose ends stay.
pub(crate) fn visible_lines(text: &str) -> String {
    text.trim_end_matches('\n').split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

/// One line of JSON that is as safe on a terminal as text is; the value it stands for is the same.
pub(crate) fn json_line<T: Serialize>(value: &T) -> io::Result<String> {
    let line = serde_json::to_string(value)?;
    if !line.contains(is_unsafe) {
        return Ok(line);
    }
    // Outside of strings JSON has ASCII only, and serde_json has escaped what lies below U+0020 already.
    let mut safe = String::with_capacity(line.len() + 8);
    for character in line.chars() {
        match is_unsafe(character) {
            true => escape(&mut safe, format_args!("\\u{:04x}", u32::from(character))),
            false => safe.push(character),
        }
    }
    Ok(safe)
}

fn escape(into: &mut String, escaped: std::fmt::Arguments<'_>) {
    into.write_fmt(escaped).expect("writing to a string cannot fail");
}

/// Control characters (C0, DEL, C1), line separators, and marks that reorder or hide text (UAX #9 §2).
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{61c}')
}

#[cfg(test)]
mod tests {
    use super::{Style, folded, json_line, styled, visible, visible_lines};

    #[test]
    fn text_is_wrapped_between_words() {
        assert_eq!(super::wrapped("a bc def", 4), ["a bc", "def"]);
        assert_eq!(super::wrapped("abcdefg h", 4), ["abcdefg", "h"]);
        assert_eq!(super::wrapped("", 4), [""]);
    }

    #[test]
    fn nothing_that_a_client_writes_steers_the_terminal() {
        let nasty = "\x1b]0;owned\x07 \u{9b}31m \u{202e}txt.exe \x7f\r\n\t";
        let safe = visible(nasty);
        assert_eq!(safe, "\\x1b]0;owned\\x07 \\u{9b}31m \\u{202e}txt.exe \\x7f\\r\\n\\t");
        assert!(!safe.contains(char::is_control));
    }

    #[test]
    fn ordinary_text_of_any_script_stays_as_it_is() {
        for text in ["hello", "grüße — ok", "日本語", "👩‍👩‍👧", "back\\slash", ""] {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn a_colour_surrounds_escaped_text_only_where_colour_is_allowed() {
        let span = styled(Style::Red, "a\x1b[0mb");
        assert_eq!(span.render(true), "\x1b[31ma\\x1b[0mb\x1b[0m");
        assert_eq!(span.render(false), "a\\x1b[0mb");
    }

    #[test]
    fn json_hides_what_serde_leaves_bare_and_keeps_the_value() {
        let nasty = "\u{9b}31m\x7f\u{202e}\x1b";
        let line = json_line(&nasty).unwrap();
        assert_eq!(line, r#""\u009b31m\u007f\u202e\u001b""#);
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), nasty);
    }

    #[test]
    fn what_is_too_wide_goes_on_in_the_next_line() {
        assert_eq!(folded("one two  three", 80), ["one two  three"]);
        assert_eq!(folded("one two three", 7), ["one two", "three"]);
        assert_eq!(folded("日本 語 x", 7), ["日本 語", "x"]);
        assert_eq!(folded("a-long-word b", 3), ["a-long-word", "b"]);
        assert_eq!(folded("", 10), [""]);
    }

    #[test]
    fn a_message_of_several_lines_keeps_its_ends() {
        assert_eq!(visible_lines("a\nb\x1b\n"), "a\nb\\x1b");
    }
}
