//! Putting another configuration in force: checked whole, applied whole or not at all. Everything that can fail comes before
//! anything that changes.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::Result;
use chat_proto::control::{CheckResult, ReloadResult};

use super::tls::{self, Tls};
use super::{Daemon, change, listeners, observers, secret, systemd};
use crate::config::{self, Config, ConfigError, Source};
use crate::registry;
use crate::wire;

/// Where the key of the cloaks is kept if the configuration gives none.
const CLOAK_KEY: &str = "cloak.key";

/// The key of the cloaks, made if there is none yet. Nothing where no cloak is made.
pub(super) fn cloak_key(config: &Config, state_directory: &Path) -> Result<Option<String>> {
    match &config.cloak.key {
        None if config.cloak.enabled => secret::kept(state_directory, CLOAK_KEY).map(Some),
        key => Ok(key.clone()),
    }
}

/// A configuration that only has to be put in force, with all that it needs.
struct Prepared {
    config: Arc<Config>,
    certificates: Certificates,
    listeners: listeners::Plan,
    scraping: observers::Plan,
}

/// What is to be shown to those who connect encrypted.
#[derive(Debug)]
enum Certificates {
    /// Nothing: the configuration has none.
    None,
    /// These, by what speaks TLS already.
    Renewed(tls::Current),
    /// The first since the start.
    First(Arc<Tls>),
}

impl Daemon {
    /// Reads the configuration again; says what changed, or reports all that is wrong and changes nothing.
    pub(super) async fn reload(&mut self) -> Result<ReloadResult, String> {
        systemd::reloading();
        let result = self.try_reload().await;
        self.registry.meter().is_reload_failed.store(result.is_err(), Ordering::Relaxed);
        match &result {
            Ok(ReloadResult { changed, restart_needed }) => {
                tracing::info!(?changed, ?restart_needed, "configuration read again");
            }
            Err(report) => tracing::error!(report, "the configuration is wrong; the old one stays in force"),
        }
        systemd::ready(self.config().limits.clients);
        self.tell_how_far_the_drain_is();
        result
    }

    async fn try_reload(&mut self) -> Result<ReloadResult, String> {
        let mut new = load(self.source.clone()).await?;
        let old = self.config();
        let directory = old.state_directory(&self.source.environment).map_err(|error| error.to_string())?;
        new.cloak.key = cloak_key(&new, &directory).map_err(|error| format!("{error:#}"))?;
        let result = change::changes(&old, &new);
        let prepared = self.prepare(change::effective(&old, new)).await?;
        let doubts = self.doubts(Arc::clone(&prepared.config)).await;
        self.put_in_force(prepared).await?;
        super::warn(&doubts);
        Ok(result)
    }

    /// Everything that can fail; nothing has changed afterwards.
    async fn prepare(&self, config: Arc<Config>) -> Result<Prepared, String> {
        let certificates = self.read_certificates(&config).await?;
        let tls = match &certificates {
            Certificates::First(tls) => Some(tls),
            _ => self.tls.as_ref(),
        };
        let listeners = self.listeners.plan(&config.listen, tls).map_err(|error| format!("{error:#}"))?;
        let scraping = self.observers.plan(config.metrics.address).map_err(|error| error.to_string())?;
        Ok(Prepared { config, certificates, listeners, scraping })
    }

