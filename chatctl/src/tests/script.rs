//! `chatctl` without a command, where standard input is no terminal: a script.

use chat_proto::control::SayResult;

use super::answers::{alice, problem, status, success};
use super::server::{Server, socket_in};
use super::{ran, ran_with};

#[test]
fn commands_are_read_line_by_line() {
    let said = success(&SayResult { seq: 7, recipients: 1 });
    let server = Server::answering(vec![success(&[alice()]), said, success(&status())]);
    let script = "# who is there?\n\nlist\n  chatctl say alice \"it's  fine\" #1\n-o json status\n";
    let ran = ran_with(&server.socket(), &["-q"], script);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(ran.out, "17\n7\nhealthy\n", "options of the shell hold for each line");
    let said = r#"POST /v1/say {"to":{"nick":"alice"},"text":"it's  fine #1"}"#;
    assert_eq!(server.requests(), ["GET /v1/clients", said, "GET /v1/status"]);
}

#[test]
fn what_stands_on_a_line_beats_what_the_shell_was_started_with() {
    let server = Server::answering(vec![success(&[alice()]); 3]);
    let script = "list\n-o text -q list\nlist -o text\n";
    let out = ran_with(&server.socket(), &["-o", "json"], script).out;
    let lines = out.lines().collect::<Vec<_>>();
    assert!(lines[0].starts_with("{\"id\":17"), "{out}");
    assert_eq!(lines[1], "17");
    assert!(lines[2].starts_with("ID  NICK"), "{out}");
}

#[test]
fn the_first_failure_ends_the_script_with_its_status_and_line() {
    let server =
        Server::answering(vec![success(&status()), problem(404, "no client has the nick bob", None)]);
    let ran = ran_with(&server.socket(), &[], "status\nkick bob\nstatus\n");
    assert_eq!(ran.code, 5);
    assert_eq!(
        ran.err,
        "chatctl: kick bob: no client has the nick bob\nchatctl: stopped at line 2 of stdin\n"
    );
    let directory = tempfile::tempdir().unwrap();
    for (line, said) in [
        ("sttaus", "'status'"),
        ("say 'x", "a quote is not closed"),
        ("-q", "there is no command on this line"),
    ] {
        let ran = ran_with(&socket_in(directory.path()), &[], &format!("\n{line}\n"));
        assert_eq!(ran.code, 2, "{line}");
        assert!(ran.err.contains(said) && ran.err.ends_with("stopped at line 2 of stdin\n"), "{}", ran.err);
    }
}

#[test]
fn exit_ends_a_script_and_nothing_is_done_for_an_empty_one() {
    let directory = tempfile::tempdir().unwrap();
    let socket = socket_in(directory.path());
    assert_eq!(ran_with(&socket, &[], "exit\nsttaus\n").code, 0);
    assert_eq!(ran(&socket, &[]).code, 0);
}

#[test]
fn a_script_holds_no_text_and_confirms_nothing() {
    let server = Server::answering(vec![success(&status())]);
    let say = ran_with(&server.socket(), &[], "say alice -\nhello\n");
    assert_eq!(say.code, 2);
    assert!(say.err.contains("stdin holds the commands and no text"), "{}", say.err);
    let stop = ran_with(&server.socket(), &[], "stop\ny\n");
    assert_eq!(stop.code, 2);
    assert!(stop.err.contains("nothing was done"), "{}", stop.err);
    assert_eq!(server.requests(), ["GET /v1/status"]);
}
