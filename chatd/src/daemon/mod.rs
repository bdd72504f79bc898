//! The life of the daemon: built from the bottom up, run, drained from the top down. Everything that fails here names what
//! was tried, the cause and the remedy.

mod admit;
mod change;
mod clock;
mod confirm;
mod descriptors;
mod dns;
mod drain;
mod handshake;
mod heartbeat;
mod listen;
mod listeners;
mod lost_lines;
mod observers;
pub mod offline;
mod owner;
mod reload;
mod review;
mod secret;
mod serve;
mod signal;
mod steer;
mod systemd;
pub mod tls;
mod unavailable;
mod work;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use listenfd::ListenFd;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::config::{Config, Environment, Loaded, PathError, Settings, Source};
use crate::control::{self, Facts, Steer};
use crate::delivery::broadcast::Encoder;
use crate::domain::id::{Seq, Time};
use crate::health::Health;
use crate::log::local::LocalLog;
use crate::registry::{self, Registry};
use crate::store::{Store, StoreError};
use crate::telemetry::{Telemetry, TelemetryError};
use crate::wire::{self, session::Shared};
use admit::Gatekeeper;
use confirm::Pending;
use descriptors::Descriptors;
use drain::Drain;
use listeners::Listeners;
use observers::Observers;
use review::Reviews;
use signal::Signal;
use tls::Tls;

use unavailable::Unavailable;
use work::Work;

/// Runs the daemon until it is told to stop. Must be called inside the runtime.
///
/// # Errors
/// It could not be started, or a core task ended by itself.
pub async fn run(
    loaded: Loaded,
    source: Source,
    telemetry: Arc<Telemetry>,
    mut inherited: ListenFd,
) -> Result<()> {
    warn(&doubts(&loaded.config, &source.environment));
    let mut daemon = Daemon::build(loaded, source, telemetry, &mut inherited)?;
    daemon.tell_ready();
    let outcome = daemon.serve().await;
    daemon.drain().await;
    outcome
}

/// What is not wrong with a configuration on this machine and should not be so. Blocks on files, or on whatever else holds the
/// users of this machine.
#[must_use]
pub fn doubts(config: &Config, environment: &Environment) -> Vec<String> {
    [environment.passed_over(), control::unknown_people(&config.control)].concat()
}

fn warn(doubts: &[String]) {
    doubts.iter().for_each(|doubt| tracing::warn!("{doubt}"));
}

/// Whether an error of [`run`] stays until somebody has done something about it, so that starting again is of no use.
#[must_use]
pub fn needs_somebody(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref().is_some_and(StoreError::needs_somebody)
            || cause.downcast_ref().is_some_and(control::BindError::needs_somebody)
            || cause.downcast_ref().is_some_and(TelemetryError::needs_somebody)
            || cause.downcast_ref().is_some_and(Unavailable::needs_somebody)
            || cause.is::<PathError>()
    })
}

/// All that runs.
struct Daemon {
    source: Source,
    telemetry: Arc<Telemetry>,
    health: Health,
    shared: Arc<Shared>,
    registry: Registry,
    facts: Arc<Facts>,
    /// What is in force, key by key.
    settings: Arc<Settings>,
    /// A reload that waits for its confirmation.
    pending: Option<Pending>,
    /// Nothing without a certificate in the configuration.
    tls: Option<Arc<Tls>>,
    /// Files of certificates are others than those in force.
    renewed: Arc<Notify>,
    store: Option<Store>,
    sessions: TaskTracker,
    listeners: Listeners,
    gatekeeper: Gatekeeper,
    /// Ends accepting.
    accepting: CancellationToken,
    acceptors: TaskTracker,
    /// Ends the control API and the observers.
    controlling: CancellationToken,
    control: JoinHandle<()>,
    observers: Observers,
    /// Ends the owner, once its log is idle.
    owning: CancellationToken,
    owner: JoinHandle<()>,
    steering: mpsc::Receiver<Steer>,
    reload_asked: Arc<Notify>,
    signals: mpsc::Receiver<Signal>,
    _signal_thread: signal::SignalThread,
    /// How long clients have to read their farewell when the daemon stops.
    drain_timeout: Duration,
    /// Nobody new is taken, and the daemon stops when all have left, or at the end of it.
    draining: Option<Drain>,
    /// Configurations that are looked at without being put in force.
    reviews: Reviews,
    /// What the main loop is at, for the watchdog.
    work: Work,
    /// Ends with the daemon.
    watchdog: AbortOnDropHandle<()>,
}

impl Daemon {
    fn config(&self) -> Arc<Config> {
        self.shared.config()
    }

