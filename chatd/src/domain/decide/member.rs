//! A client about itself: registering, its nick, its modes, being away, becoming an operator.

use std::sync::Arc;

use chat_proto::name::Nick;

use super::{Outcome, find, line};
use crate::domain::cloak::cloak;
use crate::domain::command::{Audit, Operator};
use crate::domain::disconnect::Disconnect;
use crate::domain::event::{Event, Registered};
use crate::domain::id::{ClientId, Time};
use crate::domain::mode::UserMode;
use crate::domain::policy;
use crate::domain::refusal::Refusal;
use crate::domain::reply::Reply;
use crate::domain::request::Register;
use crate::domain::state::State;

pub(super) fn register(state: &State, who: ClientId, ask: Register) -> Result<Outcome, Refusal> {
    if state.client(who).is_some() {
        return Err(Refusal::AlreadyRegistered);
    }
    let nick = match ask.nick {
        Some(nick) => free(state, nick, None)?,
        None => guest_nick(state, who)?,
    };
    let Register { user, origin, real_name, away, secure, .. } = ask;
    let away = away_words(state, nick.as_str(), away)?;
    let host = cloak(&state.config().cloak, origin.ip).unwrap_or_else(|| origin.host().into());
    let registered = Registered { client: who, nick, user, host, origin, real_name, away, secure };
    Ok(Outcome::Event(Event::Registered(Arc::new(registered))))
}

/// A nick that nobody has: not another client's, not the desk's, nor one that people could take for the desk's.
fn free(state: &State, nick: Nick, own: Option<ClientId>) -> Result<Nick, Refusal> {
    let taken = state.client_named(nick.as_str()).is_some_and(|holder| Some(holder.id) != own);
    if taken || state.is_desk(nick.as_str()) {
        return Err(Refusal::NickInUse(nick.as_str().into()));
    }
    if state.looks_like_desk(nick.as_str()) {
        return Err(Refusal::NickReserved(nick.as_str().into()));
    }
    Ok(nick)
}

/// `guest` and the client's number; should somebody have taken that, with underscores behind it.
fn guest_nick(state: &State, who: ClientId) -> Result<Nick, Refusal> {
    let mut name = format!("guest{who}");
    loop {
        let nick = Nick::parse(&name, 255).map_err(|_| Refusal::NickInUse(name.as_str().into()))?;
        match free(state, nick, None) {
            Ok(nick) => return Ok(nick),
            Err(_) => name.push('_'),
        }
    }
}

pub(super) fn change_nick(state: &State, who: ClientId, nick: Nick) -> Result<Outcome, Refusal> {
    let client = state.asker(who)?;
    if client.nick == nick {
        return Ok(Outcome::Nothing);
    }
    policy::may_change_nick(state, client)?;
    let nick = free(state, nick, Some(who))?;
    Ok(Outcome::Event(Event::NickChanged { client: who, nick }))
}

/// Also for connections that never registered: nobody is told their words.
pub(super) fn leave(state: &State, who: ClientId, why: Disconnect) -> Outcome {
    let source = state.client(who).map_or("", |client| &client.source);
    Outcome::Event(Event::Left { client: who, why: line::shortened(state, source, why) })
}

pub(super) fn away(state: &State, who: ClientId, words: Option<Box<str>>) -> Result<Outcome, Refusal> {
    let client = state.asker(who)?;
    let words = away_words(state, client.nick.as_str(), words)?;
    Ok(Outcome::Event(Event::AwaySet { client: who, words }))
}

/// The words of somebody who is away, if there are any and others can be told them.
fn away_words(state: &State, nick: &str, words: Option<Box<str>>) -> Result<Option<Box<str>>, Refusal> {
    let Some(words) = words.filter(|words| !words.is_empty()) else { return Ok(None) };
    find::within(&words, "away message", state.config().limits.away_length, "limits.away-length")?;
    line::fits_answer(state, nick, &words)?;
    Ok(Some(words))
}

/// SETNAME (IRCv3 setname).
pub(super) fn set_real_name(state: &State, who: ClientId, real_name: Box<str>) -> Result<Outcome, Refusal> {
    let client = state.asker(who)?;
    let limit = state.config().limits.real_name_length;
    if real_name.is_empty() || real_name.len() > limit {
        return Err(Refusal::InvalidRealName { limit });
    }
    line::fits(&client.source, "SETNAME", &[], &real_name)?;
    Ok(Outcome::Event(Event::RealNameSet { client: who, real_name }))
}

pub(super) fn modes(state: &State, who: ClientId) -> Result<Outcome, Refusal> {
    Ok(Outcome::Reply(Reply::UserModes(state.asker(who)?.modes.letters())))
}

/// Modes of users are their own affair (RFC 2812 §3.1.5).
pub(super) fn modes_of(state: &State, nick: &str) -> Result<Outcome, Refusal> {
    find::client(state, nick)?;
    Err(Refusal::NotYourModes)
}

/// `+o` is not to be had this way and is passed over in silence (RFC 2812 §3.1.5).
pub(super) fn set_modes(
    state: &State,
    who: ClientId,
    changes: Vec<(UserMode, bool)>,
) -> Result<Outcome, Refusal> {
    state.asker(who)?;
    let changes: Vec<_> =
        changes.into_iter().filter(|change| *change != (UserMode::Operator, true)).collect();
    if changes.is_empty() {
        return Ok(Outcome::Nothing);
    }
    Ok(Outcome::Event(Event::UserModesSet { client: who, changes }))
}

pub(super) fn become_operator(
    state: &State,
    who: ClientId,
    now: Time,
    operator: Arc<Operator>,
) -> Result<Outcome, Refusal> {
    let client = state.asker(who)?;
    if client.is_operator() && client.operator.as_ref() == Some(&operator) {
        return Ok(Outcome::Reply(Reply::OperatorIs(operator)));
    }
    let audit = Audit {
        at: now,
        who: Arc::clone(&operator.name),
        action: "oper".into(),
        target: client.source.as_ref().into(),
        detail: operator.role.as_str().into(),
    };
    let granted = Event::OperatorGranted { client: who, operator };
    Ok(Outcome::Events(vec![Event::Audited(Arc::new(audit)), granted], Vec::new()))
}
