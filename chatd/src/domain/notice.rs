//! What others are told because of an event. One notice is the same for all who hear it, so that it is encoded once per
//! variant and shared; what is for one client only is a [`Reply`](super::reply::Reply).

use std::sync::Arc;

use chat_proto::name::{Nick, RoomName};

use super::disconnect::Disconnect;
use super::id::{ClientId, RoomId, Seq, Time};
use super::message::{Author, Conversation, Message};
use super::mode::{Rank, RoomChange, UserMode};
use super::state::State;

/// A notice with its place in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// The event's place.
    pub seq: Seq,
    /// The event's time.
    pub at: Time,
    /// Who did it, as tags tell it.
    pub by: Badge,
    /// What happened.
    pub what: What,
}

/// What tags tell of whoever did something (IRCv3 account-tag, bot-mode).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Badge {
    /// The account it was logged in to.
    pub account: Option<Arc<str>>,
    /// Whether it says that it is a program.
    pub is_bot: bool,
}

/// What happened, complete in itself: it can be shown long after the clients and rooms it names are gone.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Somebody registered. No client hears this; watchers do.
    Connected {
        /// Who.
        client: ClientId,
        /// `nick!user@host`.
        source: Arc<str>,
    },
    /// Somebody left the server.
    Quit {
        /// Who.
        client: ClientId,
        /// `nick!user@host`.
        source: Arc<str>,
        /// Why.
        why: Disconnect,
    },
    /// Somebody has a new nick.
    Nick {
        /// Who, by the old nick.
        source: Arc<str>,
        /// The new nick.
        nick: Nick,
    },
    /// Somebody entered a room.
    Joined {
        /// `nick!user@host`.
        source: Arc<str>,
        /// Where.
        room: RoomName,
        /// Its real name.
        real_name: Box<str>,
        /// Its words, if it is away.
        away: Option<Box<str>>,
    },
    /// Somebody left a room.
    Parted {
        /// `nick!user@host`.
        source: Arc<str>,
        /// Which room.
        room: RoomName,
        /// Parting words, may be empty.
        reason: Box<str>,
    },
    /// Somebody was put out of a room.
    Kicked {
        /// By whom.
        by: Author,
        /// Which room.
        room: RoomName,
        /// Who.
        nick: Nick,
        /// Why.
        reason: Box<str>,
    },
    /// A topic changed.
    Topic {
        /// By whom.
        by: Author,
        /// Which room.
        room: RoomName,
        /// The new topic, empty for none.
        text: Box<str>,
    },
    /// A room has another name (IRCv3 channel-rename). Members read it in their own reply ([`Reply::Renamed`](super::reply::Reply)).
    Renamed {
        /// By whom.
        by: Author,
        /// Its name until now.
        old: RoomName,
        /// Its name from now on.
        name: RoomName,
        /// Why; may be empty.
        reason: Box<str>,
    },
    /// A room's modes changed.
    RoomModes {
        /// By whom.
        by: Author,
        /// Which room.
        room: RoomName,
        /// What, in order.
        changes: Arc<[RoomChange]>,
    },
    /// The hearer's own modes changed.
    UserModes {
        /// The hearer's nick.
        nick: Nick,
        /// `nick!user@host`.
        source: Arc<str>,
        /// What, in order.
        changes: Arc<[(UserMode, bool)]>,
    },
    /// Somebody was invited; the invited hears it.
    Invited {
        /// By whom.
        by: Author,
        /// Into which room.
        room: RoomName,
        /// Who.
        nick: Nick,
    },
    /// Somebody asks to be let into a room; its operators hear it.
    Knocked {
        /// Who tells it: the server.
        by: Author,
        /// Which room.
        room: RoomName,
        /// Who asks: `nick!user@host`.
        source: Arc<str>,
        /// In which words.
        text: Box<str>,
    },
    /// Somebody spoke.
    Said(Arc<Message>),
    /// What was said was taken back (IRCv3 message-redaction).
    Redacted {
        /// By whom.
        by: Author,
        /// Its place in the log.
        seq: Seq,
        /// Where it was said.
        to: Conversation,
        /// Why; may be empty.
        reason: Box<str>,
    },
    /// Somebody is away, with these words, or back.
    Away {
        /// `nick!user@host`.
        source: Arc<str>,
        /// Its words.
        words: Option<Box<str>>,
    },
    /// Somebody logged in to an account, or out of it; which one is in the notice's badge.
    Account {
        /// `nick!user@host`.
        source: Arc<str>,
    },
    /// Somebody is seen under another user name or at another host from now on.
    HostChanged {
        /// `nick!user@host` until now.
        source: Arc<str>,
        /// The new user name.
        user: Box<str>,
        /// The new host.
        host: Box<str>,
    },
    /// Somebody has another real name (IRCv3 setname).
    RealName {
        /// `nick!user@host`.
        source: Arc<str>,
        /// The new real name.
        real_name: Box<str>,
    },
    /// The capabilities that the server offers have changed (IRCv3 cap-notify).
    Offers {
        /// What can be had now, with values, as `CAP LS` would say it.
        added: Box<str>,
        /// What cannot be had any more.
        removed: Box<str>,
    },
    /// An operator spoke to those who asked for it.
    Wallops {
        /// By whom.
        by: Author,
        /// What.
        text: Box<str>,
    },
}

/// How somebody hears a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ear {
    /// As one whom it concerns.
    Hears,
    /// As its author, and only with echo-message.
    Own,
    /// As one who is told of what concerns somebody else, and only if it negotiated that.
    Overhears,
}

