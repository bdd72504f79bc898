//! Rooms: members, topic, modes, invitations.

use std::sync::Arc;

use chat_proto::name::RoomName;

use super::{Applied, Place, may_still};
use crate::domain::id::{ClientId, RoomId};
use crate::domain::message::Author;
use crate::domain::mode::Rank;
use crate::domain::notice::{Audience, What};
use crate::domain::refusal::Refusal;
use crate::domain::reply::{Reply, TopicInfo};
use crate::domain::room::Room;
use crate::domain::state::State;
use crate::domain::{decide, policy};

pub(super) fn joined(
    state: &mut State,
    at: Place,
    id: ClientId,
    name: &RoomName,
    key: Option<&str>,
) -> Result<Applied, Refusal> {
    let client = state.asker(id)?;
    let existing = state.room_named(name.as_str());
    if existing.is_some_and(|room| room.members.contains_key(&id)) {
        return Ok(Applied::default());
    }
    if let Some(room) = existing {
        policy::may_join(state, client, room, key)?;
    }
    policy::may_have_room(state, client, name.as_str(), existing.is_some())?;
    let (source, real_name) = (Arc::clone(&client.source), client.real_name.clone());
    let away = client.away.clone();
    let founder = Rank::of_founder(state.config().rooms.owner_ranks);
    let (room_id, is_new) = state.room_or_new(name, at.time);
    if let Some(client) = state.client_mut(id) {
        client.rooms.push(room_id);
    }
    let Some(room) = state.room_mut(room_id) else { return Err(Refusal::Overtaken) };
    room.members.insert(id, if is_new { founder } else { Rank::NONE });
    let name = room.name.clone();
    let topic = room.topic.clone();
    state.people.invitations.remove(id, room_id);
    let mut applied = Applied::told(
        at,
        Audience::Room { room: room_id, from: None },
        What::Joined { source, room: name.clone(), real_name, away },
    );
    if topic.is_some() {
        applied = applied.and(id, Reply::Topic { room: name, topic });
    }
    let names = decide::names_of(state, id, room_id, true);
    Ok(applied.and(id, names))
}

pub(super) fn parted(
    state: &mut State,
    at: Place,
    id: ClientId,
    room_id: RoomId,
    reason: &str,
) -> Result<Applied, Refusal> {
    let source = Arc::clone(&state.asker(id)?.source);
    let (name, audience) = leave(state, id, room_id)?;
    Ok(Applied::told(at, audience, What::Parted { source, room: name, reason: reason.into() }))
}

pub(super) fn kicked(
    state: &mut State,
    at: Place,
    room_id: RoomId,
    by: &Author,
    target: ClientId,
    reason: &str,
) -> Result<Applied, Refusal> {
    let nick = state.asker(target)?.nick.clone();
    may_still(state, by, room_id, |client, room| policy::may_act_on(client, room, target, nick.as_str()))?;
    let (room, audience) = leave(state, target, room_id)?;
    let what = What::Kicked { by: by.clone(), room, nick, reason: reason.into() };
    Ok(Applied::told(at, audience, what))
}

/// Takes a member out; the audience is those who stay and the leaver.
fn leave(state: &mut State, id: ClientId, room_id: RoomId) -> Result<(RoomName, Audience), Refusal> {
    let room = member_of(state, id, room_id)?;
    let name = room.name.clone();
    state.leave_room(id, room_id);
    Ok((name, Audience::RoomAnd { room: room_id, also: id }))
}

fn member_of(state: &State, id: ClientId, room_id: RoomId) -> Result<&Room, Refusal> {
    state.room(room_id).filter(|room| room.members.contains_key(&id)).ok_or(Refusal::Overtaken)
}

pub(super) fn topic_set(
    state: &mut State,
    at: Place,
    room_id: RoomId,
    by: &Author,
    text: &str,
) -> Result<Applied, Refusal> {
    may_still(state, by, room_id, policy::may_set_topic)?;
    let Some(room) = state.room_mut(room_id) else { return Err(Refusal::Overtaken) };
    room.topic =
        (!text.is_empty()).then(|| TopicInfo { text: text.into(), by: Arc::clone(&by.source), at: at.time });
    let what = What::Topic { by: by.clone(), room: room.name.clone(), text: text.into() };
    Ok(Applied::told(at, Audience::Room { room: room_id, from: None }, what))
}

pub(super) fn invited(
    state: &mut State,
    at: Place,
    room_id: RoomId,
    by: &Author,
    target: ClientId,
) -> Result<Applied, Refusal> {
    may_still(state, by, room_id, policy::may_invite)?;
    let other = state.client(target).ok_or(Refusal::Overtaken)?;
    policy::may_be_invited(other, state.room(room_id).ok_or(Refusal::Overtaken)?)?;
    let (nick, away) = (other.nick.clone(), other.away.clone());
    let inviter = by.client.and_then(|client| state.client(client));
    let is_heard = inviter.is_none_or(|inviter| policy::may_write_to(state, inviter, other));
    // A member's invitation is a note; only whoever could open the door himself opens it for others.
    if may_still(state, by, room_id, policy::may_steer).is_ok() {
        state.open_door(target, room_id);
    }
    let name = state.room(room_id).ok_or(Refusal::Overtaken)?.name.clone();
    let what = What::Invited { by: by.clone(), room: name.clone(), nick: nick.clone() };
    let audience = Audience::Invited { target, is_heard, room: room_id, by: by.client };
    let mut applied = Applied::told(at, audience, what);
    if let Some(asker) = by.client {
        applied = applied.and(asker, Reply::Inviting { nick: nick.clone(), room: name });
        if let Some(words) = away {
            applied = applied.and(asker, Reply::Away { nick, words });
        }
    }
    Ok(applied)
}
