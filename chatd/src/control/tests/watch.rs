//! Watching: everything once, in order, across the boundary of ring and store and across restarts.

use chat_proto::control::WatchLine;
use serde_json::json;

use super::harness::{Client, Office, Stream};
use crate::config::Config;
use crate::control::Person;

/// More than the ring holds.
const MANY: u64 = 5_000;

async fn talkative(office: &Office) -> Client {
    let alice = office.client("alice").await;
    alice.join("#lobby").await;
    alice.say_all("#lobby", (1..=MANY).map(|n| n.to_string())).await;
    alice
}

/// Reads `texts`, which must come next and with rising numbers; returns the last number.
async fn expect(stream: &mut Stream, after: u64, texts: impl Iterator<Item = u64>) -> u64 {
    let mut last = after;
    for text in texts {
        let (seq, said) = stream.said().await;
        assert!(seq > last, "{seq} after {last}");
        assert_eq!(said, text.to_string());
        last = seq;
    }
    last
}

#[tokio::test]
async fn a_watch_goes_from_store_to_ring_to_present_without_gap_or_repeat() {
    let office = Office::open();
    let alice = talkative(&office).await;
    let (mut stream, first) = office.stream("/v1/watch?what=%23lobby&since_seq=0").await;
    assert_eq!(first, json!({"type": "heartbeat", "seq": 0}));
    let last = expect(&mut stream, 0, 1..=MANY).await;
    // Alice's coming and joining were in the ring only and left it.
    assert!(matches!(stream.gaps[..], [(1, to)] if to < last), "{:?}", stream.gaps);
    alice.say("#lobby", &(MANY + 1).to_string()).await;
    expect(&mut stream, last, std::iter::once(MANY + 1)).await;
    office.close().await;
}

#[tokio::test]
async fn a_watcher_that_is_overtaken_by_the_ring_misses_nothing() {
    let office = Office::open();
    let alice = office.client("alice").await;
    alice.join("#lobby").await;
    let (mut stream, _) = office.stream("/v1/watch").await;
    // Far more than the socket's buffer and the ring hold together.
    for round in 0..3 {
        alice.say_all("#lobby", (1..=MANY).map(|n| (round * MANY + n).to_string())).await;
    }
    expect(&mut stream, 0, 1..=3 * MANY).await;
    office.close().await;
}

#[tokio::test]
async fn a_watch_resumes_behind_any_number() {
    let office = Office::open();
    let alice = talkative(&office).await;
    let (mut whole, _) = office.stream("/v1/watch?since_seq=0&what=alice").await;
    let mut places = Vec::new();
    while places.len() < MANY as usize {
        let (seq, text) = whole.said().await;
        if text.parse::<u64>().is_ok() {
            places.push(seq);
        }
    }
    alice.say("#lobby", &(MANY + 1).to_string()).await;
    // In the store, around where the ring begins, in the ring, at the end.
    for n in [700, 903, 904, 905, 906, 907, 908, 3_000, MANY] {
        let place = places[n as usize - 1];
        let (mut stream, first) = office.stream(&format!("/v1/watch?since_seq={place}")).await;
        assert_eq!(first, json!({"type": "heartbeat", "seq": place}));
        expect(&mut stream, place, n + 1..=MANY + 1).await;
        assert!(stream.gaps.is_empty(), "all of it was stored: {:?}", stream.gaps);
    }
    office.close().await;
}

#[tokio::test]
async fn a_watch_resumes_across_a_restart() {
    let office = Office::open();
    let alice = office.client("alice").await;
    alice.join("#lobby").await;
    alice.say_all("#lobby", ["1".into(), "2".into(), "3".into()]).await;
    let (mut stream, _) = office.stream("/v1/watch?what=%23lobby&since_seq=0").await;
    while stream.said().await.1 != "1" {}
    let (second, _) = stream.said().await;
    drop((alice, stream));
    let office = office.restart().await;
    let (mut stream, first) = office.stream(&format!("/v1/watch?what=%23lobby&since_seq={second}")).await;
    assert_eq!(first["seq"], second);
    let third = expect(&mut stream, second, 3..=3).await;
    let gap: WatchLine = stream.next().await;
    let WatchLine::Gap { from_seq, to_seq, reason } = gap else { panic!("no gap: {gap:?}") };
    assert!(from_seq == second + 1 && to_seq > third);
    assert!(
        reason.starts_with("chatd was started anew, which skips numbers; of what was before, only messages")
    );
    let bob = office.client("bob").await;
    bob.join("#lobby").await;
    bob.say("#lobby", "4").await;
    assert!(stream.said().await.0 > third, "the join");
    expect(&mut stream, third, 4..=4).await;
    office.close().await;
}

#[tokio::test]
async fn a_watch_from_now_on_begins_with_what_happens_next() {
    let office = Office::open();
    let alice = office.client("alice").await;
    alice.say("desk", "before").await;
    let (mut stream, first) = office.stream("/v1/watch").await;
    alice.say("desk", "after").await;
    let (seq, text) = stream.said().await;
    assert_eq!(text, "after");
    assert!(seq > first["seq"].as_u64().unwrap());
    office.close().await;
}

