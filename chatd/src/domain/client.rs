//! One registered client.

use std::sync::Arc;

use chat_proto::name::Nick;

use super::command::Operator;
use super::id::{ClientId, DeskId, RoomId, Time};
use super::message::Author;
use super::mode::{UserMode, UserModes};

/// A registered client. Changed by `apply` only.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its connection.
    pub id: ClientId,
    /// Its nick.
    pub nick: Nick,
    /// Its user name.
    pub user: Box<str>,
    /// The host shown to others.
    pub host: Box<str>,
    /// Free text about it.
    pub real_name: Box<str>,
    /// `nick!user@host`, made anew when the nick changes.
    pub source: Arc<str>,
    /// Its conversation with the desk.
    pub desk: DeskId,
    /// The rooms it is in.
    pub rooms: Vec<RoomId>,
    /// Its words, if it is away.
    pub away: Option<Box<str>>,
    /// Its user modes.
    pub modes: UserModes,
    /// As whom it may act for the server.
    pub operator: Option<Arc<Operator>>,
    /// When it registered.
    pub registered_at: Time,
    /// When it last spoke.
    pub spoke_at: Time,
}

impl Client {
    /// This client as the author of what it says and does.
    #[must_use]
    pub fn author(&self) -> Author {
        Author { client: Some(self.id), source: Arc::clone(&self.source), operator: None }
    }

    /// Whether it may act for the server.
    #[must_use]
    pub fn is_operator(&self) -> bool {
        self.modes.has(UserMode::Operator)
    }
}

/// `nick!user@host`.
#[must_use]
pub fn source(nick: &Nick, user: &str, host: &str) -> Arc<str> {
    format!("{nick}!{user}@{host}").into()
}
