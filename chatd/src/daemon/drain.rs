//! A drain: nobody new is taken, those who are here are told, told again in the middle, and ended in small portions, so that
//! thousands do not turn up elsewhere in one second. Who goes when is [`crate::registry`]'s to say.
//!
//! The listeners stay open and refuse with a line that says why. A closed one could not be opened again if the port is below 1024
//! or was taken meanwhile, and one that systemd has handed over could not be closed at all: it would let connections hang.

use std::ops::ControlFlow;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use chat_proto::control::{Accepted, DrainInfo};
use tokio::time::{Instant, timeout};

use super::{Daemon, systemd};
use crate::domain::command::{Command, Operator, Role, SayTo};

/// How often a portion goes. Short, so that a portion is small.
const EVERY: Duration = Duration::from_millis(250);

/// In a drain shorter than this nobody is told twice.
const WORTH_TELLING_TWICE: Duration = Duration::from_secs(10);

/// How long an announcement may wait for its place in the log.
const ANNOUNCE: Duration = Duration::from_secs(5);

/// How long a portion may wait for the owner. Those who remain go with a later one.
const PORTION: Duration = Duration::from_secs(2);

/// A drain that has begun: when what of it is due.
#[derive(Debug)]
pub(super) struct Drain {
    began: Instant,
    within: Duration,
    /// When to look again.
    next: Instant,
    is_told_again: bool,
}

/// What is to be done at one moment of a drain.
#[derive(Debug, PartialEq, Eq)]
struct Due {
    /// How long those still here have, if it is time to tell them again.
    tell: Option<Duration>,
    /// How many have to go.
    portion: usize,
    /// The time is over.
    is_over: bool,
}

impl Drain {
    fn begin(now: Instant, within: Duration) -> Self {
        let mut drain = Self { began: now, within, next: now, is_told_again: within < WORTH_TELLING_TWICE };
        drain.next = now + drain.every();
        drain
    }

    /// When to look again.
    pub(super) fn next(&self) -> Instant {
        self.next
    }

    /// A short drain has portions, too.
    fn every(&self) -> Duration {
        EVERY.min(self.within / 8)
    }

    /// For a quarter of the time people leave by themselves; then as many go each time as leave equally many for each time that is
    /// left. The last do so before the end, with time to read why.
    fn due(&mut self, now: Instant, here: usize) -> Due {
        let passed = now.duration_since(self.began);
        let left = self.within.saturating_sub(passed);
        self.next = now + self.every().min(left);
        let tell = (!self.is_told_again && passed >= self.within / 2).then_some(left);
        self.is_told_again |= tell.is_some();
        let turns = left.as_micros().checked_div(self.every().as_micros()).unwrap_or(0);
        let turns = usize::try_from(turns).unwrap_or(usize::MAX).max(1);
        let portion = if passed < self.within / 4 { 0 } else { here.div_ceil(turns) };
        Due { tell, portion, is_over: left.is_zero() }
    }
}

impl Daemon {
    /// Takes nobody new and tells everybody how long they have. One that had begun already begins again.
    pub(super) async fn begin_drain(&mut self, within: Duration) {
        let clients = self.sessions.len();
        let now = jiff::Timestamp::now();
        let deadline = now.checked_add(within).unwrap_or(jiff::Timestamp::MAX);
        self.note_drain(Some(DrainInfo {
            began_at: format!("{now:.3}"),
            deadline_at: format!("{deadline:.3}"),
            clients_at_start: clients as u64,
            ended: 0,
        }));
        self.sessions.close();
        self.draining = Some(Drain::begin(Instant::now(), within));
        tracing::info!(clients, within_s = within.as_secs(), "draining");
        systemd::draining(clients, within);
        self.announce(&stops_in(within)).await;
    }

    /// Does what is due; breaks when the time is over. That all have left is noticed elsewhere.
    pub(super) async fn go_on_draining(&mut self) -> ControlFlow<()> {
        let here = self.registry.connections();
        let Some(drain) = &mut self.draining else { return ControlFlow::Continue(()) };
        let Due { tell, portion, is_over } = drain.due(Instant::now(), here);
        if is_over {
            return ControlFlow::Break(());
        }
        if let Some(left) = tell {
            tracing::info!(clients = here, left_s = left.as_secs(), "draining");
            self.tell_how_far_the_drain_is();
            self.announce(&stops_in(left)).await;
        }
        if portion > 0 {
            // An owner that is gone ends the daemon by itself; one that is busy forgets a portion for which nobody waits.
            let dismissed = timeout(PORTION, self.registry.dismiss(portion)).await;
            let ended = dismissed.unwrap_or(Ok(0)).unwrap_or(0);
            if let Some(info) = &mut *self.facts.drain.lock().unwrap_or_else(PoisonError::into_inner) {
                info.ended += ended as u64;
            }
        }
        ControlFlow::Continue(())
    }

