//! The busiest rooms: counted in the ring of the latest notices, so that no room has to count.

use std::collections::HashMap;

use chat_proto::control::TopRoom;

use super::Sight;
use crate::control::problem::Failure;
use crate::control::router::App;
use crate::domain::id::Seq;
use crate::domain::message::Conversation;
use crate::domain::notice::{Notice, What};
use crate::registry::{Inspect, Tap, Tapped, View, now};

/// Over how long messages are counted when nothing was seen before.
const WINDOW_MS: u64 = 10_000;

/// Notices that are looked at together, so that the ring's lock is never held for long.
const PAGE: usize = 256;

/// Messages to rooms in some time.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    messages: HashMap<Box<str>, u64>,
    /// How long that time was.
    seconds: f64,
}

/// Those in which most is said, the busiest of all first.
pub(super) async fn busiest(
    app: &App,
    sight: &Sight,
    before: Option<&Sight>,
    count: usize,
) -> Result<Vec<TopRoom>, Failure> {
    let since = before.map(|before| (before.seq, sight.at.duration_since(before.at).as_secs_f64()));
    let tally = tally(app.context.registry.tap(), since, now().0);
    let chosen = tally.first(count);
    let names = chosen.iter().map(|(name, _)| name.clone()).collect();
    let View::Sizes(sizes) = app.context.registry.inspect(Inspect::Sizes(names)).await? else {
        return Err(Failure::stopping());
    };
    let room = |((name, messages_per_s), members): ((Box<str>, f64), Option<usize>)| {
        Some(TopRoom { name: name.into(), members: members? as u64, messages_per_s })
    };
    // A room that is gone meanwhile is left out.
    Ok(chosen.into_iter().zip(sizes).filter_map(room).collect())
}

impl Tally {
    fn first(&self, count: usize) -> Vec<(Box<str>, f64)> {
        let mut all: Vec<_> = self.messages.iter().collect();
        all.sort_unstable_by(|(name, messages), (other, more)| more.cmp(messages).then(name.cmp(other)));
        let per_s = |messages: u64| messages as f64 / self.seconds;
        all.into_iter().take(count).map(|(name, messages)| (name.clone(), per_s(*messages))).collect()
    }
}

/// What was said behind a place in the log, over so many seconds; or in the last ten. The ring may not reach back so far: then
/// what it has is taken for the whole of the time that it covers.
fn tally(tap: &Tap, since: Option<(Seq, f64)>, now_ms: u64) -> Tally {
    let (mut place, seconds) = since.unwrap_or((Seq(0), WINDOW_MS as f64 / 1000.0));
    let from_ms = if since.is_some() { 0 } else { now_ms.saturating_sub(WINDOW_MS) };
    let mut tally = Tally { seconds, ..Tally::default() };
    let (mut is_cut, mut oldest_ms) = (false, None);
    loop {
        match tap.after(place, PAGE) {
            Tapped::TooOld(begin) => (place, is_cut) = (begin, true),
            Tapped::Notices(notices) => {
                let Some(last) = notices.last() else { break };
                place = last.seq;
                for notice in notices.iter().filter(|notice| notice.at.0 >= from_ms) {
                    oldest_ms.get_or_insert(notice.at.0);
                    if let Some(room) = room_of(notice) {
                        *tally.messages.entry(room).or_default() += 1;
                    }
                }
            }
        }
    }
    if let Some(oldest_ms) = oldest_ms.filter(|_| is_cut) {
        let covered = now_ms.saturating_sub(oldest_ms) as f64 / 1000.0;
        tally.seconds = covered.clamp(0.1, seconds.max(0.1));
    }
    tally
}

fn room_of(notice: &Notice) -> Option<Box<str>> {
    let What::Said(message) = &notice.what else { return None };
    match &message.to {
        Conversation::Room { name, .. } => Some(name.as_str().into()),
        _ => None,
    }
}
