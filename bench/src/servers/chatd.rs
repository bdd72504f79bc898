//! chatd for measurements: its pace is off and its outboxes are large, because the closed loops bound what is under way.
//! Everything else is as it is by default.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{History, Setup};

pub(super) fn command(setup: &Setup<'_>) -> Result<Command> {
    let config = setup.home.join("chatd.toml");
    std::fs::write(&config, configuration(setup)?)?;
    let mut command = Command::new(setup.chatd);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("NOTIFY_SOCKET", setup.home.join("notify.sock")).arg("--config").arg(config);
    Ok(command)
}

pub(super) fn version(chatd: &Path) -> Command {
    let mut command = Command::new(chatd);
    command.arg("--version");
    command
}

fn configuration(setup: &Setup<'_>) -> Result<String> {
    let home = setup.home.to_str().context("TMPDIR is not UTF-8")?;
    let address = setup.address;
    let history = match setup.wish.history {
        History::Off => "enabled = false".to_owned(),
        History::On(sync) => format!("enabled = true\nsync = \"{sync}\""),
    };
    let (soft, hard, workers) = (setup.wish.outbox / 16, setup.wish.outbox, setup.wish.workers);
    Ok(format!(
        r#"[server]
state-directory = '{home}/state'
worker-threads = {workers}
[control]
socket = '{home}/control.sock'
[[listen]]
protocol = "irc"
address = "{address}"
[desk]
receipt = "stored {{id}}"
[history]
{history}
keep-count = 0
[limits]
clients = 19900
rooms-per-client = 1000
registration-timeout = "10m"
ping-interval = "1h"
outbox-soft = "{soft}B"
outbox-hard = "{hard}B"
input-rate = 0
rooms = 1000000
[log]
level = "warn"
"#
    ))
}
