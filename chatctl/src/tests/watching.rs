//! `watch` across lost connections.

use chat_proto::control::{Entry, EntryKind, WatchLine};

use super::answers::{cut_stream, json, problem};
use super::server::Server;
use super::{ClosedAfter, ran, ran_into};

fn entry(seq: u64) -> String {
    let entry = Entry {
        seq,
        time: "2025-01-31T12:03:44.000Z".into(),
        kind: EntryKind::Message,
        conversation: Some("#lobby".into()),
        desk_id: None,
        from: Some("alice".into()),
        to: None,
        text: Some(format!("line {seq}")),
        direction: None,
    };
    json(&WatchLine::Entry(entry)) + "\n"
}

fn heartbeat(seq: u64) -> String {
    json(&WatchLine::Heartbeat { seq }) + "\n"
}

#[test]
fn a_lost_connection_costs_no_entry_and_repeats_none() {
    let half = &entry(12)[..20];
    let first = cut_stream(&(heartbeat(9) + &entry(10) + &entry(11) + half));
    // A daemon that sends more than was asked for must not make a repeat.
    let second = cut_stream(&(heartbeat(11) + &entry(11) + &entry(12)));
    let third = cut_stream(&(heartbeat(12) + &entry(13) + &entry(14)));
    let server = Server::answering(vec![first, second, third]);
    let ran = ran(&server.socket(), &["-q", "watch", "--count", "4"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "10\n11\n12\n13\n"));
    assert_eq!(ran.err.matches("chatctl: watch: connection lost: ").count(), 2, "{}", ran.err);
    assert!(ran.err.contains("connected again, resuming after 11\n"), "{}", ran.err);
    let asked = ["GET /v1/watch", "GET /v1/watch?since_seq=11", "GET /v1/watch?since_seq=12"];
    assert_eq!(server.requests(), asked);
}

#[test]
fn a_connection_lost_before_anything_happened_resumes_where_it_began() {
    let server = Server::answering(vec![cut_stream(&heartbeat(9)), cut_stream(&entry(10))]);
    let ran = ran(&server.socket(), &["-q", "watch", "#lobby", "desk", "--count", "1"]);
    assert_eq!(ran.out, "10\n");
    let asked = ["GET /v1/watch?what=%23lobby%2Cdesk", "GET /v1/watch?what=%23lobby%2Cdesk&since_seq=9"];
    assert_eq!(server.requests(), asked);
}

#[test]
fn a_log_that_was_replaced_is_followed_from_its_own_numbers() {
    let server = Server::answering(vec![cut_stream(&entry(500)), cut_stream(&(heartbeat(3) + &entry(4)))]);
    let ran = ran(&server.socket(), &["-q", "watch", "--since", "400", "--count", "2"]);
    assert_eq!(ran.out, "500\n4\n");
    assert!(ran.err.contains("the daemon's log is another one, it goes on after 3"), "{}", ran.err);
    assert_eq!(server.requests(), ["GET /v1/watch?since_seq=400", "GET /v1/watch?since_seq=500"]);
}

#[test]
fn a_gap_is_told_and_never_silent() {
    let gap = WatchLine::Gap { from_seq: 2, to_seq: 8, reason: "retention".into() };
    let server = Server::answering(vec![cut_stream(&(json(&gap) + "\n" + &entry(8) + &entry(9)))]);
    let ran = ran(&server.socket(), &["-o", "json", "watch", "--since", "1", "--count", "1"]);
    assert_eq!(ran.err, "chatctl: watch: entries 2 to 8 are missing: retention\n");
    assert!(
        ran.out.starts_with(r#"{"seq":9,"time":"2025-01-31T12:03:44.000Z","kind":"message""#),
        "{}",
        ran.out
    );
}

#[test]
fn lines_of_a_newer_daemon_are_skipped() {
    let newer =
        "{\"type\":\"weather\",\"sky\":\"blue\"}\n".to_owned() + &entry(1).replace("message", "yodel");
    let server = Server::answering(vec![cut_stream(&newer)]);
    let ran = ran(&server.socket(), &["watch", "--count", "1"]);
    assert!(ran.out.starts_with("2025-01-31 12:03:44 -- alice did something"), "{}", ran.out);
}

#[test]
fn a_daemon_that_says_no_ends_the_watch() {
    let server = Server::answering(vec![cut_stream(&entry(1)), problem(403, "no longer", None)]);
    let ran = ran(&server.socket(), &["watch"]);
    assert_eq!(ran.code, 4);
    assert!(ran.err.ends_with("chatctl: watch: no longer\n"), "{}", ran.err);
}

#[test]
fn the_first_connection_has_to_succeed() {
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(ran(&directory.path().join("control.sock"), &["watch"]).code, 3);
}

#[test]
fn a_reader_that_goes_ends_the_watch_quietly() {
    let server = Server::answering(vec![cut_stream(&(entry(1) + &entry(2)))]);
    let (code, err) = ran_into(&server.socket(), &["-q", "watch"], "", &mut ClosedAfter(2));
    assert_eq!((code, err), (0, String::new()));
}
