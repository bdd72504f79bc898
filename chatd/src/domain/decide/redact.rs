//! Taking back what was said (IRCv3 message-redaction).

use super::{Outcome, command, line, talk};
use crate::domain::client::Client;
use crate::domain::event::{Event, Redacted};
use crate::domain::id::{ClientId, Time};
use crate::domain::message::Conversation;
use crate::domain::mode::{Rank, RoomFlag};
use crate::domain::policy::{self, Redaction};
use crate::domain::recent::{Place, Said};
use crate::domain::refusal::Refusal;
use crate::domain::request::Redact;
use crate::domain::room::Room;
use crate::domain::state::State;

use super::find;

/// Only what was said in the named conversation is taken back there: whoever may do that in one room may not in another. Whoever
/// neither said it nor is in the room hears the same whether it exists or not, and the same as of a room that is not to be seen.
pub(super) fn redact(state: &State, who: ClientId, now: Time, ask: Redact) -> Result<Outcome, Refusal> {
    let client = state.asker(who)?;
    let Some(to) = conversation(state, client, &ask.to) else { return Err(Refusal::RedactTarget(ask.to)) };
    let to = as_heard(state, to, state.recent().find(ask.seq));
    let place = Place::of(&to);
    let said = state.recent().find(ask.seq).filter(|said| Some(said.place) == place);
    let by_rank = match policy::may_redact(state, client, said, &to) {
        Redaction::Own => false,
        Redaction::AsOperator { of_the_room } => !of_the_room,
        Redaction::Outside => return Err(Refusal::RedactTarget(ask.to)),
        Redaction::Forbidden => return Err(Refusal::RedactForbidden { to: ask.to, id: ask.id }),
        Redaction::Unknown => return Err(Refusal::RedactUnknown { to: ask.to, id: ask.id }),
    };
    let Some(said) = said else { return Err(Refusal::RedactUnknown { to: ask.to, id: ask.id }) };
    if !client.is_operator() {
        in_time(state, said, now, &ask)?;
    }
    line::reason(state, &ask.reason)?;
    line::fits(&client.source, "REDACT", &[to.addressee(), &ask.id], &ask.reason)?;
    let redacted =
        Event::Redacted(Box::new(Redacted { by: client.author(), seq: ask.seq, to, reason: ask.reason }));
    if !by_rank {
        return Ok(Outcome::Event(redacted));
    }
    let detail = ask.id.to_string();
    Ok(Outcome::Events(vec![command::audited(client, now, "redact", &ask.to, &detail), redacted], Vec::new()))
}

/// The conversation as it was heard: what was said to a room with `+U` is taken back from those who heard it.
fn as_heard(state: &State, to: Conversation, said: Option<&Said>) -> Conversation {
    let is_for_few = |room| state.room(room).is_some_and(|room| room.flags.has(RoomFlag::OperatorsHear));
    match (to, said.map(|said| said.place)) {
        (Conversation::Room { id, name }, Some(place))
            if place == Place::Ranked(id, Rank::HALFOP) && is_for_few(id) =>
        {
            Conversation::Ranked { room: id, shown: name.as_str().into(), least: Rank::HALFOP }
        }
        (to, _) => to,
    }
}

/// Whether it is not too late.
fn in_time(state: &State, said: &Said, now: Time, ask: &Redact) -> Result<(), Refusal> {
    let window = state.config().irc.redact_window;
    if u128::from(now.0.saturating_sub(said.at.0)) <= window.as_millis() {
        return Ok(());
    }
    Err(Refusal::RedactTooLate { to: ask.to.clone(), id: ask.id.clone(), window_s: window.as_secs() })
}

/// The conversation that `asker` means, if there is one in which something can be taken back. The desk keeps what it is told.
fn conversation(state: &State, asker: &Client, to: &str) -> Option<Conversation> {
    let room = |name| find::room(state, asker, name).ok();
    if to.starts_with('#') {
        return room(to).map(|Room { id, name, .. }| Conversation::Room { id: *id, name: name.clone() });
    }
    if let Some((least, name)) = talk::ranked(to) {
        return room(name).map(|room| talk::ranked_conversation(room, least));
    }
    let client = state.client_named(to).filter(|_| !state.is_desk(to))?;
    Some(Conversation::Direct { to: client.id, nick: client.nick.clone() })
}
