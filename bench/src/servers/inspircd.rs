//! InspIRCd for measurements: no modules, no name or ident look-ups, no flood control, queues that the load does not fill.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use nix::unistd::Uid;

use super::Setup;

pub(super) fn command(setup: &Setup<'_>) -> Result<Command> {
    let config = setup.home.join("inspircd.conf");
    std::fs::write(setup.home.join("motd"), "Welcome.\n")?;
    std::fs::write(&config, configuration(setup)?)?;
    let mut command = Command::new("inspircd");
    command.arg("--nofork").arg("--nolog").arg("--nopid").arg("--config").arg(config);
    if Uid::effective().is_root() {
        command.arg("--runasroot");
    }
    Ok(command)
}

pub(super) fn version(_: &Path) -> Command {
    let mut command = Command::new("inspircd");
    command.arg("--version");
    command
}

fn configuration(setup: &Setup<'_>) -> Result<String> {
    let (ip, port) = (setup.address.ip(), setup.address.port());
    let home = setup.home.to_str().context("TMPDIR is not UTF-8")?;
    Ok(format!(
        r#"<server name="irc.bench.local" description="bench" network="Bench">
<admin name="bench" nick="bench" email="bench@localhost">
<bind address="{ip}" port="{port}" type="clients">
<connect allow="*" timeout="600" pingfreq="3600" hardsendq="1073741824" softsendq="1073741824"
         recvq="16777216" localmax="20000" globalmax="20000" limit="20000" maxchans="100" threshold="1000000000"
         commandrate="1000000000" fakelag="no" useident="no" resolvehostnames="no" useconnectban="no"
         useconnflood="no">
<files motd="{home}/motd">
<dns server="127.0.0.1" timeout="1">
<options syntaxhints="no" announcets="yes">
<security hidebans="no" maxtargets="20">
<performance quietbursts="yes" softlimit="20000" somaxconn="4096" netbuffersize="65534" clonesonconnect="no">
<limits maxnick="30" maxchan="64">
<whowas groupsize="1" maxgroups="1" maxkeep="1h">
"#
    ))
}
