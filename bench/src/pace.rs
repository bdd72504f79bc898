//! An open loop: what is due when, whatever has come back. Each moment follows from the beginning, so that a late message makes
//! no later one late.

use std::time::{Duration, Instant};

use crate::figure::{Figure, percentile};

/// Moments at equal distances.
#[derive(Debug)]
pub(crate) struct Pace {
    begin: Instant,
    distance: Duration,
    count: usize,
    next: usize,
    /// How late each was, in seconds.
    late: Vec<f32>,
}

impl Pace {
    /// `count` moments, so many a second. The first is a little ahead, so that it is not late already.
    pub(crate) fn new(rate: usize, count: usize) -> Self {
        let begin = Instant::now() + Duration::from_millis(20);
        let distance = Duration::from_secs(1) / rate as u32;
        Self { begin, distance, count, next: 0, late: Vec::with_capacity(count) }
    }

    /// The moment of number `index`.
    pub(crate) fn moment(&self, index: usize) -> Instant {
        self.begin + self.distance * index as u32
    }

    /// The next number that is due, if one is.
    pub(crate) fn due(&mut self) -> Option<usize> {
        let moment = self.next_moment()?;
        let late = Instant::now().checked_duration_since(moment)?;
        self.late.push(late.as_secs_f32());
        self.next += 1;
        Some(self.next - 1)
    }

    /// When the next is due; nothing behind the last.
    pub(crate) fn next_moment(&self) -> Option<Instant> {
        (!self.is_over()).then(|| self.moment(self.next))
    }

    /// Whether all have been due.
    pub(crate) fn is_over(&self) -> bool {
        self.next == self.count
    }

    /// How late the generator itself was.
    pub(crate) fn lateness(mut self) -> Figure {
        self.late.sort_by(f32::total_cmp);
        Figure::beside("generator's lateness p99", "µs", percentile(&self.late, 0.99) * 1e6)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Pace;

    #[test]
    fn moments_follow_from_the_beginning_and_end_with_the_last() {
        let mut pace = Pace::new(1_000, 2);
        assert_eq!(pace.moment(1) - pace.moment(0), Duration::from_millis(1));
        assert_eq!(pace.due(), None);
        pace.begin = Instant::now() - Duration::from_secs(1);
        assert_eq!([pace.due(), pace.due(), pace.due()], [Some(0), Some(1), None]);
        assert!(pace.is_over() && pace.next_moment().is_none());
    }
}
