//! Notices that the system's clock went another way than time: it was set, or the machine slept. Says so; what is measured in the
//! daemon is measured with a clock that nobody sets, and the times of events never go back (`registry/clock.rs`).

use std::time::Duration;

use tokio::time::interval;
use tokio_util::sync::CancellationToken;

use crate::domain::id::Time;
use crate::health::{Condition, Health};
use crate::registry::{Steady, now};

/// How often the clocks are compared.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// From this size on it is a jump. What keeps clocks right without setting them moves them by half a millisecond in a second.
const JUMP_MS: u64 = 1000;

/// How long a jump is shown.
const SHOWN: Duration = Duration::from_secs(10 * 60);

/// Compares the clocks until `stop`.
pub(super) async fn watch(health: Health, stop: CancellationToken) {
    let watching = async {
        let mut clocks = Clocks::new(now(), Steady::now(), health);
        let mut tick = interval(LOOK_EVERY);
        loop {
            tick.tick().await;
            clocks.look(now(), Steady::now());
        }
    };
    let _: Option<()> = stop.run_until_cancelled(watching).await;
}

/// Both clocks at the last look.
struct Clocks {
    system: Time,
    steady: Steady,
    /// Until when the last jump is shown.
    shown_until: Option<Steady>,
    health: Health,
}

impl Clocks {
    fn new(system: Time, steady: Steady, health: Health) -> Self {
        Self { system, steady, shown_until: None, health }
    }

    fn look(&mut self, system: Time, steady: Steady) {
        let expected = Time(self.system.0 + (steady.0 - self.steady.0));
        (self.system, self.steady) = (system, steady);
        let (forward, back) = (system.since_ms(expected), expected.since_ms(system));
        if forward >= JUMP_MS {
            self.jumped(&told_forward(forward), SHOWN);
        } else if back >= JUMP_MS {
            // So long the times of events go on at half speed.
            self.jumped(&told_back(back), SHOWN.max(Duration::from_millis(back.saturating_mul(2))));
        } else if self.shown_until.is_some_and(|until| steady >= until) {
            self.shown_until = None;
            self.health.clear(Condition::ClockJumped);
        }
    }

    fn jumped(&mut self, detail: &str, shown: Duration) {
        if self.shown_until.is_some() {
            // One that is raised already is not logged again.
            tracing::warn!("{detail}");
        }
        let shown_ms = u64::try_from(shown.as_millis()).unwrap_or(u64::MAX);
        self.shown_until = Some(Steady(self.steady.0.saturating_add(shown_ms)));
        self.health.raise(Condition::ClockJumped, detail);
    }
}

fn told_forward(ms: u64) -> String {
    format!("the system's clock went forward by {}: it was set, or the machine slept", seconds(ms))
}

fn told_back(ms: u64) -> String {
    format!(
        "the system's clock was set back by {}: until it has caught up, the times of messages go on at half speed; after a restart they \
         are those of the clock",
        seconds(ms)
    )
}

/// `3600.0 s`
fn seconds(ms: u64) -> String {
    format!("{}.{} s", ms / 1000, ms % 1000 / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: u64 = 1_700_000_000_000;

    /// A clock that is set by so many milliseconds a second after the start, looked at each second; what is shown at the second look
    /// and after how many seconds nothing is shown any more.
    fn set_by(ms: i64) -> (Option<String>, usize) {
        let health = Health::default();
        let mut clocks = Clocks::new(Time(START), Steady(5), health.clone());
        let mut shown = Vec::new();
        for second in 1..=4000_u64 {
            let system = (START + second * 1000).strict_add_signed(ms);
            clocks.look(Time(system), Steady(5 + second * 1000));
            shown.push(health.snapshot().into_iter().next().map(|raised| raised.detail));
        }
        let seconds = shown.iter().take_while(|one| one.is_some()).count();
        assert!(shown[seconds..].iter().all(Option::is_none), "shown once");
        (shown.swap_remove(0), seconds)
    }

    #[test]
    fn a_jump_is_noticed_with_its_size_and_shown_for_a_while() {
        let (forward, seconds) = set_by(3_600_500);
        assert!(forward.unwrap().contains("went forward by 3600.5 s"));
        assert_eq!(seconds, 600);
        let (back, seconds) = set_by(-2_000);
        assert!(back.unwrap().contains("was set back by 2.0 s"));
        assert_eq!(seconds, 600);
    }

    #[test]
    fn a_long_way_back_is_shown_until_the_clock_has_caught_up() {
        assert_eq!(set_by(-1_000_000).1, 2000);
    }

    #[test]
    fn less_than_a_second_is_no_jump() {
        for small in [999, -999, 0] {
            assert_eq!(set_by(small), (None, 0), "{small}");
        }
    }
}
