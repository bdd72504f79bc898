//! `chatctl drain` and `undrain`.
//!
//! Owns following a drain to its end; who goes when is the daemon's to decide.

use std::time::Duration;

use chat_proto::control::{Accepted, DrainInfo, DrainRequest, Status, path};
use jiff::{Timestamp, Zoned};
use tokio::time::sleep;

use super::daemon::print_accepted;
use crate::client::{Call, CallError, Client};
use crate::exit::{Code, Failure};
use crate::print::Screen;
use crate::print::text::plain;
use crate::print::time::duration;

/// How often a drain is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);

pub(super) async fn drain(
    client: &Client,
    screen: &mut Screen<'_>,
    timeout: Option<Duration>,
    wait: bool,
) -> Result<(), Failure> {
    let timeout_ms = timeout.map(|limit| u64::try_from(limit.as_millis()).unwrap_or(u64::MAX));
    let call = Call::post("drain", path::DRAIN).body(&DrainRequest { timeout_ms });
    let accepted: Accepted = client.call(call).await?;
    print_accepted(screen, "draining", &accepted)?;
    if wait { follow(client, screen).await } else { Ok(()) }
}

pub(super) async fn undrain(client: &Client, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let done: Accepted = client.call(Call::post("undrain", path::UNDRAIN)).await?;
    screen.one(&done, "", |screen| {
        screen.line(&[plain(format!("taking new clients again: {} connected", done.clients))])
    })?;
    Ok(())
}

/// Shows how far the drain is until the daemon has stopped.
async fn follow(client: &Client, screen: &mut Screen<'_>) -> Result<(), Failure> {
    screen.flush()?;
    let mut pid = None;
    loop {
        match client.attempt::<Status>(Call::get("drain", path::STATUS)).await {
            // Whoever starts it again at once has stopped it before.
            Ok(status) if *pid.get_or_insert(status.pid) != status.pid => break,
            Ok(Status { drain: Some(info), clients, .. }) => {
                screen.progress(&progress(&info, clients, &screen.now()))?;
            }
            Ok(status) if status.state == chat_proto::control::RunState::Running => {
                screen.progress("")?;
                return Err(Failure::new(Code::Failed, "drain: it was taken back (chatctl undrain)".into()));
            }
            // All have left, or the daemon is too busy with their leaving.
            Ok(_) | Err(CallError::Deadline(_)) => {}
            Err(CallError::Connect(_) | CallError::Broken(_)) => break,
            Err(refused) => {
                // A daemon on its way out says so before it is gone.
                if !matches!(&refused, CallError::Refused(problem) if problem.status == 503) {
                    screen.progress("")?;
                    return Err(client.explain("drain", refused));
                }
            }
        }
        sleep(LOOK_EVERY).await;
    }
    screen.progress("")?;
    Ok(screen.note("stopped")?)
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
