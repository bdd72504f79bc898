//! What people keep of each other: whom they watch, whom they do not want to hear, which doors are open to them, where they knock.

use std::sync::Arc;

use chat_proto::mask::Mask;
use chat_proto::name::Nick;

use super::{Outcome, find, line};
use crate::domain::event::Event;
use crate::domain::id::{ClientId, Time};
use crate::domain::people::MonitorAsk;
use crate::domain::policy;
use crate::domain::refusal::Refusal;
use crate::domain::reply::Reply;
use crate::domain::state::State;

/// What a knock says that has no words of its own.
const KNOCK: &str = "has asked for an invite";

/// MONITOR (IRCv3 monitor). What a change leads to is answered when it has happened.
pub(super) fn monitor(state: &State, who: ClientId, ask: MonitorAsk) -> Result<Outcome, Refusal> {
    state.asker(who)?;
    let list = state.people().monitors.list(who);
    Ok(match ask {
        MonitorAsk::Change(change) => Outcome::Event(Event::MonitorChanged { client: who, change }),
        MonitorAsk::List => Outcome::Reply(Reply::MonitorList(list.cloned().collect())),
        MonitorAsk::Status => Outcome::Reply(monitored(state, list)),
    })
}

/// Which of these nicks are here, and which are not.
#[must_use]
pub fn monitored<'a>(state: &State, nicks: impl IntoIterator<Item = &'a Nick>) -> Reply {
    let (mut online, mut offline) = (Vec::new(), Vec::new());
    for nick in nicks {
        match state.client_named(nick.as_str()) {
            Some(client) => online.push(Arc::clone(&client.source)),
            // Nobody, and always here.
            None if state.is_desk(nick.as_str()) => online.push(Arc::clone(state.desk_source())),
            None => offline.push(nick.clone()),
        }
    }
    Reply::Monitored { online, offline }
}

pub(super) fn silences(state: &State, who: ClientId) -> Result<Outcome, Refusal> {
    state.asker(who)?;
    Ok(Outcome::Reply(Reply::SilenceList(state.people().silences.list(who).to_vec())))
}

/// What fits is done; each mask beyond `limits.silence` is refused by itself.
pub(super) fn set_silences(
    state: &State,
    who: ClientId,
    mut changes: Vec<(Mask, bool)>,
) -> Result<Outcome, Refusal> {
    state.asker(who)?;
    let limit = state.config().limits.silence;
    // As it is after the changes so far: one line may name a mask more than once.
    let mut list = state.people().silences.list(who).to_vec();
    let mut refused = Vec::new();
    changes.retain(|(mask, on)| {
        let known = list.iter().position(|known| known == mask);
        match (*on, known) {
            (true, Some(_)) | (false, None) => return false,
            (false, Some(place)) => drop(list.swap_remove(place)),
            (true, None) if list.len() < limit => list.push(mask.clone()),
            (true, None) => {
                let refusal = Refusal::SilenceFull { mask: mask.as_str().into(), limit };
                refused.push(Reply::Refused(refusal));
                return false;
            }
        }
        true
    });
    if changes.is_empty() {
        return Ok(Outcome::Replies(refused));
    }
    Ok(Outcome::Events(vec![Event::SilenceSet { client: who, changes }], refused))
}

/// Rooms that are gone are passed over. A secret one is named: the invited knows of it.
pub(super) fn invitations(state: &State, who: ClientId) -> Result<Outcome, Refusal> {
    state.asker(who)?;
    let rooms = state.people().invitations.of(who).iter().filter_map(|id| state.room(*id));
    Ok(Outcome::Reply(Reply::Invitations(rooms.map(|room| room.name.clone()).collect())))
}

pub(super) fn knock(
    state: &State,
    who: ClientId,
    now: Time,
    room: &str,
    text: Box<str>,
) -> Result<Outcome, Refusal> {
    let client = state.asker(who)?;
    let room = find::room(state, client, room)?;
    policy::may_knock(state, client, room, now)?;
    line::reason(state, &text)?;
    let text = if text.is_empty() { KNOCK.into() } else { text };
    let name = room.name.as_str();
    line::fits(&state.config().server.name, "710", &[name, name, &client.source], &text)?;
    Ok(Outcome::Event(Event::Knocked { client: who, room: room.id, text }))
}
