//! How fast a client may speak: a token bucket in one number, by the generic cell rate algorithm. Spending more than there is
//! makes the session wait, never the client leave.

use std::time::Duration;

/// The pace of one client.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    /// When the bucket will be full again, in milliseconds on the steady clock.
    full_at_ms: f64,
}

impl Pace {
    /// How long the client has to wait before its next line; nothing if it may speak at `now_ms`. A rate of 0 lines per second
    /// is no limit.
    pub(super) fn wait(self, now_ms: u64, rate: u32, burst: u32) -> Option<Duration> {
        if rate == 0 {
            return None;
        }
        let token_ms = 1000.0 / f64::from(rate);
        let over_ms = self.full_at_ms - millis(now_ms) - token_ms * (f64::from(burst.max(1)) - 1.0);
        (over_ms > 0.0).then(|| Duration::from_secs_f64(over_ms / 1000.0))
    }

    /// Spends tokens for a line at `now_ms`. The last line of a burst may cost more than there is: then the wait is longer.
    pub(super) fn spend(&mut self, now_ms: u64, rate: u32, tokens: usize) {
        if rate > 0 {
            let tokens = f64::from(u32::try_from(tokens).unwrap_or(u32::MAX));
            self.full_at_ms = self.full_at_ms.max(millis(now_ms)) + tokens * 1000.0 / f64::from(rate);
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of years fit the 52 bits")]
fn millis(now_ms: u64) -> f64 {
    now_ms as f64
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Pace;

    fn lines_at(pace: &mut Pace, now_ms: u64, count: usize) {
        for _ in 0..count {
            assert_eq!(pace.wait(now_ms, 10, 5), None);
            pace.spend(now_ms, 10, 1);
        }
    }

    #[test]
    fn a_burst_passes_and_the_next_line_waits_its_turn() {
        let mut pace = Pace::default();
        lines_at(&mut pace, 1_000_000, 5);
        assert_eq!(pace.wait(1_000_000, 10, 5), Some(Duration::from_millis(100)));
        lines_at(&mut pace, 1_000_100, 1);
        assert_eq!(pace.wait(1_000_100, 10, 5), Some(Duration::from_millis(100)));
        lines_at(&mut pace, 9_000_000, 5);
    }

    #[test]
    fn a_costly_line_is_waited_for_afterwards() {
        let mut pace = Pace::default();
        pace.spend(1_000_000, 10, 7);
        assert_eq!(pace.wait(1_000_000, 10, 5), Some(Duration::from_millis(300)));
    }

    #[test]
    fn a_rate_of_zero_is_no_limit() {
        let mut pace = Pace::default();
        for _ in 0..10_000 {
            pace.spend(5, 0, 1);
            assert_eq!(pace.wait(5, 0, 1), None);
        }
    }
}
