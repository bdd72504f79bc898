//! Saying something: to a room, to a client, to the desk.

use std::sync::Arc;

use super::{Outcome, find, line};
use crate::domain::client::Client;
use crate::domain::event::Event;
use crate::domain::formatting;
use crate::domain::id::{ClientId, Time};
use crate::domain::message::{Author, Conversation, JOINED, LINE, Message, MessageKind};
use crate::domain::mode::{Rank, RoomFlag};
use crate::domain::policy;
use crate::domain::refusal::Refusal;
use crate::domain::request::Say;
use crate::domain::room::Room;
use crate::domain::state::State;

/// The longest verb that carries a message.
const SAY: &str = "PRIVMSG";

/// Says something, or says why not. Whom a NOTICE does not reach is not answered (RFC 2812 §3.3.2); what is wrong with the line
/// itself is, because no program takes that for an answer.
pub(super) fn say(state: &State, who: ClientId, now: Time, ask: Say) -> Result<Outcome, Refusal> {
    let is_notice = ask.kind == MessageKind::Notice;
    match said(state, who, now, ask) {
        Err(refusal) if is_notice && is_of_hearer(&refusal) => Ok(Outcome::Nothing),
        outcome => outcome,
    }
}

/// Whether a refusal is about who should hear a message, and not about the message.
const fn is_of_hearer(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::NoSuchNick(_)
            | Refusal::NoSuchRoom(_)
            | Refusal::CannotSend { .. }
            | Refusal::OnlyFromIdentified(_)
            | Refusal::NoCtcp(_)
    )
}

fn said(state: &State, who: ClientId, now: Time, ask: Say) -> Result<Outcome, Refusal> {
    let client = state.asker(who)?;
    if ask.text.is_empty() && ask.kind != MessageKind::Tag {
        return Err(Refusal::NoText);
    }
    line::each_fits(&client.source, SAY, &[&ask.to], &ask.text)?;
    if ask.to.starts_with('#') {
        return to_room(state, client, now, ask);
    }
    if let Some((least, room)) = ranked(&ask.to) {
        let room = find::room(state, client, room)?;
        return to_ranked(state, client, room, least, now, ask);
    }
    if state.is_desk(&ask.to) {
        return to_desk(state, client, now, ask);
    }
    let to = find::client(state, &ask.to)?;
    policy::may_message(client, to, &ask.text)?;
    let to = Conversation::Direct { to: to.id, nick: to.nick.clone() };
    Ok(Outcome::Event(message(client.author(), to, now, ask)))
}

fn message(from: Author, to: Conversation, at: Time, ask: Say) -> Event {
    let Say { kind, text, tags, .. } = ask;
    Event::Said(Arc::new(Message { at, from, to, kind, text, tags }))
}

fn to_room(state: &State, client: &Client, now: Time, ask: Say) -> Result<Outcome, Refusal> {
    let room = find::room(state, client, &ask.to)?;
    policy::may_speak(state, client, room)?;
    let ask = as_said_in(room, ask)?;
    let to = match policy::least_to_hear(client, room, Rank::NONE) {
        Rank::NONE => Conversation::Room { id: room.id, name: room.name.clone() },
        least => Conversation::Ranked { room: room.id, shown: room.name.as_str().into(), least },
    };
    Ok(Outcome::Event(message(client.author(), to, now, ask)))
}

/// What is said as the modes of the room have it.
fn as_said_in(room: &Room, mut ask: Say) -> Result<Say, Refusal> {
    if room.flags.has(RoomFlag::Plain) && formatting::is_formatted(&ask.text) {
        ask.text = formatting::plain(&ask.text);
        if ask.text.trim_matches([LINE, JOINED]).is_empty() {
            return Err(Refusal::NoText);
        }
    }
    policy::may_be_said(room, ask.kind, &ask.text)?;
    Ok(ask)
}

/// The rank and the room of a target such as `@#room`; of several prefixes the lowest counts (ISUPPORT `STATUSMSG`).
pub(super) fn ranked(to: &str) -> Option<(Rank, &str)> {
    let room = to.trim_start_matches(|prefix| Rank::of_prefix(prefix).is_some());
    let prefixes = to.strip_suffix(room)?;
    let lowest = |one: Rank, other: Rank| if one.reaches(other) { other } else { one };
    let least = prefixes.chars().filter_map(Rank::of_prefix).reduce(lowest)?;
    room.starts_with('#').then_some((least, room))
}

