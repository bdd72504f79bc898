//! What clients and operators do, in the daemon's log, with the fields by which one finds it: `client`, `nick`, `room`.
//!
//! Never on the way of a message: of what is said nothing is logged, neither the text nor that there was one. What is below
//! the level of the log costs one look at it.

use chat_proto::name::{Nick, RoomName};
use tracing::field::display;
use tracing::{Level, debug, enabled, info};

use super::{Asking, Owner};
use crate::domain::event::Event;
use crate::domain::id::{ClientId, RoomId};
use crate::domain::refusal::Refusal;
use crate::domain::state::State;
use crate::log::EventLog;

/// Whom and what an event is about, as they were before it: who leaves a room is not found there afterwards.
#[derive(Debug, Default)]
pub(super) struct About {
    client: Option<ClientId>,
    nick: Option<Nick>,
    room: Option<RoomName>,
}

impl About {
    /// Of an event that would be logged.
    pub(super) fn of(state: &State, event: &Event) -> Option<Self> {
        match level(event) {
            Some(Level::INFO) if enabled!(Level::INFO) => Some(Self::look(state, event)),
            Some(_) if enabled!(Level::DEBUG) => Some(Self::look(state, event)),
            _ => None,
        }
    }

    fn look(state: &State, event: &Event) -> Self {
        let client = match event {
            Event::Registered(registered) => Some(registered.client),
            Event::Kicked { target, .. } | Event::Invited { target, .. } => Some(*target),
            Event::Knocked { client, .. } => Some(*client),
            _ => event.doer(),
        };
        let nick = client.and_then(|id| state.client(id)).map(|client| client.nick.clone());
        let room = match event {
            Event::Joined { room, .. } => Some(room.clone()),
            _ => room_of(event).and_then(|id| state.room(id)).map(|room| room.name.clone()),
        };
        Self { client, nick, room }
    }

    /// Logs an event that has happened.
    pub(super) fn happened(self, event: &Event) {
        let (client, nick, room) = (self.client.map(display), self.nick(), self.room());
        match event {
            Event::Registered(new) => {
                let (nick, host) = (new.nick.as_str(), &*new.host);
                info!(client, nick, host, "registered");
            }
            Event::OperatorGranted { operator, .. } => {
                info!(
                    client,
                    nick,
                    operator = &*operator.name,
                    role = operator.role.as_str(),
                    "became an operator"
                );
            }
            Event::Audited(audit) => {
                let (who, action, target, detail) =
                    (&*audit.who, &*audit.action, &*audit.target, &*audit.detail);
                info!(who, action, target, detail, "an operator acts");
            }
            Event::NickChanged { nick: new, .. } => {
                debug!(client, nick, new = new.as_str(), "changed its nick");
            }
            Event::Joined { .. } => debug!(client, nick, room, "joined"),
            Event::Parted { reason, .. } => debug!(client, nick, room, reason = &**reason, "left the room"),
            Event::Kicked { by, reason, .. } => {
                debug!(client, nick, room, by = by.nick(), reason = &**reason, "kicked from the room");
            }
            Event::TopicSet { by, .. } => debug!(client, nick, room, by = by.nick(), "set the topic"),
            Event::RoomRenamed { by, name, .. } => {
                debug!(client, nick, room, by = by.nick(), new = name.as_str(), "renamed the room");
            }
            Event::RoomModesSet { by, .. } => {
                debug!(client, nick, room, by = by.nick(), "set modes of the room");
            }
            Event::Invited { by, .. } => debug!(client, nick, room, by = by.nick(), "invited into the room"),
            Event::Knocked { .. } => debug!(client, nick, room, "knocked at the room"),
            Event::HostChanged { host, .. } => {
                debug!(client, nick, host = &**host, "is shown with another host");
            }
            Event::AccountSet { account, .. } => {
                debug!(client, nick, account = account.as_deref(), "logged in or out");
            }
            _ => {}
        }
    }

    fn nick(&self) -> Option<&str> {
        self.nick.as_ref().map(Nick::as_str)
    }

    fn room(&self) -> Option<&str> {
        self.room.as_ref().map(RoomName::as_str)
    }
}

impl<L: EventLog> Owner<L> {
    /// Logs that a client was told no.
    pub(super) fn record_refusal(&self, Asking { client, .. }: &Asking, refusal: &Refusal) {
        let nick = self.state.client(*client).map(|client| client.nick.as_str());
        debug!(%client, nick, %refusal, "refused");
    }
}

/// From which level on an event is logged. That clients leave is logged by those who served them, with the reason.
fn level(event: &Event) -> Option<Level> {
    match event {
        Event::Registered(_) | Event::OperatorGranted { .. } | Event::Audited(_) => Some(Level::INFO),
        Event::NickChanged { .. }
        | Event::Joined { .. }
        | Event::Parted { .. }
        | Event::Kicked { .. }
        | Event::TopicSet { .. }
        | Event::RoomRenamed { .. }
        | Event::RoomModesSet { .. }
        | Event::Invited { .. }
        | Event::Knocked { .. }
        | Event::HostChanged { .. }
        | Event::AccountSet { .. } => Some(Level::DEBUG),
        _ => None,
    }
}

fn room_of(event: &Event) -> Option<RoomId> {
    match event {
        Event::Parted { room, .. }
        | Event::Kicked { room, .. }
        | Event::TopicSet { room, .. }
        | Event::RoomRenamed { room, .. }
        | Event::RoomModesSet { room, .. }
        | Event::Invited { room, .. }
        | Event::Knocked { room, .. } => Some(*room),
        _ => None,
    }
}
