//! What `chatctl backup` refuses before the daemon has copied anything, and what it calls no success.

use std::path::Path;
use std::process::{Command, Stdio};

use chat_proto::control::AuditEntry;
use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;

use crate::harness::{Daemon, Pty, ctl, json};

fn has_been_asked(daemon: &Daemon) -> bool {
    let audit: Vec<AuditEntry> = json(daemon, &["list", "audit"]);
    audit.iter().any(|entry| entry.action == "backup")
}

#[test]
fn a_place_that_no_backup_can_get_is_refused_before_anything_is_copied() {
    let daemon = Daemon::start();
    let link = daemon.path("link");
    std::os::unix::fs::symlink("/dev/null", &link).unwrap();
    for (place, why) in [
        (Path::new("/dev/null"), "it is no regular file"),
        (&link, "it is no regular file"),
        (&daemon.path("missing/"), "there is no such directory"),
        (&daemon.path("missing/."), "there is no such directory"),
    ] {
        let place = place.to_str().unwrap();
        for more in [&[][..], &["--force"]] {
            let words = [&["backup", place], more].concat();
            ctl(&daemon, &words).code(1).stderr(contains(why).and(contains("hint: ")));
        }
    }
    assert!(link.is_symlink());
    assert!(!has_been_asked(&daemon));
}

#[test]
fn a_terminal_is_no_place_for_a_backup() {
    let daemon = Daemon::start();
    let mut screen = Pty::chatctl(&daemon, &["backup", "-"]);
    screen.shows("chatctl: back up: stdout is a terminal, and a backup is no text*");
    assert_eq!(screen.exit_code(), Some(2));
    assert!(!has_been_asked(&daemon));
}

#[test]
fn a_backup_that_nobody_took_is_no_success() {
    let daemon = Daemon::start();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = Command::new(env!("CARGO_BIN_EXE_chatctl"));
    command.env_clear().arg("-s").arg(daemon.socket()).args(["backup", "-"]);
    let ended = command.stdout(writer).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(ended.status.code(), Some(1));
    let told = String::from_utf8(ended.stderr).unwrap();
    assert!(told.starts_with("chatctl: back up: write to stdout: whoever read it has gone"), "{told}");
}
