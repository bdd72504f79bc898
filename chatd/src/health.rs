//! What is wrong with the daemon at the moment: conditions that somebody raises and the same somebody clears. Owns the table of
//! them and what of it holds; shown by `chatctl status` and counted in the metrics. It never finds out by itself, and
//! never mends anything.
//!
//! Whoever watches a thing (the store its disk, the daemon its descriptors) holds a [`Health`] and says what it sees as often as
//! it looks: raising what is raised and clearing what is clear costs a short lock and changes nothing. Raising and clearing are
//! logged once each.

use std::cmp::Reverse;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Something is not done that should be, on purpose or for a while, and the rest goes on.
    Degraded,
    /// A promise is not kept at the moment.
    Failing,
}

impl Severity {
    /// `degraded` or `failing`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Degraded => "degraded",
            Self::Failing => "failing",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The disk is nearly full: what would have to be kept is refused before it is full.
    HistoryReadOnly,
    /// The disk has less room than one should leave it; nothing is refused yet.
    DiskSpaceLow,
    /// The last group was not kept, or not to the degree that `history.sync` promises.
    StoreFailing,
    /// No descriptor is left for another client.
    DescriptorsExhausted,
    /// There are not as many descriptors as `limits.clients` needs.
    DescriptorLimitLow,
    /// The certificates on disk cannot be used; those from before are shown until they expire.
    CertificatesWrong,
    /// The system's clock went another way than time.
    ClockJumped,
    /// Lines of the log were dropped, as its reader did not keep up.
    LogLinesDropped,
    /// The owner took longer than it should for one turn.
    OwnerStalled,
}

impl Condition {
    /// Every condition, as metrics name them all.
    pub const ALL: [Self; 9] = [
        Self::HistoryReadOnly,
        Self::DiskSpaceLow,
        Self::StoreFailing,
        Self::DescriptorsExhausted,
        Self::DescriptorLimitLow,
        Self::CertificatesWrong,
        Self::ClockJumped,
        Self::LogLinesDropped,
        Self::OwnerStalled,
    ];

    /// Its name in the control API, in metrics and in the log; it never changes.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.row().0
    }

    /// What people read.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.row().1
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(self) -> Severity {
        self.row().2
    }

    /// The table.
    fn row(self) -> (&'static str, &'static str, Severity) {
        use Severity::{Degraded, Failing};
        match self {
            Self::HistoryReadOnly => ("history-read-only", "history read-only", Degraded),
            Self::DiskSpaceLow => ("disk-space-low", "disk space low", Degraded),
            Self::StoreFailing => ("store-failing", "store fails", Failing),
            Self::DescriptorsExhausted => ("descriptors-exhausted", "descriptors exhausted", Degraded),
            Self::DescriptorLimitLow => ("descriptor-limit-low", "descriptor limit low", Degraded),
            Self::CertificatesWrong => ("certificates-wrong", "certificates wrong", Degraded),
            Self::ClockJumped => ("clock-jumped", "clock jumped", Degraded),
            Self::LogLinesDropped => ("log-lines-dropped", "log lines dropped", Degraded),
            Self::OwnerStalled => ("owner-stalled", "owner stalled", Failing),
        }
    }
}

/// One condition that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raised {
    /// What.
    pub condition: Condition,
    /// The cause and, if there is one, the remedy; in lower case, without a full stop.
    pub detail: String,
    /// When it was raised.
    pub since: SystemTime,
}

/// The conditions that hold; cheap to clone, and all clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Health(
    /// Which conditions hold, in the order in which they were raised: one entry each.
    Arc<Mutex<Vec<Raised>>>,
);

impl Health {
    /// Says that a condition holds and why. One that holds already keeps its beginning and gets the new words.
    pub fn raise(&self, condition: Condition, detail: &str) {
        if self.note(condition, detail) {
            tell_raised(condition, detail);
        }
    }

    /// Says that a condition does not hold, or no longer.
    pub fn clear(&self, condition: Condition) {
        if let Some(raised) = self.forget(condition) {
            let lasted_s = raised.since.elapsed().unwrap_or(Duration::ZERO).as_secs();
            tracing::info!(condition = condition.code(), lasted_s, "no longer {}", Words(condition));
        }
    }