/// Who hears a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// No client; watchers only.
    Nobody,
    /// One client.
    Client(ClientId),
    /// The members of a room. `from` is the author of a message: it hears itself only with echo-message.
    Room {
        /// Which room.
        room: RoomId,
        /// Whose own message it is.
        from: Option<ClientId>,
    },
    /// The members of a room, if it still exists, and one who has just left it.
    RoomAnd {
        /// Which room.
        room: RoomId,
        /// The leaver.
        also: ClientId,
    },
    /// The members of a room who have at least this rank, and the author of a message if it has echo-message.
    Ranked {
        /// Which room.
        room: RoomId,
        /// The rank.
        least: Rank,
        /// Whose own message it is.
        from: Option<ClientId>,
    },
    /// Only the author of a message, if it has echo-message: the other one does not want to hear it, and the author is not to
    /// notice.
    Author(ClientId),
    /// One client, and the author if it has echo-message.
    Direct {
        /// The hearer.
        to: ClientId,
        /// The author.
        from: ClientId,
    },
    /// The members of these rooms, each once; rooms that are gone have none. The rooms are named and not their members,
    /// of whom there may be a million.
    Rooms(Vec<RoomId>),
    /// Those who share one of these rooms with a client, each once; those who watch its nick and share none overhear it (IRCv3
    /// extended-monitor).
    Peers {
        /// The client.
        of: ClientId,
        /// Its rooms.
        rooms: Vec<RoomId>,
        /// Whether the client hears it, too.
        and_itself: bool,
    },
    /// One who was invited; the members of the room overhear it, but for who invited.
    Invited {
        /// Who was invited.
        target: ClientId,
        /// Whether it hears it, and has not silenced whoever invites.
        is_heard: bool,
        /// Into which room.
        room: RoomId,
        /// By whom, if it is a client.
        by: Option<ClientId>,
    },
    /// IRC operators, and the author if it has echo-message (messages to the desk).
    Operators {
        /// The author.
        from: ClientId,
    },
    /// Clients with user mode `w`, and operators.
    Wallops,
    /// All registered clients.
    Everyone,
}

impl Audience {
    /// The room whose members hear the notice, if it is one room.
    #[must_use]
    pub fn room(&self) -> Option<RoomId> {
        match self {
            Self::Room { room, .. } | Self::RoomAnd { room, .. } => Some(*room),
            _ => None,
        }
    }

    /// Names everybody who hears the notice, once, to `push`, and how.
    pub fn visit(&self, state: &State, mut push: impl FnMut(ClientId, Ear)) {
        let members = |room: &RoomId| state.room(*room).into_iter().flat_map(|room| room.members.keys());
        match self {
            Self::Nobody => {}
            Self::Client(id) => push(*id, Ear::Hears),
            Self::Rooms(rooms) => {
                let mut seen = Seen::default();
                let first = rooms.iter().flat_map(members).filter(|id| seen.is_new(**id));
                first.for_each(|id| push(*id, Ear::Hears));
            }
            Self::Peers { of, rooms, and_itself } => {
                let mut seen = Seen::default();
                seen.is_new(*of);
                let first = rooms.iter().flat_map(members).filter(|id| seen.is_new(**id));
                first.for_each(|id| push(*id, Ear::Hears));
                and_itself.then(|| push(*of, Ear::Hears));
                let nick = state.client(*of).map_or("", |client| client.nick.as_str());
                let watchers = state.people().monitors.watchers(nick, state.casemapping());
                watchers.filter(|id| seen.is_new(*id)).for_each(|id| push(id, Ear::Overhears));
            }
            Self::Invited { target, is_heard, room, by } => {
                let others = members(room).filter(|id| *id != target && Some(**id) != *by);
                others.for_each(|id| push(*id, Ear::Overhears));
                is_heard.then(|| push(*target, Ear::Hears));
            }
            Self::Room { room, from } => {
                let ear = |id: &ClientId| if Some(*id) == *from { Ear::Own } else { Ear::Hears };
                members(room).for_each(|id| push(*id, ear(id)));
                let outside = from.filter(|from| !is_member(state, *room, *from));
                outside.into_iter().for_each(|from| push(from, Ear::Own));
            }
            Self::RoomAnd { room, also } => {
                members(room).for_each(|id| push(*id, Ear::Hears));
                push(*also, Ear::Hears);
            }
            Self::Ranked { room, least, from } => {
                let room = state.room(*room);
                let members = room.into_iter().flat_map(|room| &room.members);
                let ranked = members.filter(|(id, rank)| Some(**id) != *from && rank.reaches(*least));
                ranked.for_each(|(id, _)| push(*id, Ear::Hears));
                from.iter().for_each(|from| push(*from, Ear::Own));
            }
            Self::Author(id) => push(*id, Ear::Own),
            Self::Direct { to, from } => {
                push(*from, Ear::Own);
                push(*to, Ear::Hears);
            }
            Self::Operators { from } => {
                let others = state.operators().iter().filter(|id| *id != from);
                others.for_each(|id| push(*id, Ear::Hears));
                push(*from, Ear::Own);
            }
            Self::Wallops => state
                .clients()
                .filter(|client| client.is_operator() || client.modes.has(UserMode::Wallops))
                .for_each(|client| push(client.id, Ear::Hears)),
            Self::Everyone => state.clients().for_each(|client| push(client.id, Ear::Hears)),
        }
    }
}

/// Who was named already: one bit for each slot, as two living clients never share one.
#[derive(Default)]
struct Seen(Vec<u64>);

impl Seen {
    /// Whether `client` is named for the first time.
    fn is_new(&mut self, client: ClientId) -> bool {
        let (word, bit) = (client.slot as usize / 64, 1 << (client.slot % 64));
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        let is_new = self.0[word] & bit == 0;
        self.0[word] |= bit;
        is_new
    }
}

fn is_member(state: &State, room: RoomId, client: ClientId) -> bool {
    state.room(room).is_some_and(|room| room.members.contains_key(&client))
}
