//! What one client alone is told, because it asked. Rendered by its session in its own dialect.

use std::net::IpAddr;
use std::sync::Arc;

use chat_proto::mask::Mask;
use chat_proto::name::{Nick, RoomName};

use super::disconnect::Disconnect;
use super::id::{ClientId, Seq, Time};
use super::mode::{Rank, RoomList};
use super::origin::Origin;
use super::query::{RoomCondition, WhoAsk};
use super::refusal::Refusal;
use super::request::Request;
use super::secure::Secure;

/// One answer. A list is one reply, with its end in it.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// Registration succeeded.
    Welcome(Box<Welcome>),
    /// The hearer's nick is now this one. Carries no line by itself: the line is a shared notice.
    NickIs(Nick),
    /// The hearer's `nick!user@host` is now this one.
    SourceIs(Arc<str>),
    /// No.
    Refused(Refusal),
    /// What the session itself had to say, in its place.
    Echo(Box<[u8]>),
    /// A message to the desk is kept.
    Receipt {
        /// Its place in the log, for `{id}` in `desk.receipt`.
        seq: Seq,
    },
    /// The recipient of a message is away, with these words.
    Away {
        /// Who.
        nick: Nick,
        /// Their words.
        words: Box<str>,
    },
    /// The hearer is now away, or back.
    AwayIs(bool),
    /// A room's topic, or that there is none.
    Topic {
        /// Which room.
        room: RoomName,
        /// The topic.
        topic: Option<TopicInfo>,
    },
    /// The members of a room (or none, when it is not to be seen).
    Names {
        /// Which room, as typed when it does not exist.
        room: Box<str>,
        /// How much of it outsiders may know.
        privacy: Privacy,
        /// Who is in it: rank and `nick!user@host`.
        members: Vec<(Rank, Arc<str>)>,
        /// Whether nobody asked for it: it comes with entering the room (IRCv3 no-implicit-names).
        is_implicit: bool,
        /// Whether the answer ends with it.
        ends: bool,
    },
    /// One page of the list of rooms.
    List {
        /// The rooms.
        rooms: Vec<ListedRoom>,
        /// Whether this is the first page.
        is_first: bool,
        /// Where the next page begins, if there is one.
        next: Option<u32>,
        /// What was asked for, for the next page.
        conditions: Arc<[RoomCondition]>,
    },
    /// A room's modes with parameters, and its age.
    RoomModes {
        /// Which room.
        room: RoomName,
        /// Letters with `+`, then parameters.
        modes: Vec<String>,
        /// When it was created.
        created: Time,
    },
    /// One of a room's lists of masks.
    RoomList {
        /// Which room.
        room: RoomName,
        /// Which list.
        list: RoomList,
        /// Mask, who set it, when.
        entries: Vec<(Box<str>, Box<str>, Time)>,
    },
    /// The hearer's own modes, letters without `+`.
    UserModes(String),
    /// The invitation went out.
    Inviting {
        /// Who.
        nick: Nick,
        /// Into which room.
        room: RoomName,
    },
    /// The rooms whose door is open to the hearer.
    Invitations(Vec<RoomName>),
    /// The operators of this room have been asked.
    KnockDelivered(RoomName),
    /// Of the nicks that the hearer watches: those that are here now, as `nick!user@host`, and those that are not.
    Monitored {
        /// Here.
        online: Vec<Arc<str>>,
        /// Not here.
        offline: Vec<Nick>,
    },
    /// The nicks that the hearer watches.
    MonitorList(Vec<Nick>),
    /// The hearer's list of those whom it does not want to hear is different now.
    SilenceChanged {
        /// The hearer: `nick!user@host`.
        source: Arc<str>,
        /// The mask.
        mask: Mask,
        /// Into the list, or out of it.
        on: bool,
    },
    /// The masks of those whom the hearer does not want to hear.
    SilenceList(Vec<Mask>),
    /// One page of those who fit a WHO.
    Who {
        /// What was asked for.
        ask: Box<WhoAsk>,
        /// The clients.
        entries: Vec<WhoEntry>,
        /// Where the next page begins, if there is one.
        next: Option<u32>,
    },
    /// All about one client.
    Whois {
        /// The nick as typed.
        nick: Box<str>,
        /// What there is to know, if it is here.
        found: Option<Box<Whois>>,
    },
    /// All about those who had a nick; latest first.
    Whowas {
        /// The nicks as typed.
        nicks: Box<str>,
        /// Those found.
        entries: Vec<Gone>,
    },
    /// A room in which the hearer is has another name.
    Renamed(Box<Renamed>),
    /// Which nicks are here.
    Ison(Vec<Box<str>>),
    /// `nick`, is operator, is away, `user@host`.
    Userhost(Vec<(Nick, bool, bool, String)>),
    /// Which operators are here, as far as the asker may see them: nick, `user@host`, idle seconds.
    Operators(Vec<(Nick, String, u64)>),
    /// How many.
    Lusers(Counts),
    /// The hearer is now an operator.
    OperatorIs(Arc<super::command::Operator>),
    /// The daemon reads its configuration again.
    Rehashing,
    /// All that a labeled line asked for has been answered.
    EndOfLabel,
    /// The session has to end; this is why.
    Ended(Disconnect),
}

