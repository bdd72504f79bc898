//! `chatctl reload` and `check`: another configuration in force, or what would come of that.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use chat_proto::control::{
    CheckRequest, CheckResult, ConfigChange, ConfigValue, Confirmed, PendingReload, ReloadRequest,
    ReloadResult, path,
};

use crate::client::{Call, Client};
use crate::exit::{Code, Failure};
use crate::print::Screen;
use crate::print::text::{Style, plain, styled};
use crate::print::time::stamp;

/// Letters of a value that are shown; JSON has all.
const SHOWN: usize = 60;

pub(super) async fn reload(
    client: &Client,
    screen: &mut Screen<'_>,
    within: Option<Duration>,
) -> Result<(), Failure> {
    let confirm_within_ms = within.map(|limit| u64::try_from(limit.as_millis()).unwrap_or(u64::MAX));
    let call = Call::post("reload the configuration", path::RELOAD);
    let call = if within.is_some() { call.body(&ReloadRequest { confirm_within_ms }) } else { call };
    let result: ReloadResult = client.call(call).await?;
    warn(screen, &result.warnings);
    screen.one(&result, &keys(&result.changed), |screen| {
        for file in &result.renewed {
            screen.line(&[plain(format!("renewed certificate: {file}"))])?;
        }
        if result.changed.is_empty() && result.renewed.is_empty() {
            let confirmed = if within.is_some() { ", so there is nothing to confirm" } else { "" };
            screen.line(&[plain(format!("nothing changed{confirmed}"))])?;
        }
        group(screen, "takes effect now", &result.changed)?;
        group(screen, "needs a restart", &result.restart_needed)?;
        result.pending.iter().try_for_each(|pending| tell_pending(screen, pending))
    })?;
    Ok(())
}

fn tell_pending(screen: &mut Screen<'_>, pending: &PendingReload) -> io::Result<()> {
    let until = stamp(&pending.until_at, &screen.now());
    screen.line(&[styled(Style::Yellow, format!("undone at {until} unless confirmed:"))])?;
    screen.line(&[plain("  chatctl reload --confirm   keeps it")])?;
    screen.line(&[plain("  chatctl reload --undo      takes it back at once")])?;
    screen.line(&[plain("A restart meanwhile starts with the file as it is.")])
}

pub(super) async fn confirm(client: &Client, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let done: Confirmed = client.call(Call::post("confirm the reload", path::RELOAD_CONFIRM)).await?;
    screen.one(&done, "", |screen| {
        let began = stamp(&done.confirmed.began_at, &screen.now());
        screen.line(&[plain(format!("confirmed: the reload of {began} stays"))])
    })?;
    Ok(())
}

pub(super) async fn undo(client: &Client, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let done: ReloadResult = client.call(Call::post("undo the reload", path::RELOAD_UNDO)).await?;
    screen.one(&done, &keys(&done.changed), |screen| {
        group(screen, "undone", &done.changed)?;
        screen.line(&[plain("The file is as it is: the next reload or restart reads it again.")])
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
    warn(screen, &result.warnings);
    screen.one(&result, "", |screen| match result.is_valid {
        true => print_valid(screen, &result),
        false => Ok(()),
    })?;
    if result.is_valid { Ok(()) } else { Err(faulty(&trying, &result)) }
}

fn print_valid(screen: &mut Screen<'_>, result: &CheckResult) -> io::Result<()> {
    screen.line(&[plain(format!("{} is good", result.source))])?;
    if result.changed.is_empty() {
        screen.line(&[plain("a reload would change nothing")])?;
    }
    group(screen, "a reload would change", &result.changed)?;
    group(screen, "needs a restart", &result.restart_needed)
}

fn faulty(trying: &str, result: &CheckResult) -> Failure {
    let faults = result.faults.join("\n");
    let count = result.faults.len();
    let noun = if count == 1 { "problem" } else { "problems" };
    Failure::new(Code::Failed, format!("{trying}: {count} {noun}\n{faults}"))
}

fn warn(screen: &mut Screen<'_>, warnings: &[String]) {
    warnings.iter().for_each(|warning| screen.remark(&format!("warning: {warning}")));
}

fn keys(changes: &[ConfigChange]) -> String {
    changes.iter().map(|change| change.key.as_str()).collect::<Vec<_>>().join("\n")
}

/// Prints changes under a heading, if there are any; a section that is added or gone is one line.
fn group(screen: &mut Screen<'_>, heading: &str, changes: &[ConfigChange]) -> io::Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    screen.line(&[styled(Style::Bold, format!("{heading}:"))])?;
    let mut last = String::new();
    for change in changes {
        let line = sentence(change);
        if line != last {
            screen.line(&[plain(format!("  {line}"))])?;
        }
        last = line;
    }
    Ok(())
}

fn sentence(change: &ConfigChange) -> String {
    let entry = change.key.rsplit_once("].").map(|(entry, _)| format!("{entry}]"));
    match (&change.old, &change.new, entry) {
        (None, Some(_), Some(entry)) => format!("{entry}: added"),
        (Some(_), None, Some(entry)) => format!("{entry}: removed"),
        (old, new, _) => format!("{}: {} → {}", change.key, shown(old.as_ref()), shown(new.as_ref())),
    }
}

fn shown(value: Option<&ConfigValue>) -> String {
    let text = value.map_or_else(|| "nothing".into(), ToString::to_string);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
