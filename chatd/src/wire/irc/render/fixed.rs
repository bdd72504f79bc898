//! Lines that are the same for every client but for its nick: written once for a configuration, then copied with another nick in
//! them. Knows no meaning of a line.

use chat_proto::irc::BODY_MAX;

use crate::wire::irc::pen::Pen;

/// The nick of the client for whom they are written once: any that is not empty.
const NOBODY: &str = "*";

/// Such lines.
#[derive(Debug, Default)]
pub(super) struct FixedLines {
    /// All lines without the nick.
    bytes: Vec<u8>,
    /// Where the nick belongs in `bytes`: once in each line, behind source and verb.
    places: Vec<usize>,
    /// The length of the longest line without the nick and without its end.
    longest: usize,
}

impl FixedLines {
    /// What `write` writes, each line to its client in the name of `server`.
    pub(super) fn new(server: &str, write: impl FnOnce(&mut Pen<'_>)) -> Self {
        let mut written = Vec::new();
        write(&mut Pen::new(&mut written, server, NOBODY, None));
        let mut lines = Self::default();
        for line in written.split_inclusive(|byte| *byte == b'\n') {
            let mut blanks = line.iter().enumerate().filter(|(_, byte)| **byte == b' ');
            // A line without a place for a nick is none of ours; it stays as it is.
            let place = blanks.nth(1).map_or(line.len(), |(blank, _)| blank + 1);
            let (head, rest) = line.split_at(place);
            lines.bytes.extend_from_slice(head);
            if let Some(rest) = rest.strip_prefix(NOBODY.as_bytes()) {
                lines.places.push(lines.bytes.len());
                lines.bytes.extend_from_slice(rest);
            }
            lines.longest = lines.longest.max(line.len() - NOBODY.len() - "\r\n".len());
        }
        lines
    }

    /// About how many bytes they take.
    pub(super) fn room(&self) -> usize {
        self.bytes.len() + 16 * self.places.len()
    }

    /// Writes them to the pen's client. Says whether it did: a nick with which a line would have to be cut is not written.
    pub(super) fn write(&self, pen: &mut Pen<'_>) -> bool {
        let nick = pen.nick();
        if self.longest + nick.len() > BODY_MAX {
            return false;
        }
        let mut from = 0;
        for place in &self.places {
            pen.raw(&self.bytes[from..*place]);
            pen.raw(nick.as_bytes());
            from = *place;
        }
        pen.raw(&self.bytes[from..]);
        true
    }
}

#[cfg(test)]
mod tests {
    use chat_proto::irc::{BODY_MAX, Numeric};

    use super::FixedLines;
    use crate::wire::irc::pen::Pen;

    /// Written directly, and from what was written once; nothing if it is not.
    fn both(nick: &str, write: impl Fn(&mut Pen<'_>)) -> (Vec<u8>, Option<Vec<u8>>) {
        let (mut direct, mut copied) = (Vec::new(), Vec::new());
        write(&mut Pen::new(&mut direct, "irc.test", nick, None));
        let is_written =
            FixedLines::new("irc.test", &write).write(&mut Pen::new(&mut copied, "irc.test", nick, None));
        (direct, is_written.then_some(copied))
    }

    #[test]
    fn what_is_copied_is_what_would_be_written() {
        let (direct, copied) = both("alice", |pen| {
            pen.numeric(Numeric::RPL_ENDOFMOTD, &[]);
            pen.numeric_with(Numeric::RPL_MOTD, &[], "- a * b  c");
            pen.numeric_plain(Numeric::RPL_MYINFO, &["irc.test", "*"]);
        });
        assert!(direct.starts_with(b":irc.test 376 alice :"));
        assert_eq!(copied, Some(direct));
        assert_eq!(both("alice", |_| {}), (Vec::new(), Some(Vec::new())));
    }

    #[test]
    fn a_line_may_be_as_long_as_a_line_and_is_not_copied_where_it_would_be_cut() {
        let frame = ":irc.test 372 alice :".len();
        let with = |length: usize| {
            both("alice", |pen| pen.numeric_with(Numeric::RPL_MOTD, &[], &"x".repeat(length)))
        };
        let (direct, copied) = with(BODY_MAX - frame);
        assert_eq!((direct.len(), copied), (BODY_MAX + 2, Some(direct)));
        assert_eq!(with(BODY_MAX - frame + 1).1, None);
    }
}
