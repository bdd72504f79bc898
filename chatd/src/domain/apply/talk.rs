//! Messages. They change little: when somebody last spoke, and what the desk has heard.

use std::sync::Arc;

use super::{Applied, Place, may_still};
use crate::domain::client::Client;
use crate::domain::id::ClientId;
use crate::domain::message::{Author, Conversation, Message, MessageKind};
use crate::domain::mode::Rank;
use crate::domain::notice::{Audience, What};
use crate::domain::policy;
use crate::domain::refusal::Refusal;
use crate::domain::reply::Reply;
use crate::domain::state::State;

pub(super) fn said(state: &mut State, at: Place, message: &Arc<Message>) -> Result<Applied, Refusal> {
    if let Conversation::Room { id, .. } | Conversation::Ranked { room: id, .. } = &message.to {
        may_still(state, &message.from, *id, |client, room| {
            policy::may_speak(state, client, room)?;
            policy::may_be_said(room, message.kind, &message.text)?;
            let least = message.to.least();
            if policy::least_to_hear(client, room, least) == least { Ok(()) } else { Err(Refusal::Overtaken) }
        })?;
        // It would be told and kept under a name that the room has no more.
        let said_in = match &message.to {
            Conversation::Ranked { shown, .. } => shown.trim_start_matches(|c| Rank::of_prefix(c).is_some()),
            to => to.addressee(),
        };
        if state.room(*id).is_none_or(|room| room.name.as_str() != said_in) {
            return Err(Refusal::Overtaken);
        }
    }
    if let Some(author) = message.from.client {
        let Some(client) = state.client_mut(author) else { return Err(Refusal::Overtaken) };
        client.spoke_at = at.time;
    }
    let what = What::Said(Arc::clone(message));
    let applied = match &message.to {
        Conversation::Room { id, .. } => {
            Ok(Applied::told(at, Audience::Room { room: *id, from: message.from.client }, what))
        }
        Conversation::Ranked { room, least, .. } => {
            let audience = Audience::Ranked { room: *room, least: *least, from: message.from.client };
            Ok(Applied::told(at, audience, what))
        }
        Conversation::Direct { to, .. } => direct(state, at, message, *to, what),
        Conversation::Desk { .. } => desk(state, at, message, what),
        Conversation::Everyone => Ok(Applied::told(at, Audience::Everyone, what)),
    }?;
    state.remember_said(at.seq, message);
    Ok(applied)
}

fn direct(state: &State, at: Place, message: &Message, to: ClientId, what: What) -> Result<Applied, Refusal> {
    let hearer = state.client(to).ok_or_else(|| Refusal::NoSuchNick(message.to.addressee().into()))?;
    if let Some(from) = message.from.client {
        policy::may_message(state.asker(from)?, hearer, &message.text)?;
    }
    let applied = Applied::told(at, direct_audience(state, hearer, &message.from)?, what);
    match (&hearer.away, message.from.client) {
        (Some(words), Some(from)) if message.kind == MessageKind::Privmsg => {
            Ok(applied.and(from, Reply::Away { nick: hearer.nick.clone(), words: words.clone() }))
        }
        _ => Ok(applied),
    }
}

/// Who hears what `from` says to one client. SILENCE is asked only here: the author hears the same either way, so that deciding has
/// nothing to refuse.
pub(super) fn direct_audience(state: &State, hearer: &Client, from: &Author) -> Result<Audience, Refusal> {
    let (to, Some(from)) = (hearer.id, from.client) else { return Ok(Audience::Client(hearer.id)) };
    let is_heard = policy::may_write_to(state, state.asker(from)?, hearer);
    Ok(if is_heard { Audience::Direct { to, from } } else { Audience::Author(from) })
}

/// A guest's message is acknowledged here: it has been kept, or it would not be applied.
fn desk(state: &mut State, at: Place, message: &Arc<Message>, what: What) -> Result<Applied, Refusal> {
    let Conversation::Desk { id, guest, nick, is_inbound } = &message.to else {
        return Err(Refusal::Overtaken);
    };
    if state.client(*guest).is_none() {
        return Err(Refusal::NoSuchNick(nick.as_str().into()));
    }
    if message.kind != MessageKind::Tag {
        state.desk.said(*id, *guest, nick, *is_inbound, at.time, &message.text);
    }
    if !is_inbound {
        return Ok(Applied::told(at, Audience::Client(*guest), what));
    }
    let applied = Applied::told(at, Audience::Operators { from: *guest }, what);
    Ok(if message.kind == MessageKind::Privmsg {
        applied.and(*guest, Reply::Receipt { seq: at.seq })
    } else {
        applied
    })
}

pub(super) fn wallops(state: &State, at: Place, by: &Author, text: &str) -> Result<Applied, Refusal> {
    if let Some(author) = by.client {
        policy::may_operate(state.asker(author)?)?;
    }
    Ok(Applied::told(at, Audience::Wallops, What::Wallops { by: by.clone(), text: text.into() }))
}
