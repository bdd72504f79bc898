//! The handle by which the log hands groups to the writer's thread. Never waits.

use tokio::sync::oneshot;

use super::Record;
use super::error::CommitError;
use super::queue::Jobs;
use super::space::Gate;

/// Comes when the group is as safe as `history.sync` promises, or was rolled back. When the sender is gone without an
/// answer, the store has ended and nothing is known about the group.
pub type Committed = oneshot::Receiver<Result<(), CommitError>>;

/// Hands groups to the store; cheap to clone.
#[derive(Clone, Debug)]
pub struct Writer {
    jobs: Jobs,
    gate: Gate,
}

impl Writer {
    pub(super) fn new(jobs: Jobs, gate: Gate) -> Self {
        Self { jobs, gate }
    }

    /// Why nothing that must be kept is to be taken from clients at the moment, in words for them; nothing if it can be. What
    /// operators do is kept nevertheless. Costs a look at a flag.
    #[must_use]
    pub fn read_only(&self) -> Option<&'static str> {
        self.gate.closed()
    }

    /// Hands over one group, which becomes one transaction. Groups are committed in the order of these calls.
    ///
    /// # Errors
    /// The group comes back untouched when four are waiting already, or when the store has been closed. A lone caller that hands
    /// over the next group after the answer to the last one never meets the first: only groups take the places of groups.
    pub fn commit(&self, group: Vec<Record>) -> Result<Committed, Vec<Record>> {
        let (answer, committed) = oneshot::channel();
        self.jobs.commit(group, answer).map(|()| committed)
    }
}
