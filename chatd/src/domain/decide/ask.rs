//! Short questions about who is here. Answered at once.

use super::Outcome;
use crate::domain::client::Client;
use crate::domain::id::{ClientId, Time};
use crate::domain::policy;
use crate::domain::refusal::Refusal;
use crate::domain::reply::Reply;
use crate::domain::request::Guard;
use crate::domain::state::State;

pub(super) fn ison(state: &State, nicks: &[Box<str>]) -> Outcome {
    let here = |nick: &str| match state.client_named(nick) {
        Some(client) => Some(client.nick.as_str().into()),
        // Nobody, and always here.
        None => state.is_desk(nick).then(|| state.config().desk.nick.as_str().into()),
    };
    Outcome::Reply(Reply::Ison(nicks.iter().filter_map(|nick| here(nick)).collect()))
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

/// The operators whom `who` may see.
pub(super) fn operators(state: &State, who: ClientId, now: Time) -> Result<Outcome, Refusal> {
    let asker = state.asker(who)?;
    let here = state.operators().iter().filter_map(|id| state.client(*id));
    let seen = here.filter(|client| policy::may_see_client(asker, client));
    let shown = |client: &Client| {
        let idle_s = now.since_ms(client.spoke_at) / 1000;
        (client.nick.clone(), format!("{}@{}", client.user(), client.host()), idle_s)
    };
    Ok(Outcome::Reply(Reply::Operators(seen.map(shown).collect())))
}

/// An answer that the session has ready, if what it depends upon holds.
pub(super) fn guarded(
    state: &State,
    who: ClientId,
    guard: &Guard,
    bytes: Box<[u8]>,
) -> Result<Outcome, Refusal> {
    match guard {
        Guard::Here(name) => is_here(state, name)?,
        Guard::Operator => policy::may_operate(state.asker(who)?)?,
    }
    Ok(Outcome::Reply(Reply::Echo(bytes)))
}

/// Whether the server may be asked by this name: that of a client, or of the desk.
pub(super) fn is_here(state: &State, name: &str) -> Result<(), Refusal> {
    let is_here = state.is_desk(name) || state.client_named(name).is_some();
    if is_here { Ok(()) } else { Err(Refusal::NoSuchServer(name.into())) }
}
