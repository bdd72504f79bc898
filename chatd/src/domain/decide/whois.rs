//! WHOIS and WHOWAS: all about one who is here, or was.

use super::{Outcome, ask};
use crate::domain::client::Client;
use crate::domain::id::{ClientId, Time};
use crate::domain::mode::UserMode;
use crate::domain::policy;
use crate::domain::refusal::Refusal;
use crate::domain::reply::{Gone, Reply, Whois};
use crate::domain::secure::Secure;
use crate::domain::state::State;

/// Somebody who is not here is no refusal: the answer has an end like any other.
pub(super) fn whois(
    state: &State,
    who: ClientId,
    now: Time,
    nick: Box<str>,
    via: Option<&str>,
) -> Result<Outcome, Refusal> {
    let asker = state.asker(who)?;
    if let Some(via) = via {
        ask::is_here(state, via)?;
    }
    let found = state.client_named(&nick).map(|client| Box::new(about(state, asker, client, now)));
    Ok(Outcome::Reply(Reply::Whois { nick, found }))
}

/// What `asker` may know of `client`.
fn about(state: &State, asker: &Client, client: &Client, now: Time) -> Whois {
    let is_trusted = policy::may_see_origin(asker, client);
    let rooms = client.rooms.iter().filter_map(|id| state.room(*id));
    let rooms = rooms.filter(|room| policy::may_find_in(asker, client, room));
    Whois {
        nick: client.nick.clone(),
        user: client.user().into(),
        host: client.host().into(),
        real_name: client.real_name.clone(),
        rooms: rooms.filter_map(|room| Some((room.rank(client.id)?, room.name.clone()))).collect(),
        away: client.away.clone(),
        is_operator: client.is_operator(),
        is_bot: client.modes.has(UserMode::Bot),
        account: client.account.clone(),
        idle_s: now.since_ms(client.spoke_at) / 1000,
        signed_on: client.registered_at,
        modes: is_trusted.then(|| client.modes.letters()),
        origin: is_trusted.then(|| client.origin.clone()),
        secure: client.secure.as_deref().map(|secure| shown_secure(secure, is_trusted)),
    }
}

/// To others, that the connection is protected, and not how.
fn shown_secure(secure: &Secure, is_trusted: bool) -> Secure {
    if is_trusted { secure.clone() } else { Secure::default() }
}

/// Those who had one of the nicks, the latest first: at most `count`, all for 0.
pub(super) fn whowas(
    state: &State,
    who: ClientId,
    nicks: Box<str>,
    count: usize,
) -> Result<Outcome, Refusal> {
    let is_trusted = policy::may_operate(state.asker(who)?).is_ok();
    let count = if count == 0 { usize::MAX } else { count };
    let folding = state.casemapping();
    let is_meant = |gone: &&Gone| nicks.split(',').any(|nick| folding.same(gone.nick.as_str(), nick));
    let shown = |gone: &Gone| Gone { origin: gone.origin.clone().filter(|_| is_trusted), ..gone.clone() };
    let entries = state.gone().filter(is_meant).take(count).map(shown).collect();
    Ok(Outcome::Reply(Reply::Whowas { nicks, entries }))
}
