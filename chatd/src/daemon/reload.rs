//! Putting another configuration in force: checked whole, applied whole or not at all. Everything that can fail comes before
//! anything that changes.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Result;
use chat_proto::control::ReloadResult;
use tokio::time::timeout;

use super::tls::{self, Tls};
use super::{Daemon, change, listeners, observers, secret, systemd};
use crate::config::{self, Config, ConfigError, Environment, Loaded, Settings, Source};
use crate::control::NotDone;
use crate::domain::notice::What;
use crate::health::Condition;
use crate::registry::{self, Stopped};
use crate::wire;

/// Where the key of the cloaks is kept if the configuration gives none.
const CLOAK_KEY: &str = "cloak.key";

/// How long reading one thing may take.
const READ: Duration = Duration::from_secs(5);

/// How long the owner may be too busy to be told something.
const OWNER: Duration = Duration::from_secs(5);

/// The key of the cloaks, made if there is none yet. Nothing where no cloak is made.
pub(super) fn cloak_key(config: &Config, state_directory: &Path) -> Result<Option<String>> {
    match &config.cloak.key {
        None if config.cloak.enabled => secret::kept(state_directory, CLOAK_KEY).map(Some),
        key => Ok(key.clone()),
    }
}

/// A configuration that only has to be put in force, with all that it needs.
pub(super) struct Prepared {
    config: Arc<Config>,
    settings: Arc<Settings>,
    certificates: Certificates,
    listeners: listeners::Plan,
    scraping: observers::Plan,
}

/// What is to be shown to those who connect encrypted.
#[derive(Debug)]
pub(super) enum Certificates {
    /// Nothing: the configuration has none.
    None,
    /// These, by what speaks TLS already.
    Changed(Arc<tls::Current>),
    /// The first since the start.
    First(Arc<Tls>),
}

impl Certificates {
    /// The files whose certificate is another one than before.
    fn renewed(&self, before: &tls::Current) -> Vec<String> {
        match self {
            Self::Changed(current) => current.renewed(before),
            Self::None | Self::First(_) => Vec::new(),
        }
    }

    /// What is not wrong with them and should not be so.
    fn doubts(&self) -> Vec<String> {
        match self {
            Self::None => Vec::new(),
            Self::Changed(current) => current.doubts().to_vec(),
            Self::First(tls) => tls.current().doubts().to_vec(),
        }
    }
}

/// A report with its hints, for where one line has to do.
fn in_a_line(report: &str) -> String {
    report.lines().map(str::trim).collect::<Vec<_>>().join("; ")
}

impl Daemon {
    /// Reads the configuration again and says what changed; or reports all that is wrong, and changes nothing. It is taken back unless
    /// it is confirmed within this time, if there is one.
    pub(super) async fn reload(&mut self, confirm_within: Option<Duration>) -> Result<ReloadResult, NotDone> {
        systemd::reloading();
        let result = match self.may_reload() {
            Ok(()) => self.try_reload(confirm_within).await.map_err(NotDone::Faulty),
            Err(refused) => Err(refused),
        };
        // One that was not the time for says nothing about the file.
        if !matches!(result, Err(NotDone::Refused { .. })) {
            self.registry.meter().is_reload_failed.store(result.is_err(), Ordering::Relaxed);
        }
        match &result {
            Ok(done) => {
                let (changed, restart_needed) = (keys(&done.changed), keys(&done.restart_needed));
                tracing::info!(?changed, ?restart_needed, "configuration read again");
            }
            Err(NotDone::Faulty(report)) => {
                tracing::error!(report, "the configuration is wrong; the old one stays in force");
            }
            Err(refused) => tracing::error!(%refused, "the configuration was not read"),
        }
        self.tell_ready();
        self.tell_how_far_the_drain_is();
        result
    }

