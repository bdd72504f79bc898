//! Lines that are not UTF-8, as old clients in the West write them. Everything behind this is UTF-8.

/// What Windows-1252 has where ISO 8859-1 has control characters: the bytes from 0x80 to 0x9F (WHATWG Encoding §9). The five
/// without a character stay the control characters that they are.
const HIGH: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Reads a line as Windows-1252; every line is one.
pub(super) fn windows_1252(line: &[u8]) -> String {
    line.iter()
        .map(|byte| match byte {
            0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
            byte => char::from(*byte),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::windows_1252;

    #[test]
    fn letters_quotes_and_currency_are_read() {
        assert_eq!(windows_1252(b"PRIVMSG #a :gr\xfc\xdfe \x93hi\x94 \x80\x85"), "PRIVMSG #a :grüße “hi” €…");
        assert_eq!(windows_1252(b"\x00\x7f\x80\x9f\xa0\xff"), "\u{0}\u{7f}€Ÿ\u{a0}ÿ");
    }
}
