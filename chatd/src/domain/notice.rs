//! What others are told because of an event. One notice is the same for all who hear it, so that it is encoded once per
//! variant and shared; what is for one client only is a [`Reply`](super::reply::Reply).

use std::sync::Arc;

use chat_proto::name::{Nick, RoomName};

use super::disconnect::Disconnect;
use super::id::{ClientId, RoomId, Seq, Time};
use super::message::{Author, Message};
use super::mode::{Rank, RoomChange, UserMode};
use super::state::State;

/// A notice with its place in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// The event's place.
    pub seq: Seq,
    /// The event's time.
    pub at: Time,
    /// What happened.
    pub what: What,
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
    /// An operator spoke to those who asked for it.
    Wallops {
        /// By whom.
        by: Author,
        /// What.
        text: Box<str>,
    },
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

    /// Names everybody who hears the notice, once, to `push`; the flag says that it is the hearer's own message, which it
    /// hears only if it asked for echoes.
    pub fn visit(&self, state: &State, mut push: impl FnMut(ClientId, bool)) {
        let members = |room: &RoomId| state.room(*room).into_iter().flat_map(|room| room.members.keys());
        match self {
            Self::Nobody => {}
            Self::Client(id) => push(*id, false),
            Self::Rooms(rooms) => {
                let mut seen = Seen::default();
                let first = rooms.iter().flat_map(members).filter(|id| seen.is_new(**id));
                first.for_each(|id| push(*id, false));
            }
            Self::Room { room, from } => {
                members(room).for_each(|id| push(*id, Some(*id) == *from));
                let outside = from.filter(|from| !is_member(state, *room, *from));
                outside.into_iter().for_each(|from| push(from, true));
            }
            Self::RoomAnd { room, also } => {
                members(room).for_each(|id| push(*id, false));
                push(*also, false);
            }
            Self::Ranked { room, least, from } => {
                let room = state.room(*room);
                let members = room.into_iter().flat_map(|room| &room.members);
                let ranked = members.filter(|(id, rank)| Some(**id) != *from && rank.reaches(*least));
                ranked.for_each(|(id, _)| push(*id, false));
                from.iter().for_each(|from| push(*from, true));
            }
            Self::Author(id) => push(*id, true),
            Self::Direct { to, from } => {
                push(*from, true);
                push(*to, false);
            }
            Self::Operators { from } => {
                let others = state.operators().iter().filter(|id| *id != from);
                others.for_each(|id| push(*id, false));
                push(*from, true);
            }
            Self::Wallops => state
                .clients()
                .filter(|client| client.is_operator() || client.modes.has(UserMode::Wallops))
                .for_each(|client| push(client.id, false)),
            Self::Everyone => state.clients().for_each(|client| push(client.id, false)),
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