    async fn try_reload(&mut self, confirm_within: Option<Duration>) -> Result<ReloadResult, String> {
        let Loaded { config: mut new, origins } = load(self.source.clone()).await?;
        let old = self.config();
        let directory = old.state_directory(&self.source.environment).map_err(|error| error.to_string())?;
        new.cloak.key = cloak_key(&new, &directory).map_err(|error| format!("{error:#}"))?;
        let settings = origins.settings(&new);
        let (changed, restart_needed) = change::changes(&self.settings, &settings);
        let settings = Arc::new(settings.keeping(&self.settings, change::needs_restart));
        let certificates = self.read_certificates(&new).await?;
        let effective = change::effective(&old, new);
        let doubts = doubts(Arc::clone(&effective), self.source.environment.clone()).await;
        let renewed = self.tls.as_ref().map(|tls| certificates.renewed(&tls.current())).unwrap_or_default();
        let mut warnings = certificates.doubts();
        warnings.extend(self.listeners.warnings(&effective.listen));
        warnings.extend(doubts.iter().cloned());
        let prepared = self.prepare(effective, settings, certificates)?;
        let before = self.in_force();
        let within = confirm_within.filter(|_| !changed.is_empty());
        // Until it is confirmed nothing is removed that taking it back could not bring back.
        let history = match within {
            Some(_) => prepared.config.history.laxer(&old.history),
            None => prepared.config.history.clone(),
        };
        self.put_in_force(prepared, &history).await?;
        super::warn(&doubts);
        let pending = within.map(|within| self.wait_for_confirmation(before, within, changed.len()));
        Ok(ReloadResult { changed, renewed, restart_needed, warnings, pending })
    }

    /// Binds what is new, the last thing that can fail; nothing has changed afterwards.
    pub(super) fn prepare(
        &self,
        config: Arc<Config>,
        settings: Arc<Settings>,
        certificates: Certificates,
    ) -> Result<Prepared, String> {
        let tls = match &certificates {
            Certificates::First(tls) => Some(tls),
            _ => self.tls.as_ref(),
        };
        let listeners = self.listeners.plan(&config.listen, tls).map_err(|error| format!("{error:#}"))?;
        let scraping = self.observers.plan(config.metrics.address).map_err(|error| error.to_string())?;
        Ok(Prepared { config, settings, certificates, listeners, scraping })
    }

    /// Everything that cannot fail; the store keeps what `history` says. When it is done, nobody is accepted any more at a listener
    /// that is gone.
    ///
    /// # Errors
    /// The daemon is about to end, because the owner has.
    pub(super) async fn put_in_force(
        &mut self,
        prepared: Prepared,
        history: &config::History,
    ) -> Result<(), String> {
        let Prepared { config, settings, certificates, listeners, scraping } = prepared;
        let old = self.config();
        if config.log.level != old.log.level
            && let Err(error) = self.telemetry.set_level(&config.log.level)
        {
            tracing::error!(%error, "cannot change the log level");
        }
        self.gatekeeper.descriptors.judge(config.limits.clients);
        if let Some(store) = &self.store {
            store.configure(history);
        }
        self.drain_timeout = config.server.drain_timeout;
        self.settings = settings;
        self.show(certificates, &config);
        self.shared.configure(Arc::clone(&config));
        // A policy of strict transport may lead to one of these: they are there when it is told.
        let ended = self.listeners.apply(listeners, &self.gatekeeper, &self.acceptors);
        self.facts.put_listeners(self.listeners.facts());
        self.observers.apply(scraping).await;
        let news = wire::changed_offers(&old, &config);
        let told = self.tell_owner(config, news).await;
        // One that panicked accepts nobody either; one that still waits for the owner accepts nobody any more afterwards.
        let _ = timeout(OWNER, futures_util::future::join_all(ended)).await;
        self.facts.config_loaded_at.store(registry::now().0, Ordering::Relaxed);
        told.map_err(|error| error.to_string())
    }

    /// Hands the owner its configuration. An owner that is busy gets it later, in its turn: what was put in force already stays so.
    ///
    /// # Errors
    /// The daemon is about to end, because the owner has.
    async fn tell_owner(&self, config: Arc<Config>, news: Option<What>) -> Result<(), Stopped> {
        let registry = self.registry.clone();
        let telling = self.acceptors.spawn(async move { registry.configure(config, news).await });
        match timeout(OWNER, telling).await {
            Ok(told) => told.unwrap_or(Err(Stopped)),
            Err(_late) => {
                tracing::warn!(
                    "the registry is busy; what of the configuration is its part takes effect when it is not"
                );
                Ok(())
            }
        }
    }

