//! The real chatctl against a daemon of ours.

use assert_cmd::Command;
use assert_cmd::assert::Assert;

use super::daemon::Daemon;
use super::wait::DEADLINE;

/// Runs `chatctl -s SOCKET …`; assert on what it says and how it ends.
pub(crate) fn ctl(daemon: &Daemon, arguments: &[&str]) -> Assert {
    command(daemon, arguments).assert()
}

/// The same, not started yet.
pub(crate) fn command(daemon: &Daemon, arguments: &[&str]) -> Command {
    let mut command = assert_cmd::cargo::cargo_bin_cmd!("chatctl");
    command.env_clear().arg("-s").arg(daemon.socket()).args(arguments).timeout(DEADLINE);
    command
}
