//! What happened, as the log holds it. An event is a fact with a precondition that `apply` checks again; one that no
//! longer holds is void.

use std::sync::Arc;

use chat_proto::mask::Mask;
use chat_proto::name::{Nick, RoomName};

use super::command::{Audit, Operator};
use super::disconnect::Disconnect;
use super::id::{ClientId, RoomId, Seq, Time};
use super::message::{Author, Conversation, Message, MessageKind};
use super::mode::{RoomChange, UserMode};
use super::origin::Origin;
use super::people::MonitorChange;
use super::secure::Secure;

/// A change of state or a message.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A connection became a client.
    Registered(Arc<Registered>),
    /// A client changed its nick.
    NickChanged {
        /// Who.
        client: ClientId,
        /// The new nick.
        nick: Nick,
    },
    /// A client is gone, for whatever reason.
    Left {
        /// Who.
        client: ClientId,
        /// Why.
        why: Disconnect,
    },
    /// A client entered a room.
    Joined {
        /// Who.
        client: ClientId,
        /// Where; created if it does not exist.
        room: RoomName,
        /// The key it gave: the door is asked again when the event is applied.
        key: Option<Box<str>>,
    },
    /// A client left a room.
    Parted {
        /// Who.
        client: ClientId,
        /// Which room.
        room: RoomId,
        /// Parting words.
        reason: Box<str>,
    },
    /// A member was put out of a room.
    Kicked {
        /// Which room.
        room: RoomId,
        /// By whom.
        by: Author,
        /// Who.
        target: ClientId,
        /// Why.
        reason: Box<str>,
    },
    /// A room's topic changed.
    TopicSet {
        /// Which room.
        room: RoomId,
        /// By whom.
        by: Author,
        /// The new topic; empty for none.
        text: Box<str>,
    },
    /// A room has another name.
    RoomRenamed {
        /// Which room.
        room: RoomId,
        /// By whom.
        by: Author,
        /// The new name.
        name: RoomName,
        /// Why; may be empty.
        reason: Box<str>,
    },
    /// A room's modes changed.
    RoomModesSet {
        /// Which room.
        room: RoomId,
        /// By whom.
        by: Author,
        /// What, in order.
        changes: Vec<RoomChange>,
    },
    /// A client's own modes changed.
    UserModesSet {
        /// Whose.
        client: ClientId,
        /// What, in order.
        changes: Vec<(UserMode, bool)>,
    },
    /// Somebody was invited.
    Invited {
        /// Into which room.
        room: RoomId,
        /// By whom.
        by: Author,
        /// Who.
        target: ClientId,
    },
    /// A client watches other nicks.
    MonitorChanged {
        /// Who.
        client: ClientId,
        /// What is different.
        change: MonitorChange,
    },
    /// A client wants to hear somebody no more, or again.
    SilenceSet {
        /// Who.
        client: ClientId,
        /// Masks into the list (true) or out of it, in order.
        changes: Vec<(Mask, bool)>,
    },
    /// A client asked the operators of a room to be let in.
    Knocked {
        /// Who.
        client: ClientId,
        /// Which room.
        room: RoomId,
        /// Its words.
        text: Box<str>,
    },
    /// A client is away or back.
    AwaySet {
        /// Who.
        client: ClientId,
        /// Away with these words, or back.
        words: Option<Box<str>>,
    },
    /// A client logged in to an account, or out of it.
    AccountSet {
        /// Who.
        client: ClientId,
        /// The account, or none.
        account: Option<Arc<str>>,
    },
    /// A client is shown with another user name or host.
    HostChanged {
        /// Who.
        client: ClientId,
        /// The user name.
        user: Box<str>,
        /// The host.
        host: Box<str>,
    },
    /// A client has another real name.
    RealNameSet {
        /// Who.
        client: ClientId,
        /// The new one.
        real_name: Box<str>,
    },
    /// A client became an operator.
    OperatorGranted {
        /// Who.
        client: ClientId,
        /// As whom.
        operator: Arc<Operator>,
    },
    /// A message.
    Said(Arc<Message>),
    /// What was said is taken back.
    Redacted(Box<Redacted>),
    /// A WALLOPS.
    Wallops {
        /// By whom.
        by: Author,
        /// What.
        text: Box<str>,
    },
    /// An operator asked for a reload.
    RehashAsked {
        /// Who.
        client: ClientId,
    },
    /// An operator did something.
    Audited(Arc<Audit>),
}

/// What is taken back, by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redacted {
    /// By whom.
    pub by: Author,
    /// The message's place in the log.
    pub seq: Seq,
    /// Where it was said.
    pub to: Conversation,
    /// Why; may be empty.
    pub reason: Box<str>,
}

/// An event with its time; what the log orders.
#[derive(Clone, Debug, PartialEq)]
pub struct Dated {
    /// When it was decided.
    pub at: Time,
    /// What happened.
    pub event: Event,
}

/// Who registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// The connection.
    pub client: ClientId,
    /// The nick.
    pub nick: Nick,
    /// The user name.
    pub user: Box<str>,
    /// The host shown to others.
    pub host: Box<str>,
    /// Where it really comes from.
    pub origin: Origin,
    /// The real name.
    pub real_name: Box<str>,
    /// Its words, if it is away from the beginning.
    pub away: Option<Box<str>>,
    /// What protects its connection, if anything does.
    pub secure: Option<Arc<Secure>>,
}

impl Event {
    /// The client whose doing it is; none if it is nobody's, or that of somebody who is no client.
    #[must_use]
    pub fn doer(&self) -> Option<ClientId> {
        match self {
            Self::NickChanged { client, .. }
            | Self::Left { client, .. }
            | Self::Joined { client, .. }
            | Self::Parted { client, .. }
            | Self::UserModesSet { client, .. }
            | Self::AwaySet { client, .. }
            | Self::AccountSet { client, .. }
            | Self::HostChanged { client, .. }
            | Self::RealNameSet { client, .. }
            | Self::OperatorGranted { client, .. }
            | Self::MonitorChanged { client, .. }
            | Self::SilenceSet { client, .. }
            | Self::RehashAsked { client } => Some(*client),
            Self::Kicked { by, .. }
            | Self::TopicSet { by, .. }
            | Self::RoomRenamed { by, .. }
            | Self::RoomModesSet { by, .. }
            | Self::Invited { by, .. }
            | Self::Wallops { by, .. } => by.client,
            Self::Said(message) => message.from.client,
            Self::Redacted(redacted) => redacted.by.client,
            // A knock is told by the server.
            Self::Registered(_) | Self::Knocked { .. } | Self::Audited(_) => None,
        }
    }

    /// Whether it must be kept before anybody is told. `keep_rooms` says whether rooms have a history.
    #[must_use]
    pub fn is_durable(&self, keep_rooms: bool) -> bool {
        match self {
            Self::Audited(_) => true,
            // The text is gone before anybody is told.
            Self::Redacted(redacted) => keep_rooms && matches!(redacted.to, Conversation::Room { .. }),
            Self::Said(message) if message.kind == MessageKind::Tag => false,
            Self::Said(message) => match message.to {
                Conversation::Room { .. } => keep_rooms,
                Conversation::Desk { .. } | Conversation::Everyone => true,
                Conversation::Direct { .. } | Conversation::Ranked { .. } => false,
            },
            _ => false,
        }
    }
}
