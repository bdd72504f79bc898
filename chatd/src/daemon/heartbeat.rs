//! How promptly the daemon does what it is to do: whether tasks are woken when they should be, and whether the owner answers.
//! Watches and tells; mends nothing.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, interval, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use crate::health::{Condition, Health};
use crate::meter::Meter;
use crate::registry::{Inspect, Registry};

/// How often a wake-up is measured. A stall is seen if a wake-up falls into it: one of this length always, a shorter one as
/// often as its share.
const BEAT: Duration = Duration::from_millis(250);

/// How often the owner is asked whether it is there.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// How long it may take to answer before it counts as stalled: a turn takes some milliseconds at most.
const STALLED_AFTER: Duration = Duration::from_secs(2);

/// Measures until `stop` how much later than asked for this task is woken.
pub(super) async fn beat(meter: Arc<Meter>, stop: CancellationToken) {
    let beats = async {
        loop {
            let due = Instant::now() + BEAT;
            sleep_until(due).await;
            let late = u64::try_from(due.elapsed().as_micros()).unwrap_or(u64::MAX);
            meter.late_wakes.observe(late);
        }
    };
    stop.run_until_cancelled(beats).await;
}

/// Asks the owner until `stop`, or until it is gone, whether it is there, and says so when it is not.
pub(super) async fn watch_owner(registry: Registry, health: Health, stop: CancellationToken) {
    let watching = async {
        let mut tick = interval(ASK_EVERY);
        loop {
            tick.tick().await;
            match timeout(STALLED_AFTER, registry.inspect(Inspect::Counts)).await {
                Ok(Ok(_)) => health.clear(Condition::OwnerStalled),
                Ok(Err(_stopped)) => return,
                Err(_late) => {
                    let after_s = STALLED_AFTER.as_secs();
                    let detail = format!("the owner of the state has not answered for {after_s} seconds");
                    health.raise(Condition::OwnerStalled, &detail);
                }
            }
        }
    };
    stop.run_until_cancelled(watching).await;
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::time::sleep;
    use tokio_util::sync::CancellationToken;

    use super::{ASK_EVERY, BEAT, STALLED_AFTER, beat, watch_owner};
    use crate::config::{Config, History};
    use crate::delivery::broadcast::Encoder;
    use crate::health::{Condition, Health};
    use crate::log::local::LocalLog;
    use crate::meter::Meter;
    use crate::registry;
    use crate::store::Store;
    use crate::wire;

    #[tokio::test(start_paused = true)]
    async fn an_owner_that_does_not_answer_is_a_condition_until_it_does() {
        let directory = tempfile::tempdir().unwrap();
        let (health, stop) = (Health::default(), CancellationToken::new());
        let (store, opened) = Store::open(directory.path(), &History::default(), &health).unwrap();
        let log = LocalLog::new(store.writer(), opened.next_seq, true);
        let encoder = Encoder { encode: wire::encode, relevant: wire::relevant };
        let (registry, owner) =
            registry::start(Arc::<Config>::default(), log, encoder, Arc::default(), stop.clone());
        let watching = tokio::spawn(watch_owner(registry.clone(), health.clone(), stop.clone()));
        sleep(STALLED_AFTER - Duration::from_millis(1)).await;
        assert!(!health.has(Condition::OwnerStalled));
        sleep(Duration::from_millis(2)).await;
        assert!(health.has(Condition::OwnerStalled));
        let owner = tokio::spawn(owner);
        sleep(ASK_EVERY * 2).await;
        assert!(!health.has(Condition::OwnerStalled));
        stop.cancel();
        watching.await.unwrap();
        owner.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn every_beat_is_measured() {
        let (meter, stop) = (Arc::<Meter>::default(), CancellationToken::new());
        let beating = tokio::spawn(beat(Arc::clone(&meter), stop.clone()));
        sleep(BEAT * 4 + BEAT / 2).await;
        assert_eq!(meter.late_wakes.distribution().count, 4);
        stop.cancel();
        beating.await.unwrap();
    }
}
