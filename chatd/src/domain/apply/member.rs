//! Clients coming, changing and going.

use std::sync::Arc;

use chat_proto::name::Nick;

use super::{Applied, Place, people};
use crate::domain::client::{Client, source};
use crate::domain::command::Operator;
use crate::domain::disconnect::Disconnect;
use crate::domain::event::Registered;
use crate::domain::id::{ClientId, DeskId, RoomId};
use crate::domain::mode::{UserMode, UserModes};
use crate::domain::notice::{Audience, What};
use crate::domain::policy;
use crate::domain::refusal::Refusal;
use crate::domain::reply::{Gone, Reply, Welcome};
use crate::domain::state::State;

pub(super) fn registered(state: &mut State, at: Place, who: &Arc<Registered>) -> Result<Applied, Refusal> {
    if state.client(who.client).is_some() {
        return Err(Refusal::AlreadyRegistered);
    }
    if state.client_named(who.nick.as_str()).is_some() {
        return Err(Refusal::NickInUse(who.nick.as_str().into()));
    }
    let client = Client {
        id: who.client,
        nick: who.nick.clone(),
        source: source(&who.nick, &who.user, &who.host),
        real_name: who.real_name.clone(),
        desk: DeskId(at.seq.0),
        rooms: Vec::new(),
        away: who.away.clone(),
        account: None,
        modes: UserModes::default(),
        operator: None,
        secure: who.secure.clone(),
        origin: who.origin.clone(),
        registered_at: at.time,
        spoke_at: at.time,
    };
    let (source, is_cloaked) = (Arc::clone(&client.source), client.is_cloaked());
    state.insert_client(client);
    let welcome = Welcome {
        client: who.client,
        nick: who.nick.clone(),
        source: Arc::clone(&source),
        is_cloaked,
        counts: state.counts(),
    };
    let what = What::Connected { client: who.client, source };
    let applied = Applied::told(at, Audience::Nobody, what);
    Ok(people::came(state, applied.and(who.client, Reply::Welcome(Box::new(welcome))), who.client))
}

pub(super) fn nick_changed(
    state: &mut State,
    at: Place,
    id: ClientId,
    nick: &Nick,
) -> Result<Applied, Refusal> {
    if state.client_named(nick.as_str()).is_some_and(|holder| holder.id != id) {
        return Err(Refusal::NickInUse(nick.as_str().into()));
    }
    let client = state.asker(id)?;
    policy::may_change_nick(state, client)?;
    let old = client.nick.clone();
    let (source, gone, rooms) = (Arc::clone(&client.source), gone(client, at), client.rooms.clone());
    state.remember_gone(gone);
    state.rename_client(id, nick.clone());
    let audience = if rooms.is_empty() { Audience::Client(id) } else { peers(rooms) };
    let what = What::Nick { source, nick: nick.clone() };
    let applied = Applied::told(at, audience, what).and(id, Reply::NickIs(nick.clone()));
    if state.casemapping().same(old.as_str(), nick.as_str()) {
        return Ok(applied);
    }
    Ok(people::came(state, people::went(state, applied, &old), id))
}

/// Also for connections that never registered: these only end.
pub(super) fn left(state: &mut State, at: Place, id: ClientId, why: &Disconnect) -> Applied {
    let ended = Some((id, why.clone()));
    let Some(client) = state.remove_client(id) else { return Applied { ended, ..Applied::default() } };
    for room in &client.rooms {
        state.remove_member(id, *room);
    }
    // When all have to leave, telling each of every other would be a storm that helps nobody.
    let is_storm = matches!(why, Disconnect::Stopping);
    let audience = if is_storm { Audience::Nobody } else { peers(client.rooms.clone()) };
    state.remember_gone(gone(&client, at));
    state.desk.left(client.desk);
    let what = What::Quit { client: id, source: client.source, why: why.clone() };
    let applied = Applied { ended, ..Applied::told(at, audience, what) };
    if is_storm { applied } else { people::went(state, applied, &client.nick) }
}

