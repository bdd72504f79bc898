//! How much is logged: what `[log]` or an operator says, for a while or until the next start; and how much more those want to
//! see who watch, which is shown to them and written nowhere.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::Level;
use tracing_subscriber::filter::combinator::Or;
use tracing_subscriber::filter::{FilterExt, LevelFilter, Targets};
use tracing_subscriber::{EnvFilter, Registry, reload};

use super::TelemetryError;
use crate::config::parse_level;

/// Events of the record, and those of this program that somebody wants to see. Not those of libraries: the one that carries
/// the lines to a watcher would log that it does.
type Seen = Or<EnvFilter, Targets, Registry>;

/// Both filters and what they were made of.
pub(super) struct Levels {
    record: reload::Handle<EnvFilter, Registry>,
    feed: reload::Handle<Seen, Registry>,
    /// A filter cannot be asked for its directives as they were written. Locked to read them, and while filters are made anew.
    state: Mutex<State>,
    /// How many levels of [`LEVELS`] are written, of some module at least.
    written: AtomicUsize,
    /// When a level that was raised for a while is over.
    due: watch::Sender<Option<Instant>>,
}

/// The filters as layers use them.
pub(super) struct Filters {
    /// What is written.
    pub(super) record: reload::Layer<EnvFilter, Registry>,
    /// What is shown live.
    pub(super) feed: reload::Layer<Seen, Registry>,
}

struct State {
    level: String,
    /// Whether it is in effect for a while only.
    raised: Option<Raised>,
    /// How many want to see each level, from the gravest on.
    wishes: [usize; 5],
}

/// A level in effect for a while.
struct Raised {
    /// Until when, for people.
    until: Timestamp,
    /// The same, by a clock that nobody sets.
    due: Instant,
    /// What comes then.
    then: String,
}

impl Levels {
    /// # Errors
    /// The level is not understood.
    pub(super) fn new(level: &str) -> Result<(Self, Filters), TelemetryError> {
        let state = State { level: level.to_owned(), raised: None, wishes: [0; 5] };
        let record = parse_level(level)?;
        let written = AtomicUsize::new(written(&record));
        let (record, to_record) = reload::Layer::new(record);
        let (feed, to_feed) = reload::Layer::new(state.seen()?);
        let (state, due) = (Mutex::new(state), watch::Sender::new(None));
        let levels = Self { record: to_record, feed: to_feed, state, written, due };
        Ok((levels, Filters { record, feed }))
    }

    /// The level in effect, and until when if it is for a while.
    pub(super) fn current(&self) -> (String, Option<Timestamp>) {
        let state = self.lock();
        (state.level.clone(), state.raised.as_ref().map(|raised| raised.until))
    }

    /// Whether events of this level are written, of some module at least.
    pub(super) fn is_written(&self, level: Level) -> bool {
        place(level) < self.written.load(Ordering::Relaxed)
    }

    /// Puts a level in effect, until the next start.
    pub(super) fn set(&self, level: &str) -> Result<(), TelemetryError> {
        let mut state = self.lock();
        self.put(&mut state, level)?;
        self.until(&mut state, None);
        Ok(())
    }

    /// Puts a level in effect for so long; then comes the one that was in effect before, or that was to come anyway.
    pub(super) fn raise(&self, level: &str, within: Duration) -> Result<(), TelemetryError> {
        let until = Timestamp::now().saturating_add(within).unwrap_or(Timestamp::MAX);
        let mut state = self.lock();
        let before = state.level.clone();
        self.put(&mut state, level)?;
        let then = state.raised.take().map_or(before, |raised| raised.then);
        self.until(&mut state, Some(Raised { until, due: Instant::now() + within, then }));
        Ok(())
    }

    /// Tells when [`Self::lower`] is due.
    pub(super) fn due(&self) -> watch::Receiver<Option<Instant>> {
        self.due.subscribe()
    }

    /// Ends a level that was raised for a while, if its time is over; returns the one that is in effect then.
    pub(super) fn lower(&self) -> Option<String> {
        // Looked at and changed under one lock: one that is raised meanwhile is not ended with it.
        let mut state = self.lock();
        let over = state.raised.take_if(|raised| raised.due <= Instant::now())?;
        // It was understood when it was set.
        let lowered = self.put(&mut state, &over.then);
        self.until(&mut state, None);
        lowered.ok().map(|()| over.then)
    }

    /// Shows those who watch at least this much, until what is returned is dropped.
    pub(super) fn wish(self: &Arc<Self>, level: Level) -> Wish {
        self.count(level, |wishes| wishes + 1);
        Wish { levels: Arc::clone(self), level }
    }

    fn count(&self, level: Level, change: impl FnOnce(usize) -> usize) {
        let mut state = self.lock();
        let wishes = &mut state.wishes[place(level)];
        *wishes = change(*wishes);
        if let Ok(seen) = state.seen() {
            // Fails only when the subscriber is gone, here and below, and then there is nothing left to filter.
            let _ = self.feed.reload(seen);
        }
    }

    /// Tells how long the level of this state is in effect.
    fn until(&self, state: &mut State, raised: Option<Raised>) {
        state.raised = raised;
        self.due.send_replace(state.raised.as_ref().map(|raised| raised.due));
    }

    fn put(&self, state: &mut State, level: &str) -> Result<(), TelemetryError> {
        let record = parse_level(level)?;
        level.clone_into(&mut state.level);
        self.written.store(written(&record), Ordering::Relaxed);
        let _ = self.record.reload(record);
        let _ = self.feed.reload(state.seen()?);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn seen(&self) -> Result<Seen, TelemetryError> {
        let most = LEVELS.iter().zip(self.wishes).rev().find(|(_, wishes)| *wishes > 0);
        let wished = most.map_or_else(Targets::new, |(level, _)| Targets::new().with_target("chatd", *level));
        Ok(parse_level(&self.level)?.or(wished))
    }
}

/// Somebody watches at a level.
pub(super) struct Wish {
    levels: Arc<Levels>,
    level: Level,
}

impl Drop for Wish {
    fn drop(&mut self) {
        self.levels.count(self.level, |wishes| wishes.saturating_sub(1));
    }
}

/// From the gravest on.
const LEVELS: [Level; 5] = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE];

fn written(record: &EnvFilter) -> usize {
    // A filter that does not know may write anything.
    let most = record.max_level_hint().unwrap_or(LevelFilter::TRACE);
    LEVELS.iter().filter(|level| **level <= most).count()
}

fn place(level: Level) -> usize {
    LEVELS.iter().position(|one| *one == level).expect("these are all levels")
}