    /// Takes new clients again and says so to those who are still here; nothing if there is no drain.
    pub(super) async fn undrain(&mut self) -> Option<Accepted> {
        self.draining.take()?;
        self.note_drain(None);
        self.sessions.reopen();
        let clients = self.sessions.len();
        tracing::info!(clients, "the drain was taken back; new clients are taken again");
        systemd::serving(self.config().limits.clients);
        self.announce("This server does not stop after all.").await;
        Some(Accepted { clients: clients as u64, deadline_at: None })
    }

    /// Tells systemd, if there is a drain.
    pub(super) fn tell_how_far_the_drain_is(&self) {
        if let Some(Drain { began, within, .. }) = &self.draining {
            systemd::draining(self.registry.connections(), within.saturating_sub(began.elapsed()));
        }
    }

    fn note_drain(&self, info: Option<DrainInfo>) {
        self.facts.is_draining.store(info.is_some(), Ordering::Relaxed);
        *self.facts.drain.lock().unwrap_or_else(PoisonError::into_inner) = info;
    }

    async fn announce(&self, text: &str) {
        let by = Operator { name: "chatd".into(), role: Role::Admin };
        let say = Command::Say { to: SayTo::Everyone, text: text.into() };
        let told = timeout(ANNOUNCE, self.registry.command(by, say)).await;
        if !matches!(told, Ok(Ok(Ok(_)))) {
            tracing::warn!(text, "could not tell the clients");
        }
    }
}

fn stops_in(left: Duration) -> String {
    format!(
        "This server stops in {} seconds. Please leave, and come back later; who stays is disconnected before then.",
        left.as_secs_f64().round()
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::Drain;

    /// Goes through a drain whose clients never leave by themselves; at each look its second, the portion, and how many are here
    /// afterwards.
    fn through(within: Duration, clients: usize) -> Vec<(Duration, usize, usize)> {
        let began = Instant::now();
        let mut drain = Drain::begin(began, within);
        let (mut looks, mut here) = (Vec::new(), clients);
        loop {
            let now = drain.next();
            let due = drain.due(now, here);
            if due.is_over {
                return looks;
            }
            here -= due.portion.min(here);
            looks.push((now - began, due.portion, here));
        }
    }

    #[test]
    fn clients_go_in_equal_portions_after_a_quarter_of_the_time_and_before_its_end() {
        let within = Duration::from_secs(60);
        let looks = through(within, 9_000);
        let early = looks.iter().filter(|(at, ..)| *at < within / 4);
        assert!(early.clone().count() > 10 && early.clone().all(|(_, portion, _)| *portion == 0));
        // 45 s are 180 times a quarter of a second.
        assert!(looks.iter().all(|(_, portion, _)| *portion <= 51), "{looks:?}");
        let half = looks.iter().find(|(at, ..)| *at >= within * 5 / 8).unwrap();
        assert!((4_300..4_700).contains(&half.2), "{half:?}");
        assert_eq!(looks.last().unwrap().2, 0);
    }

    #[test]
    fn a_short_drain_and_a_lonely_client_are_drained_as_well() {
        for (within, clients) in [(50, 100), (50, 1), (60_000, 1), (1, 3)] {
            let looks = through(Duration::from_millis(within), clients);
            assert_eq!(looks.last().unwrap().2, 0, "{clients} clients in {within} ms: {looks:?}");
        }
        assert_eq!(through(Duration::ZERO, 5), [], "no time is over at once");
    }

    #[test]
    fn everybody_is_told_again_once_in_the_middle_of_a_drain_that_is_long_enough() {
        let told = |within: u64| {
            let within = Duration::from_secs(within);
            let mut drain = Drain::begin(Instant::now(), within);
            let looks = std::iter::repeat_with(|| drain.due(drain.next(), 1));
            looks.take_while(|due| !due.is_over).filter_map(|due| due.tell).collect::<Vec<_>>()
        };
        assert_eq!(told(20), [Duration::from_secs(10)]);
        assert!(told(9).is_empty());
    }
}
