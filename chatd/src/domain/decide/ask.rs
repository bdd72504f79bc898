//! Short questions about who is here. Answered at once.

use super::Outcome;
use crate::domain::client::Client;
use crate::domain::id::ClientId;
use crate::domain::reply::Reply;
use crate::domain::state::State;

pub(super) fn ison(state: &State, nicks: &[Box<str>]) -> Outcome {
    let here = nicks.iter().filter_map(|nick| state.client_named(nick));
    Outcome::Reply(Reply::Ison(here.map(|client| client.nick.clone()).collect()))
}

/// A client learns by this which address it comes from: what it gives others for a direct connection (RFC 2812 §4.8 knows no cloaks).
pub(super) fn userhost(state: &State, who: ClientId, nicks: &[Box<str>]) -> Outcome {
    let here = nicks.iter().take(5).filter_map(|nick| state.client_named(nick));
    let shown = |client: &Client| {
        let host = if client.id == who { client.origin.host() } else { client.host().into() };
        let at = format!("{}@{host}", client.user());
        (client.nick.clone(), client.is_operator(), client.away.is_some(), at)
    };
    Outcome::Reply(Reply::Userhost(here.map(shown).collect()))
}
