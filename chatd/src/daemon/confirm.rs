//! A reload that waits for its confirmation, and taking it back. What was in force before is kept in memory, so that taking it back
//! depends on no file; nothing of it is written, so that a restart meanwhile begins with the file as it is.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use chat_proto::control::{Confirmed, PendingReload, ReloadResult};
use tokio::time::{Instant, timeout};

use super::reload::{Certificates, keys};
use super::{Daemon, systemd, tls};
use crate::config::{Config, Settings};
use crate::control::NotDone;
use crate::domain::command::{Command, Operator, Role};

/// How long until taking back is tried again when it failed: somebody else may have a port for a moment.
const AGAIN: Duration = Duration::from_secs(2);

/// How long an entry of the audit may wait for its place in the log.
const NOTE: Duration = Duration::from_secs(5);

/// Why a reload is taken back by itself.
const NOT_CONFIRMED: &str = "not confirmed in time";

/// Why it is once more, when somebody wanted it and it could not be done then.
const ASKED_FOR: &str = "asked for before, when it failed";

/// A reload that is taken back unless somebody confirms it.
pub(super) struct Pending {
    before: InForce,
    /// When to take it back.
    due: Instant,
    /// Why it is taken back then, for the audit.
    why: &'static str,
    pub(super) info: PendingReload,
}

impl Pending {
    /// When it is taken back.
    pub(super) fn due(&self) -> Instant {
        self.due
    }
}

/// All that makes a configuration in force.
pub(super) struct InForce {
    config: Arc<Config>,
    settings: Arc<Settings>,
    certificates: Option<Arc<tls::Current>>,
}

impl Daemon {
    /// Whether the configuration may be read again: not while a reload waits for its confirmation, since it would not be clear to what
    /// taking back leads.
    pub(super) fn may_reload(&self) -> Result<(), NotDone> {
        let Some(pending) = &self.pending else { return Ok(()) };
        let cause = format!("an earlier reload undoes itself at {} unless confirmed", pending.info.until_at);
        let remedy =
            "`chatctl reload --confirm` keeps it, `chatctl reload --undo` takes it back; then reload again";
        Err(NotDone::Refused { cause, remedy })
    }

    /// What taking back leads to.
    pub(super) fn in_force(&self) -> InForce {
        let certificates = self.tls.as_ref().map(|tls| tls.current());
        InForce { config: self.config(), settings: Arc::clone(&self.settings), certificates }
    }

    /// Takes the reload that was just done back to `before` unless it is confirmed within this time.
    pub(super) fn wait_for_confirmation(
        &mut self,
        before: InForce,
        within: Duration,
        changed: usize,
    ) -> PendingReload {
        let now = jiff::Timestamp::now();
        let until = now.checked_add(within).unwrap_or(jiff::Timestamp::MAX);
        let info = PendingReload {
            began_at: format!("{now:.3}"),
            until_at: format!("{until:.3}"),
            changed,
            undo_failed: None,
        };
        tracing::warn!(until = info.until_at, "the reload is taken back unless it is confirmed");
        self.put_pending(Some(Pending {
            before,
            due: Instant::now() + within,
            why: NOT_CONFIRMED,
            info: info.clone(),
        }));
        info
    }

    /// Keeps what was reloaded.
    pub(super) fn confirm(&mut self) -> Result<Confirmed, NotDone> {
        let pending = self.pending.take().ok_or_else(nothing_waits)?;
        self.put_pending(None);
        let config = self.config();
        if let Some(store) = &self.store {
            // Until now it kept what the configuration before keeps.
            store.configure(&config.history);
        }
        tracing::info!("the reload is confirmed");
        systemd::serving(config.limits.clients);
        Ok(Confirmed { confirmed: pending.info })
    }

    /// Takes back what was reloaded, whole or not at all. What failed is tried again, until it works or somebody confirms.
    pub(super) async fn undo(&mut self) -> Result<ReloadResult, NotDone> {
        if self.pending.is_none() {
            return Err(nothing_waits());
        }
        systemd::reloading();
        let result = self.try_undo().await.map_err(NotDone::Faulty);
        match &result {
            Ok(done) => tracing::warn!(changed = ?keys(&done.changed), "the reload is taken back"),
            Err(failed) => self.undo_later(failed.to_string()),
        }
        self.tell_ready();
        self.tell_how_far_the_drain_is();
        result
    }

    /// The time is over and nobody has confirmed.
    pub(super) async fn undo_in_time(&mut self) {
        let why = self.pending.as_ref().map_or(NOT_CONFIRMED, |pending| pending.why);
        if self.undo().await.is_ok() {
            let by = Operator { name: "chatd".into(), role: Role::Admin };
            let (target, detail) = (self.facts.config_source.as_str().into(), why.into());
            let note = Command::Audit { action: "undo".into(), target, detail };
            if !matches!(timeout(NOTE, self.registry.command(by, note)).await, Ok(Ok(Ok(_)))) {
                tracing::error!("cannot keep an audit entry of a reload that was taken back");
            }
        }
    }

    async fn try_undo(&mut self) -> Result<ReloadResult, String> {
        let Some(Pending { before, .. }) = &self.pending else { return Ok(ReloadResult::default()) };
        let changed = self.settings.changes(&before.settings);
        let certificates = before.certificates.clone().map_or(Certificates::None, Certificates::Changed);
        let (config, settings) = (Arc::clone(&before.config), Arc::clone(&before.settings));
        let history = config.history.clone();
        let prepared = self.prepare(config, settings, certificates)?;
        self.put_in_force(prepared, &history).await?;
        self.put_pending(None);
        self.look_for_renewed().await;
        Ok(ReloadResult { changed, ..ReloadResult::default() })
    }

    fn undo_later(&mut self, cause: String) {
        let Some(mut pending) = self.pending.take() else { return };
        // Once is enough for the log; `chatctl status` shows it as long as it lasts.
        if pending.info.undo_failed.is_none() {
            tracing::error!(cause, "cannot take the reload back; it stays in force, and this is tried again");
        }
        // Before its time only somebody takes it back.
        if Instant::now() < pending.due {
            pending.why = ASKED_FOR;
        }
        pending.due = Instant::now() + AGAIN;
        pending.info.undo_failed = Some(cause);
        self.put_pending(Some(pending));
    }

    fn put_pending(&mut self, pending: Option<Pending>) {
        let info = pending.as_ref().map(|pending| pending.info.clone());
        *self.facts.pending_reload.lock().unwrap_or_else(PoisonError::into_inner) = info;
        self.pending = pending;
    }
}

fn nothing_waits() -> NotDone {
    let cause = "no reload waits for its confirmation".into();
    NotDone::Refused { cause, remedy: "`chatctl reload --confirm-within 5m` does one that does" }
}
