//! LIST and NAMES: which rooms there are and who is in them, as far as the asker may see it.

use std::sync::Arc;

use chat_proto::mask::Glob;
use chat_proto::name::CaseMapping;

use super::{Outcome, find};
use crate::domain::id::{ClientId, Time};
use crate::domain::policy;
use crate::domain::query::RoomCondition;
use crate::domain::refusal::Refusal;
use crate::domain::reply::{ListedRoom, Privacy, Reply};
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
pub(super) fn names(state: &State, who: ClientId, name: Box<str>, last: bool) -> Result<Outcome, Refusal> {
    let asker = state.asker(who)?;
    let mut names = match find::room(state, asker, &name) {
        Ok(room) => find::names_of(state, who, room.id, false),
        Err(_) => Reply::Names {
            room: name,
            privacy: Privacy::Public,
            members: Vec::new(),
            is_implicit: false,
            ends: true,
        },
    };
    if let Reply::Names { ends, .. } = &mut names {
        *ends = last;
    }
    Ok(Outcome::Reply(names))
}

/// One page: rooms whose slot is at least `from` and that fit all conditions.
pub(super) fn list(
    state: &State,
    who: ClientId,
    now: Time,
    from: u32,
    conditions: Arc<[RoomCondition]>,
) -> Result<Outcome, Refusal> {
    let asker = state.asker(who)?;
    let filter = Filter::new(&conditions, now, state.casemapping());
    let fits = |room: &&Room| filter.fits(room) && policy::may_find_room(asker, room);
    let looked_at = u32::try_from(LOOKED_AT / filter.comparisons().max(1)).unwrap_or(1);
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
    Ok(Outcome::Reply(Reply::List { rooms, is_first: from == 0, next, conditions }))
}

/// Conditions, made ready to be asked of many rooms.
struct Filter<'a> {
    /// One of these has to fit, if there are any.
    named: Vec<Glob<'a>>,
    /// None of these may fit.
    not_named: Vec<Glob<'a>>,
    others: Vec<&'a RoomCondition>,
    now: Time,
    /// Whether there was a name at all: a mask that is too long fits nothing instead of being no condition.
    has_names: bool,
}

impl<'a> Filter<'a> {
    fn new(conditions: &'a [RoomCondition], now: Time, folding: CaseMapping) -> Self {
        let (mut named, mut not_named, mut others, mut has_names) =
            (Vec::new(), Vec::new(), Vec::new(), false);
        let bounded = conditions.iter().filter(|condition| condition.mask().is_some()).take(LIST_MASKS_MAX);
        for condition in bounded {
            match condition {
                RoomCondition::Named(mask) => {
                    has_names = true;
                    named.extend((mask.len() <= MASK_MAX).then(|| Glob::new(mask, folding)));
                }
                RoomCondition::NotNamed(mask) if mask.len() <= MASK_MAX => {
                    not_named.push(Glob::new(mask, folding));
                }
                _ => {}
            }
        }
        others.extend(conditions.iter().filter(|condition| condition.mask().is_none()).take(LIST_MASKS_MAX));
        Self { named, not_named, others, now, has_names }
    }

    /// How many masks a name is compared with.
    fn comparisons(&self) -> usize {
        self.named.len() + self.not_named.len()
    }

    fn fits(&self, room: &Room) -> bool {
        let name = room.name.as_str();
        (!self.has_names || self.named.iter().any(|mask| mask.matches(name)))
            && !self.not_named.iter().any(|mask| mask.matches(name))
            && self.others.iter().all(|condition| self.holds(condition, room))
    }

    fn holds(&self, condition: &RoomCondition, room: &Room) -> bool {
        let members = room.members.len() as u64;
        let topic = room.topic.as_ref().map(|topic| topic.at);
        match *condition {
            RoomCondition::MoreThan(count) => members > count,
            RoomCondition::FewerThan(count) => members < count,
            RoomCondition::CreatedWithin(minutes) => self.age_ms(room.created) < ms(minutes),
            RoomCondition::CreatedBefore(minutes) => self.age_ms(room.created) > ms(minutes),
            RoomCondition::TopicWithin(minutes) => topic.is_some_and(|at| self.age_ms(at) < ms(minutes)),
            RoomCondition::TopicBefore(minutes) => topic.is_some_and(|at| self.age_ms(at) > ms(minutes)),
            RoomCondition::Named(_) | RoomCondition::NotNamed(_) => true,
        }
    }

    fn age_ms(&self, at: Time) -> u64 {
        self.now.since_ms(at)
    }
}

fn ms(minutes: u64) -> u64 {
    minutes.saturating_mul(60_000)
}
