//! Modes of rooms.

use std::sync::Arc;

use chat_proto::name::CaseMapping;

use super::{Applied, Place, may_still};
use crate::domain::id::RoomId;
use crate::domain::message::Author;
use crate::domain::mode::{ListMask, RoomChange, RoomList};
use crate::domain::notice::{Audience, What};
use crate::domain::policy;
use crate::domain::refusal::Refusal;
use crate::domain::room::{ListEntry, Room};
use crate::domain::state::State;

/// Makes those changes that may still be made. Who may make them is asked before any is made: whoever lays down a rank in the
/// middle of a MODE is still obeyed to its end.
pub(super) fn set(
    state: &mut State,
    at: Place,
    room_id: RoomId,
    by: &Author,
    changes: &[RoomChange],
) -> Result<Applied, Refusal> {
    may_still(state, by, room_id, policy::may_steer)?;
    let may = |change: &RoomChange| {
        may_still(state, by, room_id, |client, room| policy::may_make(client, room, change))
    };
    let asked: Vec<_> = changes.iter().map(|change| may(change).map(|()| change)).collect();
    if let Some(Err(refusal)) = asked.first()
        && asked.iter().all(Result::is_err)
    {
        return Err(refusal.clone());
    }
    let (limit, mapping) = (state.config().limits.room_list_entries, state.casemapping());
    let Some(room) = state.room_mut(room_id) else { return Err(Refusal::Overtaken) };
    let mut making = Making { room, by, at, limit, mapping };
    let made: Arc<[RoomChange]> =
        asked.into_iter().flatten().filter_map(|change| making.made(change)).collect();
    if made.is_empty() {
        return Ok(Applied::default());
    }
    let what = What::RoomModes { by: by.clone(), room: room.name.clone(), changes: made };
    Ok(Applied::told(at, Audience::Room { room: room_id, from: None }, what))
}

/// A room whose modes are being changed.
struct Making<'a> {
    room: &'a mut Room,
    by: &'a Author,
    at: Place,
    limit: usize,
    mapping: CaseMapping,
}

impl Making<'_> {
    /// Makes one change; says what is different now, if anything.
    fn made(&mut self, change: &RoomChange) -> Option<RoomChange> {
        let room = &mut *self.room;
        let differs = match change {
            RoomChange::Flag(flag, on) => {
                let differs = room.flags.has(*flag) != *on;
                room.flags.set(*flag, *on);
                differs
            }
            RoomChange::Key(key) => std::mem::replace(&mut room.key, key.clone()) != *key,
            RoomChange::Limit(limit) => std::mem::replace(&mut room.limit, *limit) != *limit,
            RoomChange::Rank(rank, _, member, on) => {
                let held = room.members.get_mut(member)?;
                let differs = held.has(*rank) != *on;
                *held = held.with(*rank, *on);
                differs
            }
            RoomChange::List(list, mask, true) => self.entered(*list, mask),
            RoomChange::List(list, mask, false) => return self.removed(*list, mask),
        };
        differs.then(|| change.clone())
    }

    fn entered(&mut self, list: RoomList, mask: &ListMask) -> bool {
        let is_known = self.room.position(list, mask, self.mapping).is_some();
        let entries = &mut self.room.lists[list as usize];
        if is_known || entries.len() >= self.limit {
            return false;
        }
        entries.push(ListEntry::new(mask.clone(), self.mapping, Arc::clone(&self.by.source), self.at.time));
        true
    }

    /// Members are told of the entry as it was set: that is how they keep it.
    fn removed(&mut self, list: RoomList, mask: &ListMask) -> Option<RoomChange> {
        let at = self.room.position(list, mask, self.mapping)?;
        Some(RoomChange::List(list, self.room.lists[list as usize].remove(at).mask, false))
    }
}
