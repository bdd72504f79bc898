//! What the control API asks of the daemon itself: reload, check, drain, undrain, stop.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use chat_proto::control::{Accepted, CheckResult, ReloadResult};

use super::{Daemon, reload, systemd, tls};
use crate::config::{self, Config, ConfigError, Source};
use crate::control::Steer;
use crate::registry;
use crate::wire;

impl Daemon {
    /// Does one thing; breaks when the daemon shall end.
    pub(super) async fn steer(&mut self, steer: Steer) -> ControlFlow<()> {
        // Whoever asked may be gone; what was asked is done all the same.
        match steer {
            Steer::Reload(answer) => drop(answer.send(self.reload().await)),
            Steer::Check(path, answer) => drop(answer.send(self.check(path).await)),
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

    /// Reads the configuration again; says what changed, or reports all that is wrong and changes nothing.
    pub(super) async fn reload(&mut self) -> Result<ReloadResult, String> {
        systemd::reloading();
        let result = self.try_reload().await;
        match &result {
            Ok(ReloadResult { changed, restart_needed }) => {
                tracing::info!(?changed, ?restart_needed, "configuration read again");
            }
            Err(report) => tracing::error!(report, "the configuration is wrong; the old one stays in force"),
        }
        systemd::ready(self.config().limits.clients);
        result
    }

    async fn try_reload(&mut self) -> Result<ReloadResult, String> {
        let mut new = load(self.source.clone()).await?;
        let certificates = self.read_certificates(&new).await?;
        let old = self.config();
        let directory = old.state_directory(&self.source.environment).map_err(|error| error.to_string())?;
        new.cloak.key = reload::cloak_key(&new, &directory).map_err(|error| format!("{error:#}"))?;
        let result = reload::changes(&old, &new);
        let effective = reload::effective(&old, new);
        if effective.log.level != old.log.level {
            self.telemetry.set_level(&effective.log.level).map_err(|error| error.to_string())?;
        }
        if let (Some(tls), Some(certificates)) = (&self.tls, certificates) {
            tls.put(certificates);
        }
        if let Some(store) = &self.store {
            store.configure(&effective.history);
        }
        self.drain_timeout = effective.server.drain_timeout;
        self.shared.configure(Arc::clone(&effective));
        let news = wire::changed_offers(&old, &effective);
        self.registry.configure(effective, news).await.map_err(|error| error.to_string())?;
        self.facts.config_loaded_at.store(registry::now().0, Ordering::Relaxed);
        Ok(result)
    }

    /// Shows the certificates that are on disk now. Bad ones change nothing.
    pub(super) async fn renew(&mut self) {
        match (self.read_certificates(&self.config()).await, &self.tls) {
            (Ok(Some(certificates)), Some(tls)) => {
                tls.put(certificates);
                tracing::info!("certificates read again, because their files have changed");
            }
            (Ok(_), _) => {}
            (Err(faults), _) => {
                tracing::error!(faults, "the certificates on disk are wrong; the old ones stay in force");
            }
        }
    }

    /// The certificates of a configuration, as they are on disk now. Without listeners that speak TLS they are only checked.
    async fn read_certificates(&self, new: &Config) -> Result<Option<tls::Current>, String> {
        let (tls, config) = (self.tls.clone(), new.tls.clone());
        let reading = tokio::task::spawn_blocking(move || match tls {
            Some(tls) if config.has_certificate() => tls.read(&config).map(Some),
            _ => tls::check(&config).map(|_| None),
        });
        reading.await.map_err(|error| format!("cannot read the certificates: {error}"))?
    }

    /// Checks a configuration without touching the one in force.
    async fn check(&self, path: Option<PathBuf>) -> CheckResult {
        let file = path.or_else(|| self.source.file.clone());
        let source = Source { file, environment: self.source.environment.clone() };
        let name = source.name();
        let invalid = |faults| CheckResult {
            source: name.clone(),
            is_valid: false,
            faults,
            changed: Vec::new(),
            restart_needed: Vec::new(),
        };
        match read(source).await {
            Ok(Ok(mut new)) => {
                // One that is made or kept is not looked for here: a check touches nothing.
                new.cloak.key = new.cloak.key.or_else(|| self.config().cloak.key.clone());
                if let Err(faults) = self.read_certificates(&new).await {
                    return invalid(faults.lines().map(str::to_owned).collect());
                }
                let ReloadResult { changed, restart_needed } = reload::changes(&self.config(), &new);
                CheckResult { source: name, is_valid: true, faults: Vec::new(), changed, restart_needed }
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
