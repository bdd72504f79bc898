//! Reading and changing the modes of rooms. What a letter means is in the tables of [`mode`](crate::domain::mode).

use super::{Outcome, find};
use crate::domain::client::Client;
use crate::domain::event::Event;
use crate::domain::id::ClientId;
use crate::domain::mode::{Kind, ListMask, Rank, RoomChange, RoomList, room_mode};
use crate::domain::policy;
use crate::domain::refusal::Refusal;
use crate::domain::reply::Reply;
use crate::domain::request::{KEY_MAX, ModeAsk};
use crate::domain::room::Room;
use crate::domain::state::State;

/// Longest entry of a list, in bytes: several must fit a MODE line.
const MASK_MAX: usize = 100;

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
    policy::may_read_list(client, room, list)?;
    let entries = room
        .list(list)
        .iter()
        .map(|entry| (entry.mask.as_str().into(), entry.by.as_ref().into(), entry.at))
        .collect();
    Ok(Outcome::Reply(Reply::RoomList { room: room.name.clone(), list, entries }))
}

/// Changes what can be changed and refuses the rest, each by its own reason and no reason twice.
pub(super) fn set(state: &State, who: ClientId, room: &str, asked: &[ModeAsk]) -> Result<Outcome, Refusal> {
    let client = state.asker(who)?;
    let room = find::room(state, client, room)?;
    policy::may_steer(client, room)?;
    let ask = Asking { state, client, room };
    let mut changes = Vec::with_capacity(asked.len());
    let mut refused = Vec::new();
    for one in asked {
        match ask.change(one) {
            Ok(change) => changes.push(change),
            Err(refusal) if refused.contains(&refusal) => {}
            Err(refusal) => refused.push(refusal),
        }
    }
    let refused: Vec<_> = refused.into_iter().map(Reply::Refused).collect();
    if changes.is_empty() {
        return Ok(Outcome::Replies(refused));
    }
    let event = Event::RoomModesSet { room: room.id, by: client.author(), changes };
    Ok(Outcome::Events(vec![event], refused))
}

/// Who asks for changes, and where.
struct Asking<'a> {
    state: &'a State,
    client: &'a Client,
    room: &'a Room,
}

impl Asking<'_> {
    fn change(&self, ask: &ModeAsk) -> Result<RoomChange, Refusal> {
        let has_owners = self.state.config().rooms.owner_ranks;
        let Some(mode) = room_mode(ask.letter, has_owners) else {
            return Err(Refusal::UnknownRoomMode { letter: ask.letter, room: self.name() });
        };
        let change = match mode.kind {
            Kind::Flag(flag) => RoomChange::Flag(flag, ask.on),
            Kind::Key if ask.on => self.key(ask)?,
            Kind::Key => RoomChange::Key(None),
            Kind::Limit if ask.on => self.limit(ask)?,
            Kind::Limit => RoomChange::Limit(None),
            Kind::List(list) => self.entry(list, ask)?,
            Kind::Rank(rank) => self.rank(rank, ask)?,
        };
        policy::may_make(self.client, self.room, &change)?;
        Ok(change)
    }

    fn name(&self) -> Box<str> {
        self.room.name.as_str().into()
    }

    fn bad(&self, ask: &ModeAsk, shown: &str, because: &'static str) -> Refusal {
        Refusal::BadModeParam { room: self.name(), letter: ask.letter, param: shown.into(), because }
    }

    fn param<'a>(&self, ask: &'a ModeAsk) -> Result<&'a str, Refusal> {
        ask.param.as_deref().ok_or_else(|| self.bad(ask, "*", "it needs a parameter"))
    }

    fn entry(&self, list: RoomList, ask: &ModeAsk) -> Result<RoomChange, Refusal> {
        let text = self.param(ask)?;
        let mask = ListMask::parse(text, list, MASK_MAX).map_err(|because| self.bad(ask, text, because))?;
        let limit = self.state.config().limits.room_list_entries;
        let is_full = self.room.list(list).len() >= limit;
        if ask.on && is_full && self.room.position(list, &mask, self.state.casemapping()).is_none() {
            return Err(Refusal::ListFull { room: self.name(), letter: ask.letter, limit });
        }
        Ok(RoomChange::List(list, mask, ask.on))
    }

    fn rank(&self, rank: Rank, ask: &ModeAsk) -> Result<RoomChange, Refusal> {
        let target = find::client(self.state, self.param(ask)?)?;
        let nick = target.nick.as_str().into();
        if !self.room.members.contains_key(&target.id) {
            return Err(Refusal::TargetNotInRoom { nick, room: self.name() });
        }
        Ok(RoomChange::Rank(rank, nick, target.id, ask.on))
    }

    /// A key has no space, comma or leading colon, because it must survive as a parameter of JOIN. One that is refused is not
    /// repeated: it may have been meant for another room.
    fn key(&self, ask: &ModeAsk) -> Result<RoomChange, Refusal> {
        let key = self.param(ask)?;
        let is_bad = |c: char| c == ' ' || c == ',' || c.is_control();
        if key.is_empty() || key.len() > KEY_MAX || key.starts_with(':') || key.contains(is_bad) {
            return Err(self.bad(ask, "*", "that is not a key"));
        }
        Ok(RoomChange::Key(Some(key.into())))
    }

    fn limit(&self, ask: &ModeAsk) -> Result<RoomChange, Refusal> {
        let text = self.param(ask)?;
        match text.parse::<u32>() {
            Ok(limit) if limit > 0 => Ok(RoomChange::Limit(Some(limit))),
            _ => Err(self.bad(ask, text, "the limit is a number above 0")),
        }
    }
}
