//! Changing: kick, say, reload, check, drain, stop, the log's level; and the audit of it all.

use std::time::Duration;

use chat_proto::control::{
    Accepted, AuditEntry, CheckResult, ClientInfo, DrainInfo, HostResult, KickResult, LogSetting,
    LogStreamLine, ReloadResult, SayResult,
};

use super::harness::{Answer, Office};
use crate::control::{NotDone, Steer};

async fn audit(office: &Office) -> Vec<(String, String, String)> {
    let entries: Vec<AuditEntry> = office.get("/v1/audit").await.json();
    let told = entries.into_iter().filter(|entry| entry.action != "fence");
    told.map(|entry| (entry.who, entry.action, entry.target.unwrap_or_default())).collect()
}

fn triple(who: &str, action: &str, target: &str) -> (String, String, String) {
    (who.into(), action.into(), target.into())
}

#[tokio::test]
async fn kicking_ends_connections_and_leaves_an_audit_entry() {
    let office = Office::open();
    let _alice = office.client("alice").await;
    let _bob = office.client("bob").await;
    let kicked: KickResult = office.post("/v1/kick", r#"{"who":"alice","reason":"enough"}"#).await.json();
    assert_eq!(kicked.kicked[0].nick.as_deref(), Some("alice"));
    assert_eq!(kicked.kicked[0].address, "192.0.2.7:4321");
    let left: Vec<ClientInfo> = office.get("/v1/clients").await.json();
    assert_eq!(left.iter().filter(|client| client.nick.as_deref() == Some("alice")).count(), 0);
    assert_eq!(audit(&office).await, [triple("unix:root", "kick", "alice")]);
    office.close().await;
}

#[tokio::test]
async fn a_host_is_changed_and_taken_back_with_audit_entries() {
    let office = Office::open();
    let _alice = office.client("alice").await;
    let set = |body| office.post("/v1/host", body);
    let staff: HostResult = set(r#"{"who":"alice","host":"staff/alice"}"#).await.json();
    assert_eq!((staff.nick.as_str(), staff.host.as_str()), ("alice", "staff/alice"));
    let shown: ClientInfo = office.get("/v1/clients/alice").await.json();
    assert_eq!((shown.host.as_str(), shown.address.as_str()), ("staff/alice", "192.0.2.7:4321"));
    assert!(set(r#"{"who":"alice","host":"a b"}"#).await.problem(422).contains("is no host"));
    set(r#"{"who":"bob","host":"a.b"}"#).await.problem(404);
    let back: HostResult = set(r#"{"who":"alice"}"#).await.json();
    assert_eq!(back.host, "h.example");
    let entry = |target| triple("unix:root", "host", target);
    assert_eq!(audit(&office).await, [entry("alice!~u@h.example"), entry("alice!~u@staff/alice")]);
    office.close().await;
}

#[tokio::test]
async fn kicking_nobody_and_kicking_without_bounds_are_refused() {
    let office = Office::open();
    let _alice = office.client("alice").await;
    assert!(office.post("/v1/kick", r#"{"who":"bob"}"#).await.problem(404).contains("bob"));
    let with_reason = |length: usize| format!(r#"{{"who":"alice","reason":"{}"}}"#, "x".repeat(length));
    let limit = office.shared.config().limits.kick_length;
    assert!(
        office.post("/v1/kick", &with_reason(limit + 1)).await.problem(422).contains("limits.kick-length")
    );
    office.post("/v1/kick", r#"{"who":"alice","reason":"a\nb"}"#).await.problem(422);
    assert_eq!(office.post("/v1/kick", &with_reason(limit)).await.status, 200);
    office.close().await;
}

#[tokio::test]
async fn saying_reaches_one_a_room_and_all() {
    let office = Office::open();
    let alice = office.client("alice").await;
    let _bob = office.client("bob").await;
    alice.join("#lobby").await;
    let say = async |body: &str| office.post("/v1/say", body).await;
    let one: SayResult = say(r##"{"to":{"nick":"alice"},"text":"hello"}"##).await.json();
    let room: SayResult = say(r##"{"to":{"room":"#lobby"},"text":"hello room"}"##).await.json();
    let all: SayResult = say(r##"{"to":"all","text":"hello all"}"##).await.json();
    assert_eq!((one.recipients, room.recipients, all.recipients), (1, 1, 2));
    assert!(one.seq < room.seq && room.seq < all.seq);
    let who = |target| triple("unix:root", "say", target);
    assert_eq!(audit(&office).await, [who("alice"), who("#lobby"), who("*")]);
    say(r##"{"to":{"nick":"carol"},"text":"x"}"##).await.problem(404);
    say(r##"{"to":{"room":"#none"},"text":"x"}"##).await.problem(404);
    say(r##"{"to":"all","text":""}"##).await.problem(422);
    say(r##"{"to":"all","text":"a\r\nQUIT"}"##).await.problem(422);
    say(&format!(r##"{{"to":"all","text":"{}"}}"##, "x".repeat(600))).await.problem(422);
    office.close().await;
}

/// Sends a request and has `daemon` answer what it asks for.
async fn steered(office: &mut Office, target: &str, body: &str, daemon: impl FnOnce(Steer)) -> Answer {
    let mut steer = std::mem::replace(&mut office.steer, tokio::sync::mpsc::channel(1).1);
    let (answer, ()) = tokio::join!(office.post(target, body), async { daemon(steer.recv().await.unwrap()) });
    office.steer = steer;
    answer
}

#[tokio::test]
async fn a_reload_is_told_and_a_faulty_one_is_a_report() {
    let mut office = Office::open();
    let good = ReloadResult { warnings: vec!["look at this".into()], ..ReloadResult::default() };
    let answer = steered(&mut office, "/v1/reload", "", |steer| match steer {
        Steer::Reload { confirm_within: None, answer } => answer.send(Ok(good.clone())).unwrap(),
        other => panic!("{other:?}"),
    });
    assert_eq!(answer.await.json::<ReloadResult>(), good);
    let answer = steered(&mut office, "/v1/reload", "", |steer| match steer {
        Steer::Reload { answer, .. } => answer.send(Err(NotDone::Faulty("line 3: no".into()))).unwrap(),
        other => panic!("{other:?}"),
    });
    assert!(answer.await.problem(422).contains("line 3: no"));
    let reload = triple("unix:root", "reload", "defaults");
    let twice = [reload.clone(), reload.clone()];
    let expected = [twice.clone(), twice].concat();
    assert_eq!(audit(&office).await, expected, "its beginning and its end, of the refused one as well");
    office.close().await;
}

#[tokio::test]
async fn a_check_takes_absolute_paths_only_and_changes_nothing() {
    let mut office = Office::open();
    office.post("/v1/check", r#"{"path":"chatd.toml"}"#).await.problem(400);
    let answer = steered(&mut office, "/v1/check", r#"{"path":"/etc/x.toml"}"#, |steer| match steer {
        Steer::Check(path, answer) => {
            let source = path.unwrap().display().to_string();
            let (faults, none) = (vec!["f".into()], Vec::new());
            let (warnings, changed, restart_needed) = (Vec::new(), none.clone(), none);
            let result = CheckResult { source, is_valid: false, faults, warnings, changed, restart_needed };
            answer.send(result).unwrap();
        }
        other => panic!("{other:?}"),
    });
    assert_eq!(answer.await.json::<CheckResult>().source, "/etc/x.toml");
    assert_eq!(audit(&office).await, []);
    office.close().await;
}

fn drain() -> DrainInfo {
    let (began_at, deadline_at) = (String::new(), String::new());
    DrainInfo { began_at, deadline_at, clients_at_start: 3, ended: 0 }
}

#[tokio::test]
async fn drain_undrain_and_stop_are_accepted_and_audited() {
    let mut office = Office::open();
    let accepted = Accepted { clients: 3, deadline_at: None };
    let answer = steered(&mut office, "/v1/drain", r#"{"timeout_ms":1500}"#, |steer| match steer {
        Steer::Drain { timeout: Some(timeout), answer } if timeout == Duration::from_millis(1500) => {
            answer.send(accepted.clone()).unwrap();
        }
        other => panic!("{other:?}"),
    })
    .await;
    assert_eq!((answer.status, answer.json::<Accepted>()), (202, accepted.clone()));
    for (answered, status) in [(None, 409), (Some(accepted.clone()), 200)] {
        *office.facts.drain.lock().unwrap() = answered.as_ref().map(|_| drain());
        let answer = steered(&mut office, "/v1/undrain", "", |steer| match steer {
            Steer::Undrain(answer) => answer.send(answered).unwrap(),
            other => panic!("{other:?}"),
        });
        assert_eq!(answer.await.status, status);
    }
    let answer = steered(&mut office, "/v1/stop", "", |steer| match steer {
        Steer::Stop { answer } => answer.send(accepted.clone()).unwrap(),
        other => panic!("{other:?}"),
    });
    assert_eq!(answer.await.status, 202);
    let by_root = |action| triple("unix:root", action, "");
    assert_eq!(audit(&office).await, [by_root("drain"), by_root("undrain"), by_root("stop")]);
    office.close().await;
}

#[tokio::test]
async fn a_daemon_that_does_not_answer_any_more_is_a_503() {
    let mut office = Office::open();
    office.steer.close();
    office.post("/v1/reload", "").await.problem(503);
    office.close().await;
}

#[tokio::test]
async fn the_log_streams_and_its_level_can_be_changed() {
    let office = Office::open();
    let set: LogSetting = office.send("PUT", "/v1/log", r#"{"level":"debug"}"#).await.json();
    assert_eq!(set.level, "debug");
    assert!(office.send("PUT", "/v1/log", r#"{"level":"debgu"}"#).await.problem(422).contains("debgu"));
    assert_eq!(audit(&office).await, [triple("unix:root", "log-level", "debug")]);
    let (mut stream, first) = office.stream("/v1/log?level=warn").await;
    assert_eq!(first["type"], "heartbeat");
    tracing::info!(target: "log_streams", "not shown");
    tracing::warn!(target: "log_streams", answer = 42, "shown");
    let line = loop {
        match stream.next().await {
            LogStreamLine::Line(line) if line.target == "log_streams" => break line,
            _ => {}
        }
    };
    assert_eq!(
        (line.message.as_str(), line.level.as_str(), line.fields["answer"].as_str()),
        ("shown", "warn", "42")
    );
    office.get("/v1/log?level=loud").await.problem(400);
    office.close().await;
}
