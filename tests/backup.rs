//! Backups of a running daemon, by chatctl, and putting them back: whole or not at all, whatever happens in between.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use assert_cmd::assert::Assert;
use chat_proto::control::{AuditEntry, BackupLine};
use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::{contains, is_empty, is_match};
use serde_json::Value;

use crate::harness::{Client, DEADLINE, Daemon, ctl, history, json, texts, until};

/// Nobody is paced.
const FAST: &str = "[limits]\ninput-rate = 0";

/// Says so many numbered messages of 300 bytes to the room; all are kept when this returns.
fn fill(daemon: &Daemon, messages: usize) {
    let mut filler = Client::connect_in(daemon, "filler", "#room");
    let padding = "x".repeat(300);
    (0..messages).for_each(|number| filler.send(&format!("PRIVMSG #room :{number} {padding}")));
    filler.fence();
}

fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn back_up(daemon: &Daemon, to: &Path, more: &[&str]) -> Assert {
    ctl(daemon, &[&["backup", to.to_str().unwrap()], more].concat())
}

#[test]
fn what_was_said_before_a_backup_is_back_after_a_restore() {
    let mut daemon = Daemon::with(FAST);
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    alice.send("PRIVMSG #room :before");
    alice.fence();
    let file = daemon.path("a.backup");
    back_up(&daemon, &file, &[])
        .success()
        .stdout(is_match("backup of chatd.localhost as of .*a.backup\n").unwrap())
        .stdout(
            contains("1 messages and ").and(contains("with cloak.key and chatd.toml; verified\nsha256 ")),
        );
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let audit: Vec<AuditEntry> = json(&daemon, &["list", "audit"]);
    assert_eq!(audit.last().unwrap().action, "backup");
    alice.send("PRIVMSG #room :after");
    alice.fence();
    let restore = ["--restore", file.to_str().unwrap()];
    daemon.run_with(&restore).code(1).stderr(contains(") is running on ").and(contains("stop it first")));
    assert_eq!(daemon.terminate().code(), Some(0));
    daemon
        .run_with(&restore)
        .success()
        .stdout(contains("restored ").and(contains(": chatd.localhost as of ")).and(contains("1 messages")))
        .stdout(contains("the database before it is kept as ").and(contains("now start chatd")));
    daemon.restart();
    assert_eq!(texts(&history(&daemon, "#room")), ["before"]);
    let beside = fs::read_to_string(daemon.state_dir().join("chatd.toml.from-backup")).unwrap();
    assert_eq!(beside, fs::read_to_string(daemon.configuration()).unwrap());
}

#[test]
fn every_message_acknowledged_before_a_backup_began_is_in_it_while_more_are_said() {
    let mut daemon = Daemon::with(FAST);
    fill(&daemon, 3_000);
    let file = daemon.path("a.backup");
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let mut talker = Client::connect_in(&daemon, "talker", "#other");
        let is_over = &is_over;
        let talking = scope.spawn(move || {
            for number in 0.. {
                (0..50).for_each(|_| talker.send(&format!("PRIVMSG #other :{number}")));
                talker.fence();
                if is_over.load(Relaxed) {
                    return;
                }
            }
        });
        back_up(&daemon, &file, &[]).success();
        is_over.store(true, Relaxed);
        talking.join().unwrap();
    });
    daemon.kill9();
    daemon.run_with(&["--restore", file.to_str().unwrap()]).success();
    daemon.run_with(&["--check-db"]).success().stdout(contains("is sound"));
    daemon.restart();
    let kept = history(&daemon, "#room");
    assert_eq!(kept.len(), 3_000);
    let is_in_place = |(place, text): (usize, &&str)| text.starts_with(&format!("{place} x"));
    assert!(texts(&kept).iter().enumerate().all(is_in_place));
}

