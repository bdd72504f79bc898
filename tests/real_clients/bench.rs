//! What the clients stand on: whether they are installed, a place of their own, what they have logged, complaints in it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::until;

/// What a client writes when a server does not behave; in lower case.
const COMPLAINTS: [&str; 10] = [
    "error",
    "=!=",
    "unknown command",
    "unknown numeric",
    "warning",
    "critical",
    "invalid",
    "unhandled",
    "cannot",
    "unable",
];

/// Says that something is missing; in continuous integration that is a failure.
#[track_caller]
fn missing(what: &str) {
    assert!(env::var_os("CI").is_none_or(|ci| ci != "true"), "{what} is not installed");
    eprintln!("skipped: {what} is not installed");
}

/// Whether a program is there. Where it is not, that is said, and in continuous integration it is a failure.
#[track_caller]
pub(super) fn is_installed(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    let is_there = env::split_paths(&path).any(|directory| directory.join(program).exists());
    if !is_there {
        missing(program);
    }
    is_there
}

/// Where `tests/clients/install` puts libraries.
pub(super) fn libraries() -> PathBuf {
    let target = Path::new(env!("CARGO_BIN_EXE_chatd")).ancestors().nth(2).unwrap();
    target.join("clients")
}

/// The same as [`is_installed`], for what `tests/clients/install` installs.
#[track_caller]
pub(super) fn has_library(path: &str) -> bool {
    let is_there = libraries().join(path).exists();
    if !is_there {
        missing(&format!("{path} (tests/clients/install)"));
    }
    is_there
}

/// The program with nothing of our environment but where programs are.
pub(super) fn program(name: impl AsRef<std::ffi::OsStr>, home: &Path) -> Command {
    let mut command = Command::new(name);
    command.env_clear().env("PATH", env::var_os("PATH").unwrap_or_default());
    command.env("HOME", home).env("LC_ALL", "C.UTF-8").current_dir(home);
    command
}

/// All that a client has logged below this directory.
pub(super) fn logged(directory: &Path) -> String {
    let Ok(entries) = fs::read_dir(directory) else { return String::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    let read = |path: PathBuf| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    paths.map(|path| if path.is_dir() { logged(&path) } else { read(path) }).collect()
}

/// Waits until the client has logged this.
#[track_caller]
pub(super) fn wait_logged(directory: &Path, what: &str) {
    until(&format!("{what:?} in the client's log"), || logged(directory).contains(what).then_some(()));
}

/// The client had nothing to say against the server.
#[track_caller]
pub(super) fn assert_no_complaint(log: &str) {
    let complains = |line: &&str| COMPLAINTS.iter().any(|word| line.to_lowercase().contains(word));
    // The answer to QUIT is an ERROR on every server, and weechat marks it as one.
    let complaints: Vec<_> =
        log.lines().filter(complains).filter(|line| !line.contains("[Quit: bye]")).collect();
    assert!(!log.is_empty() && complaints.is_empty(), "{complaints:#?} in\n{log}");
}
