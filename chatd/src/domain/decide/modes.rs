//! Reading and changing the modes of rooms. What a letter means is in the tables of [`mode`](crate::domain::mode).

use chat_proto::mask::Mask;

use super::{Outcome, find};
use crate::domain::event::Event;
use crate::domain::id::ClientId;
use crate::domain::mode::{Rank, RoomChange, RoomFlag, RoomList};
use crate::domain::policy;
use crate::domain::refusal::Refusal;
use crate::domain::reply::Reply;
use crate::domain::request::ModeAsk;
use crate::domain::room::Room;
use crate::domain::state::State;

/// Longest key and mask, in bytes: both must fit a MODE line.
const PARAM_MAX: usize = 100;

pub(super) fn show(state: &State, who: ClientId, room: &str) -> Result<Outcome, Refusal> {
    let room = find::room(state, state.asker(who)?, room)?;
    let is_member = room.members.contains_key(&who);
    Ok(Outcome::Reply(Reply::RoomModes {
        room: room.name.clone(),
        modes: room.modes_shown(is_member),
        created: room.created,
    }))
}

pub(super) fn list(state: &State, who: ClientId, room: &str, list: RoomList) -> Result<Outcome, Refusal> {
    let client = state.asker(who)?;
    let room = find::room(state, client, room)?;
    if list != RoomList::Ban {
        policy::may_steer(client, room)?;
    }
    let entries = room
        .list(list)
        .iter()
        .map(|entry| (entry.mask.as_str().into(), entry.by.as_ref().into(), entry.at))
        .collect();
    Ok(Outcome::Reply(Reply::RoomList { room: room.name.clone(), list, entries }))
}

/// Changes what can be changed and refuses the rest, each by its own reason.
pub(super) fn set(state: &State, who: ClientId, room: &str, asked: &[ModeAsk]) -> Result<Outcome, Refusal> {
    let client = state.asker(who)?;
    let room = find::room(state, client, room)?;
    policy::may_steer(client, room)?;
    let mut changes = Vec::with_capacity(asked.len());
    let mut refused = Vec::new();
    for ask in asked {
        match change(state, room, ask) {
            Ok(change) => changes.push(change),
            Err(refusal) => refused.push(Reply::Refused(refusal)),
        }
    }
    if changes.is_empty() {
        return Ok(Outcome::Replies(refused));
    }
    let event = Event::RoomModesSet { room: room.id, by: client.author(), changes };
    Ok(Outcome::Events(vec![event], refused))
}

fn change(state: &State, room: &Room, ask: &ModeAsk) -> Result<RoomChange, Refusal> {
    if let Some((_, flag)) = RoomFlag::TABLE.iter().find(|(letter, _)| *letter == ask.letter) {
        return Ok(RoomChange::Flag(*flag, ask.on));
    }
    if let Some((_, list)) = RoomList::TABLE.iter().find(|(letter, _)| *letter == ask.letter) {
        return list_change(state, room, *list, ask);
    }
    if let Some((_, _, rank)) = Rank::TABLE.iter().find(|(letter, ..)| *letter == ask.letter) {
        return rank_change(state, room, *rank, ask);
    }
    match (ask.letter, ask.on) {
        ('k', true) => key_change(room, ask),
        ('k', false) => Ok(RoomChange::Key(None)),
        ('l', true) => limit_change(room, ask),
        ('l', false) => Ok(RoomChange::Limit(None)),
        (letter, _) => Err(Refusal::UnknownRoomMode { letter, room: room.name.as_str().into() }),
    }
}

fn bad(room: &Room, ask: &ModeAsk, because: &'static str) -> Refusal {
    Refusal::BadModeParam {
        room: room.name.as_str().into(),
        letter: ask.letter,
        param: ask.param.clone().unwrap_or_else(|| "*".into()),
        because,
    }
}

fn param<'a>(room: &Room, ask: &'a ModeAsk) -> Result<&'a str, Refusal> {
    ask.param.as_deref().ok_or_else(|| bad(room, ask, "it needs a parameter"))
}

fn list_change(state: &State, room: &Room, list: RoomList, ask: &ModeAsk) -> Result<RoomChange, Refusal> {
    let mask = Mask::parse(param(room, ask)?, PARAM_MAX).map_err(|_| bad(room, ask, "that is not a mask"))?;
    let limit = state.config().limits.room_list_entries;
    let entries = room.list(list);
    if ask.on && entries.len() >= limit && !entries.iter().any(|entry| entry.mask == mask) {
        return Err(Refusal::ListFull { room: room.name.as_str().into(), letter: ask.letter, limit });
    }
    Ok(RoomChange::List(list, mask, ask.on))
}

fn rank_change(state: &State, room: &Room, rank: Rank, ask: &ModeAsk) -> Result<RoomChange, Refusal> {
    let client = find::client(state, param(room, ask)?)?;
    if !room.members.contains_key(&client.id) {
        return Err(Refusal::TargetNotInRoom {
            nick: client.nick.as_str().into(),
            room: room.name.as_str().into(),
        });
    }
    Ok(RoomChange::Rank(rank, client.nick.as_str().into(), client.id, ask.on))
}

/// A key has no space, comma or leading colon, because it must survive as a parameter of JOIN.
fn key_change(room: &Room, ask: &ModeAsk) -> Result<RoomChange, Refusal> {
    let key = param(room, ask)?;
    let fits = |key: &str| {
        let plain = !key.contains(|c: char| c == ' ' || c == ',' || c.is_control());
        !key.is_empty() && key.len() <= PARAM_MAX && plain && !key.starts_with(':')
    };
    if fits(key) { Ok(RoomChange::Key(Some(key.into()))) } else { Err(bad(room, ask, "that is not a key")) }
}

fn limit_change(room: &Room, ask: &ModeAsk) -> Result<RoomChange, Refusal> {
    match param(room, ask)?.parse::<u32>() {
        Ok(limit) if limit > 0 => Ok(RoomChange::Limit(Some(limit))),
        _ => Err(bad(room, ask, "the limit is a number above 0")),
    }
}
