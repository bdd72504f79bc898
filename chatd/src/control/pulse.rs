//! How much happens each second: the daemon's counts, written down once a second for as long as the control API runs.
//!
//! Reads counts that anybody may read, so that nobody who counts has to do more. Never asks the owner.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chat_proto::control::Rates;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::Context;
use crate::meter::traffic;

/// How often the counts are written down.
const BEAT: Duration = Duration::from_secs(1);

/// So many are kept: a minute and the one before it.
const KEPT: usize = 61;

/// The latest counts; all clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Pulse(
    /// Oldest first. Locked for a few instructions.
    Arc<Mutex<VecDeque<Beat>>>,
);

/// The counts at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Beat {
    at: Instant,
    messages: u64,
    deliveries: u64,
    bytes_in: u64,
    bytes_out: u64,
    commits: u64,
}

impl Pulse {
    /// Writes the counts down until `stop`.
    pub(super) async fn beat(self, context: Context, stop: CancellationToken) {
        let mut beats = interval(BEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stop.run_until_cancelled(beats.tick()).await.is_some() {
            self.note(Beat::of(&context));
        }
    }

    /// What happened each second from so long ago until now, or since the beginning.
    pub(super) fn rates(&self, context: &Context, over: Duration) -> Rates {
        self.rates_until(&Beat::of(context), over)
    }

    fn rates_until(&self, now: &Beat, over: Duration) -> Rates {
        let beats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_within = |beat: &&Beat| now.at.duration_since(beat.at) <= over;
        // The first that is not older; if the newest is, the clock of this task stood still.
        let Some(from) = beats.iter().find(is_within).or(beats.back()) else { return Rates::default() };
        let seconds = now.at.duration_since(from.at).as_secs_f64();
        if seconds <= 0.0 {
            return Rates::default();
        }
        let per_s = |count: fn(&Beat) -> u64| count(now).saturating_sub(count(from)) as f64 / seconds;
        Rates {
            messages_per_s: per_s(|beat| beat.messages),
            deliveries_per_s: per_s(|beat| beat.deliveries),
            bytes_in_per_s: per_s(|beat| beat.bytes_in),
            bytes_out_per_s: per_s(|beat| beat.bytes_out),
            commits_per_s: per_s(|beat| beat.commits),
        }
    }

    fn note(&self, beat: Beat) {
        let mut beats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        beats.push_back(beat);
        while beats.len() > KEPT {
            beats.pop_front();
        }
    }
}

impl Beat {
    fn of(context: &Context) -> Self {
        use std::sync::atomic::Ordering::Relaxed;
        let (meter, traffic) = (context.registry.meter(), traffic::total());
        Self {
            at: Instant::now(),
            messages: meter.said.total(),
            deliveries: meter.deliveries.load(Relaxed),
            bytes_in: traffic.bytes_in,
            bytes_out: traffic.bytes_out,
            commits: context.stats.snapshot().groups,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beat(begun: Instant, second: u64, messages: u64) -> Beat {
        let at = begun + Duration::from_secs(second);
        Beat { at, messages, deliveries: 0, bytes_in: 0, bytes_out: 0, commits: 0 }
    }

    #[test]
    fn rates_are_over_the_time_that_is_asked_for_or_as_far_as_it_goes_back() {
        let (pulse, begun) = (Pulse::default(), Instant::now());
        assert_eq!(pulse.rates_until(&beat(begun, 0, 7), BEAT), Rates::default());
        // Ten messages each second, but for the last five, of which each has a hundred.
        (0..=55).for_each(|second| pulse.note(beat(begun, second, second * 10)));
        (56..=60).for_each(|second| pulse.note(beat(begun, second, 550 + (second - 55) * 100)));
        let now = beat(begun, 60, 1_050);
        let over = |seconds| pulse.rates_until(&now, Duration::from_secs(seconds)).messages_per_s;
        assert_eq!((over(5), over(60), over(600)), (100.0, 17.5, 17.5));
        // Within less than a beat, the last one counts.
        let soon = Beat { at: now.at + Duration::from_millis(500), messages: 1_100, ..now };
        assert_eq!(pulse.rates_until(&soon, Duration::ZERO).messages_per_s, 100.0);
    }

    #[test]
    fn a_minute_is_kept() {
        let (pulse, begun) = (Pulse::default(), Instant::now());
        (0..200).for_each(|second| pulse.note(beat(begun, second, second)));
        assert_eq!(pulse.0.lock().unwrap().len(), KEPT);
    }
}
