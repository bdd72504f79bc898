//! The writer's thread: commits groups as they come, and in calm moments, or a little at a time, writes entries and removes what
//! is too old. What waits for the disk is begun by [`Upkeep`] and done on other threads.

use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::oneshot;

use crate::domain::id::Time;
use crate::health::{Condition, Health};

use super::Record;
use super::aside::Gone;
use super::compact::{self, Compaction};
use super::database::Database;
use super::error::{CommitError, StoreError};
use super::lock::Lock;
use super::places::BEHIND_MAX;
use super::queue::{Job, Queue};
use super::retention::{self, SharedPolicy, Stage};
use super::stats::StatsHandle;
use super::upkeep::Upkeep;

/// A moment without a group for this long is a calm one.
const CALM: Duration = Duration::from_millis(200);

/// How often retention passes through the database.
const PASS_EVERY: Duration = Duration::from_secs(60 * 60);

/// The thread's own things. The lock is among them because the directory is free only when this thread is gone. Dropped from the
/// top down however the thread ends: the threads beside it, the database, the lock.
#[derive(Debug)]
pub(super) struct Worker {
    upkeep: Upkeep,
    database: Database,
    jobs: Queue,
    stats: StatsHandle,
    health: Health,
    policy: SharedPolicy,
    /// When the last group was done with, or the thread began.
    last_group: Instant,
    /// Why the last group was refused, until one is kept.
    commit_failure: Option<String>,
    pass: Option<Stage>,
    pass_due: Instant,
    /// Under load, retention rests nine times as long as it worked: it never takes more than a tenth of this thread.
    slice_due: Instant,
    clock: Clock,
    lock: Lock,
}

impl Worker {
    /// Takes over the open database.
    pub(super) fn new(
        database: Database,
        jobs: Queue,
        stats: StatsHandle,
        health: Health,
        policy: SharedPolicy,
        upkeep: Upkeep,
        lock: Lock,
    ) -> Self {
        let now = Instant::now();
        Self {
            upkeep,
            database,
            jobs,
            stats,
            health,
            policy,
            last_group: now,
            commit_failure: None,
            pass: None,
            pass_due: now + CALM,
            slice_due: now,
            clock: Clock { began: now, time: wall_clock() },
            lock,
        }
    }

    /// Works until it is told to stop. The threads beside it can always wake it, so the queue never ends before.
    pub(super) fn run(mut self) -> Result<(), StoreError> {
        loop {
            match self.jobs.next(self.patience()) {
                Ok(Job::Commit(group, answer)) => self.commit(&group, answer),
                Ok(Job::Compact(ask)) => self.compact(ask),
                Ok(Job::Stop) | Err(RecvTimeoutError::Disconnected) => return self.finish(),
                Ok(Job::Wake) | Err(RecvTimeoutError::Timeout) => {}
            }
            self.keep_house().map_err(|Gone| StoreError::Panicked)?;
        }
    }

    fn finish(mut self) -> Result<(), StoreError> {
        while let Some(job) = self.jobs.try_next() {
            if let Job::Commit(group, answer) = job {
                self.commit(&group, answer);
            }
        }
        self.catch_up();
        // Its threads are gone before the database is closed and the lock given back.
        drop(self.upkeep);
        let closed = self.database.close();
        drop(self.lock);
        closed
    }

    fn commit(&mut self, group: &[Record], answer: oneshot::Sender<Result<(), CommitError>>) {
        let start = Instant::now();
        let done = self.database.commit(group);
        match &done {
            Ok(()) => {
                self.upkeep.wrote();
                let took_us = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
                self.stats.committed(group.len() as u64, took_us, wall_clock());
                self.commit_failure = None;
            }
            Err(error) => {
                self.stats.refused();
                self.commit_failure = Some(error.with_remedy());
            }
        }
        self.tell_health();
        self.last_group = Instant::now();
        // Whoever asked may be gone; the group is kept all the same.
        let _ = answer.send(done);
    }