    /// Shows these certificates from now on. Established sessions stay as they are.
    fn show(&mut self, certificates: Certificates, config: &Config) {
        self.health.clear(Condition::CertificatesWrong);
        match (certificates, &self.tls) {
            (Certificates::Changed(current), Some(tls)) => tls.put(current),
            (Certificates::First(tls), _) => {
                self.tls = Some(tls);
                self.watch_certificates(tls::watch::look(&config.tls));
            }
            _ => {}
        }
    }

    /// Shows the certificates that are on disk now. Bad ones change nothing.
    pub(super) async fn renew(&mut self) {
        let config = self.config();
        match self.read_certificates(&config).await {
            Ok(Certificates::None) => {}
            Ok(certificates) => {
                self.show(certificates, &config);
                tracing::info!("certificates read again, because their files have changed");
            }
            Err(faults) => {
                tracing::error!(faults, "the certificates on disk are wrong; the old ones stay in force");
                self.health.raise(Condition::CertificatesWrong, &in_a_line(&faults));
            }
        }
    }

    /// Shows the certificates on disk if they are others than those kept in memory, which may have been renewed meanwhile.
    pub(super) async fn look_for_renewed(&mut self) {
        let config = self.config();
        match (self.read_certificates(&config).await, &self.tls) {
            (Ok(certificates), Some(tls)) if !certificates.renewed(&tls.current()).is_empty() => {
                self.show(certificates, &config);
            }
            (Ok(_), _) => self.health.clear(Condition::CertificatesWrong),
            (Err(faults), _) => {
                self.health.raise(Condition::CertificatesWrong, &in_a_line(&faults));
                tracing::warn!(faults, "the certificates on disk are wrong; those from before are shown");
            }
        }
    }

    /// The certificates of a configuration, as they are on disk now.
    async fn read_certificates(&self, new: &Config) -> Result<Certificates, String> {
        let (tls, config) = (self.tls.clone(), new.tls.clone());
        blocking("the certificates", move || match tls {
            Some(tls) if config.has_certificate() => {
                tls.read(&config).map(|current| Certificates::Changed(Arc::new(current)))
            }
            _ => Ok(Tls::load(&config)?.map_or(Certificates::None, Certificates::First)),
        })
        .await?
    }

    /// Tells systemd that reading is over, and what there is to know.
    pub(super) fn tell_ready(&self) {
        let until = self.pending.as_ref().map(|pending| pending.info.until_at.as_str());
        systemd::ready(self.config().limits.clients, until);
    }
}

/// The keys of these changes, for the log.
pub(super) fn keys(changes: &[chat_proto::control::ConfigChange]) -> Vec<&str> {
    changes.iter().map(|change| change.key.as_str()).collect()
}

/// The configuration, or the report of all that is wrong with it.
pub(super) async fn load(source: Source) -> Result<Loaded, String> {
    read(source).await?.map_err(|error| error.to_string())
}

/// Reads files, so not on a task that others wait for.
pub(super) async fn read(source: Source) -> Result<Result<Loaded, ConfigError>, String> {
    blocking("the configuration", move || config::load(&source)).await
}

/// As [`super::doubts`], not on a task that others wait for. One more if they cannot be had in time.
pub(super) async fn doubts(config: Arc<Config>, environment: Environment) -> Vec<String> {
    let looking = blocking("the users of this machine", move || super::doubts(&config, &environment));
    looking.await.unwrap_or_else(|cause| vec![cause])
}

/// Has something read that blocks: on a thread where nobody else waits for it, and no longer than one reads what can be read.
pub(super) async fn blocking<T: Send + 'static>(
    what: &str,
    read: impl FnOnce() -> T + Send + 'static,
) -> Result<T, String> {
    match timeout(READ, tokio::task::spawn_blocking(read)).await {
        Ok(done) => done.map_err(|error| format!("cannot read {what}: {error}")),
        Err(_late) => {
            let seconds = READ.as_secs();
            Err(format!(
                "cannot read {what}: it takes longer than {seconds} seconds; is what keeps it (a disk, a network file system, a directory \
                 of users) well?"
            ))
        }
    }
}
