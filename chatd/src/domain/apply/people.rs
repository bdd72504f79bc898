//! What people keep of each other, and what those hear who watch a nick (IRCv3 monitor).

use std::sync::Arc;

use chat_proto::mask::Mask;
use chat_proto::name::Nick;

use super::{Applied, Place};
use crate::domain::id::{ClientId, RoomId};
use crate::domain::mode::Rank;
use crate::domain::notice::{Audience, What};
use crate::domain::people::{Added, MonitorChange};
use crate::domain::refusal::Refusal;
use crate::domain::reply::Reply;
use crate::domain::state::State;
use crate::domain::{decide, policy};

/// Tells those who watch its nick that a client is here.
pub(super) fn came(state: &State, applied: Applied, id: ClientId) -> Applied {
    let Some(client) = state.client(id) else { return applied };
    let online = || Reply::Monitored { online: vec![Arc::clone(&client.source)], offline: Vec::new() };
    let watchers = state.people().monitors.watchers(client.nick.as_str(), state.casemapping());
    watchers.fold(applied, |applied, watcher| applied.and(watcher, online()))
}

/// Tells those who watch a nick that nobody has it any more.
pub(super) fn went(state: &State, applied: Applied, nick: &Nick) -> Applied {
    let offline = || Reply::Monitored { online: Vec::new(), offline: vec![nick.clone()] };
    let watchers = state.people().monitors.watchers(nick.as_str(), state.casemapping());
    watchers.fold(applied, |applied, watcher| applied.and(watcher, offline()))
}

pub(super) fn monitor_changed(
    state: &mut State,
    id: ClientId,
    change: &MonitorChange,
) -> Result<Applied, Refusal> {
    state.asker(id)?;
    let (folding, limit) = (state.casemapping(), state.config().limits.monitor);
    let monitors = &mut state.people.monitors;
    match change {
        MonitorChange::Clear => monitors.clear(id),
        MonitorChange::Remove(nicks) => nicks.iter().for_each(|nick| monitors.remove(id, nick, folding)),
        MonitorChange::Add(nicks) => {
            let (mut new, mut full) = (Vec::new(), Vec::new());
            for nick in nicks {
                match monitors.add(id, nick, folding, limit) {
                    Added::New => new.push(nick),
                    Added::Known => {}
                    Added::Full => full.push(nick.clone()),
                }
            }
            let applied = Applied::default().and(id, decide::monitored(state, new));
            if full.is_empty() {
                return Ok(applied);
            }
            return Ok(applied.and(id, Reply::Refused(Refusal::MonitorFull { limit, nicks: full })));
        }
    }
    Ok(Applied::default())
}

pub(super) fn silence_set(
    state: &mut State,
    id: ClientId,
    changes: &[(Mask, bool)],
) -> Result<Applied, Refusal> {
    let source = Arc::clone(&state.asker(id)?.source);
    let mut applied = Applied::default();
    for (mask, on) in changes {
        if state.people.silences.set(id, mask, *on) {
            let source = Arc::clone(&source);
            applied = applied.and(id, Reply::SilenceChanged { source, mask: mask.clone(), on: *on });
        }
    }
    Ok(applied)
}

/// Those hear it who could open the door.
pub(super) fn knocked(
    state: &mut State,
    at: Place,
    id: ClientId,
    room_id: RoomId,
    text: &str,
) -> Result<Applied, Refusal> {
    let client = state.asker(id)?;
    let room = state.room(room_id).ok_or(Refusal::Overtaken)?;
    policy::may_knock(state, client, room, at.time)?;
    let (room, source) = (room.name.clone(), Arc::clone(&client.source));
    let interval = state.config().limits.knock_interval;
    state.people.knocks.add(id, room_id, at.time, interval);
    let by = state.server_author(None);
    let what = What::Knocked { by, room: room.clone(), source, text: text.into() };
    let audience = Audience::Ranked { room: room_id, least: Rank::HALFOP, from: None };
    Ok(Applied::told(at, audience, what).and(id, Reply::KnockDelivered(room)))
}
