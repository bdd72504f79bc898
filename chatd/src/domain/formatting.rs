//! Colours and other formatting inside of messages (<https://modern.ircdocs.horse/formatting>): found, and taken out.

/// Begins a colour: up to two digits, then perhaps a comma and up to two more.
const COLOUR: u8 = 0x03;
/// Begins a colour as six hexadecimal digits, then perhaps a comma and six more.
const HEX_COLOUR: u8 = 0x04;
/// Bold, reset, monospace, reverse, italics, strike-through, underline.
const TOGGLES: [u8; 7] = [0x02, 0x0F, 0x11, 0x16, 0x1D, 0x1E, 0x1F];

/// Whether there is formatting in `text`.
#[must_use]
pub fn is_formatted(text: &str) -> bool {
    text.bytes().any(is_control)
}

/// `text` without its formatting.
#[must_use]
pub fn plain(text: &str) -> Box<str> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.bytes().position(is_control) {
        out.push_str(&rest[..at]);
        // A control is one byte, and so are all digits behind it: no character is cut.
        rest = match rest.as_bytes()[at] {
            COLOUR => without_colour(&rest[at + 1..], 2, |byte| byte.is_ascii_digit()),
            HEX_COLOUR => without_colour(&rest[at + 1..], 6, |byte| byte.is_ascii_hexdigit()),
            _ => &rest[at + 1..],
        };
    }
    out.push_str(rest);
    out.into()
}

fn is_control(byte: u8) -> bool {
    matches!(byte, COLOUR | HEX_COLOUR) || TOGGLES.contains(&byte)
}

/// Passes over the digits of a foreground and, behind a comma, of a background.
fn without_colour(text: &str, most: usize, is_digit: fn(&u8) -> bool) -> &str {
    let digits = |text: &str| text.as_bytes().iter().take(most).take_while(|byte| is_digit(byte)).count();
    let rest = &text[digits(text)..];
    if rest.len() == text.len() {
        return text;
    }
    match rest.strip_prefix(',') {
        Some(background) if digits(background) > 0 => &background[digits(background)..],
        _ => rest,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_formatted, plain};

    #[test]
    fn formatting_goes_and_the_text_stays() {
        for (text, expected) in [
            ("plain, with é", "plain, with é"),
            ("\u{2}bold\u{f} \u{1d}it\u{1d} \u{1f}un\u{1e}st\u{11}mono\u{16}rev", "bold it unstmonorev"),
            ("\u{3}4red\u{3} \u{3}04,12x", "red x"),
            ("\u{3}123", "3"),
            ("\u{3}4,x", ",x"),
            ("\u{3},5", ",5"),
            ("\u{3}1,234", "4"),
            ("\u{4}FF00aared \u{4}FF00aa,001122x", "red x"),
            ("\u{3}é", "é"),
            ("\u{1}ACTION \u{2}waves\u{1}", "\u{1}ACTION waves\u{1}"),
            ("\u{3}", ""),
        ] {
            assert_eq!(&*plain(text), expected, "{text:?}");
            assert_eq!(is_formatted(text), text != expected, "{text:?}");
        }
    }
}
