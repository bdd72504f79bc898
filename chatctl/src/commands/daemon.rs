//! `chatctl reload`, `check` and `stop`: the daemon as a whole.

use std::path::PathBuf;

use chat_proto::control::{Accepted, CheckRequest, CheckResult, ReloadResult, Status, path};

use super::ending::Ending;
use crate::client::{Call, Client};
use crate::exit::{Code, Failure};
use crate::print::Screen;
use crate::print::text::{Style, plain, styled};
use crate::print::time::{clients, stamp};

pub(super) async fn reload(client: &Client, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let result: ReloadResult = client.call(Call::post("reload the configuration", path::RELOAD)).await?;
    screen.one(&result, &result.changed.join(" "), |screen| {
        let changed = match result.changed.as_slice() {
            [] => "nothing changed".into(),
            keys => format!("changed: {}", keys.join(", ")),
        };
        screen.line(&[plain(changed)])?;
        restart_needed(screen, &result.restart_needed)
    })?;
    Ok(())
}

pub(super) async fn check(
    client: &Client,
    screen: &mut Screen<'_>,
    file: Option<PathBuf>,
) -> Result<(), Failure> {
    let trying = match &file {
        Some(file) => format!("check {}", file.display()),
        None => "check the configuration".into(),
    };
    // The daemon has another working directory.
    let file = file.map(std::path::absolute).transpose();
    let file = file.map_err(|cause| Failure::new(Code::Usage, format!("{trying}: {cause}")))?;
    let request = CheckRequest { path: file.map(|file| file.to_string_lossy().into_owned()) };
    let result: CheckResult = client.call(Call::post(trying.as_str(), path::CHECK).body(&request)).await?;
    screen.one(&result, "", |screen| match result.is_valid {
        true => print_valid(screen, &result),
        false => Ok(()),
    })?;
    if result.is_valid { Ok(()) } else { Err(faulty(&trying, &result)) }
}

fn print_valid(screen: &mut Screen<'_>, result: &CheckResult) -> std::io::Result<()> {
    screen.line(&[plain(format!("{} is good", result.source))])?;
    if !result.changed.is_empty() {
        screen.line(&[plain(format!("a reload would change: {}", result.changed.join(", ")))])?;
    }
    restart_needed(screen, &result.restart_needed)?;
    result
        .warnings
        .iter()
        .try_for_each(|warning| screen.line(&[styled(Style::Yellow, format!("warning: {warning}"))]))
}

fn faulty(trying: &str, result: &CheckResult) -> Failure {
    let faults = result.faults.join("\n");
    let count = result.faults.len();
    let noun = if count == 1 { "problem" } else { "problems" };
    Failure::new(Code::Failed, format!("{trying}: {count} {noun}\n{faults}"))
}

fn restart_needed(screen: &mut Screen<'_>, keys: &[String]) -> std::io::Result<()> {
    match keys {
        [] => Ok(()),
        keys => screen.line(&[plain(format!("only a restart changes: {}", keys.join(", ")))]),
    }
}

pub(super) async fn stop(client: &Client, screen: &mut Screen<'_>, wait: bool) -> Result<(), Failure> {
    confirm_end(client, screen, "stop").await?;
    let stops = match wait {
        true => Some(Ending::begin(client, "stop").await?),
        false => None,
    };
    let accepted: Accepted = client.call(Call::post("stop", path::STOP)).await?;
    print_accepted(screen, "stopping", &accepted)?;
    match stops {
        Some(ending) => ending.follow(client, screen).await,
        None => Ok(()),
    }
}

/// Asks before the daemon is ended, with how many clients that hits.
pub(super) async fn confirm_end(
    client: &Client,
    screen: &mut Screen<'_>,
    trying: &str,
) -> Result<(), Failure> {
    if screen.is_agreed() {
        return Ok(());
    }
    let status: Status = client.call(Call::get(trying, path::STATUS)).await?;
    let hit = clients(status.clients);
    screen.confirm(trying, &format!("{} ends, and {hit} would be disconnected", status.server))
}

/// Says that something has begun, and until when it lasts.
pub(super) fn print_accepted(
    screen: &mut Screen<'_>,
    what: &str,
    accepted: &Accepted,
) -> Result<(), Failure> {
    screen.one(accepted, "", |screen| {
        let until = accepted.deadline_at.as_deref().map(|at| stamp(at, &screen.now()));
        let until = until.map(|until| format!(", until {until} at the latest")).unwrap_or_default();
        screen.line(&[plain(format!("{what}: {} connected{until}", accepted.clients))])
    })?;
    Ok(())
}
