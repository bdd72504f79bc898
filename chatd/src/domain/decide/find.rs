//! Finding what a request names, with the refusal when it is not there or not to be seen.

use std::sync::Arc;

use crate::domain::client::Client;
use crate::domain::id::{ClientId, RoomId};
use crate::domain::policy;
use crate::domain::refusal::Refusal;
use crate::domain::reply::{Privacy, Reply};
use crate::domain::room::Room;
use crate::domain::state::State;

/// The room that `asker` means. One that it may not see does not exist for it.
pub(super) fn room<'s>(state: &'s State, asker: &Client, name: &str) -> Result<&'s Room, Refusal> {
    state
        .room_named(name)
        .filter(|room| policy::may_see_room(asker, room))
        .ok_or_else(|| Refusal::NoSuchRoom(name.into()))
}

/// The client with this nick.
pub(super) fn client<'s>(state: &'s State, nick: &str) -> Result<&'s Client, Refusal> {
    state.client_named(nick).ok_or_else(|| Refusal::NoSuchNick(nick.into()))
}

/// A text no longer than a setting allows.
pub(super) fn within(
    text: &str,
    what: &'static str,
    limit: usize,
    setting: &'static str,
) -> Result<(), Refusal> {
    if text.len() > limit { Err(Refusal::TooLong { what, limit, setting }) } else { Ok(()) }
}

/// The members of a room as `viewer` may see them; `is_implicit` if it did not ask for them.
#[must_use]
pub fn names_of(state: &State, viewer: ClientId, room: RoomId, is_implicit: bool) -> Reply {
    let (Some(viewer), Some(room)) = (state.client(viewer), state.room(room)) else {
        let members = Vec::new();
        return Reply::Names { room: "*".into(), privacy: Privacy::Public, members, is_implicit, ends: true };
    };
    let members = room
        .members
        .iter()
        .filter_map(|(id, rank)| Some((*rank, state.client(*id)?)))
        .filter(|(_, client)| policy::may_see_in(viewer, client, room))
        .map(|(rank, client)| (rank, Arc::clone(&client.source)))
        .collect();
    let privacy = room.privacy();
    Reply::Names { room: room.name.as_str().into(), privacy, members, is_implicit, ends: true }
}
