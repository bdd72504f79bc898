//! `GET /v1/top`: how busy the daemon is, and the few who keep it busy.
//!
//! The owner only lists figures of everybody, in one pass; to compare them with those of before, to choose and to divide is
//! done here, and then the owner is asked who the chosen few are.

mod clients;
mod rooms;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::{Extension, Json};
use chat_proto::control::{Queues, TOP_MAX, Top, TopQuery};
use tokio::time::Instant;

use super::problem::{Answer, Failure};
use super::request::Asked;
use super::router::{App, Asker};
use super::status::{commits, dialects, health, registered, state};
use super::time::rfc3339;
use crate::domain::command::Role;
use crate::domain::id::Seq;
use crate::registry::{Activity, Census, Inspect, Steady, View, now};

/// How long what was seen is of use to compare with.
const FRESH: Duration = Duration::from_secs(10);

/// What was seen less long ago is not compared with: rates over so short a time jump.
const SOON: Duration = Duration::from_millis(900);

/// Over how long the rates of the whole daemon are.
const RATES_OVER: Duration = Duration::from_secs(5);

/// Clients and rooms, if nobody says how many.
const COUNT: u32 = 20;

/// What was seen the last two times, [`SOON`] apart at least; all clones are the same. It is there until somebody asks again.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen(
    /// The newer first. Locked to exchange pointers.
    Arc<Mutex<[Option<Arc<Sight>>; 2]>>,
);

/// The figures at one moment.
#[derive(Debug)]
struct Sight {
    at: Instant,
    /// The place of the last event.
    seq: Seq,
    /// In the order of their ids.
    activities: Vec<Activity>,
}

impl Seen {
    /// What can be compared with: neither too new nor too old.
    fn before(&self, at: Instant) -> Option<Arc<Sight>> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_of_use = |seen: &&Arc<Sight>| (SOON..=FRESH).contains(&at.duration_since(seen.at));
        seen.iter().flatten().find(is_of_use).cloned()
    }

    /// Keeps what is seen now, unless what was seen before is nearly as new.
    fn keep(&self, now: Sight) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen[0].as_ref().is_none_or(|newest| now.at.duration_since(newest.at) >= SOON) {
            *seen = [Some(Arc::new(now)), seen[0].take()];
        }
    }
}

/// The daemon and those who keep it busy.
pub(super) async fn show(
    State(app): State<App>,
    Extension(Asker(by)): Extension<Asker>,
    Asked(query): Asked<TopQuery>,
) -> Answer<Top> {
    let count = query.count.unwrap_or(COUNT);
    if count > TOP_MAX {
        let detail = format!("{count} are more than the {TOP_MAX} that are shown");
        return Err(Failure::bad_request(detail).hint("`chatctl list` shows everybody"));
    }
    let (context, count) = (&app.context, count as usize);
    let (census, activities) = look(&app).await?;
    let sight = Sight { at: Instant::now(), seq: newest(&app), activities };
    let before = app.seen.before(sight.at);
    let busiest_clients = clients::busiest(&app, &sight, before.as_deref(), query.sort, count).await?;
    let busiest_rooms = rooms::busiest(&app, &sight, before.as_deref(), count).await?;
    app.seen.keep(sight);
    let (config, facts, stats) = (context.shared.config(), &context.facts, context.stats.snapshot());
    Ok(Json(Top {
        time: rfc3339(now()),
        version: env!("CARGO_PKG_VERSION").into(),
        server: config.server.name.clone(),
        uptime_ms: Steady::now().0,
        state: state(facts),
        health: health(&context.health),
        clients: census.clients.iter().map(|group| group.count).sum(),
        registered: registered(&census),
        dialects: dialects(&census),
        rooms: census.rooms as u64,
        desk_open: census.desk_waiting as u64,
        rates: app.pulse.rates(context, RATES_OVER),
        queues: Queues {
            outbox_bytes: census.outbox_bytes,
            outbox_largest_bytes: census.outbox_largest,
            inbox: context.registry.inbox() as u64,
            log_waiting: census.log_waiting as u64,
            log_lag_ms: census.log_lag_ms,
        },
        commits: commits(&stats),
        busiest_clients,
        busiest_rooms,
        may_kick: by.role >= Role::Operator,
    }))
}

async fn look(app: &App) -> Result<(Census, Vec<Activity>), Failure> {
    match app.context.registry.inspect(Inspect::Activity).await? {
        View::Activity(census, mut activities) => {
            activities.sort_unstable_by_key(|one| one.id.serial);
            Ok((*census, activities))
        }
        _ => Err(Failure::stopping()),
    }
}

fn newest(app: &App) -> Seq {
    Seq(app.context.registry.meter().last_seq.load(std::sync::atomic::Ordering::Relaxed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compared_with_is_neither_too_new_nor_too_old() {
        let (seen, begun) = (Seen::default(), Instant::now());
        let at = |ms| begun + Duration::from_millis(ms);
        let keep = |ms| seen.keep(Sight { at: at(ms), seq: Seq(0), activities: Vec::new() });
        let before = |ms| seen.before(at(ms)).map(|before| before.at.duration_since(begun).as_millis());
        assert_eq!(before(0), None);
        keep(0);
        assert_eq!(
            (before(899), before(900), before(10_000), before(10_001)),
            (None, Some(0), Some(0), None)
        );
        // Two who ask a moment after each other: both compare with the same.
        keep(1_000);
        keep(1_100);
        assert_eq!((before(1_500), before(1_900)), (Some(0), Some(1_000)));
    }
}
