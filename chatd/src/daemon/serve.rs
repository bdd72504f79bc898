//! The main loop: one thing after the other, for as long as the daemon serves. Nothing here takes longer than its deadline, so that a
//! signal that comes meanwhile is heard soon; what may take longer is a task of its own.

use std::ops::ControlFlow;

use anyhow::{Result, anyhow, bail};
use tokio::task::JoinError;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::confirm::Pending;
use super::drain::Drain;
use super::signal::Signal;
use super::{Daemon, review};
use crate::control::Steer;
use crate::store::Store;

/// What the main loop is to do.
enum Next {
    Signal(Signal),
    Steer(Steer),
    /// Show the certificates that are on disk now.
    Renew,
    /// Take back a reload that nobody has confirmed.
    Undo,
    /// Answer who had a configuration looked at.
    Tell(review::Seen),
    /// Go on with the drain.
    Drain,
}

impl Daemon {
    /// Runs until somebody stops the daemon or a core task ends by itself, which nothing can repair but a restart.
    pub(super) async fn serve(&mut self) -> Result<()> {
        let store_ended = self.store.as_ref().map_or_else(CancellationToken::new, Store::ended);
        loop {
            let next = self.next(&store_ended).await?;
            let _at_work = self.work.begin();
            if self.act(next).await.is_break() {
                return Ok(());
            }
        }
    }

    /// Waits for the next thing to do.
    async fn next(&mut self, store_ended: &CancellationToken) -> Result<Next> {
        Ok(tokio::select! {
            Some(signal) = self.signals.recv() => Next::Signal(signal),
            Some(steer) = self.steering.recv() => Next::Steer(steer),
            () = self.renewed.notified() => Next::Renew,
            () = self.reload_asked.notified() => Next::Signal(Signal::Reload),
            () = at(self.pending.as_ref().map(Pending::due)) => Next::Undo,
            Some(seen) = self.reviews.next() => Next::Tell(seen),
            ended = &mut self.owner => return Err(core_task("registry", ended)),
            ended = &mut self.control => return Err(core_task("control API", ended)),
            () = store_ended.cancelled() => bail!("the store's thread ended by itself"),
            ended = &mut self.watchdog => return Err(core_task("watchdog", ended)),
            () = self.sessions.wait() => Next::Signal(Signal::Stop),
            () = at(self.draining.as_ref().map(Drain::next)) => Next::Drain,
        })
    }

    /// Does it; breaks when the daemon shall end. A signal that comes meanwhile waits: nothing here takes longer than its deadline,
    /// and all of them together less than [`super::work::STUCK_AFTER`].
    async fn act(&mut self, next: Next) -> ControlFlow<()> {
        match next {
            Next::Signal(Signal::Stop) => return ControlFlow::Break(()),
            Next::Signal(Signal::Reload) => drop(self.reload(None).await),
            Next::Signal(Signal::ReopenLogs) => self.reopen_logs(),
            Next::Steer(steer) => return self.steer(steer).await,
            Next::Renew => self.renew().await,
            Next::Undo => self.undo_in_time().await,
            Next::Tell(seen) => self.tell(seen),
            Next::Drain => return self.go_on_draining().await,
        }
        ControlFlow::Continue(())
    }
}

/// The moment, if there is one.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

fn core_task(name: &str, ended: Result<(), JoinError>) -> anyhow::Error {
    match ended {
        Ok(()) => anyhow!("the {name} ended by itself"),
        Err(error) => anyhow!("the {name} failed: {error}"),
    }
}
