//! Looking at configurations without changing anything: the one in force, one that is checked, and what differs.

//!
//! Files are read and people looked up in tasks of their own, for as long as their disks and servers take; the main loop only
//! compares.

use std::path::PathBuf;

use chat_proto::control::{CheckResult, ConfigAgainst, ConfigDiff, ConfigSetting};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::reload::{blocking, doubts, load, read};
use super::{Daemon, change, tls};
use crate::config::{Config, Loaded, Source};
use crate::control::NotDone;

/// Looked at at a time: each may hold a thread for as long as a disk hangs.
const REVIEWS_MAX: usize = 8;

/// What those read who want one more looked at.
const TOO_MANY: &str = "eight configurations are being looked at already; try again in some seconds";

/// Configurations that are being looked at; dropping it forgets them.
#[derive(Debug, Default)]
pub(super) struct Reviews(JoinSet<Seen>);

/// What there is to compare, and who waits for it.
#[derive(Debug)]
pub(super) enum Seen {
    Check(Result<Box<Checked>, CheckResult>, oneshot::Sender<CheckResult>),
    Diff(Result<Box<Loaded>, String>, oneshot::Sender<Result<ConfigDiff, NotDone>>),
}

/// A configuration without faults in itself, which may not fit what runs.
#[derive(Debug)]
pub(super) struct Checked {
    loaded: Loaded,
    /// With nothing found yet.
    blank: CheckResult,
    /// What is wrong with its certificates.
    faults: Vec<String>,
    warnings: Vec<String>,
}

impl Reviews {
    /// Waits for the next that is ready; nothing if there is none to wait for.
    pub(super) async fn next(&mut self) -> Option<Seen> {
        loop {
            // Whoever waits for one that failed learns it from the closed channel.
            if let Ok(seen) = self.0.join_next().await? {
                return Some(seen);
            }
        }
    }

    /// Looks at one more.
    fn add(&mut self, review: impl Future<Output = Seen> + Send + 'static) {
        self.0.spawn(review);
    }

    fn are_too_many(&self) -> bool {
        self.0.len() >= REVIEWS_MAX
    }
}

impl Daemon {
    /// The keys in force that begin with `prefix`.
    pub(super) fn settings_in_force(&self, prefix: &str) -> Vec<ConfigSetting> {
        self.settings.told(prefix)
    }

    /// Has a configuration checked without touching the one in force.
    pub(super) fn check(&mut self, path: Option<PathBuf>, answer: oneshot::Sender<CheckResult>) {
        let file = path.or_else(|| self.source.file.clone());
        let source = Source { file, environment: self.source.environment.clone() };
        if self.reviews.are_too_many() {
            let faults = vec![TOO_MANY.to_owned()];
            drop(answer.send(CheckResult { faults, ..nothing_found(&source) }));
            return;
        }
        self.reviews.add(async { Seen::Check(check(source).await, answer) });
    }

    /// Has told what differs between what is in force and this.
    pub(super) fn diff(
        &mut self,
        against: ConfigAgainst,
        answer: oneshot::Sender<Result<ConfigDiff, NotDone>>,
    ) {
        match against {
            ConfigAgainst::File if self.reviews.are_too_many() => {
                drop(answer.send(Err(NotDone::Faulty(TOO_MANY.to_owned()))));
            }
            ConfigAgainst::File => {
                let source = self.source.clone();
                self.reviews.add(async { Seen::Diff(load(source).await.map(Box::new), answer) });
            }
            ConfigAgainst::Defaults => {
                let (source, changed) = (Source::default().name(), change::beside_defaults(&self.settings));
                drop(answer.send(Ok(ConfigDiff { against, source, changed, restart_needed: Vec::new() })));
            }
        }
    }

    /// Compares what was looked at with what is in force, and answers.
    pub(super) fn tell(&self, seen: Seen) {
        match seen {
            Seen::Check(checked, answer) => {
                let result = checked.map_or_else(|faulty| faulty, |checked| self.compare(*checked));
                drop(answer.send(result));
            }
            Seen::Diff(loaded, answer) => {
                let diff = loaded.map_err(NotDone::Faulty).map(|loaded| {
                    let (changed, restart_needed) = self.differing(*loaded);
                    let (against, source) = (ConfigAgainst::File, self.source.name());
                    ConfigDiff { against, source, changed, restart_needed }
                });
                drop(answer.send(diff));
            }
        }
    }

    fn compare(&self, Checked { loaded, blank, faults, mut warnings }: Checked) -> CheckResult {
        let config = &loaded.config;
        let scraping = self.observers.plan(config.metrics.address).err().map(|error| error.to_string());
        let listening = self.listeners.faults(&config.listen).into_iter().chain(scraping);
        let faults: Vec<_> = listening.chain(faults).collect();
        if !faults.is_empty() {
            return CheckResult { faults, ..blank };
        }
        warnings.extend(self.listeners.warnings(&config.listen));
        warnings.extend(self.gatekeeper.descriptors.shortage(config.limits.clients));
        let (changed, restart_needed) = self.differing(loaded);
        CheckResult { is_valid: true, warnings, changed, restart_needed, ..blank }
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

/// The result of a check that has found nothing yet.
fn nothing_found(source: &Source) -> CheckResult {
    CheckResult {
        source: source.name(),
        is_valid: false,
        faults: Vec::new(),
        warnings: Vec::new(),
        changed: Vec::new(),
        restart_needed: Vec::new(),
    }
}

/// Reads a configuration and what it names; or says all that is wrong with it.
async fn check(source: Source) -> Result<Box<Checked>, CheckResult> {
    let blank = nothing_found(&source);
    let environment = source.environment.clone();
    let loaded = match read(source).await {
        Ok(Ok(loaded)) => loaded,
        Ok(Err(error)) => return Err(CheckResult { faults: error.lines(), ..blank }),
        Err(cause) => return Err(CheckResult { faults: vec![cause], ..blank }),
    };
    let mut faults = Vec::new();
    let mut warnings = check_certificates(&loaded.config).await.unwrap_or_else(|wrong| {
        faults.extend(wrong.lines().map(str::to_owned));
        Vec::new()
    });
    warnings.extend(doubts(loaded.config.clone().into(), environment).await);
    Ok(Box::new(Checked { loaded, blank, faults, warnings }))
}

/// What is not wrong with the certificates and should not be so; or all that is wrong.
async fn check_certificates(config: &Config) -> Result<Vec<String>, String> {
    let config = config.tls.clone();
    blocking("the certificates", move || tls::check(&config)).await?
}