#[tokio::test]
async fn a_place_beyond_the_log_is_answered_with_the_newest() {
    let office = Office::open();
    let alice = office.client("alice").await;
    let (mut stream, first) = office.stream(&format!("/v1/watch?since_seq={}", u64::MAX)).await;
    assert!(first["seq"].as_u64().unwrap() < 1 << 53);
    alice.say("desk", "hello").await;
    assert_eq!(stream.said().await.1, "hello");
    office.close().await;
}

#[tokio::test]
async fn every_kind_of_event_is_shown_once() {
    let office = Office::open();
    let (mut stream, _) = office.stream("/v1/watch").await;
    let alice = office.client("alice").await;
    alice.join("#lobby").await;
    alice.say("#lobby", "hi").await;
    alice.say("desk", "help").await;
    office.post("/v1/say", r#"{"to":"all","text":"noon"}"#).await;
    office.post("/v1/kick", r#"{"who":"alice","reason":"out"}"#).await;
    let mut kinds = Vec::new();
    while kinds.len() < 6 {
        if let WatchLine::Entry(entry) = stream.next().await {
            kinds.push(serde_json::to_value(entry.kind).unwrap());
        }
    }
    assert_eq!(kinds, ["connect", "join", "message", "message", "announce", "disconnect"]);
    office.close().await;
}

#[tokio::test]
async fn direct_messages_are_shown_only_where_the_configuration_says_so() {
    for is_shown in [false, true] {
        let mut config = Config::default();
        config.control.watch_direct_messages = is_shown;
        let office = Office::with(config, |_| Person { uid: 0, name: "root".into(), groups: Vec::new() });
        let (alice, _bob) = (office.client("alice").await, office.client("bob").await);
        let (mut stream, _) = office.stream("/v1/watch").await;
        alice.say("bob", "private").await;
        alice.say("desk", "public").await;
        let expected = if is_shown { "private" } else { "public" };
        assert_eq!(stream.said().await.1, expected);
        office.close().await;
    }
}

#[tokio::test]
async fn without_a_history_a_watcher_is_told_of_the_gap() {
    let mut config = Config::default();
    config.history.enabled = false;
    let office = Office::with(config, |_| Person { uid: 0, name: "root".into(), groups: Vec::new() });
    let _alice = talkative(&office).await;
    let (mut stream, _) = office.stream("/v1/watch?since_seq=0").await;
    let WatchLine::Gap { from_seq: 1, to_seq, .. } = stream.next().await else { panic!("no gap") };
    let (seq, _) = stream.said().await;
    assert_eq!(seq, to_seq + 1);
    office.close().await;
}

#[tokio::test]
async fn streams_end_when_the_daemon_stops() {
    let office = Office::open();
    let (mut watch, _) = office.stream("/v1/watch").await;
    let (mut log, _) = office.stream("/v1/log?level=error").await;
    office.close().await;
    while watch.raw().await.is_some() {}
    while log.raw().await.is_some() {}
}

#[tokio::test]
async fn a_quiet_stream_beats_every_ten_seconds() {
    let office = Office::open();
    let (mut stream, first) = office.stream("/v1/watch?what=nobody").await;
    let alice = office.client("alice").await;
    let begun = tokio::time::Instant::now();
    tokio::time::pause();
    let beat: serde_json::Value = stream.next().await;
    assert!(begun.elapsed() <= std::time::Duration::from_secs(11));
    assert_eq!(beat["type"], "heartbeat");
    assert!(beat["seq"].as_u64() > first["seq"].as_u64(), "what is not selected moves the place");
    tokio::time::resume();
    drop(alice);
    office.close().await;
}

#[tokio::test]
async fn nonsense_to_watch_is_a_400() {
    let office = Office::open();
    office.get("/v1/watch?what=desk:x").await.problem(400);
    office.get("/v1/watch?since_seq=x").await.problem(400);
    office.close().await;
}

#[tokio::test]
async fn what_is_never_stored_leaves_the_ring_with_one_line_about_it() {
    let office = Office::open();
    let (alice, _bob) = (office.client("alice").await, office.client("bob").await);
    alice.say("desk", "first").await;
    alice.say_all("bob", (1..=MANY).map(|n| n.to_string())).await;
    alice.say("desk", "last").await;
    let (mut stream, _) = office.stream("/v1/watch?since_seq=0").await;
    assert_eq!(stream.said().await.1, "first");
    assert_eq!(stream.said().await.1, "last");
    assert!(matches!(stream.gaps[..], [(1, _)]), "{:?}", stream.gaps);
    office.close().await;
}

#[tokio::test]
async fn what_is_said_to_a_rank_belongs_to_its_room() {
    let office = Office::open();
    let alice = office.client("alice").await;
    alice.join("#lobby").await;
    let (mut stream, _) = office.stream("/v1/watch?what=%23lobby").await;
    alice.say("@#lobby", "help").await;
    assert_eq!(stream.said().await.1, "help");
    office.close().await;
}
