//! What `--wait` waits for: the end of a daemon that was asked to stop or to drain.
//!
//! Owns telling an end from a daemon that is busy, was started again or goes on.

use std::time::Duration;

use chat_proto::control::{DrainInfo, RunState, Status, path};
use jiff::{Timestamp, Zoned};
use tokio::time::sleep;

use crate::client::{Call, CallError, Client};
use crate::exit::{Code, Failure};
use crate::print::Screen;
use crate::print::time::duration;

/// How often the daemon is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// How often it may still look as before: what was accepted shows in the state a moment later.
const LOOKS_TO_BEGIN: u32 = 10;

/// A daemon that is about to end.
pub(super) struct Ending {
    trying: &'static str,
    /// Whether `undrain` can take it back.
    is_drain: bool,
    pid: u32,
}

impl Ending {
    /// Remembers which daemon it is; before it is asked to end, so that one that is started at once is not taken for it.
    pub(super) async fn begin(client: &Client, trying: &'static str) -> Result<Self, Failure> {
        let status: Status = client.call(Call::get(trying, path::STATUS)).await?;
        Ok(Self { trying, is_drain: trying == "drain", pid: status.pid })
    }

    /// Shows how far it is until the daemon has ended. How long that takes is bounded by the daemon: its drain has a deadline.
    pub(super) async fn follow(self, client: &Client, screen: &mut Screen<'_>) -> Result<(), Failure> {
        screen.flush()?;
        let (mut was_ending, mut looks) = (false, 0);
        loop {
            match client.attempt::<Status>(Call::get(self.trying, path::STATUS)).await {
                Ok(status) if status.pid != self.pid => break,
                Ok(status) if status.state == RunState::Running && !was_ending && looks < LOOKS_TO_BEGIN => {
                    looks += 1;
                }
                Ok(status) if status.state == RunState::Running && self.is_drain => {
                    screen.progress("")?;
                    let message = format!("{}: it was taken back (chatctl undrain)", self.trying);
                    return Err(Failure::new(Code::Failed, message));
                }
                Ok(status) => {
                    was_ending = true;
                    if let Some(info) = status.drain {
                        screen.progress(&progress(&info, status.clients, &screen.now()))?;
                    }
                }
                // Too busy with those who leave; or so near its end that it answers nothing else.
                Err(CallError::Deadline(_)) => {}
                Err(CallError::Refused(problem)) if problem.status == 503 => {}
                Err(CallError::Connect(_) | CallError::Broken(_)) => break,
                Err(refused) => {
                    screen.progress("")?;
                    return Err(client.explain(self.trying, refused));
                }
            }
            sleep(LOOK_EVERY).await;
        }
        screen.progress("")?;
        Ok(screen.note("stopped")?)
    }
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
