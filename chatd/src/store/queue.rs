//! What the writer's thread is asked to do, in order, with places kept apart: groups have theirs, a wake has its own, so has the
//! end. None can keep another out. Never waits, and knows nothing of how a job is done.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use tokio::sync::oneshot;

use super::Record;
use super::compact::Compaction;
use super::error::CommitError;

/// How many groups may wait while one is being committed. More would only add latency: the caller gathers a larger
/// group meanwhile.
pub(super) const WAITING_GROUPS: usize = 4;

/// What the thread is asked to do.
#[derive(Debug)]
pub(super) enum Job {
    /// Keep this group and say so.
    Commit(Vec<Record>, oneshot::Sender<Result<(), CommitError>>),
    /// Give back the room that is not used.
    Compact(Compaction),
    /// Look whether something changed.
    Wake,
    /// Finish what is queued and end.
    Stop,
}

/// Which places are taken.
#[derive(Debug, Default)]
pub(super) struct Taken {
    groups: AtomicUsize,
    is_woken: AtomicBool,
    is_compacted: AtomicBool,
}

impl Taken {
    /// Groups that wait.
    pub(super) fn groups(&self) -> usize {
        self.groups.load(Ordering::Relaxed)
    }
}

/// The end that asks; cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Jobs {
    queue: SyncSender<Job>,
    taken: Arc<Taken>,
}

/// The thread's end.
#[derive(Debug)]
pub(super) struct Queue {
    jobs: Receiver<Job>,
    taken: Arc<Taken>,
}

/// An empty queue.
pub(super) fn queue() -> (Jobs, Queue) {
    // A group without a place goes back to its owner, who tries again; the three other places are for one wake, one
    // compaction and the end.
    let (queue, jobs) = sync_channel(WAITING_GROUPS + 3);
    let taken = Arc::new(Taken::default());
    (Jobs { queue, taken: Arc::clone(&taken) }, Queue { jobs, taken })
}

impl Jobs {
    /// Which places are taken, for whoever only looks.
    pub(super) fn taken(&self) -> Arc<Taken> {
        Arc::clone(&self.taken)
    }

    /// Has a group committed, unless all places are taken or the thread is gone.
    pub(super) fn commit(
        &self,
        group: Vec<Record>,
        answer: oneshot::Sender<Result<(), CommitError>>,
    ) -> Result<(), Vec<Record>> {
        let more = |groups| (groups < WAITING_GROUPS).then_some(groups + 1);
        if self.taken.groups.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).is_err() {
            return Err(group);
        }
        // With a place it fails only when the thread is gone; then its places matter no more.
        match self.queue.try_send(Job::Commit(group, answer)) {
            Err(
                TrySendError::Full(Job::Commit(group, _)) | TrySendError::Disconnected(Job::Commit(group, _)),
            ) => Err(group),
            _ => Ok(()),
        }
    }

    /// Has the thread look around. One wake that has not been heard yet does for everybody: its place is given back before the
    /// thread looks.
    pub(super) fn wake(&self) {
        if !self.taken.is_woken.swap(true, Ordering::AcqRel) {
            // Nobody there any more needs no waking.
            let _ = self.queue.try_send(Job::Wake);
        }
    }

    /// Has the thread give back room, unless that is asked already. Returns whether it was asked; if the thread is gone, the answer's
    /// channel is closed.
    pub(super) fn compact(&self, compaction: Compaction) -> bool {
        let is_asked = !self.taken.is_compacted.swap(true, Ordering::AcqRel);
        if is_asked {
            let _ = self.queue.try_send(Job::Compact(compaction));
        }
        is_asked
    }

    /// Has the thread end. Called once.
    pub(super) fn stop(&self) {
        // Fails only when it has ended already.
        let _ = self.queue.try_send(Job::Stop);
    }
}

impl Queue {
    /// The next job, if it comes within this time.
    pub(super) fn next(&self, patience: Duration) -> Result<Job, RecvTimeoutError> {
        self.jobs.recv_timeout(patience).inspect(|job| self.give_back(job))
    }

    /// The next job, if there is one.
    pub(super) fn try_next(&self) -> Option<Job> {
        self.jobs.try_recv().ok().inspect(|job| self.give_back(job))
    }

    /// The job has left the queue, so its place is free.
    fn give_back(&self, job: &Job) {
        match job {
            Job::Commit(..) => {
                self.taken.groups.fetch_sub(1, Ordering::AcqRel);
            }
            // An exchange and no store: what was done before any call of `wake` so far is seen by the look that follows.
            Job::Wake => {
                self.taken.is_woken.swap(false, Ordering::AcqRel);
            }
            Job::Compact(_) => {
                self.taken.is_compacted.store(false, Ordering::Release);
            }
            Job::Stop => {}
        }
    }
}
