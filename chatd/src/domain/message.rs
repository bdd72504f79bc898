//! A message: who said what to whom, when. Immutable once made; shared by the log, the store and every encoding.

use std::sync::Arc;

use chat_proto::name::{Nick, RoomName};

use super::id::{ClientId, DeskId, RoomId, Time};
use super::mode::Rank;

/// One message. `text` is valid UTF-8 without CR, LF or NUL.
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
    /// Those in a room who have a rank (STATUSMSG). Never kept, so that no history shows it to the others.
    Ranked {
        /// The room while it lives.
        room: RoomId,
        /// The prefix and the room's name: `@#room`.
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
}
