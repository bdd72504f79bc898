//! Looking at configurations without changing anything: the one in force, one that is checked, and what differs.

use std::path::PathBuf;
use std::sync::Arc;

use chat_proto::control::{CheckResult, ConfigAgainst, ConfigDiff, ConfigSetting};

use super::reload::{load, read};
use super::{Daemon, change, tls};
use crate::config::{Config, Loaded, Source};
use crate::control::NotDone;

impl Daemon {
    /// The keys in force that begin with `prefix`.
    pub(super) fn settings_in_force(&self, prefix: &str) -> Vec<ConfigSetting> {
        self.settings.told(prefix)
    }

    /// Checks a configuration without touching the one in force.
    pub(super) async fn check(&self, path: Option<PathBuf>) -> CheckResult {
        let file = path.or_else(|| self.source.file.clone());
        let source = Source { file, environment: self.source.environment.clone() };
        let blank = CheckResult {
            source: source.name(),
            is_valid: false,
            faults: Vec::new(),
            warnings: Vec::new(),
            changed: Vec::new(),
            restart_needed: Vec::new(),
        };
        let loaded = match read(source).await {
            Ok(Ok(loaded)) => loaded,
            Ok(Err(error)) => return CheckResult { faults: error.lines(), ..blank },
            Err(cause) => return CheckResult { faults: vec![cause], ..blank },
        };
        let mut faults = self.listeners.faults(&loaded.config.listen);
        faults
            .extend(self.observers.plan(loaded.config.metrics.address).err().map(|error| error.to_string()));
        let mut warnings = check_certificates(&loaded.config).await.unwrap_or_else(|wrong| {
            faults.extend(wrong.lines().map(str::to_owned));
            Vec::new()
        });
        if !faults.is_empty() {
            return CheckResult { faults, ..blank };
        }
        warnings.extend(self.listeners.warnings(&loaded.config.listen));
        warnings.extend(self.doubts(Arc::new(loaded.config.clone())).await);
        warnings.extend(self.gatekeeper.descriptors.shortage(loaded.config.limits.clients));
        let (changed, restart_needed) = self.differing(loaded);
        CheckResult { is_valid: true, warnings, changed, restart_needed, ..blank }
    }

    /// What differs between what is in force and this.
    pub(super) async fn diff(&self, against: ConfigAgainst) -> Result<ConfigDiff, NotDone> {
        let (source, (changed, restart_needed)) = match against {
            ConfigAgainst::File => {
                let loaded = load(self.source.clone()).await.map_err(NotDone::Faulty)?;
                (self.source.name(), self.differing(loaded))
            }
            ConfigAgainst::Defaults => {
                (Source::default().name(), (change::beside_defaults(&self.settings), Vec::new()))
            }
        };
        Ok(ConfigDiff { against, source, changed, restart_needed })
    }

    fn differing(
        &self,
        Loaded { mut config, origins }: Loaded,
    ) -> (Vec<chat_proto::control::ConfigChange>, Vec<chat_proto::control::ConfigChange>) {
        // One that is made or kept is not looked for here: looking touches nothing.
        config.cloak.key = config.cloak.key.or_else(|| self.config().cloak.key.clone());
        change::changes(&self.settings, &origins.settings(&config))
    }
}

/// What is not wrong with the certificates and should not be so; or all that is wrong.
async fn check_certificates(config: &Config) -> Result<Vec<String>, String> {
    let config = config.tls.clone();
    let checking = tokio::task::spawn_blocking(move || tls::check(&config));
    checking.await.map_err(|error| format!("cannot read the certificates: {error}"))?
}
