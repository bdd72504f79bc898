//! ngIRCd for measurements: no name or ident look-ups, no flood penalty, no bounds that the load would meet.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::Setup;

pub(super) fn command(setup: &Setup<'_>) -> Result<Command> {
    let config = setup.home.join("ngircd.conf");
    std::fs::write(&config, configuration(setup))?;
    let mut command = Command::new("ngircd");
    // In the foreground; it logs to its standard output then.
    command.arg("-n").arg("-f").arg(config);
    Ok(command)
}

pub(super) fn version(_: &Path) -> Command {
    let mut command = Command::new("ngircd");
    command.arg("--version");
    command
}

fn configuration(setup: &Setup<'_>) -> String {
    let (ip, port) = (setup.address.ip(), setup.address.port());
    format!(
        "[Global]
Name = irc.bench.local
Info = bench
Listen = {ip}
Ports = {port}
MotdPhrase = Welcome.
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxNickLength = 9
MaxPenaltyTime = 0
PingTimeout = 3600
PongTimeout = 3600
ConnectRetry = 3600
[Options]
DNS = no
Ident = no
PAM = no
SyslogFacility = local0
[SSL]
"
    )
}