    /// What holds, the worst first, and of two the older.
    #[must_use]
    pub fn snapshot(&self) -> Vec<Raised> {
        let mut raised = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        raised.sort_by_key(|one| Reverse(one.condition.severity()));
        raised
    }

    /// Whether a condition holds.
    #[must_use]
    pub fn has(&self, condition: Condition) -> bool {
        let raised = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        raised.iter().any(|one| one.condition == condition)
    }

    /// How bad the worst is; nothing when all is well.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        let raised = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        raised.iter().map(|one| one.condition.severity()).max()
    }

    /// Returns whether that is news.
    fn note(&self, condition: Condition, detail: &str) -> bool {
        let mut raised = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(one) = raised.iter_mut().find(|one| one.condition == condition) {
            if one.detail != detail {
                detail.clone_into(&mut one.detail);
            }
            return false;
        }
        raised.push(Raised { condition, detail: detail.to_owned(), since: SystemTime::now() });
        true
    }

    fn forget(&self, condition: Condition) -> Option<Raised> {
        let mut raised = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = raised.iter().position(|one| one.condition == condition)?;
        Some(raised.remove(at))
    }
}

/// `degraded: history read-only`.
struct Words(Condition);

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.severity(), self.0.title())
    }
}

fn tell_raised(condition: Condition, detail: &str) {
    let (code, words) = (condition.code(), Words(condition));
    match condition.severity() {
        Severity::Degraded => tracing::warn!(condition = code, detail, "{words}"),
        Severity::Failing => tracing::error!(condition = code, detail, "{words}"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};

    use super::*;

    fn codes(health: &Health) -> Vec<&'static str> {
        health.snapshot().iter().map(|one| one.condition.code()).collect()
    }

    /// Where a subscriber writes to, so that a test can read it.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(work: impl FnOnce()) -> Vec<String> {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .without_time()
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, work);
        let bytes = lines.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn nothing_raised_is_well() {
        let health = Health::default();
        health.clear(Condition::StoreFailing);
        assert_eq!((health.worst(), health.snapshot()), (None, Vec::new()));
    }

    #[test]
    fn the_worst_comes_first_and_the_older_of_two() {
        let health = Health::default();
        for condition in [Condition::ClockJumped, Condition::HistoryReadOnly, Condition::StoreFailing] {
            health.raise(condition, "because");
        }
        assert_eq!(codes(&health), ["store-failing", "clock-jumped", "history-read-only"]);
        assert_eq!(health.worst(), Some(Severity::Failing));
        health.clear(Condition::StoreFailing);
        assert_eq!(health.worst(), Some(Severity::Degraded));
        assert!(health.has(Condition::ClockJumped) && !health.has(Condition::StoreFailing));
    }

    #[test]
    fn what_is_raised_again_keeps_its_beginning_and_gets_the_new_words() {
        let health = Health::default();
        health.raise(Condition::HistoryReadOnly, "9 MiB are free");
        let first = health.snapshot().remove(0);
        health.clone().raise(Condition::HistoryReadOnly, "8 MiB are free");
        let again = health.snapshot();
        assert_eq!(again.len(), 1);
        assert_eq!((again[0].since, again[0].detail.as_str()), (first.since, "8 MiB are free"));
    }

    #[test]
    fn raising_and_clearing_are_logged_once_each() {
        let lines = logged(|| {
            let health = Health::default();
            for _ in 0..3 {
                health.raise(Condition::HistoryReadOnly, "9 MiB are free");
            }
            for _ in 0..3 {
                health.clear(Condition::HistoryReadOnly);
            }
            health.raise(Condition::StoreFailing, "the disk is full");
        });
        let told = [
            " WARN chatd::health: degraded: history read-only condition=\"history-read-only\" detail=\"9 MiB are free\"",
            " INFO chatd::health: no longer degraded: history read-only condition=\"history-read-only\" lasted_s=0",
            "ERROR chatd::health: failing: store fails condition=\"store-failing\" detail=\"the disk is full\"",
        ];
        assert_eq!(lines, told);
    }

    #[test]
    fn every_condition_has_a_code_of_its_own() {
        let codes = Condition::ALL.map(Condition::code);
        for (at, code) in codes.iter().enumerate() {
            assert!(!codes[..at].contains(code), "{code}");
            assert!(code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{code}");
        }
    }
}
