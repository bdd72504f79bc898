//! File descriptors: as many as the system gives, some of them kept for what is no client, and what happens to clients when
//! the others are in use.
//!
//! Clients are counted against what the limit leaves for them, so that the store, log files and the control socket go on working
//! however many come. Where descriptors are gone all the same, because the whole system has no more for instance, each listener
//! has a spare one, in place of which a connection can be accepted, told and closed.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use nix::libc::{EMFILE, ENFILE};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::health::{Condition, Health};
use crate::registry::Places;

/// Descriptors for what is no client: listeners, the store and its readers, log files, 64 connections to the control socket, and 64
/// questions for host names.
const OTHERS: u64 = 192;

/// What no system gives: for one that does not tell its limit.
const UNKNOWN: u64 = u64::MAX;

/// How often it is said how many were refused.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// How often it is looked whether there is room again.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// The limit, and who was refused because of it.
#[derive(Debug)]
pub(super) struct Descriptors {
    /// The soft limit of this process.
    limit: u64,
    health: Health,
    /// Connections refused since that was last said.
    refused: AtomicU64,
    /// Whether the condition is raised.
    is_exhausted: AtomicBool,
    exhausted: Notify,
}

impl Descriptors {
    /// Raises the limit as far as the system allows, and says whether that is enough for so many clients.
    pub(super) fn raised(clients: usize, health: &Health) -> Arc<Self> {
        let descriptors = Self::of(raise(), health.clone());
        descriptors.judge(clients);
        Arc::new(descriptors)
    }

    fn of(limit: u64, health: Health) -> Self {
        let (refused, is_exhausted) = (AtomicU64::new(0), AtomicBool::new(false));
        Self { limit, health, refused, is_exhausted, exhausted: Notify::new() }
    }

    /// How many clients there may be. Where the limit is so low that hardly any could be, what is kept for the rest is less than
    /// it may need, but the rest comes first.
    pub(super) fn clients_at_most(&self) -> usize {
        let others = OTHERS.min(self.limit / 4 * 3);
        usize::try_from(self.limit - others).unwrap_or(usize::MAX)
    }

    /// Says whether the limit is enough for `limits.clients`.
    pub(super) fn judge(&self, clients: usize) {
        match self.shortage(clients) {
            Some(shortage) => self.health.raise(Condition::DescriptorLimitLow, &shortage),
            None => self.health.clear(Condition::DescriptorLimitLow),
        }
    }

    /// What is to be said if the limit is not enough for so many clients.
    pub(super) fn shortage(&self, clients: usize) -> Option<String> {
        let (limit, most, wanted) = (self.limit, self.clients_at_most(), clients as u64 + OTHERS);
        (limit < wanted).then(|| {
            format!(
                "limits.clients = {clients} needs {wanted} file descriptors and the hard limit is {limit}, which is enough for \
                 {most} clients; set LimitNOFILE={wanted} in chatd.service (`systemctl edit chatd`), or `ulimit -Hn {wanted}` \
                 where there is no systemd, or lower limits.clients"
            )
        })
    }

    /// Whether there is none for one more client; then it counts as refused, and these are its last words.
    pub(super) fn refuse_beyond(&self, places: &Places) -> Option<String> {
        (places.taken() >= self.clients_at_most()).then(|| self.refuse())
    }

    /// Counts a connection that is refused for want of a descriptor; its last words.
    fn refuse(&self) -> String {
        self.refused.fetch_add(1, Ordering::Relaxed);
        if !self.is_exhausted.swap(true, Ordering::Relaxed) {
            self.exhausted.notify_one();
        }
        "this server is out of file descriptors; please try again later".into()
    }

    /// Raises the condition when clients are refused, says now and then how many they were, and clears it when there is room for
    /// some again. Runs until `stop`.
    pub(super) async fn watch(self: Arc<Self>, places: Arc<Places>, stop: CancellationToken) {
        let watching = async {
            loop {
                self.exhausted.notified().await;
                self.health.raise(Condition::DescriptorsExhausted, &self.exhaustion());
                self.watch_until_there_is_room(&places).await;
                self.is_exhausted.store(false, Ordering::Relaxed);
                self.tell_refused();
                self.health.clear(Condition::DescriptorsExhausted);
            }
        };
        let _: Option<()> = stop.run_until_cancelled(watching).await;
    }

