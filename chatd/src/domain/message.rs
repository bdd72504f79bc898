//! A message: who said what to whom, when. Immutable once made; shared by the log, the store and every encoding.

use std::borrow::Cow;
use std::sync::Arc;

use chat_proto::name::{Nick, RoomName};

use super::id::{ClientId, DeskId, RoomId, Time};
use super::mode::Rank;

/// One message. `text` is valid UTF-8 without NUL; where it has several lines, they are as [`lines`] reads them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// When it was decided.
    pub at: Time,
    /// Who said it.
    pub from: Author,
    /// Where it belongs.
    pub to: Conversation,
    /// How it was said.
    pub kind: MessageKind,
    /// What was said; empty for [`MessageKind::Tag`].
    pub text: Box<str>,
    /// Client-only tags as received (`+a=b;+c`), to be passed on unchanged (IRCv3 message-tags).
    pub tags: Option<Box<str>>,
}

/// The IRC verb that carries a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// `PRIVMSG`: may be answered.
    Privmsg,
    /// `NOTICE`: must never be answered by a program (RFC 2812 §3.3.2).
    Notice,
    /// `TAGMSG`: only tags (IRCv3 message-tags). Never kept.
    Tag,
}

/// Begins a line in a text of several.
pub const LINE: char = '\n';

/// Ends a line that goes on in the next one: together they are too long for a line of IRC, but belong together. So a text is
/// kept in the lines in which its author sent it (IRCv3 multiline, `draft/multiline-concat`).
pub const JOINED: char = '\r';

/// Whether a text has several lines.
#[must_use]
pub fn has_lines(text: &str) -> bool {
    memchr::memchr2(LINE as u8, JOINED as u8, text.as_bytes()).is_some()
}

/// The lines of a text, and whether each goes on with the one before.
pub fn lines(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let (mut rest, mut is_joined) = (Some(text), false);
    std::iter::from_fn(move || {
        let text = rest?;
        let (line, after) = match text.split_once([LINE, JOINED]) {
            Some((line, after)) => (line, Some(after)),
            None => (text, None),
        };
        let joins = text[line.len()..].starts_with(JOINED);
        rest = after;
        Some((line, std::mem::replace(&mut is_joined, joins)))
    })
}

/// A text as people read it: what goes on in the next line stands in one.
#[must_use]
pub fn whole(text: &str) -> Cow<'_, str> {
    if text.contains(JOINED) { text.replace(JOINED, "").into() } else { text.into() }
}

/// Who speaks or acts: a client, the desk or the server itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The client, if it is one.
    pub client: Option<ClientId>,
    /// `nick!user@host`, or the server's name.
    pub source: Arc<str>,
    /// Behind the desk or the server: the operator who acted, for the audit and for other operators; clients never see it.
    pub operator: Option<Arc<str>>,
}

impl Author {
    /// The name before `!`.
    #[must_use]
    pub fn nick(&self) -> &str {
        nick_of(&self.source)
    }
}

/// The name before `!` in a source.
#[must_use]
pub fn nick_of(source: &str) -> &str {
    source.split('!').next().unwrap_or(source)
}

/// Where a message belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conversation {
    /// A room; everybody in it is told.
    Room {
        /// The room while it lives.
        id: RoomId,
        /// Its name as it was created.
        name: RoomName,
    },
    /// Those in a room who have a rank (STATUSMSG, `+U`). Never kept, so that no history shows it to the others.
    Ranked {
        /// The room while it lives.
        room: RoomId,
        /// The prefix and the room's name: `@#room`; with `+U` the name alone.
        shown: Box<str>,
        /// The rank that whoever hears it has at least.
        least: Rank,
    },
    /// Between two clients. Never kept.
    Direct {
        /// Who is told.
        to: ClientId,
        /// The nick at that moment.
        nick: Nick,
    },
    /// Between one client and whoever runs the server.
    Desk {
        /// The conversation.
        id: DeskId,
        /// The client.
        guest: ClientId,
        /// The client's nick at that moment.
        nick: Nick,
        /// True from the guest to the desk; false from the desk to the guest.
        is_inbound: bool,
    },
    /// An announcement to every client.
    Everyone,
}

impl Conversation {
    /// The name of the room or client that is told; `*` for everyone.
    #[must_use]
    pub fn addressee(&self) -> &str {
        match self {
            Self::Room { name, .. } => name.as_str(),
            Self::Ranked { shown, .. } => shown,
            Self::Direct { nick, .. } | Self::Desk { nick, .. } => nick.as_str(),
            Self::Everyone => "*",
        }
    }

    /// The same, if it is in a room, with another name of that room.
    #[must_use]
    pub fn renamed(&self, name: &RoomName) -> Self {
        match self {
            Self::Room { id, .. } => Self::Room { id: *id, name: name.clone() },
            Self::Ranked { room, shown, least } => {
                let prefix = shown.split('#').next().unwrap_or_default();
                Self::Ranked { room: *room, shown: [prefix, name.as_str()].concat().into(), least: *least }
            }
            to => to.clone(),
        }
    }

    /// The rank that those who hear it in a room have at least.
    #[must_use]
    pub fn least(&self) -> Rank {
        match self {
            Self::Ranked { least, .. } => *least,
            _ => Rank::NONE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{has_lines, lines, whole};

    #[test]
    fn a_text_is_read_in_the_lines_in_which_it_was_sent() {
        let cases: &[(&str, &[(&str, bool)])] = &[
            ("", &[("", false)]),
            ("a", &[("a", false)]),
            ("a\n\nb", &[("a", false), ("", false), ("b", false)]),
            ("a \rb\n", &[("a ", false), ("b", true), ("", false)]),
            ("\nä\r€", &[("", false), ("ä", false), ("€", true)]),
        ];
        for (text, expected) in cases {
            assert_eq!(lines(text).collect::<Vec<_>>(), *expected, "{text:?}");
            assert_eq!(has_lines(text), expected.len() > 1);
        }
        assert_eq!(whole("a \rb\nc"), "a b\nc");
    }
}
