//! The busiest clients.

use chat_proto::control::{TopClient, TopSort};

use super::Sight;
use crate::control::clients::{dialect, these};
use crate::control::problem::Failure;
use crate::control::router::App;
use crate::domain::id::ClientId;
use crate::registry::{Activity, ClientView, now};

/// A client's figures, divided.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Busy {
    id: ClientId,
    queued: usize,
    in_per_s: f64,
    out_per_s: f64,
}

/// Those who are first, the busiest of all first.
pub(super) async fn busiest(
    app: &App,
    sight: &Sight,
    before: Option<&Sight>,
    sort: Option<TopSort>,
    count: usize,
) -> Result<Vec<TopClient>, Failure> {
    let chosen = choose(sight, before, now().0, sort.unwrap_or_default(), count);
    let views = these(app, chosen.iter().map(|busy| busy.id).collect()).await?;
    // Who has left meanwhile is left out.
    let view = |busy: &Busy| views.iter().find(|view| view.id == busy.id).map(|view| info(busy, view));
    Ok(chosen.iter().filter_map(view).collect())
}

fn choose(sight: &Sight, before: Option<&Sight>, now_ms: u64, sort: TopSort, count: usize) -> Vec<Busy> {
    let rated = sight.activities.iter().map(|activity| rate(activity, sight, before, now_ms));
    let mut all: Vec<Busy> = rated.collect();
    let key = |busy: &Busy| match sort {
        TopSort::Out => busy.out_per_s,
        TopSort::In => busy.in_per_s,
        TopSort::Queued => busy.queued as f64,
    };
    // Of those who are alike, the one that came first: rows do not jump.
    let order = |a: &Busy, b: &Busy| key(b).total_cmp(&key(a)).then(a.id.serial.cmp(&b.id.serial));
    if count == 0 {
        return Vec::new();
    }
    if all.len() > count {
        all.select_nth_unstable_by(count - 1, order);
        all.truncate(count);
    }
    all.sort_unstable_by(order);
    all
}

/// Lines each second since it was seen before, or since it came.
fn rate(activity: &Activity, sight: &Sight, before: Option<&Sight>, now_ms: u64) -> Busy {
    let known = before.and_then(|before| {
        let at = before.activities.binary_search_by_key(&activity.id.serial, |one| one.id.serial).ok()?;
        Some((before.activities[at], sight.at.duration_since(before.at).as_secs_f64()))
    });
    let (lines_in, lines_out, seconds) = match known {
        Some((old, seconds)) => (old.lines_in, old.lines_out, seconds),
        None => (0, 0, now_ms.saturating_sub(activity.connected_at.0) as f64 / 1000.0),
    };
    // Who came this moment has said so much in less than a second, and not in none.
    let seconds = seconds.max(0.1);
    Busy {
        id: activity.id,
        queued: activity.queued,
        in_per_s: activity.lines_in.saturating_sub(lines_in) as f64 / seconds,
        out_per_s: activity.lines_out.saturating_sub(lines_out) as f64 / seconds,
    }
}

fn info(busy: &Busy, view: &ClientView) -> TopClient {
    TopClient {
        id: busy.id.serial.into(),
        nick: view.member.as_ref().map(|member| member.nick.to_string()),
        address: view.address.to_string(),
        dialect: dialect(view.dialect),
        idle_ms: view.idle_ms,
        queued_bytes: busy.queued as u64,
        lines_in_per_s: busy.in_per_s,
        lines_out_per_s: busy.out_per_s,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::*;
    use crate::domain::id::{Seq, Time};

    fn activity(serial: u32, queued: usize, lines_in: u64, lines_out: u64) -> Activity {
        let id = ClientId { slot: serial, serial };
        Activity { id, queued, lines_in, lines_out, connected_at: Time(0) }
    }

    fn sight(at: Instant, activities: Vec<Activity>) -> Sight {
        Sight { at, seq: Seq(0), activities }
    }

    #[test]
    fn the_busiest_are_chosen_by_what_is_asked_for() {
        let begun = Instant::now();
        let before =
            sight(begun, vec![activity(1, 0, 100, 1000), activity(2, 0, 0, 0), activity(3, 0, 0, 0)]);
        let activities = vec![
            activity(1, 10, 102, 1002),
            activity(2, 30, 10, 20),
            activity(3, 20, 40, 8),
            activity(4, 0, 30, 60),
        ];
        let now = sight(begun + Duration::from_secs(2), activities);
        let first = |sort| {
            let chosen = choose(&now, Some(&before), 20_000, sort, 2);
            chosen.iter().map(|busy| (busy.id.serial, busy.in_per_s, busy.out_per_s)).collect::<Vec<_>>()
        };
        // The fourth is new and has been here for twenty seconds.
        assert_eq!(first(TopSort::Out), [(2, 5.0, 10.0), (3, 20.0, 4.0)]);
        assert_eq!(first(TopSort::In), [(3, 20.0, 4.0), (2, 5.0, 10.0)]);
        assert_eq!(first(TopSort::Queued), [(2, 5.0, 10.0), (3, 20.0, 4.0)]);
        assert_eq!(choose(&now, None, 20_000, TopSort::Out, 1)[0].out_per_s, 50.1);
        assert_eq!(choose(&now, None, 20_000, TopSort::Out, 9).len(), 4);
        assert!(choose(&now, None, 20_000, TopSort::Out, 0).is_empty());
    }
}
