//! HTTP itself: what is not understood, what is too much, what takes too long.

use std::time::Duration;

use chat_proto::control::Status;
use tokio::io::AsyncReadExt;
use tokio::net::UnixStream;

use super::harness::{Office, raw};
use crate::control::router::STREAMS_MAX;

#[tokio::test]
async fn unknown_paths_and_methods_are_problems_with_a_hint() {
    let office = Office::open();
    assert!(office.get("/v2/status").await.problem(404).contains("/v1"));
    assert!(office.get("/").await.problem(404).contains("GET /v1/status"));
    let answer = office.post("/v1/status", "").await;
    assert!(answer.problem(405).contains("POST"));
    assert!(answer.head.contains("allow: get"), "{answer:?}");
    office.send("DELETE", "/v1/log", "").await.problem(405);
    office.close().await;
}

#[tokio::test]
async fn bodies_that_are_not_what_is_expected_are_problems() {
    let office = Office::open();
    for body in ["", "{", "[]", r#"{"whom":"x"}"#, r#"{"who":7}"#] {
        office.post("/v1/kick", body).await.problem(400);
    }
    office.post("/v1/say", r#"{"to":"some","text":"x"}"#).await.problem(400);
    office.close().await;
}

#[tokio::test]
async fn a_body_has_at_most_64_kib() {
    let office = Office::open();
    let of_length = |bytes: usize| {
        let frame = r#"{"who":""}"#.len();
        format!(r#"{{"who":"{}"}}"#, "x".repeat(bytes - frame))
    };
    office.post("/v1/kick", &of_length(64 * 1024)).await.problem(404);
    office.post("/v1/kick", &of_length(64 * 1024 + 1)).await.problem(413);
    office.close().await;
}

#[tokio::test]
async fn several_requests_share_a_connection() {
    let office = Office::open();
    let one = "GET /v1/rooms HTTP/1.1\r\nHost: chatd\r\n\r\n";
    let last = "GET /v1/status HTTP/1.1\r\nHost: chatd\r\nConnection: close\r\n\r\n";
    let answer = raw(&office.socket, &format!("{one}{last}")).await;
    let status = answer.body.split("\r\n\r\n").last().unwrap();
    assert!(serde_json::from_str::<Status>(status).is_ok(), "{answer:?}");
    office.close().await;
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_ended() {
    let office = Office::open();
    let mut silent = UnixStream::connect(&office.socket).await.unwrap();
    office.get("/v1/status").await;
    let begun = tokio::time::Instant::now();
    tokio::time::pause();
    let mut rest = Vec::new();
    let _ = silent.read_to_end(&mut rest).await;
    assert!(begun.elapsed() <= Duration::from_secs(11), "{:?}", begun.elapsed());
    tokio::time::resume();
    office.close().await;
}

#[tokio::test]
async fn watchers_never_take_the_last_connection() {
    let office = Office::open();
    let mut streams = Vec::new();
    for _ in 0..STREAMS_MAX {
        streams.push(office.stream("/v1/watch").await);
    }
    office.get("/v1/watch").await.problem(503);
    // Counting holds a thread for as long as it lasts.
    office.get("/v1/db").await.problem(503);
    assert_eq!(office.get("/v1/status").await.status, 200);
    // The place of one who has gone is free as soon as the daemon has noticed.
    drop(streams.pop());
    while office.send("HEAD", "/v1/watch", "").await.status != 200 {}
    office.close().await;
}

#[tokio::test]
async fn every_answer_has_the_id_of_its_request_and_a_callers_is_kept() {
    let office = Office::open();
    let ask = |target: &str, id: &str| {
        let head = format!("GET {target} HTTP/1.1\r\nHost: chatd\r\nConnection: close\r\n");
        let id = if id.is_empty() { String::new() } else { format!("X-Request-Id: {id}\r\n") };
        format!("{head}{id}\r\n")
    };
    let id_of = |answer: &super::harness::Answer| {
        let (_, behind) = answer.head.split_once("x-request-id: ").expect("there is an id");
        behind.lines().next().unwrap().to_owned()
    };
    let answer = raw(&office.socket, &ask("/v1/status", "")).await;
    assert_eq!((answer.status, id_of(&answer).len()), (200, 26), "{answer:?}");
    assert_eq!(id_of(&raw(&office.socket, &ask("/v1/status", "backup-17")).await), "backup-17");
    assert_eq!(id_of(&raw(&office.socket, &ask("/v1/status", "not well formed")).await).len(), 26);
    for target in ["/v1/clients/nobody", "/v1/nothing"] {
        let answer = raw(&office.socket, &ask(target, "mine")).await;
        answer.problem(404);
        let problem: chat_proto::control::Problem = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((problem.request_id.as_deref(), id_of(&answer).as_str()), (Some("mine"), "mine"));
    }
    office.close().await;
}
