//! Notices that lines of the log are dropped, because their reader does not keep up, and says so; writes none anew.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, interval};
use tokio_util::sync::CancellationToken;

use crate::health::{Condition, Health};
use crate::telemetry::Telemetry;

const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long it is shown after the last one.
const SHOWN: Duration = Duration::from_secs(60);

/// Looks until `stop`.
pub(super) async fn watch(telemetry: Arc<Telemetry>, health: Health, stop: CancellationToken) {
    let mut losses = Losses { lines: 0, grew: Instant::now(), health };
    let mut tick = interval(LOOK_EVERY);
    while stop.run_until_cancelled(tick.tick()).await.is_some() {
        losses.look(telemetry.dropped_lines(), Instant::now());
    }
}

/// What was dropped until the last look.
struct Losses {
    lines: usize,
    /// When it last became more.
    grew: Instant,
    health: Health,
}

impl Losses {
    fn look(&mut self, lines: usize, now: Instant) {
        if lines > self.lines {
            (self.lines, self.grew) = (lines, now);
            let detail = format!(
                "{lines} lines of the log were dropped since the start, the last ones just now, as what takes them does not keep up; a higher \
                 log.level writes less"
            );
            self.health.raise(Condition::LogLinesDropped, &detail);
        } else if now.duration_since(self.grew) >= SHOWN {
            self.health.clear(Condition::LogLinesDropped);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropped_lines_are_a_condition_until_a_minute_has_passed_without_any() {
        let (health, begun) = (Health::default(), Instant::now());
        let mut losses = Losses { lines: 0, grew: begun, health: health.clone() };
        let mut is_shown = |second: u64, lines| {
            losses.look(lines, begun + Duration::from_secs(second));
            health.has(Condition::LogLinesDropped)
        };
        assert!(!is_shown(1, 0));
        assert!(is_shown(2, 3));
        assert!(is_shown(40, 4), "it grows");
        assert!(is_shown(99, 4));
        assert!(!is_shown(100, 4));
        assert!(is_shown(101, 5), "and again");
    }
}
