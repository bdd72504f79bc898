//! Everything that the table reads, gathered at one moment: from the counters at once, from the owner within a bound.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Handle, RuntimeMetrics};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::process::{self, Process};
use crate::config::Config;
use crate::control::{Context, Facts};
use crate::health::Health;
use crate::meter::Meter;
use crate::meter::traffic::{self, Traffic};
use crate::registry::{Census, Inspect, View};
use crate::store::{Stats, StatsHandle};
use crate::wire::irc;

/// How long the owner may take: scrapers wait for ten seconds, and the rest is worth having when it is stuck.
const PATIENCE: Duration = Duration::from_secs(3);

/// What was seen.
pub(super) struct Sight {
    pub(super) meter: Arc<Meter>,
    /// Nothing when the owner did not answer in time.
    pub(super) census: Option<Box<Census>>,
    pub(super) inbox: usize,
    pub(super) traffic: Traffic,
    /// Verbs of IRC that were used.
    pub(super) verbs: Vec<(&'static str, u64)>,
    pub(super) store: Stats,
    pub(super) store_stats: StatsHandle,
    pub(super) health: Health,
    pub(super) config: Arc<Config>,
    pub(super) facts: Arc<Facts>,
    pub(super) dropped_lines: usize,
    pub(super) runtime: RuntimeMetrics,
    /// Nothing where there is no `/proc`.
    pub(super) process: Option<Process>,
}

impl Sight {
    /// Looks around. Takes [`PATIENCE`] at most.
    pub(super) async fn gather(context: &Context) -> Self {
        // Before Linux 6.2 descriptors have to be counted one by one.
        let process = spawn_blocking(process::look);
        Self {
            meter: Arc::clone(context.registry.meter()),
            census: census(context).await,
            inbox: context.registry.inbox(),
            traffic: traffic::total(),
            verbs: irc::used_verbs().collect(),
            store: context.stats.snapshot(),
            store_stats: context.stats.clone(),
            health: context.health.clone(),
            config: context.shared.config(),
            facts: Arc::clone(&context.facts),
            dropped_lines: context.telemetry.dropped_lines(),
            runtime: Handle::current().metrics(),
            process: process.await.ok().flatten(),
        }
    }
}

async fn census(context: &Context) -> Option<Box<Census>> {
    match timeout(PATIENCE, context.registry.inspect(Inspect::Census)).await {
        Ok(Ok(View::Census(census))) => Some(census),
        _ => None,
    }
}
