//! Who may do what. Questions only: nothing here changes or answers anything else.

mod redaction;

use chat_proto::name::RoomName;

pub use redaction::{Redaction, may_redact};

use super::client::Client;
use super::id::{ClientId, Time};
use super::message::{MessageKind, lines};
use super::mode::{Rank, RoomChange, RoomFlag, RoomList, UserMode};
use super::refusal::Refusal;
use super::reply::Privacy;
use super::room::Room;
use super::state::State;
use super::{formatting, listed};

/// Whether `client` may enter `room` (RFC 2812 §3.2.1; the invited pass `+i`, `+l`, `+k`, `+R` and bans, as modern servers do;
/// nobody passes `+S`, which is for the sake of all who are inside).
///
/// # Errors
/// The first reason against it.
pub fn may_join(state: &State, client: &Client, room: &Room, key: Option<&str>) -> Result<(), Refusal> {
    let name = || room.name.as_str().into();
    if room.flags.has(RoomFlag::SecureOnly) && !client.is_secure() {
        return Err(Refusal::NeedsTls(name()));
    }
    if state.people().invitations.has(client.id, room.id) {
        return Ok(());
    }
    if listed::is_kept_out(state, client, room) {
        return Err(Refusal::Banned(name()));
    }
    let is_excepted = || listed::is_listed(state, client, room, RoomList::InviteException);
    if room.flags.has(RoomFlag::InviteOnly) && !is_excepted() {
        return Err(Refusal::InviteOnly(name()));
    }
    if room.flags.has(RoomFlag::IdentifiedOnly) && client.account.is_none() {
        return Err(Refusal::NeedsAccount(name()));
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
    if room.flags.has(RoomFlag::IdentifiedSpeak) && client.account.is_none() {
        return no("only the identified may speak (+M)");
    }
    match listed::silenced_by(state, client, room) {
        Some(RoomList::Quiet) => no("you are muted (+q)"),
        Some(_) => no("you are banned (+b)"),
        None => Ok(()),
    }
}

/// The rank that hears what `client` says in `room` to those with the rank `least`: with `+U` those without one are heard by
/// half-operators and above only.
#[must_use]
pub fn least_to_hear(client: &Client, room: &Room, least: Rank) -> Rank {
    let is_without_rank = room.rank(client.id).unwrap_or(Rank::NONE) == Rank::NONE;
    let is_for_few = room.flags.has(RoomFlag::OperatorsHear) && is_without_rank;
    if is_for_few && !least.reaches(Rank::HALFOP) { Rank::HALFOP } else { least }
}

/// Whether this may be said in `room`, by whomever: operators who want it otherwise take the mode away.
///
/// # Errors
/// [`Refusal::CannotSend`] with the mode that forbids it.
pub fn may_be_said(room: &Room, kind: MessageKind, text: &str) -> Result<(), Refusal> {
    let no = |because| Err(Refusal::CannotSend { room: room.name.as_str().into(), because });
    if room.flags.has(RoomFlag::NoNotice) && kind == MessageKind::Notice {
        return no("no notices (+T)");
    }
    if room.flags.has(RoomFlag::NoCtcp) && lines(text).any(|(line, _)| is_ctcp(line)) {
        return no("no CTCP but ACTION (+C)");
    }
    if room.flags.has(RoomFlag::Plain) && formatting::is_formatted(text) {
        return no("no colours and formatting (+c)");
    }
    Ok(())
}

/// Whether `text` is a CTCP message other than an ACTION (<https://modern.ircdocs.horse/ctcp>).
fn is_ctcp(text: &str) -> bool {
    let Some(inside) = text.strip_prefix('\u{1}') else { return false };
    let command = inside.split([' ', '\u{1}']).next().unwrap_or_default();
    !command.eq_ignore_ascii_case("ACTION")
}

/// Whether `from` may say `text` to `to` alone. Those with `+R` hear the identified, those with `+T` no CTCP but ACTION; operators
/// and themselves always.
///
/// # Errors
/// [`Refusal::OnlyFromIdentified`], [`Refusal::NoCtcp`].
pub fn may_message(from: &Client, to: &Client, text: &str) -> Result<(), Refusal> {
    if from.is_operator() || from.id == to.id {
        return Ok(());
    }
    if to.modes.has(UserMode::IdentifiedOnly) && from.account.is_none() {
        return Err(Refusal::OnlyFromIdentified(to.nick.as_str().into()));
    }
    if to.modes.has(UserMode::NoCtcp) && lines(text).any(|(line, _)| is_ctcp(line)) {
        return Err(Refusal::NoCtcp(to.nick.as_str().into()));
    }
    Ok(())
}

/// Whether `client` may take another nick: not without a rank in a room with `+N`.
///
/// # Errors
/// [`Refusal::NickLocked`] with the room.
pub fn may_change_nick(state: &State, client: &Client) -> Result<(), Refusal> {
    let mut rooms = client.rooms.iter().filter_map(|room| state.room(*room));
    let is_locked =
        |room: &&Room| room.flags.has(RoomFlag::NickLocked) && room.rank(client.id) == Some(Rank::NONE);
    match rooms.find(is_locked) {
        Some(room) => Err(Refusal::NickLocked(room.name.as_str().into())),
        None => Ok(()),
    }
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
/// Not a member, or below half-operator while `+t`.
pub fn may_set_topic(client: &Client, room: &Room) -> Result<(), Refusal> {
    if room.flags.has(RoomFlag::TopicLocked) { may_steer(client, room) } else { may_act_in(client, room) }
}

/// Whether `client` may invite into `room`: members, and half-operators and above while `+i`.
///
/// # Errors
/// Not a member, or below half-operator while `+i`.
pub fn may_invite(client: &Client, room: &Room) -> Result<(), Refusal> {
    if room.flags.has(RoomFlag::InviteOnly) { may_steer(client, room) } else { may_act_in(client, room) }
}

/// Whether `target` can be invited into `room`: not if it is there.
///
/// # Errors
/// [`Refusal::AlreadyInRoom`].
pub fn may_be_invited(target: &Client, room: &Room) -> Result<(), Refusal> {
    if !room.members.contains_key(&target.id) {
        return Ok(());
    }
    Err(Refusal::AlreadyInRoom { nick: target.nick.as_str().into(), room: room.name.as_str().into() })
}

/// Whether `client` may kick, and change such modes as its rank allows ([`may_make`]).
///
/// # Errors
/// Not a member, or below half-operator.
pub fn may_steer(client: &Client, room: &Room) -> Result<(), Refusal> {
    has_rank(client, room, Rank::HALFOP)
}

fn has_rank(client: &Client, room: &Room, least: Rank) -> Result<(), Refusal> {
    match room.rank(client.id) {
        Some(rank) if rank.reaches(least) => Ok(()),
        Some(_) => Err(Refusal::NotRoomOperator(room.name.as_str().into())),
        None => Err(Refusal::NotInRoom(room.name.as_str().into())),
    }
}

/// Whether `client` may put `target` out of `room`, or change its rank.
///
/// # Errors
/// Not a member, below half-operator, or not above the target.
pub fn may_act_on(client: &Client, room: &Room, target: ClientId, nick: &str) -> Result<(), Refusal> {
    may_steer(client, room)?;
    let own = room.rank(client.id).unwrap_or_default();
    let other = room.rank(target).unwrap_or_default();
    if client.id == target || own.may_act_on(other) {
        return Ok(());
    }
    Err(Refusal::HigherRank { nick: nick.into(), rank: other.name(), room: room.name.as_str().into() })
}

/// Whether `client` may make this change of modes. Whoever steers may lay down any rank of its own.
///
/// # Errors
/// Not a member, below the rank that the mode needs, or not above whom it is about.
pub fn may_make(client: &Client, room: &Room, change: &RoomChange) -> Result<(), Refusal> {
    if let RoomChange::Rank(_, nick, target, on) = change {
        may_act_on(client, room, *target, nick)?;
        if *target == client.id && !on {
            return Ok(());
        }
    }
    may_steer(client, room)?;
    let needs = change.needs();
    if room.rank(client.id).unwrap_or_default().reaches(needs) {
        return Ok(());
    }
    Err(Refusal::RankTooLow { room: room.name.as_str().into(), letter: change.letter(), needs: needs.name() })
}

/// Whether `client` may read this list: bans and the quiet everybody, exceptions those who can make them.
///
/// # Errors
/// Not a member, or below half-operator.
pub fn may_read_list(client: &Client, room: &Room, list: RoomList) -> Result<(), Refusal> {
    match list {
        RoomList::Ban | RoomList::Quiet => Ok(()),
        RoomList::Exception | RoomList::InviteException => may_steer(client, room),
    }
}

/// Whether `client` may give `room` this name now (IRCv3 channel-rename): its operators may, once in a while, if no other room has
/// it.
///
/// # Errors
/// The first reason against it.
pub fn may_rename(
    state: &State,
    client: &Client,
    room: &Room,
    name: &RoomName,
    now: Time,
) -> Result<(), Refusal> {
    has_rank(client, room, Rank::OPERATOR)?;
    let (old, new) = (|| room.name.as_str().into(), || name.as_str().into());
    if state.room_named(name.as_str()).is_some_and(|other| other.id != room.id) {
        return Err(Refusal::RoomNameInUse { room: old(), name: new() });
    }
    let interval = state.config().limits.rename_interval.as_millis();
    let because = if room.name.as_str() == name.as_str() {
        "it has that name already"
    } else if room.renamed.is_some_and(|at| u128::from(now.0.saturating_sub(at.0)) < interval) {
        "it was renamed a moment ago (limits.rename-interval)"
    } else {
        return Ok(());
    };
    Err(Refusal::CannotRename { room: old(), name: new(), because })
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

/// Whether `client` may be told of `room` without naming it: private rooms are in no list (RFC 2812 §4.2.6).
#[must_use]
pub fn may_find_room(client: &Client, room: &Room) -> bool {
    room.privacy() == Privacy::Public || room.members.contains_key(&client.id) || client.is_operator()
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

/// Whether `viewer` may be told that `other` is in `room` without asking for the room: as [`may_see_in`], but for private rooms.
#[must_use]
pub fn may_find_in(viewer: &Client, other: &Client, room: &Room) -> bool {
    may_find_room(viewer, room) && may_see_in(viewer, other, room)
}

/// Whether `client` may act for the server.
///
/// # Errors
/// [`Refusal::NotOperator`].
pub fn may_operate(client: &Client) -> Result<(), Refusal> {
    if client.is_operator() { Ok(()) } else { Err(Refusal::NotOperator) }
}
