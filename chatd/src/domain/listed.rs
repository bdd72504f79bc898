//! Whom the lists of a room cover: bans, exceptions, the quiet. This is asked for every message of a member without a rank, so
//! a list without entries costs nothing, and an entry costs by the length of what it is held against ([`Glob`]).
//!
//! [`Glob`]: chat_proto::mask::Glob

use super::client::Client;
use super::mode::{RoomList, Subject, UserMode};
use super::reply::Privacy;
use super::room::{ListEntry, Room};
use super::state::State;

/// Whether bans keep `client` out of `room`. Entries that are about speaking alone do not.
#[must_use]
pub fn is_kept_out(state: &State, client: &Client, room: &Room) -> bool {
    let covers =
        |list| room.list(list).iter().any(|entry| !entry.mask.is_mute() && covers(state, client, entry));
    covers(RoomList::Ban) && !covers(RoomList::Exception)
}

/// Which list silences `client` in `room`, if one does.
#[must_use]
pub fn silenced_by(state: &State, client: &Client, room: &Room) -> Option<RoomList> {
    let is_in = |list: &RoomList| is_listed(state, client, room, *list);
    let list = [RoomList::Ban, RoomList::Quiet].into_iter().find(is_in)?;
    (!is_in(&RoomList::Exception)).then_some(list)
}

/// Whether an entry of `list` covers `client`.
#[must_use]
pub fn is_listed(state: &State, client: &Client, room: &Room, list: RoomList) -> bool {
    room.list(list).iter().any(|entry| covers(state, client, entry))
}

fn covers(state: &State, client: &Client, entry: &ListEntry) -> bool {
    let fits = |text: &str| entry.glob.matches(text);
    let is_from = || client.is_from(entry.mask.mask(), state.casemapping());
    match entry.mask.subject() {
        Subject::Source => fits(&client.source) || is_from(),
        Subject::Unidentified => client.account.is_none() && (fits(&client.source) || is_from()),
        Subject::Account => client.account.as_deref().is_some_and(fits),
        Subject::RealName => fits(&client.real_name),
        Subject::Certificate => has_certificate(client, fits),
        Subject::Room => state.room_named(entry.mask.mask()).is_some_and(|room| is_openly_in(client, room)),
    }
}

fn has_certificate(client: &Client, fits: impl Fn(&str) -> bool) -> bool {
    let certificate = client.secure.as_ref().and_then(|secure| secure.certificate);
    certificate.is_some_and(|fingerprint| fits(&fingerprint.to_string()))
}

/// Whether everybody may know that `client` is in `room`: a ban must not tell who is where to those who may not ask.
fn is_openly_in(client: &Client, room: &Room) -> bool {
    room.privacy() == Privacy::Public
        && !client.modes.has(UserMode::Invisible)
        && room.members.contains_key(&client.id)
}
