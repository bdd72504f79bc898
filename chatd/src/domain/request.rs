//! What a client can ask for. A dialect makes these from its own words; every name in them is still only a claim, unless
//! its type says otherwise.

use std::sync::Arc;

use chat_proto::mask::Mask;
use chat_proto::name::{Nick, RoomName};

use super::disconnect::Disconnect;
use super::id::Seq;
use super::message::MessageKind;
use super::mode::{RoomList, UserMode};
use super::origin::Origin;
use super::people::MonitorAsk;
use super::query::{RoomCondition, WhoAsk};
use super::secure::Secure;

/// Most masks in one LIST; more are not looked at.
pub const LIST_MASKS_MAX: usize = 10;

/// Longest mask of LIST and WHO, in bytes: the time to compare grows with it. A longer one fits nothing.
pub const MASK_MAX: usize = 100;

/// Longest key of a room, in bytes, announced as KEYLEN.
pub const KEY_MAX: usize = 32;

/// One thing a client asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// To become a registered client.
    Register(Box<Register>),
    /// To take another nick.
    ChangeNick(Nick),
    /// To leave the server; also what a session sends when the connection ended by itself.
    Leave(Disconnect),
    /// To enter a room, creating it if need be.
    Join {
        /// The room.
        room: RoomName,
        /// The key offered, if any.
        key: Option<Box<str>>,
    },
    /// To leave a room.
    Part {
        /// The room's name as typed.
        room: Box<str>,
        /// Parting words, may be empty.
        reason: Box<str>,
    },
    /// To leave all rooms (`JOIN 0`, RFC 2812 §3.2.1).
    PartAll,
    /// To read a topic.
    Topic {
        /// The room's name as typed.
        room: Box<str>,
    },
    /// To change a topic; empty text removes it.
    SetTopic {
        /// The room's name as typed.
        room: Box<str>,
        /// The new topic.
        text: Box<str>,
    },
    /// To give a room another name.
    Rename {
        /// The room's name as typed.
        room: Box<str>,
        /// The new name.
        name: RoomName,
        /// Why; may be empty.
        reason: Box<str>,
    },
    /// To invite somebody into a room.
    Invite {
        /// The nick as typed.
        nick: Box<str>,
        /// The room's name as typed.
        room: Box<str>,
    },
    /// To read which doors are open to it.
    Invitations,
    /// To ask the operators of a room to be let in.
    Knock {
        /// The room's name as typed.
        room: Box<str>,
        /// Its words, may be empty.
        text: Box<str>,
    },
    /// To watch nicks come and go (IRCv3 monitor).
    Monitor(MonitorAsk),
    /// To read whom it does not want to hear.
    Silences,
    /// Not to hear somebody any more (true), or again; in order.
    SetSilences(Vec<(Mask, bool)>),
    /// To put a member out of a room.
    Kick {
        /// The room's name as typed.
        room: Box<str>,
        /// The member's nick as typed.
        nick: Box<str>,
        /// Why; may be empty.
        reason: Box<str>,
    },
    /// To read a room's modes.
    RoomModes {
        /// The room's name as typed.
        room: Box<str>,
    },
    /// To change a room's modes.
    SetRoomModes {
        /// The room's name as typed.
        room: Box<str>,
        /// What is asked, in order.
        changes: Vec<ModeAsk>,
    },
    /// To read one of a room's lists of masks.
    RoomList {
        /// The room's name as typed.
        room: Box<str>,
        /// Which list.
        list: RoomList,
    },
    /// To read the own user modes.
    UserModes,
    /// To read or change the user modes of somebody else: refused, because there is nobody or because it is somebody else.
    ModesOf(Box<str>),
    /// To change the own user modes.
    SetUserModes(Vec<(UserMode, bool)>),
    /// To say something.
    Say(Box<Say>),
    /// To have another real name (IRCv3 setname).
    SetRealName(Box<str>),
    /// To take back what was said.
    Redact(Box<Redact>),
    /// To be away (with words) or back (without).
    Away(Option<Box<str>>),
    /// The session has checked an operator's password and this is who it is.
    BecomeOperator(Arc<super::command::Operator>),
    /// An operator ends a client's connection (`KILL`).
    Kill {
        /// The nick as typed.
        nick: Box<str>,
        /// Why.
        reason: Box<str>,
    },
    /// An operator speaks to all who asked for it (`WALLOPS`).
    Wallops(Box<str>),
    /// An operator asks the daemon to read its configuration again (`REHASH`).
    Rehash,
    /// The members of a room.
    Names {
        /// The room's name as typed.
        room: Box<str>,
        /// Whether the answer ends with this room; with several it is the dialect that ends it.
        ends: bool,
    },
    /// The next page of the list of rooms: those whose slot is at least `from`.
    List {
        /// First slot to look at.
        from: u32,
        /// Only rooms that fit all of these.
        conditions: Arc<[RoomCondition]>,
    },
    /// Who is in a room or fits a mask.
    Who(Box<WhoAsk>),
    /// All about one client.
    Whois {
        /// The nick as typed.
        nick: Box<str>,
        /// A client that has to be here as well, because its server is asked (RFC 2812 §3.6.2).
        via: Option<Box<str>>,
    },
    /// All about those who left.
    Whowas {
        /// The nicks as typed, with commas between them.
        nicks: Box<str>,
        /// At most so many; 0 for all.
        count: usize,
    },
    /// Which of these nicks are here.
    Ison(Vec<Box<str>>),
    /// `nick=±user@host` for up to five nicks.
    Userhost(Vec<Box<str>>),
    /// How many clients, operators, rooms.
    Lusers,
    /// Which operators are here.
    Operators,
    /// What the session answers itself, in its place among the answers of others: bytes that are encoded already.
    Echo(Box<[u8]>),
    /// As [`Self::Echo`], if something holds that only the state knows.
    EchoIf {
        /// What has to hold.
        guard: Guard,
        /// The answer, encoded already.
        bytes: Box<[u8]>,
    },
    /// From here on the session is written to in another variant (it negotiated capabilities).
    Adapt(Adapt),
    /// As the request in it, but everything that answers it belongs to a label (IRCv3 labeled-response).
    Labeled(Box<Labeled>),
    /// Comes after all that one labeled line asks for: its answers are complete.
    EndOfLabel,
}

