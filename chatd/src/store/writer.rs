//! The handle by which the log hands groups to the writer's thread. Never waits.

use std::sync::mpsc::{SyncSender, TrySendError};

use tokio::sync::oneshot;

use super::Record;
use super::error::CommitError;
use super::worker::Job;

/// How many groups may wait while one is being committed. More would only add latency: the caller gathers a larger
/// group meanwhile.
pub(super) const WAITING_GROUPS: usize = 4;

/// Comes when the group is as safe as `history.sync` promises, or was rolled back. When the sender is gone without an
/// answer, the store has ended and nothing is known about the group.
pub type Committed = oneshot::Receiver<Result<(), CommitError>>;

/// Hands groups to the store; cheap to clone.
#[derive(Clone, Debug)]
pub struct Writer {
    jobs: SyncSender<Job>,
}

impl Writer {
    pub(super) fn new(jobs: SyncSender<Job>) -> Self {
        Self { jobs }
    }

    /// Hands over one group, which becomes one transaction. Groups are committed in the order of these calls.
    ///
    /// # Errors
    /// The group comes back untouched when a few are waiting already, or when the store has been closed
    /// ([`Writer::is_closed`] tells which).
    pub fn commit(&self, group: Vec<Record>) -> Result<Committed, Vec<Record>> {
        let (answer, committed) = oneshot::channel();
        match self.jobs.try_send(Job::Commit(group, answer)) {
            Ok(()) => Ok(committed),
            Err(TrySendError::Full(job) | TrySendError::Disconnected(job)) => Err(job.into_group()),
        }
    }

    /// Whether the store has ended: nothing will ever be committed through this handle again.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self.jobs.try_send(Job::Wake), Err(TrySendError::Disconnected(_)))
    }
}
