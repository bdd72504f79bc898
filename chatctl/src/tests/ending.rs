//! What `--wait` waits for, and how long.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use chat_proto::control::{Accepted, Status};

use super::answers::{problem, status, success};
use super::ran;
use super::server::Server;

/// A process that is called chatd and does nothing, until this is dropped.
struct Idle(Child);

impl Idle {
    fn start() -> Self {
        let script = "printf chatd > /proc/self/comm; echo ready; read line";
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        Self(child)
    }

    fn status(&self) -> Status {
        Status { pid: self.0.id(), ..status() }
    }
}

impl Drop for Idle {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The deadline is long over, so that nothing has to be waited for.
fn accepted() -> String {
    success(&Accepted { clients: 3, deadline_at: Some("2025-01-31T12:00:00.000Z".into()) })
}

#[test]
fn a_daemon_that_takes_no_calls_any_more_has_not_stopped_before_its_process_has() {
    let daemon = Idle::start();
    let server = Server::answering(vec![success(&daemon.status()), accepted()]);
    let ran = ran(&server.socket(), &["-y", "stop", "--wait"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(!ran.out.contains("stopped"), "{}", ran.out);
    let pid = daemon.0.id();
    let expected = format!("chatctl: stop: chatd (pid {pid}) is still there 30 s after its deadline\nhint: ");
    assert!(ran.err.starts_with(&expected), "{}", ran.err);
}

#[test]
fn a_daemon_whose_process_has_ended_has_stopped_although_nobody_asked_how() {
    let mut daemon = Idle::start();
    let server = Server::answering(vec![success(&daemon.status()), accepted()]);
    let socket = server.socket();
    daemon.0.kill().unwrap();
    let ran = ran(&socket, &["-y", "stop", "--wait"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(ran.out.ends_with("stopped\n"), "{}", ran.out);
}

#[test]
fn a_daemon_that_answers_nothing_sensible_is_not_waited_for_longer_than_its_deadline_and_a_while() {
    let daemon = Idle::start();
    for words in [&["-y", "stop", "--wait"][..], &["-y", "drain", "--wait"]] {
        let answers = vec![success(&daemon.status()), accepted(), problem(503, "on its way out", None)];
        let ran = ran(&Server::answering(answers).socket(), words);
        assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
        assert!(ran.err.contains("is still there"), "{}", ran.err);
    }
}
