//! A received line as the session reads it: owned, so that it can cross from the reading thread. Parsing itself is
//! `chat-proto`'s.

use chat_proto::irc::Message;
use chat_proto::line::{Framer, Line};
use chat_proto::source::Source;

/// The longest line in bytes: tags (IRCv3 message-tags) and message. What is longer is dropped.
const LINE_MAX: usize = 8191 + 512;

/// One message from the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Received {
    /// The nick or the server it comes from; empty if it does not say.
    who: String,
    /// In upper case.
    pub(crate) verb: String,
    pub(crate) params: Vec<String>,
    /// The `time` tag (IRCv3 server-time).
    pub(crate) time: Option<String>,
}

impl Received {
    /// Reads a line without its end; `None` if it is no message. Text that is not UTF-8 keeps what is readable.
    pub(crate) fn parse(line: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(line);
        let message = Message::parse(&text).ok()?;
        Some(Self {
            who: Source::split(message.source.unwrap_or_default()).nick.to_owned(),
            verb: message.verb.to_ascii_uppercase(),
            params: message.params().iter().map(|&param| param.to_owned()).collect(),
            time: message.tags.get("time").map(|time| time.into_owned()),
        })
    }

    /// Who it comes from.
    pub(crate) fn who(&self) -> &str {
        &self.who
    }

    /// The parameter at `index`, counted from 0.
    pub(crate) fn param(&self, index: usize) -> Option<&str> {
        self.params.get(index).map(String::as_str)
    }

    /// The last parameter, where the text is; empty if there is none.
    pub(crate) fn last(&self) -> &str {
        self.params.last().map_or("", String::as_str)
    }
}

/// Bytes in, messages out.
#[derive(Debug)]
pub(crate) struct Lines {
    framer: Framer,
}

impl Lines {
    pub(crate) fn new() -> Self {
        Self { framer: Framer::new(LINE_MAX) }
    }

    /// The messages that are complete with these bytes. A last line without an end is none.
    pub(crate) fn push(&mut self, mut bytes: &[u8]) -> Vec<Received> {
        let mut found = Vec::new();
        while let Some(line) = self.framer.next(&mut bytes) {
            if let Line::Text(text) = line {
                found.extend(Received::parse(text));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::{Lines, Received};

    #[test]
    fn a_message_is_taken_apart() {
        let line =
            Received::parse(b"@time=2026-11-23T12:03:44Z :bob!b@host privmsg #room :hi there").unwrap();
        assert_eq!((line.who(), line.verb.as_str(), line.last()), ("bob", "PRIVMSG", "hi there"));
        assert_eq!(line.time.as_deref(), Some("2026-11-23T12:03:44Z"));
    }

    #[test]
    fn lines_come_whole_however_the_bytes_arrive() {
        let mut lines = Lines::new();
        assert!(lines.push(b"PING :a\r").is_empty());
        let found: Vec<_> = lines.push(b"\nPING :b\n\nPI").into_iter().map(|l| l.last().to_owned()).collect();
        assert_eq!(found, ["a", "b"]);
    }

    #[test]
    fn broken_text_keeps_what_is_readable() {
        assert_eq!(Received::parse(b":bob PRIVMSG me :a\xffb").unwrap().last(), "a\u{fffd}b");
    }
}
