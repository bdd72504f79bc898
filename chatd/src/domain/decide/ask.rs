//! Questions about who and what is here. Answered at once, from what the asker may see.

use chat_proto::mask::Glob;

use super::{Outcome, find};
use crate::domain::client::Client;
use crate::domain::id::{ClientId, Time};
use crate::domain::mode::{Rank, UserMode};
use crate::domain::policy;
use crate::domain::refusal::Refusal;
use crate::domain::reply::{ListedRoom, Reply, WhoEntry, Whois};
use crate::domain::request::{LIST_MASKS_MAX, MASK_MAX};
use crate::domain::room::Room;
use crate::domain::secure::Secure;
use crate::domain::state::State;

/// Rooms in one page of a list: small enough that a page fits an outbox easily, large enough that a list of 100,000 rooms
/// takes few turns.
const LIST_PAGE: usize = 200;

/// Comparisons of a name with a mask for one page, and slots looked at without masks: a turn of the owner is short however
/// many rooms there are and however few of them fit.
const LOOKED_AT: usize = 1000;

/// Most clients that a WHO answers with, so that one question cannot fill an outbox; modern servers do the same.
const WHO_MAX: usize = 2000;

/// A room that is not there, or not to be seen, has nobody in it; this is no refusal (RFC 2812 §3.2.5).
pub(super) fn names(state: &State, who: ClientId, name: Box<str>) -> Result<Outcome, Refusal> {
    let asker = state.asker(who)?;
    Ok(Outcome::Reply(match find::room(state, asker, &name) {
        Ok(room) => find::names_of(state, who, room.id),
        Err(_) => Reply::Names { room: name, is_secret: false, members: Vec::new() },
    }))
}

pub(super) fn list(
    state: &State,
    who: ClientId,
    from: u32,
    mut masks: Vec<Box<str>>,
) -> Result<Outcome, Refusal> {
    let asker = state.asker(who)?;
    masks.truncate(LIST_MASKS_MAX);
    let folding = state.casemapping();
    let globs: Vec<Glob<'_>> =
        masks.iter().filter(|mask| mask.len() <= MASK_MAX).map(|mask| Glob::new(mask, folding)).collect();
    let fits = |room: &&Room| {
        let name = room.name.as_str();
        let wanted = masks.is_empty() || globs.iter().any(|glob| glob.matches(name));
        wanted && policy::may_see_room(asker, room)
    };
    let looked_at = u32::try_from(LOOKED_AT / masks.len().max(1)).unwrap_or(1);
    let mut end = from.saturating_add(looked_at);
    let page: Vec<&Room> = state.rooms_in(from, end).filter(fits).take(LIST_PAGE).collect();
    if let Some(last) = page.get(LIST_PAGE - 1) {
        end = last.id.slot + 1;
    }
    let next = state.has_rooms_from(end).then_some(end);
    let rooms = page
        .iter()
        .map(|room| ListedRoom {
            room: room.name.clone(),
            members: room.members.len(),
            topic: room.topic.as_ref().map(|topic| topic.text.clone()).unwrap_or_default(),
        })
        .collect();
    Ok(Outcome::Reply(Reply::List { rooms, is_first: from == 0, next, masks }))
}

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
    let glob = Glob::new(mask, state.casemapping());
    let fits = |client: &&Client| {
        let texts = [client.nick.as_str(), &*client.source, client.host(), &*client.real_name];
        let wanted = mask == "0" || mask == "*" || texts.iter().any(|text| glob.matches(text));
        wanted && policy::may_see_client(asker, client)
    };
    let found = state.clients().filter(fits).take(WHO_MAX);
    found.map(|client| who_entry(client, shared_room(state, asker, client))).collect()
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

pub(super) fn whois(state: &State, who: ClientId, now: Time, nick: &str) -> Result<Outcome, Refusal> {
    let asker = state.asker(who)?;
    let client = find::client(state, nick)?;
    let is_trusted = asker.id == client.id || asker.is_operator();
    let rooms = client.rooms.iter().filter_map(|id| state.room(*id));
    let rooms = rooms.filter(|room| policy::may_see_in(asker, client, room));
    Ok(Outcome::Reply(Reply::Whois(Box::new(Whois {
        nick: client.nick.clone(),
        user: client.user().into(),
        host: client.host().into(),
        real_name: client.real_name.clone(),
        rooms: rooms.filter_map(|room| Some((room.rank(client.id)?, room.name.clone()))).collect(),
        away: client.away.clone(),
        is_operator: client.is_operator(),
        is_bot: client.modes.has(UserMode::Bot),
        idle_s: now.since_ms(client.spoke_at) / 1000,
        signed_on: client.registered_at,
        modes: is_trusted.then(|| client.modes.letters()),
        secure: client.secure.as_deref().map(|secure| shown_secure(secure, is_trusted)),
    }))))
}

/// To others, that the connection is protected, and not how.
fn shown_secure(secure: &Secure, is_trusted: bool) -> Secure {
    if is_trusted { secure.clone() } else { Secure::default() }
}

pub(super) fn whowas(state: &State, nick: Box<str>, count: usize) -> Outcome {
    let count = if count == 0 { usize::MAX } else { count };
    let folding = state.casemapping();
    let same = state.gone().filter(|gone| folding.same(gone.nick.as_str(), &nick));
    let entries = same.take(count).cloned().collect();
    Outcome::Reply(Reply::Whowas { nick, entries })
}

pub(super) fn ison(state: &State, nicks: &[Box<str>]) -> Outcome {
    let here = nicks.iter().filter_map(|nick| state.client_named(nick));
    Outcome::Reply(Reply::Ison(here.map(|client| client.nick.clone()).collect()))
}

pub(super) fn userhost(state: &State, nicks: &[Box<str>]) -> Outcome {
    let here = nicks.iter().take(5).filter_map(|nick| state.client_named(nick));
    let shown = |client: &Client| {
        let at = format!("{}@{}", client.user(), client.host());
        (client.nick.clone(), client.is_operator(), client.away.is_some(), at)
    };
    Outcome::Reply(Reply::Userhost(here.map(shown).collect()))
}
