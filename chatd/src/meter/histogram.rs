//! How values are distributed: a counter for each range of them. Observing is two additions; nothing is kept of the single value.

use std::sync::atomic::{AtomicU64, Ordering};

/// A histogram of whole numbers: microseconds, records.
#[derive(Debug)]
pub struct Histogram {
    /// The greatest value of each range but the last, rising.
    bounds: &'static [u64],
    /// One more than there are bounds.
    counts: Box<[AtomicU64]>,
    sum: AtomicU64,
}

/// What a histogram holds at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distribution {
    /// The greatest value of a range and how many values fell into it; values beyond the last are only in [`Self::count`].
    pub ranges: Vec<(u64, u64)>,
    /// How many values were observed.
    pub count: u64,
    /// Their sum.
    pub sum: u64,
}

impl Histogram {
    /// Nothing observed yet; `bounds` rise.
    #[must_use]
    pub fn new(bounds: &'static [u64]) -> Self {
        Self {
            bounds,
            counts: (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect(),
            sum: AtomicU64::new(0),
        }
    }

    /// Takes a value in.
    pub fn observe(&self, value: u64) {
        let range = self.bounds.iter().position(|bound| value <= *bound).unwrap_or(self.bounds.len());
        if let Some(count) = self.counts.get(range) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    /// What was observed until now. The sum may already hold a value that no range has yet.
    #[must_use]
    pub fn distribution(&self) -> Distribution {
        let counts: Vec<u64> = self.counts.iter().map(|count| count.load(Ordering::Relaxed)).collect();
        let count = counts.iter().sum();
        let ranges = self.bounds.iter().copied().zip(counts).collect();
        Distribution { ranges, count, sum: self.sum.load(Ordering::Relaxed) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Distribution, Histogram};

    #[test]
    fn a_value_at_a_bound_belongs_to_its_range_and_one_beyond_to_the_next() {
        let histogram = Histogram::new(&[10, 20]);
        [0, 10, 11, 20, 21, 1000].into_iter().for_each(|value| histogram.observe(value));
        let ranges = vec![(10, 2), (20, 2)];
        assert_eq!(histogram.distribution(), Distribution { ranges, count: 6, sum: 1062 });
    }
}