    async fn watch_until_there_is_room(&self, places: &Places) {
        let most = self.clients_at_most();
        // Not with the first place that is free: it would be raised and cleared with each client that goes and comes.
        let enough = most - (most / 20).max(1).min(most);
        let mut look = interval(LOOK_EVERY);
        let mut tell = interval(TELL_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tell.tick().await;
        let mut refused = self.refused.load(Ordering::Relaxed);
        loop {
            tokio::select! {
                _ = look.tick() => {
                    let before = std::mem::replace(&mut refused, self.refused.load(Ordering::Relaxed));
                    if places.taken() <= enough && before == refused {
                        return;
                    }
                }
                _ = tell.tick() => {
                    self.tell_refused();
                    refused = 0;
                }
            }
        }
    }

    fn tell_refused(&self) {
        let refused = self.refused.swap(0, Ordering::Relaxed);
        if refused > 0 {
            tracing::warn!(refused, "clients were refused, because no file descriptor was left for them");
        }
    }

    fn exhaustion(&self) -> String {
        let (limit, most) = (self.limit, self.clients_at_most());
        format!(
            "no file descriptor is left for another client (limit {limit}, of which {most} for clients); those who are here are \
             unharmed; raise LimitNOFILE, or lower limits.clients"
        )
    }
}

/// The soft limit, raised to the hard one: 1024, as most systems set it, would be the real limit of clients.
fn raise() -> u64 {
    let limit = Resource::RLIMIT_NOFILE;
    match getrlimit(limit) {
        Ok((soft, hard)) if soft < hard => match setrlimit(limit, hard, hard) {
            Ok(()) => hard,
            Err(error) => {
                tracing::warn!(%error, soft, hard, "cannot raise the limit of file descriptors");
                soft
            }
        },
        Ok((soft, _)) => soft,
        Err(error) => {
            tracing::warn!(%error, "cannot read the limit of file descriptors");
            UNKNOWN
        }
    }
}

/// Whether the process or the whole system has no descriptor left.
pub(super) fn are_gone(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(EMFILE | ENFILE))
}

/// A descriptor that is given up for a connection that has to be told that there is none.
#[derive(Debug)]
pub(super) struct Spare(Option<File>);

impl Spare {
    /// Takes one.
    pub(super) fn take() -> Self {
        Self(File::open("/dev/null").ok())
    }

    /// Has `accept` accept a connection in its place and `tell` tell it the last words; whether there was one. Then the
    /// descriptor is taken back, or tried to be with the next connection.
    pub(super) fn refuse<S>(
        &mut self,
        descriptors: &Descriptors,
        accept: impl FnOnce() -> Option<S>,
        tell: impl FnOnce(&S, &str),
    ) -> bool {
        self.0 = None;
        let told = accept().map(|stream| tell(&stream, &descriptors.refuse()));
        *self = Self::take();
        told.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_descriptors_are_for_clients_and_never_all() {
        for (limit, clients) in [(65_536, 65_344), (1024, 832), (256, 64), (64, 16), (4, 1), (0, 0)] {
            let descriptors = Descriptors::of(limit, Health::default());
            assert_eq!(descriptors.clients_at_most(), clients, "limit {limit}");
        }
        Descriptors::of(UNKNOWN, Health::default()).judge(usize::MAX / 2);
    }

    #[test]
    fn a_limit_that_is_just_enough_is_well_and_one_less_is_a_condition_with_the_numbers() {
        let health = Health::default();
        Descriptors::of(10_192, health.clone()).judge(10_000);
        assert!(health.snapshot().is_empty());
        let low = Descriptors::of(10_191, health.clone());
        low.judge(10_000);
        let raised = health.snapshot();
        assert_eq!(raised[0].condition, Condition::DescriptorLimitLow);
        for part in ["limits.clients = 10000", "10191", "9999 clients", "LimitNOFILE=10192"] {
            assert!(raised[0].detail.contains(part), "{raised:?}");
        }
        low.judge(9_999);
        assert!(health.snapshot().is_empty(), "a reload with fewer clients mends it");
    }
}
