//! The two clocks of the daemon, and the time of events. The system's clock says what time it is, and somebody may set it; the steady
//! one goes on and nobody can. What takes a while (time-outs, the pace of a client) is measured with the steady one only.

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::domain::id::Time;

/// The present moment by the system's clock, for whoever has to hand one to the domain.
#[must_use]
pub fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// A moment on the steady clock: milliseconds since the process first asked for it. It stands still while the machine sleeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Steady(pub u64);

impl Steady {
    /// The present moment.
    #[must_use]
    pub fn now() -> Self {
        static FIRST: OnceLock<Instant> = OnceLock::new();
        let passed = FIRST.get_or_init(Instant::now).elapsed();
        Self(u64::try_from(passed.as_millis()).unwrap_or(u64::MAX))
    }

    /// How long after `earlier` this is; nothing if it is before it.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// The time of events: that of the system's clock, but never before the time of an event before it. When the clock is set back, the
/// time goes on at half speed until the clock has caught up, so that also then later events have later times.
#[derive(Debug, Default)]
pub(super) struct Clock {
    time: Time,
    at: Steady,
}

impl Clock {
    /// The time of an event that happens now.
    pub(super) fn read(&mut self) -> Time {
        self.tell(now(), Steady::now())
    }

    fn tell(&mut self, system: Time, at: Steady) -> Time {
        if system >= self.time {
            (self.time, self.at) = (system, at);
        } else {
            let gone = at.0.saturating_sub(self.at.0) / 2;
            // What is left of an odd millisecond counts the next time.
            self.time.0 += gone;
            self.at.0 += gone * 2;
        }
        self.time
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, Steady};
    use crate::domain::id::Time;

    #[test]
    fn the_time_of_events_follows_the_clock_forward_at_once() {
        let mut clock = Clock::default();
        let times = [(1_000, 0), (1_001, 1), (9_000_000, 2), (9_000_000, 3)];
        for (system, at) in times {
            assert_eq!(clock.tell(Time(system), Steady(at)), Time(system));
        }
    }

    #[test]
    fn set_back_by_a_minute_it_goes_on_at_half_speed_until_the_clock_has_caught_up() {
        let mut clock = Clock::default();
        clock.tell(Time(100_000), Steady(0));
        let mut last = Time(0);
        for at in 1..=120_000 {
            let time = clock.tell(Time(40_000 + at), Steady(at));
            assert!(time >= last && time.0 >= 100_000, "{time:?} after {last:?}");
            assert!(time.0.abs_diff(100_000 + at / 2) <= 1, "{time:?} at {at}");
            last = time;
        }
        assert_eq!(
            clock.tell(Time(160_001), Steady(120_001)),
            Time(160_001),
            "two minutes later it is right again"
        );
    }

    #[test]
    fn a_steady_clock_never_goes_back() {
        let first = Steady::now();
        assert!(Steady::now() >= first);
        assert!(Steady(1).since(Steady(2)).is_zero());
    }
}
