//! `chatctl log`: the daemon's own log, live, and its level.

use std::time::Duration;

use chat_proto::control::{LogLevel, LogLine, LogSetting, LogStreamLine, Status, path};

use crate::args::{LogCommand, WatchLog};
use crate::client::{Call, Client};
use crate::exit::Failure;
use crate::print::Screen;
use crate::print::text::{Span, Style, plain, styled};
use crate::print::time::stamp;

pub(super) async fn log(
    client: &Client,
    screen: &mut Screen<'_>,
    command: LogCommand,
) -> Result<(), Failure> {
    match command {
        LogCommand::Watch(watched) => watch(client, screen, watched).await,
        LogCommand::Level { level: Some(level), within } => set_level(client, screen, level, within).await,
        LogCommand::Level { level: None, .. } => show_level(client, screen).await,
    }
}

/// Does not try again when the connection is lost: log lines have no numbers to resume by, the journal has all.
async fn watch(client: &Client, screen: &mut Screen<'_>, watched: WatchLog) -> Result<(), Failure> {
    let trying = "watch the log";
    let explain = |cause| client.explain(trying, cause);
    let WatchLog { what, level, count, no_follow } = watched;
    let what = (!what.is_empty()).then(|| what.join(","));
    let call = Call::get(trying, path::LOG).query("level", level).query("what", what);
    let call = call.query("count", Some(count)).query("follow", no_follow.then_some(false));
    let mut lines = client.open(call).await.map_err(explain)?;
    let mut heartbeats = 0;
    loop {
        match lines.next().await.map_err(explain)? {
            LogStreamLine::Line(line) => print_line(screen, &line)?,
            LogStreamLine::Lost { lines } => {
                screen.remark(&format!("{trying}: {lines} lines were lost, this reader was too slow"));
            }
            // The first is the first line of all, the second comes behind the lines from before.
            LogStreamLine::Heartbeat if no_follow && heartbeats == 1 => return Ok(()),
            LogStreamLine::Heartbeat => heartbeats += 1,
            LogStreamLine::Other => {}
        }
        if !lines.has_more() {
            screen.flush()?;
        }
    }
}

fn print_line(screen: &mut Screen<'_>, line: &LogLine) -> std::io::Result<()> {
    screen.one(line, &line.message, |screen| {
        let time = styled(Style::Dim, format!("{} ", stamp(&line.time, &screen.now())));
        let fields = line.fields.iter().map(|(key, value)| format!(" {key}={value}")).collect::<String>();
        let source = styled(Style::Dim, format!(" {}: ", line.target));
        screen.line(&[time, level(&line.level), source, plain(&line.message), styled(Style::Dim, fields)])
    })
}

fn level(level: &str) -> Span {
    let style = match level {
        "error" => Style::Red,
        "warn" => Style::Bold,
        "info" => Style::Green,
        _ => Style::Dim,
    };
    styled(style, format!("{level:5}"))
}

async fn set_level(
    client: &Client,
    screen: &mut Screen<'_>,
    level: String,
    within: Option<Duration>,
) -> Result<(), Failure> {
    let for_ms = within.map(|within| u64::try_from(within.as_millis()).unwrap_or(u64::MAX));
    let call = Call::put(format!("set the log level to {level}"), path::LOG);
    let level: LogLevel = client.call(call.body(&LogSetting { level, for_ms })).await?;
    print_level(screen, &level)
}

async fn show_level(client: &Client, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let status: Status = client.call(Call::get("show the log level", path::STATUS)).await?;
    print_level(screen, &LogLevel { level: status.log_level, until: status.log_level_until })
}

fn print_level(screen: &mut Screen<'_>, level: &LogLevel) -> Result<(), Failure> {
    screen.one(level, &level.level, |screen| {
        let until = level.until.as_ref().map(|until| format!(" until {}", stamp(until, &screen.now())));
        screen.line(&[plain(level.level.as_str()), plain(until.unwrap_or_default())])
    })?;
    Ok(())
}