#[test]
fn chatctl_restore_refuses_under_a_daemon_and_is_chatd_without_one() {
    let mut daemon = Daemon::start();
    let file = daemon.path("a.backup");
    back_up(&daemon, &file, &[]).success();
    ctl(&daemon, &["restore", file.to_str().unwrap()])
        .code(1)
        .stderr(contains("restore: chatd is running behind ").and(contains("hint: stop it first")));
    daemon.kill9();
    let mut command = assert_cmd::cargo::cargo_bin_cmd!("chatctl");
    command.env_clear().env("CHATD_CONFIG", daemon.configuration()).timeout(DEADLINE);
    command.env("CHATD_SERVER__STATE_DIRECTORY", daemon.state_dir()).arg("-s").arg(daemon.socket());
    command.args(["-y", "restore"]).arg(&file).assert().success().stdout(contains("restored "));
    daemon.restart();
}

#[test]
fn a_backup_goes_where_its_asker_may_write_and_replaces_nothing() {
    let daemon = Daemon::start();
    let place = daemon.path("backups");
    fs::create_dir(&place).unwrap();
    let told = back_up(&daemon, &place, &["-q"]).success();
    let path = String::from_utf8(told.get_output().stdout.clone()).unwrap();
    assert!(Path::new(path.trim_end()).exists() && path.trim_end().ends_with(".backup"), "{path}");
    let file = place.join("a");
    back_up(&daemon, &file, &[]).success();
    let hint = "hint: choose another name, or replace it with --force";
    back_up(&daemon, &file, &[])
        .code(1)
        .stderr(contains("back up: write ").and(contains("it exists")).and(contains(hint)));
    back_up(&daemon, &file, &["--force"]).success();
    back_up(&daemon, &place.join("missing/a"), &[])
        .code(1)
        .stdout(is_empty())
        .stderr(contains("there is no such directory").and(contains("hint: make it first")));
    back_up(&daemon, Path::new("/proc/a"), &[]).code(1).stderr(contains("back up: write /proc/a: "));
    assert_eq!(names_in(&place).len(), 2);
}

#[test]
fn a_backup_in_a_pipe_is_the_same_and_json_tells_how_far_it_is() {
    let daemon = Daemon::start();
    let told = back_up(&daemon, Path::new("-"), &[]).success();
    assert!(told.get_output().stdout.starts_with(b"SQLite format 3\0"));
    let file = daemon.path("a.backup");
    let lines: Vec<Value> = json(&daemon, &["backup", file.to_str().unwrap()]);
    let types: Vec<_> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["copying", "verifying", "file", "done"]);
    assert_eq!(lines[2]["bytes"], fs::metadata(&file).unwrap().len());
    assert_eq!(lines[3]["path"], file.to_str().unwrap());
}

#[test]
fn without_room_for_the_copy_no_backup_is_taken() {
    let daemon = Daemon::with("[history]\nmin-free = \"8388607GiB\"");
    back_up(&daemon, &daemon.path("a"), &[])
        .code(1)
        .stderr(contains("there is not enough room: the copy needs ").and(contains("chatctl db vacuum")));
    assert!(!daemon.path("a").exists());
}

/// The control socket's answer to a request for a backup, behind the line that tells of the file.
fn half_a_backup(daemon: &Daemon) -> BufReader<UnixStream> {
    let mut socket = UnixStream::connect(daemon.socket()).unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    socket.write_all(b"POST /v1/backup HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").unwrap();
    let mut answer = BufReader::new(socket);
    loop {
        let mut line = Vec::new();
        answer.read_until(b'\n', &mut line).unwrap();
        if let Ok(BackupLine::File(_)) = serde_json::from_slice(&line) {
            return answer;
        }
        assert!(!line.is_empty(), "the answer ended");
    }
}