    /// Bottom up: store, log, registry, listeners, control. What fails undoes what was built by dropping it.
    fn build(
        Loaded { mut config, origins }: Loaded,
        source: Source,
        telemetry: Arc<Telemetry>,
        inherited: &mut ListenFd,
    ) -> Result<Self> {
        let (signal_thread, signals) = signal::listen().context("cannot listen for signals")?;
        let state_directory = config.state_directory(&source.environment)?;
        let (health, descriptors) = health(&config);
        let (store, opened) = Store::open(&state_directory, &config.history, &health)?;
        let (files, tls) = certificates(&config)?;
        let plan = Listeners::first(&config.listen, tls.as_ref(), inherited)?;
        let (control_listener, socket) = bind_control(&config, &source)?;
        config.cloak.key = reload::cloak_key(&config, &state_directory)?;
        let (config, started) = (Arc::new(config), registry::now());
        let (owning, controlling) = (CancellationToken::new(), CancellationToken::new());
        let reload_asked = Arc::<Notify>::default();
        let (registry, owner) = start(&config, &store, opened.next_seq, &reload_asked, owning.clone());
        let shared = Arc::new(Shared::new(Arc::clone(&config), started));
        let facts = Arc::new(facts(&source, socket, started));
        let gatekeeper = Gatekeeper::new(&registry, &shared, &facts, descriptors);
        let (steer, steering) = mpsc::channel(16); // Full: the control API waits to hand its wish in.
        let context = context(&gatekeeper, &store, &telemetry, health.clone(), steer);
        let work = Work::default();
        let watchdog = tokio::spawn(systemd::watchdog(registry.clone(), work.clone()));
        let observers = Observers::start(context.clone(), controlling.clone(), config.metrics.address)?;
        let mut daemon = Self {
            source,
            telemetry,
            health,
            shared,
            registry,
            facts,
            settings: Arc::new(origins.settings(&config)),
            pending: None,
            tls,
            renewed: Arc::default(),
            store: Some(store),
            sessions: gatekeeper.sessions.clone(),
            listeners: Listeners::default(),
            accepting: gatekeeper.stop.clone(),
            gatekeeper,
            acceptors: TaskTracker::new(),
            control: tokio::spawn(control::serve(control_listener, context, controlling.clone())),
            controlling,
            observers,
            owning,
            owner: tokio::spawn(owner),
            steering,
            reload_asked,
            signals,
            _signal_thread: signal_thread,
            drain_timeout: config.server.drain_timeout,
            draining: None,
            reviews: Reviews::default(),
            work,
            watchdog: AbortOnDropHandle::new(watchdog),
        };
        daemon.open(plan);
        daemon.watch_certificates(files);
        Ok(daemon)
    }

    fn open(&mut self, plan: listeners::Plan) {
        // Nothing was there before that could end.
        drop(self.listeners.apply(plan, &self.gatekeeper, &self.acceptors));
        self.facts.put_listeners(self.listeners.facts());
        let descriptors = Arc::clone(&self.gatekeeper.descriptors);
        let places = Arc::clone(&self.gatekeeper.places);
        self.acceptors.spawn(descriptors.watch(places, self.accepting.clone()));
        let socket = self.facts.control_socket.display();
        tracing::info!(%socket, config = self.facts.config_source, "chatd {} is ready", env!("CARGO_PKG_VERSION"));
    }

    /// Without listeners that speak TLS there is nothing to be renewed.
    fn watch_certificates(&self, files: tls::watch::Files) {
        if self.tls.is_some() {
            let shared = Arc::clone(&self.shared);
            let config = move || shared.config().tls.clone();
            let (renewed, stop) = (Arc::clone(&self.renewed), self.accepting.clone());
            self.acceptors.spawn(tls::watch::watch(files, config, renewed, stop));
        }
    }

    fn reopen_logs(&self) {
        match self.telemetry.reopen() {
            Ok(()) => tracing::info!("log files opened anew"),
            Err(error) => tracing::error!(%error, "cannot open the log files anew; writing to the old ones"),
        }
    }