/// Whoever may speak in a room may also speak to some of it: that is how help is asked for.
fn to_ranked(
    state: &State,
    client: &Client,
    room: &Room,
    least: Rank,
    now: Time,
    ask: Say,
) -> Result<Outcome, Refusal> {
    policy::may_speak(state, client, room)?;
    let ask = as_said_in(room, ask)?;
    let least = policy::least_to_hear(client, room, least);
    Ok(Outcome::Event(message(client.author(), ranked_conversation(room, least), now, ask)))
}

/// Those in `room` who have a rank.
pub(super) fn ranked_conversation(room: &Room, least: Rank) -> Conversation {
    let prefix = least.prefixes().take(1);
    let shown: String = prefix.chain(room.name.as_str().chars()).collect();
    Conversation::Ranked { room: room.id, shown: shown.into(), least }
}

/// A guest speaks to the desk; an IRC operator who begins with `nick: ` answers from it.
fn to_desk(state: &State, client: &Client, now: Time, ask: Say) -> Result<Outcome, Refusal> {
    if client.is_operator() && ask.kind != MessageKind::Tag {
        return answer_from_desk(state, client, now, &ask);
    }
    let rule_reply = ask.rule_reply.clone();
    let inbound = message(client.author(), desk(client, true), now, ask);
    let Some(reply) = rule_reply else { return Ok(Outcome::Event(inbound)) };
    let mut events = vec![inbound];
    events.extend(reply.lines().filter(|text| !text.is_empty()).map(|text| {
        let text = line::whole_chars(text, room_for_text(state, client.nick.as_str()));
        from_desk(state, client, None, now, text)
    }));
    Ok(Outcome::Events(events, Vec::new()))
}

fn answer_from_desk(state: &State, operator: &Client, now: Time, ask: &Say) -> Result<Outcome, Refusal> {
    let (nick, text) = ask.text.split_once(':').ok_or(Refusal::DeskNeedsNick)?;
    let guest = find::client(state, nick.trim())?;
    let name = operator.operator.as_ref().map(|operator| Arc::clone(&operator.name));
    let text = text.trim_start();
    if text.is_empty() {
        return Err(Refusal::NoText);
    }
    // The desk's source can be longer than the operator's.
    line::each_fits(state.desk_source(), SAY, &[guest.nick.as_str()], text)?;
    Ok(Outcome::Event(from_desk(state, guest, name, now, text)))
}

/// The desk speaks to a guest.
pub(super) fn from_desk(
    state: &State,
    guest: &Client,
    operator: Option<Arc<str>>,
    at: Time,
    text: &str,
) -> Event {
    let from = state.desk_author(operator);
    let text = text.into();
    let to = desk(guest, false);
    Event::Said(Arc::new(Message { at, from, to, kind: MessageKind::Privmsg, text, tags: None }))
}

/// Refuses what the desk could not say to `to` in one line.
pub(super) fn fits_from_desk(state: &State, to: &str, text: &str) -> Result<(), Refusal> {
    match text.len().checked_sub(room_for_text(state, to)) {
        Some(excess) if excess > 0 => Err(Refusal::LineTooLong { excess }),
        _ => Ok(()),
    }
}

fn room_for_text(state: &State, to: &str) -> usize {
    // The desk's source is the longer one: the server's name is in it.
    line::room_for_text(state.desk_source(), SAY, &[to])
}

fn desk(guest: &Client, is_inbound: bool) -> Conversation {
    Conversation::Desk { id: guest.desk, guest: guest.id, nick: guest.nick.clone(), is_inbound }
}

pub(super) fn wallops(state: &State, who: ClientId, text: Box<str>) -> Result<Outcome, Refusal> {
    let client = state.asker(who)?;
    policy::may_operate(client)?;
    line::fits(&client.source, "WALLOPS", &[], &text)?;
    Ok(Outcome::Event(Event::Wallops { by: client.author(), text }))
}
