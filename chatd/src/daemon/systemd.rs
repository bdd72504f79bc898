//! What systemd is told, and what it hands over. Without systemd all of this does nothing.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::time::{interval, timeout};

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

/// Tells the watchdog twice in its interval that the owner still answers; runs until dropped. An owner that hangs is not
/// covered up, so systemd restarts the daemon.
pub(super) async fn watchdog(registry: Registry) {
    let Some(within) = sd_notify::watchdog_enabled() else { return std::future::pending().await };
    let mut tick = interval(within / 2);
    loop {
        tick.tick().await;
        if matches!(timeout(within / 2, registry.inspect(Inspect::Counts)).await, Ok(Ok(_))) {
            tell(&[NotifyState::Watchdog]);
        }
    }
}
