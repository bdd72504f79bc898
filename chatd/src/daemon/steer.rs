//! What the control API asks of the daemon itself: reload, check, the configuration, drain, undrain, stop.

use std::ops::ControlFlow;
use std::time::Duration;

use chat_proto::control::Accepted;

use super::Daemon;
use crate::control::Steer;

impl Daemon {
    /// Does one thing; breaks when the daemon shall end.
    pub(super) async fn steer(&mut self, steer: Steer) -> ControlFlow<()> {
        // Whoever asked may be gone; what was asked is done all the same.
        match steer {
            Steer::Reload { confirm_within, answer } => {
                drop(answer.send(self.reload(confirm_within).await));
            }
            Steer::Confirm(answer) => drop(answer.send(self.confirm())),
            Steer::Undo(answer) => drop(answer.send(self.undo().await)),
            Steer::Settings(prefix, answer) => drop(answer.send(self.settings_in_force(&prefix))),
            Steer::Diff(against, answer) => self.diff(against, answer),
            Steer::Check(path, answer) => self.check(path, answer),
            Steer::Drain { timeout: asked, answer } => {
                let within = asked.unwrap_or(self.drain_timeout);
                drop(answer.send(self.accepted(within)));
                self.begin_drain(within).await;
            }
            Steer::Undrain(answer) => {
                let undone = self.undrain().await;
                drop(answer.send(undone));
            }
            Steer::Stop { answer } => {
                drop(answer.send(self.accepted(self.drain_timeout)));
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }

    fn accepted(&self, within: Duration) -> Accepted {
        let deadline = jiff::Timestamp::now().checked_add(within);
        Accepted {
            clients: self.sessions.len() as u64,
            deadline_at: deadline.ok().map(|at| format!("{at:.3}")),
        }
    }
}