pub(super) fn modes_set(
    state: &mut State,
    at: Place,
    id: ClientId,
    changes: &[(UserMode, bool)],
) -> Result<Applied, Refusal> {
    let Some(client) = state.client_mut(id) else { return Err(Refusal::Overtaken) };
    let before = client.modes;
    let mut after = before;
    for (mode, on) in changes {
        after.set(*mode, *on);
    }
    if !after.has(UserMode::Operator) {
        client.operator = None;
    }
    let (nick, source) = (client.nick.clone(), Arc::clone(&client.source));
    state.set_user_modes(id, after);
    let effective: Arc<[_]> = UserMode::TABLE
        .iter()
        .map(|(_, mode)| *mode)
        .filter(|mode| before.has(*mode) != after.has(*mode))
        .map(|mode| (mode, after.has(mode)))
        .collect();
    if effective.is_empty() {
        return Ok(Applied::default());
    }
    Ok(Applied::told(at, Audience::Client(id), What::UserModes { nick, source, changes: effective }))
}

pub(super) fn away_set(
    state: &mut State,
    at: Place,
    id: ClientId,
    words: Option<&str>,
) -> Result<Applied, Refusal> {
    let Some(client) = state.client_mut(id) else { return Err(Refusal::Overtaken) };
    let words: Option<Box<str>> = words.map(Into::into);
    let is_news = client.away != words;
    client.away.clone_from(&words);
    let is_away = words.is_some();
    let applied = if is_news {
        let what = What::Away { source: Arc::clone(&client.source), words };
        Applied::told(at, Audience::Peers { of: id, rooms: client.rooms.clone(), and_itself: false }, what)
    } else {
        Applied::default()
    };
    Ok(applied.and(id, Reply::AwayIs(is_away)))
}

/// Those who share a room are told, and the client itself, for which it is the confirmation (IRCv3 setname).
pub(super) fn real_name_set(
    state: &mut State,
    at: Place,
    id: ClientId,
    real_name: &str,
) -> Result<Applied, Refusal> {
    let Some(client) = state.client_mut(id) else { return Err(Refusal::Overtaken) };
    client.real_name = real_name.into();
    let what = What::RealName { source: Arc::clone(&client.source), real_name: real_name.into() };
    Ok(Applied::told(at, Audience::Peers { of: id, rooms: client.rooms.clone(), and_itself: true }, what))
}

/// Those who share a room are told, and the client itself (IRCv3 account-notify).
pub(super) fn account_set(
    state: &mut State,
    at: Place,
    id: ClientId,
    account: Option<&Arc<str>>,
) -> Result<Applied, Refusal> {
    let Some(client) = state.client_mut(id) else { return Err(Refusal::Overtaken) };
    if client.account.as_ref() == account {
        return Ok(Applied::default());
    }
    client.account = account.cloned();
    let what = What::Account { source: Arc::clone(&client.source) };
    Ok(Applied::told(at, Audience::Peers { of: id, rooms: client.rooms.clone(), and_itself: true }, what))
}

/// Those who share a room are told, and the client itself (IRCv3 chghost).
pub(super) fn host_changed(
    state: &mut State,
    at: Place,
    id: ClientId,
    user: &str,
    host: &str,
) -> Result<Applied, Refusal> {
    let Some(client) = state.client_mut(id) else { return Err(Refusal::Overtaken) };
    if client.user() == user && client.host() == host {
        return Ok(Applied::default());
    }
    let source = Arc::clone(&client.source);
    client.move_to(user, host);
    let what = What::HostChanged { source, user: user.into(), host: host.into() };
    let audience = Audience::Peers { of: id, rooms: client.rooms.clone(), and_itself: true };
    Ok(Applied::told(at, audience, what).and(id, Reply::SourceIs(Arc::clone(&client.source))))
}

pub(super) fn operator_granted(
    state: &mut State,
    at: Place,
    id: ClientId,
    operator: &Arc<Operator>,
) -> Result<Applied, Refusal> {
    let Some(client) = state.client_mut(id) else { return Err(Refusal::Overtaken) };
    client.operator = Some(Arc::clone(operator));
    let applied = modes_set(state, at, id, &[(UserMode::Operator, true)])?;
    Ok(applied.and(id, Reply::OperatorIs(Arc::clone(operator))))
}

/// Everybody in these rooms, each once.
fn peers(rooms: Vec<RoomId>) -> Audience {
    match rooms.as_slice() {
        [] => Audience::Nobody,
        [room] => Audience::Room { room: *room, from: None },
        _ => Audience::Rooms(rooms),
    }
}

fn gone(client: &Client, at: Place) -> Gone {
    Gone {
        nick: client.nick.clone(),
        user: client.user().into(),
        host: client.host().into(),
        origin: Some(client.origin.clone()),
        real_name: client.real_name.clone(),
        at: at.time,
    }
}
