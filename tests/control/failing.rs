//! How chatctl fails, and what the API says to whoever speaks HTTP by hand.

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;

use assert_cmd::assert::Assert;
use chat_proto::control::{Problem, code};
use nix::unistd::geteuid;
use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::{contains, is_empty};

use crate::harness::{Client, DEADLINE, Daemon, Tool, ctl};

#[test]
fn a_daemon_that_is_not_there_is_exit_3_with_a_remedy() {
    let mut daemon = Daemon::start();
    daemon.kill9();
    for command in [&["status"][..], &["list"], &["kick", "alice"], &["watch"], &["stop"]] {
        ctl(&daemon, command)
            .code(3)
            .stdout(is_empty())
            .stderr(contains("nobody listens there any more").and(contains("hint: is chatd running?")));
    }
    std::fs::remove_file(daemon.socket()).unwrap();
    ctl(&daemon, &["status"]).code(3).stderr(contains("there is no such socket"));
}

#[test]
fn arguments_that_make_no_sense_are_exit_2() {
    let daemon = Daemon::start();
    for wrong in
        [&["lst"][..], &["list", "shoes"], &["kick"], &["say"], &["-o", "xml", "list"], &["watch", "a,b"]]
    {
        ctl(&daemon, wrong).code(2).stdout(is_empty()).stderr(contains("Usage").or(contains("error:")));
    }
    ctl(&daemon, &["drain", "--timeout", "0s"]).code(2);
    ctl(&daemon, &["history", "#room", "--since", "soon"]).code(2);
    ctl(&daemon, &["--help"]).success().stdout(contains("Exit status: 0 done"));
    ctl(&daemon, &["--version"]).success().stdout(contains("chatctl "));
}

/// chatctl as the user nobody; none where the tests do not run as root.
fn as_nobody(daemon: &Daemon, arguments: &[&str]) -> Option<Assert> {
    as_nobody_at(daemon, &daemon.socket(), arguments)
}

fn as_nobody_at(daemon: &Daemon, socket: &Path, arguments: &[&str]) -> Option<Assert> {
    if !geteuid().is_root() {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "only root can become another user");
        eprintln!("skipped: only root can become another user");
        return None;
    }
    // The tree may be out of reach for others.
    let program = daemon.path("chatctl");
    if !program.exists() {
        // Not by this process: a program cannot be run while some child of ours still has it open for writing.
        let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_chatctl")).arg(&program).status();
        assert!(copied.unwrap().success());
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]).arg(program);
    command.arg("-s").arg(socket).args(arguments);
    Some(assert_cmd::Command::from_std(command).timeout(DEADLINE).assert())
}

/// Lets everybody into the directory of the daemon, socket included.
fn open_directory(daemon: &Daemon) {
    let directory = daemon.socket().parent().unwrap().to_owned();
    std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_user_without_a_role_is_exit_4_whatever_it_asks() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    open_directory(&daemon);
    for command in
        [&["status"][..], &["list"], &["watch"], &["kick", "alice"], &["say", "--all", "x"], &["stop"]]
    {
        let Some(assert) = as_nobody(&daemon, command) else { return };
        assert.code(4).stdout(is_empty()).stderr(contains("chatctl: "));
    }
    alice.expect_silence();
    ctl(&daemon, &["list", "audit"]).success().stdout(contains("stop").not());
}

#[test]
fn a_viewer_may_look_an_operator_may_act_and_only_an_admin_may_stop() {
    let mut daemon = Daemon::with("[control]\nviewer-users = [\"65534\"]");
    let mut alice = Client::connect(&daemon, "alice");
    open_directory(&daemon);
    let Some(looking) = as_nobody(&daemon, &["list"]) else { return };
    looking.success().stdout(contains("alice"));
    as_nobody(&daemon, &["kick", "alice", "out"]).unwrap().code(4).stdout(is_empty());
    alice.expect_silence();
    daemon.rewrite("[control]\noperator-users = [\"65534\"]");
    daemon.reload();
    as_nobody(&daemon, &["reload"]).unwrap().code(4);
    as_nobody(&daemon, &["-y", "stop"]).unwrap().code(4);
    as_nobody(&daemon, &["kick", "alice", "out"]).unwrap().success();
    alice.expect_farewell("Kicked by desk: out");
    ctl(&daemon, &["list", "audit"]).success().stdout(contains("unix:nobody").and(contains("kick")));
}

#[test]
fn a_socket_in_a_closed_directory_is_exit_4_too() {
    let daemon = Daemon::start();
    open_directory(&daemon);
    let Some(allowed) = as_nobody(&daemon, &["--version"]) else { return };
    allowed.success();
    let (outer, inner) = (daemon.path("closed"), daemon.path("closed/control.sock"));
    std::fs::create_dir(&outer).unwrap();
    std::fs::set_permissions(&outer, std::fs::Permissions::from_mode(0o700)).unwrap();
    let denied = as_nobody_at(&daemon, &inner, &["status"]).unwrap();
    denied.code(4).stderr(contains("permission denied").and(contains("hint: ")));
}

/// Says this to the control socket as it stands and reads the whole answer.
fn by_hand(daemon: &Daemon, request: &str) -> String {
    let mut socket = UnixStream::connect(daemon.socket()).unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    socket.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn whoever_speaks_http_by_hand_gets_json_and_problem_documents() {
    let daemon = Daemon::start();
    let _alice = Client::connect(&daemon, "alice");
    let head = "HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
    let good = by_hand(&daemon, &format!("GET /v1/clients/alice {head}\r\n"));
    assert!(good.starts_with("HTTP/1.1 200 OK\r\n") && good.contains("\"nick\":\"alice\""), "{good}");
    let body = r#"{"who":"nobody"}"#;
    let length = body.len();
    for (request, status, kind) in [
        (format!("GET /v1/clients/nobody {head}\r\n"), 404, code::NO_SUCH_OBJECT),
        (format!("GET /v1/history?what=desk:x {head}\r\n"), 400, code::BAD_REQUEST),
        (format!("POST /v1/kick {head}Content-Length: {length}\r\n\r\n{body}"), 404, code::NO_SUCH_OBJECT),
        (format!("POST /v1/kick {head}Content-Length: 3\r\n\r\nnot"), 400, code::BAD_REQUEST),
        (format!("GET /v1/nothing {head}\r\n"), 404, code::NO_SUCH_OBJECT),
        (format!("DELETE /v1/status {head}\r\n"), 405, code::BLANK),
    ] {
        let answer = by_hand(&daemon, &request);
        let (headers, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(headers.starts_with(&format!("HTTP/1.1 {status} ")), "{request}\n{answer}");
        assert!(
            headers.to_lowercase().contains("content-type: application/problem+json"),
            "{request}\n{answer}"
        );
        let problem: Problem = serde_json::from_str(body).unwrap();
        assert_eq!((problem.status, problem.kind.as_str()), (status, kind), "{request}");
    }
}

#[test]
fn a_reader_who_has_seen_enough_is_no_failure() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    let mut watch = Tool::chatctl(&daemon, &["-o", "json", "watch", "--count", "1", "--since", "0"]);
    alice.send("PRIVMSG desk :hello");
    watch.expect("*");
    assert_eq!(watch.exit_code(), Some(0));
}