    /// Everything that cannot fail. When it is done, nobody is accepted any more at a listener that is gone.
    ///
    /// # Errors
    /// The daemon is about to end, because the owner has.
    async fn put_in_force(&mut self, prepared: Prepared) -> Result<(), String> {
        let Prepared { config, certificates, listeners, scraping } = prepared;
        let old = self.config();
        if config.log.level != old.log.level
            && let Err(error) = self.telemetry.set_level(&config.log.level)
        {
            tracing::error!(%error, "cannot change the log level");
        }
        self.gatekeeper.descriptors.judge(config.limits.clients);
        if let Some(store) = &self.store {
            store.configure(&config.history);
        }
        self.drain_timeout = config.server.drain_timeout;
        self.show(certificates, &config);
        self.shared.configure(Arc::clone(&config));
        // A policy of strict transport may lead to one of these: they are there when it is told.
        let ended = self.listeners.apply(listeners, &self.gatekeeper, &self.acceptors);
        self.facts.put_listeners(self.listeners.facts());
        self.observers.apply(scraping);
        let news = wire::changed_offers(&old, &config);
        let told = self.registry.configure(config, news).await;
        for task in ended {
            // One that panicked accepts nobody either.
            let _ = task.await;
        }
        self.facts.config_loaded_at.store(registry::now().0, Ordering::Relaxed);
        told.map_err(|error| error.to_string())
    }

    /// Shows these certificates from now on. Established sessions stay as they are.
    fn show(&mut self, certificates: Certificates, config: &Config) {
        match (certificates, &self.tls) {
            (Certificates::Renewed(current), Some(tls)) => tls.put(current),
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
            }
        }
    }

    /// The certificates of a configuration, as they are on disk now.
    async fn read_certificates(&self, new: &Config) -> Result<Certificates, String> {
        let (tls, config) = (self.tls.clone(), new.tls.clone());
        let reading = tokio::task::spawn_blocking(move || match tls {
            Some(tls) if config.has_certificate() => tls.read(&config).map(Certificates::Renewed),
            _ => Ok(Tls::load(&config)?.map_or(Certificates::None, Certificates::First)),
        });
        reading.await.map_err(|error| format!("cannot read the certificates: {error}"))?
    }

    /// As [`super::doubts`], not on a task that others wait for.
    async fn doubts(&self, config: Arc<Config>) -> Vec<String> {
        let environment = self.source.environment.clone();
        let looking = tokio::task::spawn_blocking(move || super::doubts(&config, &environment));
        looking.await.unwrap_or_default()
    }

    /// Checks a configuration without touching the one in force.
    pub(super) async fn check(&self, path: Option<PathBuf>) -> CheckResult {
        let file = path.or_else(|| self.source.file.clone());
        let source = Source { file, environment: self.source.environment.clone() };
        let name = source.name();
        let invalid = |faults| CheckResult {
            source: name.clone(),
            is_valid: false,
            faults,
            changed: Vec::new(),
            restart_needed: Vec::new(),
            warnings: Vec::new(),
        };
        match read(source).await {
            Ok(Ok(mut new)) => {
                // One that is made or kept is not looked for here: a check touches nothing.
                new.cloak.key = new.cloak.key.or_else(|| self.config().cloak.key.clone());
                let mut faults = self.listeners.faults(&new.listen);
                faults.extend(self.observers.plan(new.metrics.address).err().map(|error| error.to_string()));
                if let Err(wrong) = self.read_certificates(&new).await {
                    faults.extend(wrong.lines().map(str::to_owned));
                }
                if !faults.is_empty() {
                    return invalid(faults);
                }
                let ReloadResult { changed, restart_needed } = change::changes(&self.config(), &new);
                let mut warnings = self.doubts(Arc::new(new.clone())).await;
                warnings.extend(self.gatekeeper.descriptors.shortage(new.limits.clients));
                CheckResult {
                    source: name,
                    is_valid: true,
                    faults: Vec::new(),
                    changed,
                    restart_needed,
                    warnings,
                }
            }
            Ok(Err(error)) => invalid(error.lines()),
            Err(cause) => invalid(vec![cause]),
        }
    }
}

/// The configuration, or the report of all that is wrong with it.
async fn load(source: Source) -> Result<Config, String> {
    read(source).await?.map_err(|error| error.to_string())
}

/// Reads files, so not on a task that others wait for.
async fn read(source: Source) -> Result<Result<Config, ConfigError>, String> {
    let loading = tokio::task::spawn_blocking(move || config::load(&source));
    loading.await.map_err(|error| format!("cannot read the configuration: {error}"))
}