#[test]
fn a_daemon_killed_in_the_middle_of_a_backup_leaves_nothing_of_it_after_its_next_start() {
    let mut daemon = Daemon::with(FAST);
    fill(&daemon, 10_000);
    let answer = half_a_backup(&daemon);
    let copy = daemon.state_dir().join("chatd.db-backup");
    assert!(copy.exists(), "more than the socket holds is on its way");
    back_up(&daemon, &daemon.path("a"), &[])
        .code(1)
        .stderr(contains("another backup is being taken").and(contains("hint: wait until it is done")));
    daemon.kill9();
    drop(answer);
    daemon.restart();
    assert!(!copy.exists());
    assert_eq!(history(&daemon, "#room").len(), 10_000);
    back_up(&daemon, &daemon.path("a"), &[]).success();
}

#[test]
fn an_asker_who_leaves_in_the_middle_gives_the_place_back() {
    let daemon = Daemon::with(FAST);
    fill(&daemon, 10_000);
    let copy = daemon.state_dir().join("chatd.db-backup");
    drop(half_a_backup(&daemon));
    until("end of the backup", || (!copy.exists()).then_some(()));
    back_up(&daemon, &daemon.path("a"), &[]).success();
}

#[test]
fn a_daemon_that_is_stopped_in_the_middle_of_a_backup_does_not_wait_for_it() {
    let mut daemon = Daemon::with(FAST);
    fill(&daemon, 10_000);
    let answer = half_a_backup(&daemon);
    assert_eq!(daemon.terminate().code(), Some(0));
    assert!(!daemon.state_dir().join("chatd.db-backup").exists());
    drop(answer);
}

/// A daemon that has been asked for a backup and tells of one of so many bytes.
fn tells_of(listener: &UnixListener, bytes: u64) -> UnixStream {
    let (mut socket, _) = listener.accept().unwrap();
    assert!(socket.read(&mut [0; 4096]).unwrap() > 0);
    let rest = r#""sha256":"0","server":"x","taken_at":"2025-01-31T12:00:00.000Z","messages":1,"audit_entries":1,"newest_seq":1,"files":[]"#;
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.chatd.backup\r\nConnection: close\r\n\r\n";
    let line = format!("{{\"type\":\"file\",\"bytes\":{bytes},{rest}}}\n");
    socket.write_all(format!("{head}{line}").as_bytes()).unwrap();
    socket
}

/// A daemon that tells of a backup of a million bytes and sends less; then it waits for the asker to go if `holds`.
fn sends_half(listener: &UnixListener, holds: bool) {
    let mut request = [0; 4096];
    let mut socket = tells_of(listener, 1_000_000);
    socket.write_all(&[7; 100_000]).unwrap();
    if holds {
        assert_eq!(socket.read(&mut request).unwrap_or(0), 0);
    }
}

#[test]
fn chatctl_killed_in_the_middle_of_a_backup_leaves_no_half_file() {
    let directory = tempfile::tempdir().unwrap();
    let listener = UnixListener::bind(directory.path().join("s")).unwrap();
    let mut chatctl = Command::new(env!("CARGO_BIN_EXE_chatctl"))
        .arg("-s")
        .arg(directory.path().join("s"))
        .arg("backup")
        .arg(directory.path().join("a"))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::scope(|scope| {
        let sending = scope.spawn(|| sends_half(&listener, true));
        let open = format!("/proc/{}/fd", chatctl.id());
        let is_writing = |entry: std::io::Result<fs::DirEntry>| {
            entry.is_ok_and(|fd| fd.path().metadata().is_ok_and(|file| file.len() == 100_000))
        };
        until("bytes in the file", || fs::read_dir(&open).ok()?.any(is_writing).then_some(()));
        chatctl.kill().unwrap();
        sending.join().unwrap();
    });
    chatctl.wait().unwrap();
    assert_eq!(names_in(directory.path()), ["s"]);
}