impl Reply {
    /// What asks for the next page, if this is one and not the last.
    #[must_use]
    pub fn next_page(&self) -> Option<Request> {
        match self {
            Self::List { next, conditions, .. } => {
                next.map(|from| Request::List { from, conditions: Arc::clone(conditions) })
            }
            Self::Who { ask, entries, next } => {
                next.map(|from| Request::Who(Box::new(ask.go_on(from, entries.len()))))
            }
            _ => None,
        }
    }

    /// Whether this is a page of a long answer.
    #[must_use]
    pub const fn is_page(&self) -> bool {
        matches!(self, Self::List { .. } | Self::Who { .. })
    }
}

/// How much outsiders may know of a room (RFC 2812 §5.1, RPL_NAMREPLY).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privacy {
    /// All there is.
    Public,
    /// Nothing that they do not ask for by its name: `+p`.
    Private,
    /// Not even that it exists: `+s`.
    Secret,
}

/// What a registered client needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Welcome {
    /// Its id.
    pub client: ClientId,
    /// Its nick.
    pub nick: Nick,
    /// Its `nick!user@host`.
    pub source: Arc<str>,
    /// Whether the host in it is not the one that it comes from.
    pub is_cloaked: bool,
    /// How full the server is.
    pub counts: Counts,
}

/// How many there are of what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Registered clients.
    pub clients: usize,
    /// Of these, with user mode `i`.
    pub invisible: usize,
    /// IRC operators.
    pub operators: usize,
    /// Rooms.
    pub rooms: usize,
    /// Most registered clients at once since the start.
    pub clients_max: usize,
    /// Connections that have not registered yet.
    pub unregistered: usize,
}

/// A room has another name (IRCv3 channel-rename), with all that it takes to leave and enter it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// By whom: a source.
    pub by: Arc<str>,
    /// Its name until now.
    pub old: RoomName,
    /// Its name from now on.
    pub name: RoomName,
    /// Why; may be empty.
    pub reason: Box<str>,
    /// Whether both are the same but for their case.
    pub is_same: bool,
    /// The hearer's account.
    pub account: Option<Arc<str>>,
    /// The hearer's real name.
    pub real_name: Box<str>,
    /// The room's topic.
    pub topic: Option<TopicInfo>,
}

/// A topic with its author and age.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicInfo {
    /// The text.
    pub text: Box<str>,
    /// Who set it: a source.
    pub by: Arc<str>,
    /// When.
    pub at: Time,
}

/// A room in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedRoom {
    /// Its name.
    pub room: RoomName,
    /// How many members.
    pub members: usize,
    /// Its topic, may be empty.
    pub topic: Box<str>,
}

/// One client in a WHO.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhoEntry {
    /// A room that shows it, if any.
    pub room: Option<RoomName>,
    /// Rank in that room.
    pub rank: Rank,
    /// Nick.
    pub nick: Nick,
    /// User name.
    pub user: Box<str>,
    /// Host.
    pub host: Box<str>,
    /// Real name.
    pub real_name: Box<str>,
    /// Away.
    pub is_away: bool,
    /// IRC operator.
    pub is_operator: bool,
    /// Says it is a program.
    pub is_bot: bool,
    /// Its account, if it is logged in.
    pub account: Option<Arc<str>>,
    /// The address it comes from, for those who may see it.
    pub address: Option<IpAddr>,
    /// How long it has said nothing, in seconds.
    pub idle_s: u64,
}

/// All about one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whois {
    /// Nick.
    pub nick: Nick,
    /// User name.
    pub user: Box<str>,
    /// Host.
    pub host: Box<str>,
    /// Real name.
    pub real_name: Box<str>,
    /// Rooms that the asker may see.
    pub rooms: Vec<(Rank, RoomName)>,
    /// Away with these words.
    pub away: Option<Box<str>>,
    /// Operator under this name.
    pub is_operator: bool,
    /// Says it is a program.
    pub is_bot: bool,
    /// Its account, if it is logged in.
    pub account: Option<Arc<str>>,
    /// How long it has said nothing, in seconds.
    pub idle_s: u64,
    /// Since when it is registered.
    pub signed_on: Time,
    /// For the client itself and for operators: user modes.
    pub modes: Option<String>,
    /// For the client itself and for operators: where it really comes from.
    pub origin: Option<Origin>,
    /// What protects its connection. How, only for the client itself and for operators.
    pub secure: Option<Secure>,
}

/// Somebody who left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// Nick.
    pub nick: Nick,
    /// User name.
    pub user: Box<str>,
    /// Host.
    pub host: Box<str>,
    /// For operators: where it really came from.
    pub origin: Option<Origin>,
    /// Real name.
    pub real_name: Box<str>,
    /// When it left or changed its nick.
    pub at: Time,
}
