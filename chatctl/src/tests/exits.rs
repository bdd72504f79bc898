//! What the shell sees.

use std::os::unix::net::UnixListener;

use chat_proto::control::{Health, HealthCondition, HealthState, Status};

use super::answers::{answer, problem, status, success};
use super::ran;
use super::server::{Server, socket_in};

#[test]
fn what_was_done_is_exit_0() {
    let server = Server::answering(vec![success(&status())]);
    let ran = ran(&server.socket(), &["status"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(ran.out.starts_with("● chatd 0.1.0 on chat.example: healthy\n"), "{}", ran.out);
    assert!(ran.out.lines().all(|line| line.chars().count() <= 80), "{}", ran.out);
    assert_eq!(server.requests(), ["GET /v1/status"]);
}

#[test]
fn what_is_wrong_is_told_first_with_its_cause_and_is_exit_1() {
    let condition = HealthCondition {
        code: "history-read-only".into(),
        title: "history read-only".into(),
        severity: HealthState::Degraded,
        detail: "9 MiB are free".into(),
        since: "2025-01-31T12:00:00.000Z".into(),
    };
    let health = Health { state: HealthState::Degraded, conditions: vec![condition] };
    let server = Server::answering(vec![success(&Status { health, ..status() }); 2]);
    let told = ran(&server.socket(), &["status"]);
    let first = "● chatd 0.1.0 on chat.example: degraded: history read-only\n\
                 health    degraded: history read-only: 9 MiB are free (since 2025-01-31 12:00:00)\n";
    assert!(told.out.starts_with(first), "{}", told.out);
    assert_eq!((told.code, told.err.as_str()), (1, ""));
    let word = ran(&server.socket(), &["-q", "status"]);
    assert_eq!((word.code, word.out.as_str()), (1, "degraded\n"));
}

#[test]
fn what_the_daemon_cannot_do_is_exit_1_with_its_report_and_hint() {
    let report = "chatd.toml:3:1: unknown key `nmae`\nchatd.toml:9:1: expected a duration";
    let server = Server::answering(vec![problem(422, report, Some("did you mean `name`?"))]);
    let ran = ran(&server.socket(), &["reload"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert_eq!(ran.err, format!("chatctl: reload the configuration: {report}\nhint: did you mean `name`?\n"));
}

#[test]
fn what_makes_no_sense_is_exit_2_and_never_reaches_the_daemon() {
    let directory = tempfile::tempdir().unwrap();
    let socket = socket_in(directory.path());
    for words in
        [&["sttaus"][..], &["say", "alice"], &["watch", "-n", "0"], &["history", "#a", "--since", "-1m"]]
    {
        let ran = ran(&socket, words);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{words:?}");
    }
    assert!(ran(&socket, &["sttaus"]).err.contains("'status'"), "a typing error brings a suggestion");
}

#[test]
fn no_socket_is_exit_3_with_the_way_to_start_the_daemon() {
    let directory = tempfile::tempdir().unwrap();
    let ran = ran(&socket_in(directory.path()), &["list"]);
    assert_eq!((ran.code, ran.out.as_str()), (3, ""));
    assert!(
        ran.err.contains("control.sock: there is no such socket\nhint: is chatd running?"),
        "{}",
        ran.err
    );
}

#[test]
fn a_socket_that_a_dead_daemon_left_is_exit_3() {
    let directory = tempfile::tempdir().unwrap();
    drop(UnixListener::bind(socket_in(directory.path())).unwrap());
    let ran = ran(&socket_in(directory.path()), &["list"]);
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("nobody listens there any more"), "{}", ran.err);
}

#[test]
fn a_daemon_that_does_not_answer_in_time_is_exit_3() {
    let directory = tempfile::tempdir().unwrap();
    let _silent = UnixListener::bind(socket_in(directory.path())).unwrap();
    let ran = ran(&socket_in(directory.path()), &["--timeout", "20ms", "status"]);
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("no answer within 20ms"), "{}", ran.err);
}

#[test]
fn an_answer_that_is_cut_off_is_exit_3() {
    let server = Server::answering(vec!["HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".into()]);
    let ran = ran(&server.socket(), &["status"]);
    assert_eq!((ran.code, ran.out.as_str()), (3, ""));
}

#[test]
fn what_is_not_permitted_is_exit_4() {
    let server = Server::answering(vec![problem(403, "viewers may not kick", None)]);
    let ran = ran(&server.socket(), &["kick", "bob"]);
    assert_eq!((ran.code, ran.err.as_str()), (4, "chatctl: kick bob: viewers may not kick\n"));
}

#[test]
fn kicking_nobody_is_exit_5_and_not_silence() {
    let server = Server::answering(vec![problem(404, "no client has the nick bob", None)]);
    let ran = ran(&server.socket(), &["kick", "bob", "be", "nice"]);
    assert_eq!((ran.code, ran.err.as_str()), (5, "chatctl: kick bob: no client has the nick bob\n"));
    assert_eq!(server.requests(), [r#"POST /v1/kick {"who":"bob","reason":"be nice"}"#]);
}

#[test]
fn a_stranger_behind_the_socket_is_reported_and_not_understood() {
    let server =
        Server::answering(vec![answer("200 OK", "text/html", "<html>"), answer("502 Bad", "text/html", "")]);
    let socket = server.socket();
    assert_eq!(ran(&socket, &["status"]).code, 1);
    assert_eq!(ran(&socket, &["status"]).err, "chatctl: show the status: bad gateway (502)\n");
}

#[test]
fn help_version_and_completion_need_no_daemon() {
    let directory = tempfile::tempdir().unwrap();
    for words in [&["--help"][..], &["--version"], &["kick", "--help"], &["completion", "bash"]] {
        let ran = ran(&socket_in(directory.path()), words);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{words:?}");
        assert!(ran.out.contains("chatctl"), "{words:?}");
    }
}
