//! What operators ask for. Every command puts an audit entry into the log, before its effect.

use std::sync::Arc;

use super::{Outcome, find, line, talk};
use crate::domain::client::Client;
use crate::domain::command::{Answer, Audit, Command, Operator, Role, SayTo};
use crate::domain::disconnect::Disconnect;
use crate::domain::event::Event;
use crate::domain::id::{ClientId, Seq, Time};
use crate::domain::message::{Conversation, Message, MessageKind};
use crate::domain::origin::is_showable;
use crate::domain::policy;
use crate::domain::refusal::Refusal;
use crate::domain::state::State;

/// Decides a command. `targets` are the connections that the command names, as the roster found them: it alone knows
/// addresses and those who have not registered.
///
/// # Errors
/// The role is too low, or nobody or nothing fits.
pub fn command(
    state: &State,
    by: &Operator,
    now: Time,
    command: Command,
    targets: &[ClientId],
) -> Result<(Vec<Event>, Answer), Refusal> {
    match command {
        Command::Kick { who, reason } => kick(state, by, now, &who, &reason, targets),
        Command::Say { to, text } => say(state, by, now, to, text, targets),
        Command::SetHost { who, host } => set_host(state, by, now, &who, host, targets),
        Command::Audit { action, target, detail } => {
            Ok((vec![audit(by, now, &action, &target, &detail)], Answer::Audited(Seq::default())))
        }
    }
}

fn audit(by: &Operator, at: Time, action: &str, target: &str, detail: &str) -> Event {
    let who = Arc::clone(&by.name);
    let (action, target, detail) = (action.into(), target.into(), detail.into());
    Event::Audited(Arc::new(Audit { at, who, action, target, detail }))
}

fn needs(by: &Operator, role: Role) -> Result<(), Refusal> {
    if by.role >= role { Ok(()) } else { Err(Refusal::RoleTooLow { needs: role.as_str() }) }
}

fn kick(
    state: &State,
    by: &Operator,
    now: Time,
    who: &str,
    reason: &str,
    targets: &[ClientId],
) -> Result<(Vec<Event>, Answer), Refusal> {
    needs(by, Role::Operator)?;
    if targets.is_empty() {
        return Err(Refusal::NoSuchClient(who.into()));
    }
    line::reason(state, reason)?;
    let why = Disconnect::Kicked { by: state.config().desk.nick.as_str().into(), reason: reason.into() };
    for client in targets.iter().filter_map(|target| state.client(*target)) {
        line::fits(&client.source, "QUIT", &[], &why.to_string())?;
    }
    let mut events = vec![audit(by, now, "kick", who, reason)];
    events.extend(targets.iter().map(|target| Event::Left { client: *target, why: why.clone() }));
    let nick = |id: &ClientId| state.client(*id).map(|client| client.nick.as_str().into());
    Ok((events, Answer::Kicked(targets.iter().map(|id| (*id, nick(id))).collect())))
}

fn say(
    state: &State,
    by: &Operator,
    now: Time,
    to: SayTo,
    text: Box<str>,
    targets: &[ClientId],
) -> Result<(Vec<Event>, Answer), Refusal> {
    needs(by, Role::Operator)?;
    if text.is_empty() {
        return Err(Refusal::NoText);
    }
    let name = Some(Arc::clone(&by.name));
    let (target, said) = match to {
        SayTo::Client(who) => {
            let guest = guest(state, &who, targets)?;
            talk::fits_from_desk(state, guest.nick.as_str(), &text)?;
            (guest.nick.as_str().into(), talk::from_desk(state, guest, name, now, &text))
        }
        SayTo::Room(room) => {
            let room = state.room_named(&room).ok_or(Refusal::NoSuchRoom(room))?;
            talk::fits_from_desk(state, room.name.as_str(), &text)?;
            let to = Conversation::Room { id: room.id, name: room.name.clone() };
            let from = state.desk_author(name);
            let target = room.name.as_str().into();
            (
                target,
                said(Message {
                    at: now,
                    from,
                    to,
                    kind: MessageKind::Privmsg,
                    text: text.clone(),
                    tags: None,
                }),
            )
        }
        SayTo::Everyone => {
            talk::fits_from_desk(state, "$$*", &text)?;
            let (from, to) = (state.server_author(name), Conversation::Everyone);
            let kind = MessageKind::Notice;
            ("*".into(), said(Message { at: now, from, to, kind, text: text.clone(), tags: None }))
        }
    };
    let target: Box<str> = target;
    Ok((
        vec![audit(by, now, "say", &target, &text), said],
        Answer::Said { seq: Seq::default(), recipients: 0 },
    ))
}

fn set_host(
    state: &State,
    by: &Operator,
    now: Time,
    who: &str,
    host: Option<Box<str>>,
    targets: &[ClientId],
) -> Result<(Vec<Event>, Answer), Refusal> {
    needs(by, Role::Operator)?;
    let client = guest(state, who, targets)?;
    let host = match host {
        Some(host) if is_showable(&host) => host,
        Some(host) => return Err(Refusal::BadHost(host)),
        None => client.origin.shown.clone().unwrap_or_else(|| client.host().into()),
    };
    let (nick, user) = (Box::from(client.nick.as_str()), client.user().into());
    let changed = Event::HostChanged { client: client.id, user, host: host.clone() };
    Ok((vec![audit(by, now, "host", &client.source, &host), changed], Answer::HostSet { nick, host }))
}

fn said(message: Message) -> Event {
    Event::Said(Arc::new(message))
}

/// The one registered client that `who` names.
fn guest<'s>(state: &'s State, who: &str, targets: &[ClientId]) -> Result<&'s Client, Refusal> {
    let mut registered = targets.iter().filter_map(|id| state.client(*id));
    registered.next().ok_or_else(|| Refusal::NoSuchClient(who.into()))
}

/// `KILL` over IRC (RFC 2812 §3.7.1).
pub(super) fn kill(
    state: &State,
    who: ClientId,
    now: Time,
    nick: &str,
    reason: Box<str>,
) -> Result<Outcome, Refusal> {
    let client = state.asker(who)?;
    policy::may_operate(client)?;
    let target = find::client(state, nick)?;
    line::reason(state, &reason)?;
    let reason = if reason.is_empty() { "no reason given".into() } else { reason };
    let why = Disconnect::Killed { by: Arc::clone(&client.source), reason: reason.clone() };
    line::fits(&target.source, "QUIT", &[], &why.to_string())?;
    line::fits(&client.source, "KILL", &[target.nick.as_str()], &reason)?;
    let left = Event::Left { client: target.id, why };
    Ok(Outcome::Events(vec![audited(client, now, "kill", &target.source, &reason), left], Vec::new()))
}

/// `REHASH` over IRC: as `chatctl reload`, for administrators.
pub(super) fn rehash(state: &State, who: ClientId, now: Time) -> Result<Outcome, Refusal> {
    let client = state.asker(who)?;
    policy::may_operate(client)?;
    if let Some(operator) = &client.operator {
        needs(operator, Role::Admin)?;
    }
    let asked = Event::RehashAsked { client: who };
    Ok(Outcome::Events(vec![audited(client, now, "rehash", "configuration", ""), asked], Vec::new()))
}

/// What an operator does as a client.
pub(super) fn audited(client: &Client, at: Time, action: &str, target: &str, detail: &str) -> Event {
    let nameless = Operator { name: client.nick.as_str().into(), role: Role::Operator };
    audit(client.operator.as_deref().unwrap_or(&nameless), at, action, target, detail)
}
