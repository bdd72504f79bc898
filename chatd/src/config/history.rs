//! `[history]`: what the store keeps, and how hard it holds on to it.

use std::num::NonZero;

use super::section::Section;
use super::value;
use super::writer::Writer;

/// What is kept of rooms and of the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// Whether messages in rooms are kept; those to the desk always are.
    pub enabled: bool,
    /// When a message is safe from a loss of power.
    pub sync: Sync,
    /// Days for which a message is kept; 0 = for ever.
    pub keep_days: u32,
    /// Messages kept of each conversation; 0 = no bound.
    pub keep_count: u64,
    /// Bytes that must be free on the disk of the state directory for clients' messages to be taken; 0 = never refused before it
    /// is full.
    pub min_free: usize,
    /// With fewer free bytes than that there is a warning; 0 = none.
    pub warn_free: usize,
}

/// When the store asks the disk to keep what was written. With each, a message is written to the operating
/// system before it is delivered, so that it survives the daemon's sudden end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sync {
    /// fsync before delivery: what was seen survives a loss of power.
    Always,
    /// fsync once a second: a loss of power costs about the last second.
    #[default]
    EverySecond,
    /// No fsync: the operating system writes when it likes.
    Never,
}

impl Default for History {
    fn default() -> Self {
        Self {
            enabled: true,
            sync: Sync::default(),
            keep_days: 90,
            keep_count: 100_000,
            min_free: 64 << 20,
            warn_free: 256 << 20,
        }
    }
}

const SYNCS: &[(&str, Sync)] =
    &[("always", Sync::Always), ("every-second", Sync::EverySecond), ("never", Sync::Never)];
/// A hundred years: what is longer is meant to be 0, for ever.
const MOST_DAYS: u64 = 36_500;

impl History {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let default = Self::default();
        let history = Self {
            enabled: section.value("enabled", default.enabled, value::flag),
            sync: section.value("sync", default.sync, value::choice(SYNCS)),
            keep_days: section.value("keep-days", default.keep_days, value::whole(0..=MOST_DAYS)),
            keep_count: section.value("keep-count", default.keep_count, value::whole(0..=i64::MAX as u64)),
            min_free: section.value("min-free", default.min_free, value::size(0)),
            warn_free: section.value("warn-free", default.warn_free, value::size(0)),
        };
        section.finish();
        history
    }

    /// These settings, with whichever bounds of age and count keep more: for as long as it is not clear which of the two stays, since
    /// what is removed cannot be brought back.
    #[must_use]
    pub fn laxer(&self, other: &Self) -> Self {
        let days = |history: &Self| NonZero::new(history.keep_days);
        let count = |history: &Self| NonZero::new(history.keep_count);
        Self {
            keep_days: days(self).zip(days(other)).map_or(0, |(one, another)| one.max(another).get()),
            keep_count: count(self).zip(count(other)).map_or(0, |(one, another)| one.max(another).get()),
            ..self.clone()
        }
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.header("[history]").plain("enabled", self.enabled);
        out.text("sync", value::name_of(SYNCS, &self.sync));
        out.plain("keep-days", self.keep_days).plain("keep-count", self.keep_count);
        out.size("min-free", self.min_free).size("warn-free", self.warn_free);
    }
}

#[cfg(test)]
mod tests {
    use super::History;

    #[test]
    fn of_two_bounds_the_laxer_keeps_more_and_none_keeps_all() {
        for (one, other, laxer) in
            [((1, 5), (2, 4), (2, 5)), ((0, 5), (90, 0), (0, 0)), ((3, 3), (3, 3), (3, 3))]
        {
            let [one, other] = [one, other].map(|(keep_days, keep_count)| History {
                keep_days,
                keep_count,
                ..History::default()
            });
            let strict = History { min_free: 7, ..one };
            let both = strict.laxer(&other);
            assert_eq!((both.keep_days, both.keep_count, both.min_free), (laxer.0, laxer.1, 7));
            assert_eq!(other.laxer(&strict).keep_days, laxer.0);
        }
    }
}
