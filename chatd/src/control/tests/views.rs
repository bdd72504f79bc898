//! Looking: status, clients, rooms, the desk.

use chat_proto::control::{
    ClientInfo, DeskInfo, Dialect, DialectCount, HealthState, RoomDetail, RoomInfo, RunState, Status, Top,
};

use crate::health::Condition;

use super::harness::Office;

#[tokio::test]
async fn status_counts_who_is_here() {
    let office = Office::open();
    let alice = office.client("alice").await;
    alice.join("#lobby").await;
    alice.say("desk", "is anybody there?").await;
    let status: Status = office.get("/v1/status").await.json();
    assert_eq!((status.clients, status.registered, status.rooms, status.desk_open), (1, 1, 1, 1));
    assert_eq!((status.state, status.health.state), (RunState::Running, HealthState::Ok));
    assert_eq!(status.started_at, "1970-01-01T00:00:01.000Z");
    assert_eq!(status.config_loaded_at, "1970-01-01T00:00:02.000Z");
    assert_eq!(status.listeners[0].address, "127.0.0.1:6667");
    assert_eq!((status.sync.as_str(), status.config_source.as_str()), ("every-second", "defaults"));
    assert!(status.last_seq > 0 && status.commits.records > 0 && status.messages_in == 1);
    office.close().await;
}

#[tokio::test]
async fn a_name_that_nobody_has_brings_the_nearest_one() {
    let office = Office::open();
    let alice = office.client("Alice").await;
    alice.join("#lobby").await;
    for (path, meant) in [
        ("/v1/clients/alcie", "did you mean Alice? "),
        ("/v1/clients/lobby", "did you mean #lobby? "),
        ("/v1/rooms/%23loby", "did you mean #lobby? "),
        ("/v1/history?what=alise", "did you mean Alice? "),
        ("/v1/history?what=%23loby", "did you mean #lobby? "),
    ] {
        let problem = office.get(path).await.problem(404);
        assert!(
            problem.contains(meant) && problem.contains("chatctl") || problem.contains("desk:ID"),
            "{problem}"
        );
    }
    for (path, body) in [
        ("/v1/kick", r#"{"who":"alicee"}"#),
        ("/v1/host", r#"{"who":"alicee"}"#),
        ("/v1/say", r#"{"to":{"nick":"alicee"},"text":"x"}"#),
    ] {
        assert!(office.post(path, body).await.problem(404).contains("did you mean Alice?"), "{path}");
    }
    let far = office.get("/v1/clients/zebedee").await.problem(404);
    assert!(!far.contains("did you mean"), "{far}");
    office.close().await;
}

#[tokio::test]
async fn status_tells_what_is_wrong_the_worst_first() {
    let office = Office::open();
    office.health.raise(Condition::HistoryReadOnly, "9 MiB are free");
    office.health.raise(Condition::StoreFailing, "the disk is full");
    let health = office.get("/v1/status").await.json::<Status>().health;
    assert_eq!(health.state, HealthState::Failing);
    let told: Vec<_> = health.conditions.iter().map(|one| (one.code.as_str(), one.detail.as_str())).collect();
    assert_eq!(told, [("store-failing", "the disk is full"), ("history-read-only", "9 MiB are free")]);
    assert_eq!(health.conditions[1].severity, HealthState::Degraded);
    assert_eq!(health.conditions[1].title, "history read-only");
    assert!(health.conditions[1].since.ends_with('Z'), "{}", health.conditions[1].since);
    office.close().await;
}

#[tokio::test]
async fn a_client_is_found_by_nick_id_and_address() {
    let office = Office::open();
    let alice = office.client("alice").await;
    alice.join("#lobby").await;
    let all: Vec<ClientInfo> = office.get("/v1/clients").await.json();
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].nick.as_deref(), all[0].dialect), (Some("alice"), Dialect::Irc));
    assert_eq!((all[0].user.as_str(), all[0].host.as_str()), ("~u", "h.example"));
    assert_eq!(all[0].rooms, ["#lobby"]);
    for who in ["ALICE", &all[0].id.to_string(), "192.0.2.7"] {
        let one: ClientInfo = office.get(&format!("/v1/clients/{who}")).await.json();
        assert_eq!(one.id, all[0].id, "{who}");
    }
    assert!(office.get("/v1/clients/bob").await.problem(404).contains("bob"));
    let _bob = office.client("bob").await;
    assert!(office.get("/v1/clients/192.0.2.7").await.problem(409).contains("2 clients"));
    office.close().await;
}

#[tokio::test]
async fn a_room_shows_its_members_and_one_that_is_not_there_is_a_404() {
    let office = Office::open();
    let alice = office.client("alice").await;
    alice.join("#a/b").await;
    let rooms: Vec<RoomInfo> = office.get("/v1/rooms").await.json();
    assert_eq!((rooms[0].name.as_str(), rooms[0].members, rooms[0].modes.as_str()), ("#a/b", 1, "+nt"));
    let room: RoomDetail = office.get("/v1/rooms/%23A%2Fb").await.json();
    assert_eq!(room.info, rooms[0]);
    assert_eq!((room.member_list[0].nick.as_str(), room.member_list[0].prefixes.as_str()), ("alice", "@"));
    assert!(office.get("/v1/rooms/%23nowhere").await.problem(404).contains("#nowhere"));
    office.close().await;
}

#[tokio::test]
async fn the_desk_shows_who_waits() {
    let office = Office::open();
    let alice = office.client("alice").await;
    alice.say("desk", "hello?").await;
    let desk: Vec<DeskInfo> = office.get("/v1/desk").await.json();
    assert_eq!((desk[0].nick.as_str(), desk[0].waiting, desk[0].messages), ("alice", true, 1));
    assert_eq!(desk[0].last_text, "hello?");
    assert_eq!(desk[0].client_id, Some(u64::from(alice.seat.id().serial)));
    office.close().await;
}

#[tokio::test]
async fn the_busiest_clients_and_rooms_are_chosen_and_the_rest_is_left_out() {
    let office = Office::open();
    let alice = office.client("alice").await;
    let bob = office.client("bob").await;
    alice.join("#busy").await;
    bob.join("#calm").await;
    bob.say("#calm", "once").await;
    for text in ["one", "two", "three"] {
        alice.say("#busy", text).await;
    }
    let top: Top = office.get("/v1/top?count=1").await.json();
    assert_eq!((top.clients, top.registered, top.rooms), (2, 2, 2));
    assert_eq!(top.dialects, [DialectCount { dialect: Dialect::Irc, registered: 2, unregistered: 0 }]);
    assert_eq!((top.busiest_clients.len(), top.busiest_rooms.len()), (1, 1));
    let busy = &top.busiest_rooms[0];
    assert_eq!((busy.name.as_str(), busy.members), ("#busy", 1));
    assert!(busy.messages_per_s > 0.0 && top.may_kick);
    let all: Top = office.get("/v1/top?sort=queued&count=200").await.json();
    assert_eq!((all.busiest_clients.len(), all.busiest_rooms.len()), (2, 2));
    let none: Top = office.get("/v1/top?count=0").await.json();
    assert_eq!((none.busiest_clients.len(), none.busiest_rooms.len()), (0, 0));
    office.get("/v1/top?count=201").await.problem(400);
    office.get("/v1/top?sort=loudest").await.problem(400);
    drop((alice, bob));
    office.close().await;
}
