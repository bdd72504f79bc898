//! `chatctl db`: what the database holds, whether it is sound, giving room back.

use std::time::Duration;

use chat_proto::control::{CheckLine, DbInfo, Status, VacuumLine, VacuumRequest, path};
use chat_proto::size::size;

use crate::args::DbCommand;
use crate::client::{Call, Client};
use crate::exit::{Code, Failure};
use crate::print::Screen;
use crate::print::text::{Span, Style, plain, styled};
use crate::print::time::{clients, duration, stamp_and_ago};

pub(super) async fn db(client: &Client, screen: &mut Screen<'_>, command: DbCommand) -> Result<(), Failure> {
    match command {
        DbCommand::Info => info(client, screen).await,
        DbCommand::Check => check(client, screen).await,
        DbCommand::Vacuum { max_pause } => vacuum(client, screen, max_pause).await,
    }
}

async fn info(client: &Client, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let info: DbInfo = client.call(Call::get("show the database", path::DB)).await?;
    screen.one(&info, &info.path, |screen| {
        let rows = rows(&info, screen);
        screen.block(&rows)
    })?;
    Ok(())
}

fn rows(info: &DbInfo, screen: &Screen<'_>) -> Vec<(&'static str, Span)> {
    let unused = info.free_pages * info.page_bytes;
    let oldest = info.oldest_at.as_deref().map_or("none".into(), |at| stamp_and_ago(at, &screen.now()));
    vec![
        ("file", plain(info.path.as_str())),
        ("size", plain(format!("{}, {} of it unused", size(info.pages * info.page_bytes), size(unused)))),
        ("log", plain(format!("{} written ahead", size(info.log_bytes)))),
        ("disk", plain(format!("{} free", size(info.disk_free_bytes)))),
        ("messages", plain(format!("{} in {} conversations", info.messages, info.conversations))),
        ("audit", plain(format!("{} entries", info.audit_entries))),
        ("oldest", plain(oldest)),
        ("newest", plain(format!("sequence number {}", info.newest_seq))),
        ("tables", plain(format!("version {}", info.schema))),
    ]
}

async fn check(client: &Client, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let trying = "check the database";
    let explain = |cause| client.explain(trying, cause);
    let mut lines = client.open(Call::post(trying, path::DB_CHECK)).await.map_err(explain)?;
    loop {
        let line: CheckLine = lines.next().await.map_err(explain)?;
        if !matches!(line, CheckLine::Heartbeat | CheckLine::Other) {
            tell(screen, &line)?;
        }
        match line {
            CheckLine::Done { findings: 0 } => return Ok(()),
            CheckLine::Done { findings } => {
                let message = format!("{trying}: {findings} findings");
                let hint = "restore a backup: stop chatd, then `chatd --restore FILE`";
                return Err(Failure::with_hint(Code::Failed, message, hint));
            }
            CheckLine::Failed { detail } => {
                return Err(Failure::new(Code::Failed, format!("{trying}: {detail}")));
            }
            _ => {}
        }
    }
}

/// One line: what goes by at a terminal, what stays, or as JSON.
fn tell(screen: &mut Screen<'_>, line: &CheckLine) -> Result<(), Failure> {
    match line {
        CheckLine::Looking { what, step, steps } => {
            screen.progress(&format!("{step} of {steps}: {what}"))?;
        }
        _ => screen.progress("")?,
    }
    screen.one(line, "", |screen| match line {
        CheckLine::Finding { what, text } => {
            screen.line(&[styled(Style::Red, format!("{what}: ")), plain(text.as_str())])
        }
        CheckLine::Done { findings: 0 } => screen.line(&[plain("the database is sound")]),
        _ => Ok(()),
    })?;
    screen.flush()?;
    Ok(())
}

async fn vacuum(client: &Client, screen: &mut Screen<'_>, max_pause: Duration) -> Result<(), Failure> {
    let trying = "give room back";
    let explain = |cause| client.explain(trying, cause);
    confirm_pause(client, screen, trying, max_pause).await?;
    let max_pause_ms = Some(u64::try_from(max_pause.as_millis()).unwrap_or(u64::MAX));
    let call = Call::post(trying, path::DB_VACUUM).body(&VacuumRequest { max_pause_ms });
    let mut lines = client.open(call).await.map_err(explain)?;
    screen.progress("compacting; what is said meanwhile waits")?;
    loop {
        let line: VacuumLine = lines.next().await.map_err(explain)?;
        match &line {
            VacuumLine::Heartbeat | VacuumLine::Other => {}
            VacuumLine::Done { before_bytes, after_bytes, pause_ms } => {
                screen.progress("")?;
                return Ok(screen.one(&line, "", |screen| {
                    let (before, after) = (size(*before_bytes), size(*after_bytes));
                    let words = match before_bytes == after_bytes {
                        true => format!("nothing to give back: no page of {after} is unused"),
                        false => {
                            format!("{before} before, {after} now; what was said waited {}", pause(*pause_ms))
                        }
                    };
                    screen.line(&[plain(words)])
                })?);
            }
            VacuumLine::Failed { detail, hint } => {
                screen.progress("")?;
                let message = format!("{trying}: {detail}");
                return Err(match hint {
                    Some(hint) => Failure::with_hint(Code::Failed, message, hint.as_str()),
                    None => Failure::new(Code::Failed, message),
                });
            }
        }
    }
}

/// Asks before everybody is made to wait.
async fn confirm_pause(
    client: &Client,
    screen: &mut Screen<'_>,
    trying: &str,
    max_pause: Duration,
) -> Result<(), Failure> {
    if screen.is_agreed() {
        return Ok(());
    }
    let status: Status = client.call(Call::get(trying, path::STATUS)).await?;
    let (hit, ms) = (clients(status.clients), u64::try_from(max_pause.as_millis()).unwrap_or(u64::MAX));
    screen.confirm(trying, &format!("what is said by {hit} would wait for up to about {}", pause(ms)))
}

fn pause(ms: u64) -> String {
    if ms < 1_000 { format!("{ms} ms") } else { duration(ms) }
}
