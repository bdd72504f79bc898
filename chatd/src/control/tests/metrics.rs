//! Metrics and health checks: what they are made of, and that they move.

use std::sync::atomic::Ordering::Relaxed;

use super::exposition::Exposition;
use super::harness::Office;
use crate::control::metrics::METRICS;
use crate::domain::disconnect::Disconnect;
use crate::domain::request::Request;
use crate::health::Condition;

async fn metrics(office: &Office) -> Exposition {
    let answer = office.get("/v1/metrics").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.head.contains("content-type: text/plain; version=0.0.4"), "{answer:?}");
    Exposition::read(&answer.body)
}

#[tokio::test]
async fn every_metric_is_exposed_as_its_row_says() {
    let office = Office::open();
    office.client("alice").await;
    let shown = metrics(&office).await;
    for metric in METRICS.iter().copied().flatten() {
        let Some(family) = shown.0.get(metric.name) else { panic!("{} is missing", metric.name) };
        assert_eq!(family.kind, metric.kind.name(), "{}", metric.name);
        for sample in &family.samples {
            let labels = sample.labels.iter().map(|(name, _)| name.as_str()).filter(|name| *name != "le");
            assert!(labels.eq(metric.labels.iter().copied()), "{sample:?}");
        }
    }
    assert!(shown.0.keys().all(|name| METRICS.iter().copied().flatten().any(|metric| metric.name == name)));
    office.close().await;
}

#[tokio::test]
async fn what_clients_do_is_counted_where_it_belongs() {
    let office = Office::open();
    let (alice, mut bob) = (office.client("alice").await, office.client("bob").await);
    for client in [&alice, &bob] {
        client.join("#lobby").await;
    }
    alice.say("#lobby", "hello").await;
    alice.say("bob", "psst").await;
    alice.say("desk", "help").await;
    alice.say("nobody", "hello?").await;
    let shown = metrics(&office).await;
    let said = |to| shown.value("chatd_messages_total", &[("conversation", to), ("kind", "privmsg")]);
    assert_eq!(["room", "direct", "desk", "everyone"].map(said), [1.0, 1.0, 1.0, 0.0]);
    assert_eq!(shown.value("chatd_refusals_total", &[("kind", "no-such-nick")]), 1.0);
    assert_eq!(shown.value("chatd_clients", &[("dialect", "irc"), ("state", "registered")]), 2.0);
    assert_eq!(shown.value("chatd_rooms", &[]), 1.0);
    assert_eq!(shown.value("chatd_desk_conversations", &[("state", "waiting")]), 1.0);
    assert!(shown.value("chatd_deliveries_total", &[]) >= 2.0);
    assert!(shown.value("chatd_log_events_total", &[]) >= 7.0);
    assert!(shown.value("chatd_owner_turn_seconds_count", &[]) > 0.0);
    assert!(shown.value("chatd_store_commit_records_sum", &[]) >= 2.0);
    assert_eq!(shown.value("chatd_owner_responsive", &[]), 1.0);
    assert!(shown.value("chatd_store_size_bytes", &[("file", "database")]) > 0.0);
    bob.seat.leave(Disconnect::Closed);
    alice.ask(vec![Request::Lusers]).await;
    let shown = metrics(&office).await;
    assert_eq!(shown.value("chatd_disconnects_total", &[("reason", "closed")]), 1.0);
    assert_eq!(shown.value("chatd_clients", &[("dialect", "irc"), ("state", "registered")]), 1.0);
    office.close().await;
}

#[tokio::test]
async fn what_waits_for_clients_is_added_up_and_the_most_of_one_is_told() {
    let office = Office::open();
    let (alice, _bob) = (office.client("alice").await, office.client("bob").await);
    let outbox = alice.seat.outbox();
    outbox.add(10_000);
    let shown = metrics(&office).await;
    let (all, most) =
        (shown.value("chatd_outbox_bytes", &[]), shown.value("chatd_outbox_largest_bytes", &[]));
    assert_eq!(most, outbox.queued() as f64);
    assert!(all > most, "bob has read nothing either");
    office.close().await;
}

#[tokio::test]
async fn a_daemon_is_ready_until_it_drains_is_full_or_fails() {
    let office = Office::open();
    let reasons = async |status: u16| {
        let answer = office.get("/v1/ready").await;
        assert_eq!(answer.status, status, "{answer:?}");
        let probe: chat_proto::control::Probe = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(probe.is_ok, status == 200);
        probe.reasons.join("\n")
    };
    assert_eq!(reasons(200).await, "");
    office.health.raise(Condition::HistoryReadOnly, "the disk is nearly full");
    assert_eq!(reasons(200).await, "", "it still takes clients");
    office.health.raise(Condition::StoreFailing, "disk full");
    assert_eq!(reasons(503).await, "store-failing: disk full");
    let shown = metrics(&office).await;
    let holds = |code, severity| shown.value("chatd_condition", &[("code", code), ("severity", severity)]);
    assert_eq!(holds("store-failing", "failing"), 1.0);
    assert_eq!(holds("clock-jumped", "degraded"), 0.0);
    office.health.clear(Condition::StoreFailing);
    let mut config = crate::config::Config::clone(&office.shared.config());
    config.limits.clients = 1;
    office.shared.configure(config.into());
    let _alice = office.client("alice").await;
    assert_eq!(reasons(503).await, "full: 1 clients are connected (limits.clients = 1)");
    office.facts.is_draining.store(true, Relaxed);
    assert!(reasons(503).await.starts_with("draining: "));
    assert_eq!(office.get("/v1/health").await.status, 200, "it lives all the same");
    office.close().await;
}

#[tokio::test]
async fn without_an_owner_nothing_is_well_and_the_rest_is_measured_all_the_same() {
    let mut office = Office::open();
    office.lose_owner().await;
    for path in ["/v1/health", "/v1/ready"] {
        let answer = office.get(path).await;
        assert_eq!(answer.status, 503, "{answer:?}");
        assert!(answer.body.contains("stopped: the owner"), "{answer:?}");
    }
    let shown = metrics(&office).await;
    assert_eq!(shown.value("chatd_owner_responsive", &[]), 0.0);
    assert!(!shown.0.contains_key("chatd_clients") && shown.value("process_open_fds", &[]) > 0.0);
    office.close().await;
}