    /// Whoever speaks waits meanwhile, as for a slow disk.
    fn compact(&mut self, ask: Compaction) {
        let done = compact::compact(self.database.path(), ask.limit, &ask.interest);
        self.upkeep.wrote();
        self.last_group = Instant::now();
        let _ = ask.answer.send(done);
    }

    /// Says only changes: every group passes here, and a full disk must not fill the log too.
    fn tell_health(&self) {
        let cause = self.commit_failure.as_deref().or(self.upkeep.failure());
        if self.stats.set_failing(cause) {
            match cause {
                Some(cause) => self.health.raise(Condition::StoreFailing, cause),
                None => self.health.clear(Condition::StoreFailing),
            }
        }
    }

    /// How long to wait for the next group before there is something else to do.
    fn patience(&self) -> Duration {
        // The next pass waits for the end of this one, which goes on in calm moments.
        let mut due = if self.pass.is_some() { self.calm_from() } else { self.pass_due };
        if let Some(upkeep) = self.upkeep.due() {
            due = due.min(upkeep);
        }
        if self.database.behind() > 0 {
            due = due.min(self.calm_from());
        }
        due.saturating_duration_since(Instant::now())
    }

    /// From when on the moment is calm, if no group comes.
    fn calm_from(&self) -> Instant {
        self.last_group + CALM
    }

    fn keep_house(&mut self) -> Result<(), Gone> {
        let now = Instant::now();
        self.upkeep.look(now, &mut self.database)?;
        self.tell_health();
        let is_calm = self.calm_from() <= now;
        if self.database.behind() >= if is_calm { 1 } else { BEHIND_MAX } {
            self.catch_up();
        }
        let (policy, is_new) = self.policy.take();
        if is_new || (self.pass.is_none() && self.pass_due <= now) {
            self.pass = Some(retention::START);
            self.pass_due = now + PASS_EVERY;
        }
        if let Some(stage) = self.pass.filter(|_| is_calm || self.slice_due <= now) {
            self.slice(policy, stage);
        }
        Ok(())
    }

    /// A failure leaves readers more to look through and nothing else; it is tried again after the next group, or in the next
    /// calm moment.
    fn catch_up(&mut self) {
        if self.database.behind() == 0 {
            return;
        }
        match self.database.catch_up() {
            Ok(true) => self.upkeep.wrote(),
            Ok(false) => {}
            Err(error) => {
                self.last_group = Instant::now();
                tracing::debug!(%error, "entries of conversations are behind");
            }
        }
    }

    fn slice(&mut self, policy: retention::Policy, stage: Stage) {
        let start = Instant::now();
        let done = self.database.prune(policy, self.clock.cautious(wall_clock()), stage);
        self.slice_due = Instant::now() + start.elapsed() * 9;
        match done {
            Ok(slice) => {
                self.pass = slice.next;
                self.stats.pruned(slice.removed);
                if slice.wrote {
                    self.upkeep.wrote();
                }
            }
            Err(error) => {
                self.pass = None;
                tracing::warn!(%error, "retention stopped; it is tried again in an hour");
            }
        }
    }
}

/// When the thread began, by a clock that nobody sets and by the system's.
#[derive(Debug)]
struct Clock {
    began: Instant,
    time: Time,
}

impl Clock {
    /// The time for retention, which removes for ever what it takes to be old: never later than the time that has really passed
    /// allows. Where the clock was set forward for a good reason, what is old goes after the next start.
    fn cautious(&self, system: Time) -> Time {
        let passed = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        system.min(Time(self.time.0.saturating_add(passed)))
    }
}

/// A clock before 1970 counts as 1970 and removes nothing.
fn wall_clock() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Clock;
    use crate::domain::id::Time;

    #[test]
    fn a_clock_that_jumps_forward_makes_nothing_old() {
        let Some(began) = Instant::now().checked_sub(Duration::from_secs(60)) else { return };
        let clock = Clock { began, time: Time(1_000_000) };
        let year = 365 * 24 * 60 * 60 * 1000;
        let now = clock.cautious(Time(1_060_000 + year));
        assert!((1_060_000..1_090_000).contains(&now.0), "{now:?}");
        assert_eq!(clock.cautious(Time(500_000)), Time(500_000), "back it is followed");
    }
}
