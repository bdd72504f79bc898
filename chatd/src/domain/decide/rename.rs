//! Renaming rooms (IRCv3 channel-rename).

use chat_proto::name::RoomName;

use super::{Outcome, find, line};
use crate::domain::event::Event;
use crate::domain::id::{ClientId, Time};
use crate::domain::policy;
use crate::domain::refusal::Refusal;
use crate::domain::state::State;

pub(super) fn rename(
    state: &State,
    who: ClientId,
    now: Time,
    room: &str,
    name: RoomName,
    reason: Box<str>,
) -> Result<Outcome, Refusal> {
    let client = state.asker(who)?;
    let room = find::room(state, client, room)?;
    policy::may_rename(state, client, room, &name, now)?;
    line::reason(state, &reason)?;
    line::fits(&client.source, "RENAME", &[room.name.as_str(), name.as_str()], &reason)?;
    if room.topic.as_ref().is_some_and(|topic| line::fits_answer(state, name.as_str(), &topic.text).is_err())
    {
        let because = "there is no room for its topic beside that name";
        let (room, name) = (room.name.as_str().into(), name.as_str().into());
        return Err(Refusal::CannotRename { room, name, because });
    }
    Ok(Outcome::Event(Event::RoomRenamed { room: room.id, by: client.author(), name, reason }))
}
