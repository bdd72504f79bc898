//! What was said is taken back.

use super::talk::direct_audience;
use super::{Applied, Place};
use crate::domain::event::Redacted;
use crate::domain::message::Conversation;
use crate::domain::notice::{Audience, What};
use crate::domain::refusal::Refusal;
use crate::domain::state::State;

/// Those are told who are told of messages there. Whether it is allowed is not asked again: the text is out of the store by now,
/// and nobody could put it back. Two who take back the same are one event and one refusal.
pub(super) fn redacted(state: &mut State, at: Place, event: &Redacted) -> Result<Applied, Refusal> {
    let Redacted { by, seq, to, reason } = event;
    if state.recent().find(*seq).is_none() {
        return Err(Refusal::Overtaken);
    }
    let audience = match to {
        Conversation::Room { id, .. } => Audience::Room { room: *id, from: by.client },
        Conversation::Ranked { room, least, .. } => {
            Audience::Ranked { room: *room, least: *least, from: by.client }
        }
        Conversation::Direct { to, .. } => {
            let hearer = state.client(*to).ok_or(Refusal::Overtaken)?;
            direct_audience(state, hearer, by)?
        }
        Conversation::Desk { .. } | Conversation::Everyone => return Err(Refusal::Overtaken),
    };
    let room = match to {
        Conversation::Room { id, .. } | Conversation::Ranked { room: id, .. } => state.room(*id),
        _ => None,
    };
    // It may have another name by now than when it was decided.
    let to = room.map_or_else(|| to.clone(), |room| to.renamed(&room.name));
    state.recent.redact(*seq);
    let what = What::Redacted { by: by.clone(), seq: *seq, to, reason: reason.clone() };
    Ok(Applied::told(at, audience, what))
}
