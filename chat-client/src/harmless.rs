//! Makes received text harmless: no escape sequence, no formatting code and no invisible direction change of a
//! stranger's reaches the terminal. Must never let a control character through.

use std::iter::Peekable;
use std::str::Chars;

/// The text with mIRC formatting removed, tabs as spaces, and every other control character as its visible picture
/// (U+2400 and following) or U+FFFD.
pub(crate) fn harmless(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            // Bold, monospace, reverse, italics, strike-through, underline, and the end of all these.
            '\x02' | '\x11' | '\x16' | '\x1d' | '\x1e' | '\x1f' | '\x0f' => {}
            '\x03' => skip_colour(&mut chars, 2, |c| c.is_ascii_digit()),
            '\x04' => skip_colour(&mut chars, 6, |c| c.is_ascii_hexdigit()),
            '\t' => clean.push(' '),
            c => clean.push(visible(c)),
        }
    }
    clean
}

/// Skips `foreground[,background]`, each of at most `width` digits; a comma without digits behind it is text.
fn skip_colour(chars: &mut Peekable<Chars<'_>>, width: usize, is_digit: fn(&char) -> bool) {
    if !skip_digits(chars, width, is_digit) {
        return;
    }
    let mut ahead = chars.clone();
    if ahead.next() == Some(',') && skip_digits(&mut ahead, width, is_digit) {
        *chars = ahead;
    }
}

fn skip_digits(chars: &mut Peekable<Chars<'_>>, width: usize, is_digit: fn(&char) -> bool) -> bool {
    (0..width).filter(|_| chars.next_if(is_digit).is_some()).count() > 0
}

fn visible(c: char) -> char {
    match c {
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\x7f' => '\u{2421}',
        '\u{80}'..='\u{9f}' => '\u{fffd}',
        // Line and paragraph separators, and the marks that turn the direction of what follows.
        '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn an_escape_sequence_is_shown_and_not_executed() {
        assert_eq!(harmless("\x1b[2J\x1b]0;owned\x07"), "␛[2J␛]0;owned␇");
    }

    #[test]
    fn no_control_character_survives() {
        let all: String = (0..=0x2070u32).filter_map(char::from_u32).collect();
        assert!(!harmless(&all).chars().any(char::is_control));
        assert_eq!(harmless("a\u{9b}31mb\u{202e}c\x7f"), "a\u{fffd}31mb\u{fffd}c␡");
    }

    #[test]
    fn formatting_codes_disappear_with_their_digits() {
        assert_eq!(harmless("\x02bold\x0f \x0304,12red\x03 \x1funder\x1f"), "bold red under");
        assert_eq!(harmless("\x04ff0000,00ff00hex"), "hex");
    }

    #[test]
    fn a_colour_takes_no_more_digits_than_it_has() {
        assert_eq!(harmless("\x03041984"), "1984");
        assert_eq!(harmless("\x034,none"), ",none");
        assert_eq!(harmless("\x03,5"), ",5");
    }

    #[test]
    fn ordinary_text_is_untouched() {
        assert_eq!(harmless("grüße, 世界 😀"), "grüße, 世界 😀");
    }
}
