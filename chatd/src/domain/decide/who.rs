//! WHO: clients that fit a mask or are in a room, as far as the asker may see them.

use chat_proto::mask::Glob;
use chat_proto::name::CaseMapping;

use super::{Outcome, find};
use crate::domain::client::Client;
use crate::domain::id::ClientId;
use crate::domain::mode::{Rank, UserMode};
use crate::domain::policy;
use crate::domain::refusal::Refusal;
use crate::domain::reply::{Reply, WhoEntry};
use crate::domain::request::MASK_MAX;
use crate::domain::room::Room;
use crate::domain::state::State;

/// Most clients that a WHO answers with, so that one question cannot fill an outbox; modern servers do the same.
const WHO_MAX: usize = 2000;

pub(super) fn who(
    state: &State,
    who: ClientId,
    mask: Box<str>,
    operators_only: bool,
) -> Result<Outcome, Refusal> {
    let asker = state.asker(who)?;
    let entries = if mask.starts_with('#') {
        who_in_room(state, asker, &mask)
    } else {
        who_by_mask(state, asker, &mask)
    };
    let entries = entries.into_iter().filter(|entry| !operators_only || entry.is_operator);
    Ok(Outcome::Reply(Reply::Who { entries: entries.take(WHO_MAX).collect(), mask }))
}

fn who_in_room(state: &State, asker: &Client, name: &str) -> Vec<WhoEntry> {
    let Ok(room) = find::room(state, asker, name) else { return Vec::new() };
    room.members
        .iter()
        .filter_map(|(id, rank)| Some((state.client(*id)?, *rank)))
        .filter(|(client, _)| policy::may_see_in(asker, client, room))
        .map(|(client, rank)| who_entry(client, Some((room, rank))))
        .collect()
}

/// A plain nick is found at once; only a mask looks at everybody.
fn who_by_mask(state: &State, asker: &Client, mask: &str) -> Vec<WhoEntry> {
    if let Some(client) = state.client_named(mask) {
        return vec![who_entry(client, shared_room(state, asker, client))];
    }
    if mask.len() > MASK_MAX {
        return Vec::new();
    }
    let folding = state.casemapping();
    let glob = Glob::new(mask, folding);
    let fits = |client: &&Client| {
        let texts = [client.nick.as_str(), &*client.source, client.host(), &*client.real_name];
        let is_named = texts.iter().any(|text| glob.matches(text));
        let wanted = mask == "0" || mask == "*" || is_named || may_find_origin(asker, client, mask, folding);
        wanted && policy::may_see_client(asker, client)
    };
    let found = state.clients().filter(fits).take(WHO_MAX);
    found.map(|client| who_entry(client, shared_room(state, asker, client))).collect()
}

/// Whether an operator means the place that `client` really comes from. To others it would tell the address bit by bit.
fn may_find_origin(asker: &Client, client: &Client, mask: &str, folding: CaseMapping) -> bool {
    asker.is_operator() && client.origin.fits(mask, folding)
}

fn shared_room<'s>(state: &'s State, asker: &Client, client: &Client) -> Option<(&'s Room, Rank)> {
    let mut rooms = client.rooms.iter().filter_map(|id| state.room(*id));
    let room = rooms.find(|room| policy::may_see_in(asker, client, room))?;
    Some((room, room.rank(client.id)?))
}

fn who_entry(client: &Client, room: Option<(&Room, Rank)>) -> WhoEntry {
    WhoEntry {
        room: room.map(|(room, _)| room.name.clone()),
        rank: room.map(|(_, rank)| rank).unwrap_or_default(),
        nick: client.nick.clone(),
        user: client.user().into(),
        host: client.host().into(),
        real_name: client.real_name.clone(),
        is_away: client.away.is_some(),
        is_operator: client.is_operator(),
        is_bot: client.modes.has(UserMode::Bot),
    }
}
