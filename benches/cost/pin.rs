//! Keeps daemon and generator from taking each other's time: each has a CPU of its own where `taskset` can arrange it.

use std::process::{Command, Stdio};

/// The daemon's CPU.
const DAEMON: &str = "0";
/// The generator's CPU.
const GENERATOR: &str = "1";

/// Binds this process, which must have one thread yet. Returns whether it worked; if not, the daemon is left free as well.
pub(crate) fn pin_generator() -> bool {
    let this = std::process::id().to_string();
    // Only to try whether the daemon's CPU exists.
    succeeds(Command::new("taskset").args(["-c", DAEMON, "true"]))
        && succeeds(Command::new("taskset").args(["-cp", GENERATOR, &this]))
}

/// A command that runs `program` on the daemon's CPU, under the process id that the command itself gets.
pub(crate) fn on_daemon_cpu(program: &str) -> Command {
    if !is_pinned() {
        return Command::new(program);
    }
    let mut command = Command::new("taskset");
    command.args(["-c", DAEMON, program]);
    command
}

/// Whether [`pin_generator`] worked, as the kernel sees it.
fn is_pinned() -> bool {
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap_or_default();
    let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    allowed.is_some_and(|list| list.trim() == GENERATOR)
}

fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}
