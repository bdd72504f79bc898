//! What `--wait` waits for: the end of a daemon that was asked to stop or to drain.
//!
//! Owns telling an end from a daemon that is busy, was started again or goes on. It must never wait without an end.

mod process;

use std::io::ErrorKind;
use std::time::Duration;

use chat_proto::control::{Accepted, DrainInfo, RunState, Status, path};
use jiff::{SignedDuration, Timestamp, Zoned};
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::client::{Call, CallError, Client};
use crate::exit::{Code, Failure};
use crate::print::Screen;
use crate::print::time::duration;
use process::Process;

/// How often the daemon is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// How often it may still look as before: what was accepted shows in the state a moment later.
const LOOKS_TO_BEGIN: u32 = 10;

/// How long behind its deadline a daemon may take to bring what it has to the disk, in seconds. One that takes longer hangs.
const GRACE_S: i64 = 30;

/// A daemon that is about to end.
pub(super) struct Ending {
    trying: &'static str,
    /// Whether `undrain` can take it back.
    is_drain: bool,
    pid: u32,
    /// None where it is out of sight: in another container, or hidden (proc(5), `hidepid`).
    process: Option<Process>,
}

/// What one look at the daemon tells.
enum Look {
    /// It is not ending, or not yet.
    Running,
    /// It is.
    Ending(Box<Status>),
    /// Too busy with those who leave to answer; or so near its end that it answers nothing else; or it hangs.
    Unknown,
    /// It takes no calls any more.
    Closed,
}

impl Ending {
    /// Remembers which daemon it is; before it is asked to end, so that one that is started at once is not taken for it.
    pub(super) async fn begin(client: &Client, trying: &'static str) -> Result<Self, Failure> {
        let status: Status = client.call(Call::get(trying, path::STATUS)).await?;
        let process = Process::of_chatd(status.pid);
        Ok(Self { trying, is_drain: trying == "drain", pid: status.pid, process })
    }

    /// Shows how far it is until the daemon has ended, and with it all that it had to write.
    ///
    /// # Errors
    /// It was taken back, says no, or is still there some time after the deadline that it gave itself.
    pub(super) async fn follow(
        self,
        accepted: &Accepted,
        client: &Client,
        screen: &mut Screen<'_>,
    ) -> Result<(), Failure> {
        screen.flush()?;
        let mut give_up_at = patience(accepted.deadline_at.as_deref(), &screen.now());
        let (mut is_closed, mut looks_as_before) = (false, 0);
        while !self.has_ended(is_closed) {
            if Instant::now() >= give_up_at {
                screen.progress("")?;
                return Err(self.hangs());
            }
            match if is_closed { Look::Closed } else { self.look(client, give_up_at, screen).await? } {
                Look::Running if looks_as_before < LOOKS_TO_BEGIN => looks_as_before += 1,
                Look::Running if self.is_drain => {
                    screen.progress("")?;
                    let message = format!("{}: it was taken back (chatctl undrain)", self.trying);
                    return Err(Failure::new(Code::Failed, message));
                }
                Look::Ending(status) => {
                    looks_as_before = LOOKS_TO_BEGIN;
                    if let Some(info) = status.drain {
                        // Another drain may have given it more time.
                        give_up_at = patience(Some(&info.deadline_at), &screen.now());
                        screen.progress(&progress(&info, status.clients, &screen.now()))?;
                    }
                }
                Look::Closed => is_closed = true,
                Look::Running | Look::Unknown => {}
            }
            sleep_until(give_up_at.min(Instant::now() + LOOK_EVERY)).await;
        }
        screen.progress("")?;
        Ok(screen.note("stopped")?)
    }

    /// That it takes no calls any more is only the beginning of the end, where more can be seen: what was said is still written.
    fn has_ended(&self, is_closed: bool) -> bool {
        self.process.as_ref().map_or(is_closed, Process::has_ended)
    }

    async fn look(
        &self,
        client: &Client,
        give_up_at: Instant,
        screen: &mut Screen<'_>,
    ) -> Result<Look, Failure> {
        let ask = client.attempt::<Status>(Call::get(self.trying, path::STATUS));
        match timeout_at(give_up_at, ask).await {
            Err(_) | Ok(Err(CallError::Deadline(_) | CallError::Broken(_))) => Ok(Look::Unknown),
            Ok(Ok(status)) if status.pid != self.pid => Ok(Look::Closed),
            Ok(Ok(status)) if status.state == RunState::Running => Ok(Look::Running),
            Ok(Ok(status)) => Ok(Look::Ending(Box::new(status))),
            Ok(Err(CallError::Connect(cause))) => match cause.kind() {
                ErrorKind::NotFound | ErrorKind::ConnectionRefused => Ok(Look::Closed),
                // As many as may wait are waiting already, for instance (EAGAIN).
                _ => Ok(Look::Unknown),
            },
            Ok(Err(CallError::Refused(problem))) if problem.status == 503 => Ok(Look::Unknown),
            Ok(Err(refused)) => {
                screen.progress("")?;
                Err(client.explain(self.trying, refused))
            }
        }
    }

    fn hangs(&self) -> Failure {
        let (trying, pid) = (self.trying, self.pid);
        Failure::with_hint(
            Code::Failed,
            format!("{trying}: chatd (pid {pid}) is still there {GRACE_S} s after its deadline"),
            format!(
                "look at its log and its disk; if it hangs, `kill -9 {pid}` ends it, and what it has confirmed is stored"
            ),
        )
    }
}

/// Until when a daemon with this deadline is waited for; where it gave none, it gets only the time after it.
fn patience(deadline_at: Option<&str>, now: &Zoned) -> Instant {
    let left = deadline_at.and_then(|at| at.parse::<Timestamp>().ok());
    let left = left.map_or(SignedDuration::ZERO, |at| at.duration_since(now.timestamp()));
    // Nothing is left if it is negative.
    let left = Duration::try_from(left + SignedDuration::from_secs(GRACE_S)).unwrap_or_default();
    Instant::now() + left
}

/// `draining: 310 of 1200 connected, 400 ended, 4m left`.
fn progress(info: &DrainInfo, clients: u64, now: &Zoned) -> String {
    let left = info.deadline_at.parse::<Timestamp>().map(|at| at.duration_since(now.timestamp()));
    let left_ms = left.map_or(0, |left| u64::try_from(left.as_millis()).unwrap_or(0));
    let DrainInfo { clients_at_start, ended, .. } = info;
    format!("draining: {clients} of {clients_at_start} connected, {ended} ended, {} left", duration(left_ms))
}

#[cfg(test)]
mod tests {
    use chat_proto::control::DrainInfo;
    use jiff::Zoned;

    use super::progress;

    #[test]
    fn progress_says_how_many_are_left_and_how_much_time() {
        let now: Zoned = "2025-01-31T12:00:00[UTC]".parse().unwrap();
        let info = |deadline_at: &str| DrainInfo {
            began_at: "2025-01-31T11:59:00Z".into(),
            deadline_at: deadline_at.into(),
            clients_at_start: 1200,
            ended: 400,
        };
        let line = progress(&info("2025-01-31T12:04:01Z"), 310, &now);
        assert_eq!(line, "draining: 310 of 1200 connected, 400 ended, 4m left");
        assert!(progress(&info("2025-01-31T11:00:00Z"), 0, &now).ends_with(", 0s left"));
    }
}
