//! What systemd is told, and what it hands over. Without systemd all of this does nothing.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::work::Work;
use crate::registry::{Inspect, Registry};

/// The daemon is ready and serves. Its last reload is taken back at `undo_at`, if it waits for its confirmation.
pub(super) fn ready(clients_at_most: usize, undo_at: Option<&str>) {
    let mut status = capacity(clients_at_most);
    if let Some(undo_at) = undo_at {
        status = format!("{status}; the last reload undoes itself at {undo_at} unless confirmed");
    }
    tell(&[NotifyState::Ready, NotifyState::Status(&status)]);
}

/// The daemon takes clients again.
pub(super) fn serving(clients_at_most: usize) {
    tell(&[NotifyState::Status(&capacity(clients_at_most))]);
}

fn capacity(clients_at_most: usize) -> String {
    format!("serving, at most {clients_at_most} clients")
}

/// The daemon takes nobody new, and stops when all have left.
pub(super) fn draining(clients: usize, at_most: Duration) {
    let status = format!("draining: {clients} clients, {} s left", at_most.as_secs());
    tell(&[NotifyState::Status(&status)]);
}

/// The daemon reads its configuration again; [`ready`] ends this.
pub(super) fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(error) => tracing::warn!(%error, "cannot read the monotonic clock"),
    }
}

/// The daemon drains; it may take this long.
pub(super) fn stopping(at_most: Duration) {
    let micros = u32::try_from(at_most.as_micros()).unwrap_or(u32::MAX);
    tell(&[NotifyState::Stopping, NotifyState::ExtendTimeoutUsec(micros), NotifyState::Status("draining")]);
}

fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "cannot tell systemd the state of the daemon");
    }
}

/// Tells the watchdog twice in its interval that the daemon lives; runs until dropped, in a task of its own, so that it speaks
/// also while the main loop works.
pub(super) async fn watchdog(registry: Registry, work: Work) {
    match sd_notify::watchdog_enabled() {
        Some(within) => guard(within, registry, work, || tell(&[NotifyState::Watchdog])).await,
        None => std::future::pending().await,
    }
}

/// Says twice in this time that all is well: the owner answers, and the main loop has not been at one thing for too long. Whoever of
/// both hangs is not covered up, so that systemd restarts the daemon.
async fn guard(within: Duration, registry: Registry, work: Work, is_well: impl Fn()) {
    let mut tick = interval(within / 2);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let answered = timeout(within / 2, registry.inspect(Inspect::Counts)).await;
        if matches!(answered, Ok(Ok(_))) && !work.is_stuck() {
            is_well();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::time::sleep;
    use tokio_util::sync::CancellationToken;
    use tokio_util::task::AbortOnDropHandle;

    use super::*;
    use crate::config::{Config, History};
    use crate::daemon::work::STUCK_AFTER;
    use crate::delivery::broadcast::Encoder;
    use crate::health::Health;
    use crate::log::local::LocalLog;
    use crate::registry;
    use crate::store::Store;
    use crate::wire;

    const WITHIN: Duration = Duration::from_secs(4);

    /// The watchdog of a registry, and how often it was told that all is well.
    struct Watched {
        told: Arc<AtomicUsize>,
        _guard: AbortOnDropHandle<()>,
    }

    impl Watched {
        fn new(registry: &Registry, work: &Work) -> Self {
            let told = Arc::<AtomicUsize>::default();
            let count = Arc::clone(&told);
            let guard = guard(WITHIN, registry.clone(), work.clone(), move || {
                count.fetch_add(1, Ordering::Relaxed);
            });
            Self { told, _guard: AbortOnDropHandle::new(tokio::spawn(guard)) }
        }

        /// How often within so long from now.
        async fn told_within(&self, time: Duration) -> usize {
            let before = self.told.load(Ordering::Relaxed);
            sleep(time).await;
            self.told.load(Ordering::Relaxed) - before
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_watchdog_hears_nothing_while_the_owner_or_the_main_loop_hangs() {
        let directory = tempfile::tempdir().unwrap();
        let (store, opened) = Store::open(directory.path(), &History::default(), &Health::default()).unwrap();
        let log = LocalLog::new(store.writer(), opened.next_seq, true);
        let encoder = Encoder { encode: wire::encode, relevant: wire::relevant };
        let stop = CancellationToken::new();
        let (registry, owner) =
            registry::start(Arc::<Config>::default(), log, encoder, Arc::default(), stop.clone());
        let work = Work::default();
        let watched = Watched::new(&registry, &work);
        assert_eq!(watched.told_within(WITHIN * 10).await, 0, "the owner does not run yet");
        let owner = tokio::spawn(owner);
        sleep(WITHIN).await;
        assert!(watched.told_within(WITHIN * 10).await >= 19, "twice each time");
        let at_work = work.begin();
        assert!(watched.told_within(STUCK_AFTER / 2).await > 10, "working is no fault");
        sleep(STUCK_AFTER).await;
        assert_eq!(watched.told_within(WITHIN * 10).await, 0, "the main loop hangs");
        drop(at_work);
        assert!(watched.told_within(WITHIN * 10).await >= 19);
        stop.cancel();
        owner.await.unwrap();
        assert_eq!(watched.told_within(WITHIN * 10).await, 0, "the owner is gone");
    }
}
