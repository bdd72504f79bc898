//! Who may take back what was said.

use super::has_rank;
use crate::domain::client::Client;
use crate::domain::message::Conversation;
use crate::domain::mode::Rank;
use crate::domain::recent::Said;
use crate::domain::state::State;

/// What one may do about something that was said (IRCv3 message-redaction).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redaction {
    /// Take it back, having said it.
    Own,
    /// Take it back, being an operator: of the room, or else of the server.
    AsOperator {
        /// Of the room.
        of_the_room: bool,
    },
    /// Nothing, and not know what was said there.
    Outside,
    /// Nothing.
    Forbidden,
    /// Nothing, since there is nothing that the asker may know of.
    Unknown,
}

/// What `client` may do about `said`, which is nothing if no such thing was said in `to`. Authors are the client itself, or whoever is
/// logged in to the account with which it was said: a nick that was taken over is not enough. Operators of the server have no say in
/// what two people say to each other.
#[must_use]
pub fn may_redact(state: &State, client: &Client, said: Option<&Said>, to: &Conversation) -> Redaction {
    let is_own =
        |said: &Said| said.by == Some(client.id) || said.account.is_some() && said.account == client.account;
    if said.is_some_and(is_own) {
        return Redaction::Own;
    }
    let (room, least) = match to {
        Conversation::Room { id, .. } => (*id, Rank::NONE),
        Conversation::Ranked { room, least, .. } => (*room, *least),
        _ => return Redaction::Unknown,
    };
    let Some(room) = state.room(room) else { return Redaction::Outside };
    let rank = room.rank(client.id);
    if rank.is_none() && !client.is_operator() {
        return Redaction::Outside;
    }
    // Who does not hear what is said to a rank learns nothing of it.
    let hears = client.is_operator() || least == Rank::NONE || rank.is_some_and(|rank| rank.reaches(least));
    let of_the_room = has_rank(client, room, Rank::OPERATOR).is_ok();
    match said {
        Some(_) if hears && (of_the_room || client.is_operator()) => Redaction::AsOperator { of_the_room },
        Some(_) if hears => Redaction::Forbidden,
        _ => Redaction::Unknown,
    }
}
