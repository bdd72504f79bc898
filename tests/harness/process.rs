//! chatd as a command that ends by itself: its arguments, its output, its exit status.

use assert_cmd::Command;
use assert_cmd::assert::Assert;

use super::wait::DEADLINE;

/// Runs chatd with these arguments and nothing of our environment.
pub(crate) fn chatd(arguments: &[&str]) -> Assert {
    command(arguments).assert()
}

/// The same, with this on its standard input.
pub(crate) fn chatd_with_input(arguments: &[&str], input: &str) -> Assert {
    command(arguments).write_stdin(input).assert()
}

fn command(arguments: &[&str]) -> Command {
    let mut command = assert_cmd::cargo::cargo_bin_cmd!("chatd");
    command.env_clear().args(arguments).timeout(DEADLINE);
    command
}
