//! A room has another name.

use chat_proto::name::RoomName;

use super::{Applied, Place, may_still};
use crate::domain::id::RoomId;
use crate::domain::message::Author;
use crate::domain::notice::{Audience, What};
use crate::domain::policy;
use crate::domain::refusal::Refusal;
use crate::domain::reply::{Renamed, Reply};
use crate::domain::state::State;

/// All that is said of the room stays: members, modes, topic, lists, invitations. What is kept of it stays where it was, under the old
/// name, and a history under the new one begins. Each member is told by itself how the room is called, since those who do not know
/// renaming leave and enter it in their own name; unless only the case differs, which they need not know.
pub(super) fn renamed(
    state: &mut State,
    at: Place,
    id: RoomId,
    by: &Author,
    name: &RoomName,
    reason: &str,
) -> Result<Applied, Refusal> {
    may_still(state, by, id, |client, room| policy::may_rename(state, client, room, name, at.time))?;
    let Some(room) = state.room(id) else { return Err(Refusal::Overtaken) };
    let (old, topic) = (room.name.clone(), room.topic.clone());
    let members: Vec<_> = room.members.keys().copied().collect();
    let is_same = state.casemapping().same(old.as_str(), name.as_str());
    state.rename_room(id, name.clone(), at.time);
    let what = What::Renamed { by: by.clone(), old: old.clone(), name: name.clone(), reason: reason.into() };
    let mut applied = Applied::told(at, Audience::Room { room: id, from: None }, what);
    for member in members {
        let Some(client) = state.client(member) else { continue };
        let renamed = Renamed {
            by: std::sync::Arc::clone(&by.source),
            old: old.clone(),
            name: name.clone(),
            reason: reason.into(),
            is_same,
            account: client.account.clone(),
            real_name: client.real_name.clone(),
            topic: topic.clone(),
        };
        applied = applied.and(member, Reply::Renamed(Box::new(renamed)));
    }
    Ok(applied)
}
