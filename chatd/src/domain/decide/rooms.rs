//! Entering, leaving and steering rooms.

use chat_proto::name::RoomName;

use super::{Outcome, find, line};
use crate::domain::event::Event;
use crate::domain::id::ClientId;
use crate::domain::policy;
use crate::domain::refusal::Refusal;
use crate::domain::reply::Reply;
use crate::domain::state::State;

pub(super) fn join(
    state: &State,
    who: ClientId,
    room: RoomName,
    key: Option<Box<str>>,
) -> Result<Outcome, Refusal> {
    let client = state.asker(who)?;
    let existing = state.room_named(room.as_str());
    if let Some(existing) = existing {
        if existing.members.contains_key(&who) {
            return Ok(Outcome::Nothing);
        }
        policy::may_join(state, client, existing, key.as_deref())?;
    }
    policy::may_have_room(state, client, room.as_str(), existing.is_some())?;
    Ok(Outcome::Event(Event::Joined { client: who, room, key }))
}

pub(super) fn part(state: &State, who: ClientId, room: &str, reason: Box<str>) -> Result<Outcome, Refusal> {
    let client = state.asker(who)?;
    let room = find::room(state, client, room)?;
    policy::may_act_in(client, room)?;
    line::reason(state, &reason)?;
    line::fits(&client.source, "PART", &[room.name.as_str()], &reason)?;
    Ok(Outcome::Event(Event::Parted { client: who, room: room.id, reason }))
}

pub(super) fn part_all(state: &State, who: ClientId) -> Result<Outcome, Refusal> {
    let rooms = &state.asker(who)?.rooms;
    let part = |room: &_| Event::Parted { client: who, room: *room, reason: "".into() };
    Ok(Outcome::Events(rooms.iter().map(part).collect(), Vec::new()))
}

pub(super) fn topic(state: &State, who: ClientId, room: &str) -> Result<Outcome, Refusal> {
    let room = find::room(state, state.asker(who)?, room)?;
    Ok(Outcome::Reply(Reply::Topic { room: room.name.clone(), topic: room.topic.clone() }))
}

pub(super) fn set_topic(
    state: &State,
    who: ClientId,
    room: &str,
    text: Box<str>,
) -> Result<Outcome, Refusal> {
    let client = state.asker(who)?;
    let room = find::room(state, client, room)?;
    policy::may_set_topic(client, room)?;
    find::within(&text, "topic", state.config().limits.topic_length, "limits.topic-length")?;
    line::fits(&client.source, "TOPIC", &[room.name.as_str()], &text)?;
    line::fits_answer(state, room.name.as_str(), &text)?;
    Ok(Outcome::Event(Event::TopicSet { room: room.id, by: client.author(), text }))
}

pub(super) fn invite(state: &State, who: ClientId, nick: &str, room: &str) -> Result<Outcome, Refusal> {
    let client = state.asker(who)?;
    let room = find::room(state, client, room)?;
    policy::may_invite(client, room)?;
    let target = find::client(state, nick)?;
    policy::may_be_invited(target, room)?;
    line::fits(&client.source, "INVITE", &[target.nick.as_str(), room.name.as_str()], "")?;
    Ok(Outcome::Event(Event::Invited { room: room.id, by: client.author(), target: target.id }))
}

pub(super) fn kick(
    state: &State,
    who: ClientId,
    room: &str,
    nick: &str,
    reason: Box<str>,
) -> Result<Outcome, Refusal> {
    let client = state.asker(who)?;
    let room = find::room(state, client, room)?;
    policy::may_steer(client, room)?;
    line::reason(state, &reason)?;
    let target = find::client(state, nick)?;
    if !room.members.contains_key(&target.id) {
        return Err(Refusal::TargetNotInRoom {
            nick: target.nick.as_str().into(),
            room: room.name.as_str().into(),
        });
    }
    policy::may_act_on(client, room, target.id, target.nick.as_str())?;
    let reason = if reason.is_empty() { client.nick.as_str().into() } else { reason };
    line::fits(&client.source, "KICK", &[room.name.as_str(), target.nick.as_str()], &reason)?;
    Ok(Outcome::Event(Event::Kicked { room: room.id, by: client.author(), target: target.id, reason }))
}
