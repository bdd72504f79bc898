//! LIST and NAMES: which rooms there are and who is in them, as far as the asker may see it.

use chat_proto::mask::Glob;

use super::{Outcome, find};
use crate::domain::id::ClientId;
use crate::domain::policy;
use crate::domain::refusal::Refusal;
use crate::domain::reply::{ListedRoom, Reply};
use crate::domain::request::{LIST_MASKS_MAX, MASK_MAX};
use crate::domain::room::Room;
use crate::domain::state::State;

/// Rooms in one page of a list: small enough that a page fits an outbox easily, large enough that a list of 100,000 rooms
/// takes few turns.
const LIST_PAGE: usize = 200;

/// Comparisons of a name with a mask for one page, and slots looked at without masks: a turn of the owner is short however
/// many rooms there are and however few of them fit.
const LOOKED_AT: usize = 1000;

/// A room that is not there, or not to be seen, has nobody in it; this is no refusal (RFC 2812 §3.2.5).
pub(super) fn names(state: &State, who: ClientId, name: Box<str>) -> Result<Outcome, Refusal> {
    let asker = state.asker(who)?;
    Ok(Outcome::Reply(match find::room(state, asker, &name) {
        Ok(room) => find::names_of(state, who, room.id),
        Err(_) => Reply::Names { room: name, is_secret: false, members: Vec::new() },
    }))
}

pub(super) fn list(
    state: &State,
    who: ClientId,
    from: u32,
    mut masks: Vec<Box<str>>,
) -> Result<Outcome, Refusal> {
    let asker = state.asker(who)?;
    masks.truncate(LIST_MASKS_MAX);
    let folding = state.casemapping();
    let globs: Vec<Glob<'_>> =
        masks.iter().filter(|mask| mask.len() <= MASK_MAX).map(|mask| Glob::new(mask, folding)).collect();
    let fits = |room: &&Room| {
        let name = room.name.as_str();
        let wanted = masks.is_empty() || globs.iter().any(|glob| glob.matches(name));
        wanted && policy::may_see_room(asker, room)
    };
    let looked_at = u32::try_from(LOOKED_AT / masks.len().max(1)).unwrap_or(1);
    let mut end = from.saturating_add(looked_at);
    let page: Vec<&Room> = state.rooms_in(from, end).filter(fits).take(LIST_PAGE).collect();
    if let Some(last) = page.get(LIST_PAGE - 1) {
        end = last.id.slot + 1;
    }
    let next = state.has_rooms_from(end).then_some(end);
    let rooms = page
        .iter()
        .map(|room| ListedRoom {
            room: room.name.clone(),
            members: room.members.len(),
            topic: room.topic.as_ref().map(|topic| topic.text.clone()).unwrap_or_default(),
        })
        .collect();
    Ok(Outcome::Reply(Reply::List { rooms, is_first: from == 0, next, masks }))
}