    /// Top down: no new clients, all clients told, the log written out, the store closed. Bounded by one deadline.
    async fn drain(mut self) {
        let (within, deadline) = (self.drain_timeout, Instant::now() + self.drain_timeout);
        self.facts.begin_to_stop();
        systemd::stopping(within + Duration::from_secs(5));
        tracing::info!(clients = self.sessions.len(), within_s = within.as_secs(), "stopping");
        if self.pending.is_some() {
            tracing::warn!("the last reload was not confirmed; the next start reads the file as it is");
        }
        self.steering.close();
        self.accepting.cancel();
        self.acceptors.close();
        let told = async {
            self.acceptors.wait().await;
            // The owner may be what failed; then the sessions end because it is gone.
            let _ = self.registry.drain().await;
        };
        if timeout_at(deadline, told).await.is_err() {
            tracing::error!("cannot tell the clients within the deadline, because the registry is busy");
        }
        self.sessions.close();
        tokio::select! {
            () = self.sessions.wait() => {}
            () = tokio::time::sleep_until(deadline) => {
                tracing::warn!(clients = self.sessions.len(), "the deadline passed; the rest is cut off");
            }
            () = told_again(&mut self.signals) => {
                tracing::warn!(clients = self.sessions.len(), "told twice to stop; the rest is cut off");
            }
        }
        self.owning.cancel();
        let grace = Duration::from_secs(5);
        if !self.owner.is_finished() && timeout(grace, &mut self.owner).await.is_err() {
            tracing::error!("the log did not settle; what was not acknowledged may be lost");
        }
        self.controlling.cancel();
        if !self.control.is_finished() && timeout(grace, &mut self.control).await.is_err() {
            tracing::warn!("the control API did not end in time");
        }
        if timeout(grace, self.observers.end()).await.is_err() {
            tracing::warn!("what serves metrics did not end in time");
        }
        if let Some(store) = self.store.take() {
            match tokio::task::spawn_blocking(|| store.close()).await {
                Ok(Ok(())) => tracing::info!("stopped"),
                Ok(Err(error)) => {
                    tracing::error!(%error, "the store did not close cleanly; nothing acknowledged is lost");
                }
                Err(error) => tracing::error!(%error, "the store did not close cleanly"),
            }
        }
    }
}

/// The control socket, and its path.
fn bind_control(config: &Config, source: &Source) -> Result<(control::Listener, PathBuf)> {
    let socket = config.control_socket(&source.environment)?;
    Ok((control::bind(&socket)?, socket))
}

/// The certificates, and what their files were before they were read.
fn certificates(config: &Config) -> Result<(tls::watch::Files, Option<Arc<Tls>>)> {
    let files = tls::watch::look(&config.tls);
    let tls = Tls::load(&config.tls).map_err(|faults| anyhow!("cannot speak TLS: {faults}"))?;
    Ok((files, tls))
}

/// What the control API looks at and asks.
fn context(
    gatekeeper: &Gatekeeper,
    store: &Store,
    telemetry: &Arc<Telemetry>,
    health: Health,
    steer: mpsc::Sender<Steer>,
) -> control::Context {
    control::Context {
        registry: gatekeeper.registry.clone(),
        readers: store.readers(),
        care: store.care(),
        stats: store.stats(),
        telemetry: Arc::clone(telemetry),
        health,
        shared: Arc::clone(&gatekeeper.shared),
        steer,
        facts: Arc::clone(&gatekeeper.facts),
    }
}

/// The owner, over a log that goes on at `next`, and the handle to it.
fn start(
    config: &Arc<Config>,
    store: &Store,
    next: Seq,
    reload: &Arc<Notify>,
    stop: CancellationToken,
) -> (Registry, impl Future<Output = ()> + Send + use<>) {
    let log = LocalLog::new(store.writer(), next, config.history.enabled);
    let encoder = Encoder { encode: wire::encode, relevant: wire::relevant };
    let (registry, owner) = registry::start(Arc::clone(config), log, encoder, Arc::clone(reload), stop);
    registry.tap().begin(Seq(next.0 - 1));
    (registry, owner)
}

/// Waits for another signal to stop; the others mean nothing any more.
async fn told_again(signals: &mut mpsc::Receiver<Signal>) {
    while let Some(signal) = signals.recv().await {
        if signal == Signal::Stop {
            return;
        }
    }
    std::future::pending::<()>().await;
}

/// What is wrong with a daemon that starts now; first of all it may have too few descriptors.
fn health(config: &Config) -> (Health, Arc<Descriptors>) {
    let health = Health::default();
    let descriptors = Descriptors::raised(config.limits.clients, &health);
    (health, descriptors)
}

/// What `chatctl status` says of a daemon that starts now.
fn facts(source: &Source, control_socket: PathBuf, started: Time) -> Facts {
    Facts {
        started_at: started,
        control_socket,
        config_source: source.name(),
        listeners: Mutex::default(),
        is_draining: AtomicBool::new(false),
        stopping: CancellationToken::new(),
        drain: Mutex::default(),
        pending_reload: Mutex::default(),
        config_loaded_at: AtomicU64::new(started.0),
        owner: nix::unistd::geteuid().as_raw(),
    }
}