/// A request that came with a label.
#[derive(Clone, Debug, PartialEq)]
pub struct Labeled {
    /// The label, as the client chose it; shared by all that one line asks for.
    pub label: Arc<str>,
    /// What is asked for; never labeled itself.
    pub request: Request,
}

impl Request {
    /// Whether its answer can be far longer than itself. Of these a session hands over one at a time, and none while its
    /// client still has much to read.
    #[must_use]
    pub fn is_heavy(&self) -> bool {
        if let Self::Labeled(labeled) = self {
            return labeled.request.is_heavy();
        }
        matches!(
            self,
            Self::Join { .. }
                | Self::Names { .. }
                | Self::List { .. }
                | Self::Who(_)
                | Self::Whois { .. }
                | Self::Whowas { .. }
                | Self::RoomList { .. }
                | Self::Monitor(_)
                | Self::Invitations
                | Self::Silences
        )
    }

    /// Whether it says something: messages of one client may be on their way to the log together.
    #[must_use]
    pub fn is_message(&self) -> bool {
        match self {
            Self::Say(_) => true,
            Self::Labeled(labeled) => labeled.request.is_message(),
            _ => false,
        }
    }

    /// Whether it only says that nothing more answers a labeled line.
    #[must_use]
    pub fn is_end_of_label(&self) -> bool {
        matches!(self, Self::Labeled(labeled) if labeled.request == Self::EndOfLabel)
    }

    /// The request without its label, and the label.
    #[must_use]
    pub fn unlabeled(self) -> (Self, Option<Arc<str>>) {
        match self {
            Self::Labeled(labeled) => (labeled.request, Some(labeled.label)),
            request => (request, None),
        }
    }
}

/// What has to hold for an answer that the session has ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Somebody of this name is here; else there is no such server, for it is servers that are asked by the names of their clients.
    Here(Box<str>),
    /// The client may act for the server.
    Operator,
}

/// What a session wants to hear and how. Kept by the roster, never seen by the state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Adapt {
    /// Which shared encodings it reads.
    pub variant: Variant,
    /// Whether it hears its own messages (IRCv3 echo-message).
    pub echo: bool,
}

/// How a hearer reads what many hear: a set of bits, each of which may change the encoding of some notices. Only `wire` gives them
/// a meaning, but for the two that say who hears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Variant(pub u16);

impl Variant {
    /// The hearer is the author, and reads it as its own ([`Ear::Own`](super::notice::Ear)).
    pub const OWN: Self = Self(1 << 14);
    /// The hearer is told of what concerns somebody else ([`Ear::Overhears`](super::notice::Ear)).
    pub const OVERHEARD: Self = Self(1 << 15);

    /// With the bits of `other` as well.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Without any bit that is not in `mask`.
    #[must_use]
    pub const fn only(self, mask: Self) -> Self {
        Self(self.0 & mask.0)
    }

    /// Whether all bits of `other` are there.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// What a client says of itself when it registers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register {
    /// The nick it wants; none takes a free guest nick.
    pub nick: Option<Nick>,
    /// The user name, already checked and marked (`~`).
    pub user: Box<str>,
    /// Where it comes from; what others see of that is decided.
    pub origin: Origin,
    /// The real name, free text.
    pub real_name: Box<str>,
    /// Its words, if it is away from the beginning (IRCv3 pre-away).
    pub away: Option<Box<str>>,
    /// What protects its connection, if anything does.
    pub secure: Option<Arc<Secure>>,
}

impl Register {
    /// Somebody of whom only the nick matters.
    #[cfg(test)]
    pub(crate) fn of(nick: Option<Nick>) -> Self {
        let (user, origin, real_name) = ("~u".into(), Origin::named("h"), "Real".into());
        Self { nick, user, origin, real_name, away: None, secure: None }
    }
}

/// A message that a client wants to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Say {
    /// A room, a nick or the desk, as typed.
    pub to: Box<str>,
    /// How.
    pub kind: MessageKind,
    /// What; without NUL, and in several lines as [`message::lines`](super::message::lines) reads them.
    pub text: Box<str>,
    /// Client-only tags, raw.
    pub tags: Option<Box<str>>,
    /// For the desk: what a desk rule answers to this text.
    pub rule_reply: Option<Arc<str>>,
}

/// What a client wants to take back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redact {
    /// The room or nick it was said to, as typed.
    pub to: Box<str>,
    /// The message's place in the log.
    pub seq: Seq,
    /// Its id as typed.
    pub id: Box<str>,
    /// Why; may be empty.
    pub reason: Box<str>,
}

/// One mode change as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModeAsk {
    /// The mode letter.
    pub letter: char,
    /// On or off.
    pub on: bool,
    /// Its parameter, if it came with one.
    pub param: Option<Box<str>>,
}
