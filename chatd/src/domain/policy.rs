//! Who may do what. Questions only: nothing here changes or answers anything else.

use super::client::Client;
use super::id::Time;
use super::mode::{Rank, RoomFlag, RoomList, UserMode};
use super::refusal::Refusal;
use super::room::Room;
use super::state::State;

/// Whether `client` may enter `room` (RFC 2812 §3.2.1; the invited pass `+i`, `+l`, `+k` and bans, as modern servers do).
///
/// # Errors
/// The first reason against it.
pub fn may_join(state: &State, client: &Client, room: &Room, key: Option<&str>) -> Result<(), Refusal> {
    if state.people().invitations.has(client.id, room.id) {
        return Ok(());
    }
    let name = || room.name.as_str().into();
    if is_banned(state, client, room) {
        return Err(Refusal::Banned(name()));
    }
    if room.flags.has(RoomFlag::InviteOnly) && !is_listed(state, client, room, RoomList::InviteException) {
        return Err(Refusal::InviteOnly(name()));
    }
    if room.key.is_some() && room.key.as_deref() != key {
        return Err(Refusal::BadKey(name()));
    }
    if room.limit.is_some_and(|limit| room.members.len() >= limit as usize) {
        return Err(Refusal::RoomFull(name()));
    }
    Ok(())
}

/// Whether `client` may be in one room more, and whether there may be one more room.
///
/// # Errors
/// The limit that stands against it.
pub fn may_have_room(state: &State, client: &Client, room: &str, exists: bool) -> Result<(), Refusal> {
    let limits = &state.config().limits;
    if client.rooms.len() >= limits.rooms_per_client {
        return Err(Refusal::TooManyRooms { room: room.into(), limit: limits.rooms_per_client });
    }
    if !exists && state.room_count() >= limits.rooms {
        return Err(Refusal::ServerRoomsFull { room: room.into(), limit: limits.rooms });
    }
    Ok(())
}

/// Whether `client` may speak in `room`.
///
/// # Errors
/// [`Refusal::CannotSend`] with the mode that forbids it.
pub fn may_speak(state: &State, client: &Client, room: &Room) -> Result<(), Refusal> {
    let rank = room.rank(client.id);
    if rank.is_some_and(|rank| rank != Rank::NONE) {
        return Ok(());
    }
    let no = |because| Err(Refusal::CannotSend { room: room.name.as_str().into(), because });
    if rank.is_none() && room.flags.has(RoomFlag::NoExternal) {
        return no("you are not in it (+n)");
    }
    if room.flags.has(RoomFlag::Moderated) {
        return no("only those with voice may speak (+m)");
    }
    if is_banned(state, client, room) {
        return no("you are banned (+b)");
    }
    Ok(())
}

/// Whether `to` wants to hear what `from` says to it alone (SILENCE). Operators are always heard: whoever runs the server must
/// be able to reach everybody.
#[must_use]
pub fn may_write_to(state: &State, from: &Client, to: &Client) -> bool {
    from.is_operator() || !state.people().silences.cover(to.id, &from.source, state.casemapping())
}

/// Whether `client` may ask the operators of `room` to be let in (KNOCK): a door that is open needs no knocking, and who is
/// banned is not heard.
///
/// # Errors
/// The first reason against it.
pub fn may_knock(state: &State, client: &Client, room: &Room, now: Time) -> Result<(), Refusal> {
    let name = || room.name.as_str().into();
    if room.members.contains_key(&client.id) {
        return Err(Refusal::KnockInside(name()));
    }
    match may_join(state, client, room, None) {
        Ok(()) => return Err(Refusal::KnockOpen(name())),
        Err(Refusal::InviteOnly(_) | Refusal::BadKey(_) | Refusal::RoomFull(_)) => {}
        Err(refusal) => return Err(refusal),
    }
    let interval = state.config().limits.knock_interval;
    if state.people().knocks.are_calm(client.id, room.id, now, interval) {
        Ok(())
    } else {
        Err(Refusal::KnockTooOften(name()))
    }
}

/// Whether `client` may set the topic.
///
/// # Errors
/// Not a member, or no operator while `+t`.
pub fn may_set_topic(client: &Client, room: &Room) -> Result<(), Refusal> {
    if room.flags.has(RoomFlag::TopicLocked) { may_steer(client, room) } else { may_act_in(client, room) }
}

/// Whether `client` may invite into `room`: members, and operators only while `+i`.
///
/// # Errors
/// Not a member, or no operator while `+i`.
pub fn may_invite(client: &Client, room: &Room) -> Result<(), Refusal> {
    if room.flags.has(RoomFlag::InviteOnly) { may_steer(client, room) } else { may_act_in(client, room) }
}

/// Whether `client` may kick and change modes.
///
/// # Errors
/// Not a member, or no operator.
pub fn may_steer(client: &Client, room: &Room) -> Result<(), Refusal> {
    match room.rank(client.id) {
        Some(rank) if rank.has(Rank::OPERATOR) => Ok(()),
        Some(_) => Err(Refusal::NotRoomOperator(room.name.as_str().into())),
        None => Err(Refusal::NotInRoom(room.name.as_str().into())),
    }
}

/// Whether `client` is in `room`.
///
/// # Errors
/// Not a member.
pub fn may_act_in(client: &Client, room: &Room) -> Result<(), Refusal> {
    if room.members.contains_key(&client.id) {
        Ok(())
    } else {
        Err(Refusal::NotInRoom(room.name.as_str().into()))
    }
}

/// Whether `client` may know that `room` exists and who is in it: secret rooms are for members and IRC operators.
#[must_use]
pub fn may_see_room(client: &Client, room: &Room) -> bool {
    !room.flags.has(RoomFlag::Secret) || room.members.contains_key(&client.id) || client.is_operator()
}

/// Whether `viewer` may find `other` by asking for masks or member lists: the invisible are for those who share a room.
#[must_use]
pub fn may_see_client(viewer: &Client, other: &Client) -> bool {
    viewer.id == other.id
        || !other.modes.has(UserMode::Invisible)
        || viewer.is_operator()
        || viewer.rooms.iter().any(|room| other.rooms.contains(room))
}

/// Whether `viewer` may know where `other` really comes from.
#[must_use]
pub fn may_see_origin(viewer: &Client, other: &Client) -> bool {
    viewer.id == other.id || viewer.is_operator()
}

/// Whether `viewer` may know that `other` is in `room`: the rooms of the invisible are shown to those who share them only.
#[must_use]
pub fn may_see_in(viewer: &Client, other: &Client, room: &Room) -> bool {
    let is_open = viewer.id == other.id || !other.modes.has(UserMode::Invisible) || viewer.is_operator();
    room.members.contains_key(&viewer.id) || (is_open && may_see_room(viewer, room))
}

/// Whether `client` may act for the server.
///
/// # Errors
/// [`Refusal::NotOperator`].
pub fn may_operate(client: &Client) -> Result<(), Refusal> {
    if client.is_operator() { Ok(()) } else { Err(Refusal::NotOperator) }
}

fn is_banned(state: &State, client: &Client, room: &Room) -> bool {
    is_listed(state, client, room, RoomList::Ban) && !is_listed(state, client, room, RoomList::Exception)
}

fn is_listed(state: &State, client: &Client, room: &Room, list: RoomList) -> bool {
    room.list(list).iter().any(|entry| client.fits(&entry.mask, state.casemapping()))
}
