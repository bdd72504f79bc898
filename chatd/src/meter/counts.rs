//! Counters by place: as many as there are kinds of something, raised one by one and read all together.

use std::array;
use std::sync::atomic::{AtomicU64, Ordering};

/// `N` counters.
#[derive(Debug)]
pub struct Counts<const N: usize>([AtomicU64; N]);

impl<const N: usize> Default for Counts<N> {
    fn default() -> Self {
        Self(array::from_fn(|_| AtomicU64::new(0)))
    }
}

impl<const N: usize> Counts<N> {
    /// Counts one more at a place. A place that does not exist is not counted.
    pub fn raise(&self, place: usize) {
        if let Some(count) = self.0.get(place) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// All counts, in the order of their places. Each is right by itself; together they may straddle a moment.
    #[must_use]
    pub fn all(&self) -> [u64; N] {
        array::from_fn(|place| self.0[place].load(Ordering::Relaxed))
    }

    /// All together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.all().iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn each_place_counts_for_itself() {
        let counts = Counts::<3>::default();
        [0, 2, 2, 3].into_iter().for_each(|place| counts.raise(place));
        assert_eq!((counts.all(), counts.total()), ([1, 0, 2], 3));
    }
}
