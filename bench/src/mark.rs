//! What makes a message recognisable: the number of its sender and its own at the end of the text. Knows no protocol.

/// Without it a text is about as long as what people write: 64 bytes with its mark.
const FILLING: &str = "the quick brown fox jumps over the lazy dog and then";
/// Digits of the sender.
const SENDER: usize = 5;
/// Digits of the message.
const NUMBER: usize = 6;
/// `~` and the digits.
const MARK: usize = 1 + SENDER + NUMBER;

/// The sender and the number of a message, both counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Who sent it, below 100,000.
    pub(crate) sender: u32,
    /// Which of the sender's it is, below 1,000,000.
    pub(crate) number: u32,
}

/// Appends a `PRIVMSG` with a marked text of 64 bytes.
pub(crate) fn write(line: &mut Vec<u8>, target: &str, mark: Mark) {
    write_long(line, target, mark, 1);
}

/// Appends a `PRIVMSG` whose text has its filling so many times before the mark.
pub(crate) fn write_long(line: &mut Vec<u8>, target: &str, mark: Mark, times: usize) {
    line.extend_from_slice(b"PRIVMSG ");
    line.extend_from_slice(target.as_bytes());
    line.extend_from_slice(b" :");
    (0..times).for_each(|_| line.extend_from_slice(FILLING.as_bytes()));
    line.push(b'~');
    digits(line, mark.sender, SENDER);
    digits(line, mark.number, NUMBER);
    line.extend_from_slice(b"\r\n");
}

/// The mark at the end of a line, if it has one.
pub(crate) fn read(line: &[u8]) -> Option<Mark> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let mark = &line[line.len().checked_sub(MARK)?..];
    if mark[0] != b'~' {
        return None;
    }
    let (sender, number) = mark[1..].split_at(SENDER);
    Some(Mark { sender: value(sender)?, number: value(number)? })
}

fn digits(line: &mut Vec<u8>, mut value: u32, count: usize) {
    let begin = line.len();
    line.resize(begin + count, b'0');
    for digit in line[begin..].iter_mut().rev() {
        *digit += (value % 10) as u8;
        value /= 10;
    }
}

fn value(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then(|| value * 10 + u32::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::{Mark, read, write};

    #[test]
    fn a_mark_is_read_as_it_was_written() {
        for mark in [Mark { sender: 0, number: 0 }, Mark { sender: 99_999, number: 999_999 }] {
            let mut line = Vec::new();
            write(&mut line, "#room", mark);
            assert_eq!(line.len(), "PRIVMSG #room :".len() + 64 + 2);
            assert_eq!(read(line.strip_suffix(b"\n").unwrap()), Some(mark));
        }
    }

    #[test]
    fn what_bears_no_mark_is_none() {
        for line in ["", "~", ":a PRIVMSG #room :hello", "~0000000000x", "x00000000001", "~/0000000001"] {
            assert_eq!(read(line.as_bytes()), None, "{line}");
        }
    }
}
