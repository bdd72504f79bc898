//! `chatctl log`: the daemon's own log, live, and its level.

use chat_proto::control::{LogLine, LogSetting, LogStreamLine, Status, path};

use crate::args::LogCommand;
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
        LogCommand::Watch { level } => watch(client, screen, level).await,
        LogCommand::Level { level: Some(level) } => set_level(client, screen, level).await,
        LogCommand::Level { level: None } => show_level(client, screen).await,
    }
}

/// Does not try again when the connection is lost: log lines have no numbers to resume by, the journal has all.
async fn watch(client: &Client, screen: &mut Screen<'_>, level: Option<String>) -> Result<(), Failure> {
    let trying = "watch the log";
    let explain = |cause| client.explain(trying, cause);
    let mut lines = client.open(Call::get(trying, path::LOG).query("level", level)).await.map_err(explain)?;
    loop {
        match lines.next().await.map_err(explain)? {
            LogStreamLine::Line(line) => print_line(screen, &line)?,
            LogStreamLine::Lost { lines } => {
                screen.remark(&format!("{trying}: {lines} lines were lost, this reader was too slow"));
            }
            LogStreamLine::Heartbeat | LogStreamLine::Other => {}
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

async fn set_level(client: &Client, screen: &mut Screen<'_>, level: String) -> Result<(), Failure> {
    let call = Call::put(format!("set the log level to {level}"), path::LOG).body(&LogSetting { level });
    let setting: LogSetting = client.call(call).await?;
    print_setting(screen, &setting)
}

async fn show_level(client: &Client, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let status: Status = client.call(Call::get("show the log level", path::STATUS)).await?;
    print_setting(screen, &LogSetting { level: status.log_level })
}

fn print_setting(screen: &mut Screen<'_>, setting: &LogSetting) -> Result<(), Failure> {
    screen.one(setting, &setting.level, |screen| screen.line(&[plain(setting.level.as_str())]))?;
    Ok(())
}
