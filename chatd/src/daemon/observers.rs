//! Who watches the daemon from inside, and who shows it to the outside at the address of `[metrics]`: opened, moved and closed as the
//! configuration says. A move is prepared, with the new socket bound, before anything is done; doing it cannot fail. The daemon goes on
//! should one of them end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::unavailable::Unavailable;
use super::{clock, heartbeat, lost_lines};
use crate::control::{self, Context, ScrapeListener};

/// How long leaving an address may take.
const LEAVE: Duration = Duration::from_secs(2);

/// Who watches, who serves metrics, and where.
#[derive(Debug)]
pub(super) struct Observers {
    context: Context,
    /// As configured: with port 0 the real one is another.
    at: Option<SocketAddr>,
    /// Ends who serves there.
    stop: CancellationToken,
    /// Cancelled when nobody listens there any more, if anybody did.
    gone: Option<CancellationToken>,
    /// All of them, also those that still answer at an address that is gone.
    tasks: TaskTracker,
    /// Ends all.
    controlling: CancellationToken,
}

/// A change that only has to be done.
#[derive(Debug)]
pub(super) enum Plan {
    /// There is none.
    Stay,
    /// Another address, or none.
    Move(Option<(SocketAddr, ScrapeListener)>),
}

impl Observers {
    /// Watches, and serves at this address; until `controlling` is cancelled.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub(super) fn start(
        context: Context,
        controlling: CancellationToken,
        address: Option<SocketAddr>,
    ) -> Result<Self, Unavailable> {
        let (tasks, stop) = (TaskTracker::new(), controlling.child_token());
        let meter = Arc::clone(context.registry.meter());
        tasks.spawn(heartbeat::beat(meter, controlling.clone()));
        let (registry, health) = (context.registry.clone(), context.health.clone());
        tasks.spawn(heartbeat::watch_owner(registry, health, controlling.clone()));
        tasks.spawn(clock::watch(context.health.clone(), controlling.clone()));
        let (telemetry, health) = (Arc::clone(&context.telemetry), context.health.clone());
        tasks.spawn(lost_lines::watch(telemetry, health, controlling.clone()));
        let mut observers = Self { context, at: None, stop, gone: None, tasks, controlling };
        if let Plan::Move(Some((address, listener))) = observers.plan(address)? {
            observers.open(address, listener);
        }
        Ok(observers)
    }

    /// Waits until all of them have ended.
    pub(super) async fn end(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// What it takes to serve there and nowhere else. Must be called inside the runtime.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub(super) fn plan(&self, wanted: Option<SocketAddr>) -> Result<Plan, Unavailable> {
        if wanted == self.at {
            return Ok(Plan::Stay);
        }
        let bind = |address| match ScrapeListener::bind(address) {
            Ok(listener) => Ok((address, listener)),
            Err(cause) => Err(Unavailable::of(address, "metrics.address", cause)),
        };
        wanted.map(bind).transpose().map(Plan::Move)
    }

    /// Does what was prepared. When it is done, the address that is left is free.
    pub(super) async fn apply(&mut self, plan: Plan) {
        let Plan::Move(to) = plan else { return };
        self.stop.cancel();
        self.stop = self.controlling.child_token();
        self.at = None;
        if let Some(gone) = self.gone.take() {
            // It only has to have its turn.
            let _ = timeout(LEAVE, gone.cancelled()).await;
        }
        if let Some((address, listener)) = to {
            self.open(address, listener);
        }
    }

    fn open(&mut self, address: SocketAddr, listener: ScrapeListener) {
        tracing::info!(address = %listener.address(), "serving metrics and health checks");
        (self.at, self.gone) = (Some(address), Some(listener.gone()));
        self.tasks.spawn(control::serve_metrics(listener, self.context.clone(), self.stop.clone()));
    }
}