#[test]
fn a_backup_of_which_bytes_are_missing_is_not_kept() {
    let directory = tempfile::tempdir().unwrap();
    let listener = UnixListener::bind(directory.path().join("s")).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| sends_half(&listener, false));
        let mut chatctl = assert_cmd::cargo::cargo_bin_cmd!("chatctl");
        chatctl.arg("-s").arg(directory.path().join("s")).arg("backup").arg(directory.path().join("a"));
        chatctl.timeout(DEADLINE).assert().code(3).stderr(contains("100000 of 1000000 bytes came"));
    });
    assert_eq!(names_in(directory.path()), ["s"]);
}

#[test]
fn a_backup_that_does_not_fit_where_it_shall_go_is_not_begun() {
    let directory = tempfile::tempdir().unwrap();
    let listener = UnixListener::bind(directory.path().join("s")).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| drop(tells_of(&listener, 1 << 60)));
        let mut chatctl = assert_cmd::cargo::cargo_bin_cmd!("chatctl");
        chatctl.arg("-s").arg(directory.path().join("s")).arg("backup").arg(directory.path().join("a"));
        let words = is_match("back up: write .*/a: it needs 1048576.0 TiB and .* are free there").unwrap();
        chatctl
            .timeout(DEADLINE)
            .assert()
            .code(1)
            .stderr(words.and(contains("hint: choose a place with more room")));
    });
    assert_eq!(names_in(directory.path()), ["s"]);
}

#[test]
fn a_damaged_backup_is_refused_and_a_damaged_store_names_the_remedy() {
    let mut daemon = Daemon::with(FAST);
    fill(&daemon, 100);
    let (whole, broken) = (daemon.path("whole"), daemon.path("broken"));
    back_up(&daemon, &whole, &[]).success();
    let mut bytes = fs::read(&whole).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 512].fill(0x5a);
    fs::write(&broken, bytes).unwrap();
    daemon.kill9();
    daemon
        .run_with(&["--restore", broken.to_str().unwrap()])
        .code(1)
        .stderr(contains("broken is damaged: ").and(contains("take another backup, nothing was changed")));
    daemon.restart();
    assert_eq!(history(&daemon, "#room").len(), 100);
    assert_eq!(daemon.terminate().code(), Some(0));
    let database = daemon.state_dir().join("chatd.db");
    let mut bytes = fs::read(&database).unwrap();
    bytes[4096..].fill(0x5a);
    fs::write(&database, bytes).unwrap();
    let remedy = contains("restore a backup (chatd --restore FILE)");
    daemon.run_with(&[]).code(1).stderr(contains("chatd.db is damaged (").and(remedy));
    daemon.run_with(&["--check-db"]).code(1).stderr(contains("damaged"));
    daemon.run_with(&["--restore", whole.to_str().unwrap()]).success();
    daemon.restart();
    assert_eq!(history(&daemon, "#room").len(), 100);
}

#[test]
fn a_restore_killed_at_any_moment_leaves_the_one_store_or_the_other() {
    let mut daemon = Daemon::with(FAST);
    fill(&daemon, 4_000);
    let file = daemon.path("a.backup");
    back_up(&daemon, &file, &[]).success();
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    alice.send("PRIVMSG #room :after");
    alice.fence();
    let state = daemon.state_dir();
    for sign in ["chatd.db-restoring", "chatd.toml.from-backup", "chatd.db.before-restore-"] {
        assert_eq!(daemon.terminate().code(), Some(0));
        let mut restoring = daemon.spawn_with(&["--restore", file.to_str().unwrap()]);
        let is_there = || names_in(&state).iter().any(|name| name.starts_with(sign)).then_some(());
        until(sign, || is_there().or_else(|| restoring.try_wait().unwrap().map(drop)));
        restoring.kill().unwrap();
        restoring.wait().unwrap();
        daemon.restart();
        let kept = history(&daemon, "#room");
        assert!(matches!(kept.len(), 4_000 | 4_001), "{}", kept.len());
        ctl(&daemon, &["db", "check"]).success();
        assert!(!state.join("chatd.db-restoring").exists());
    }
}
