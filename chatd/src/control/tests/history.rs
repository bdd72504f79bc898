//! What is kept.

use chat_proto::control::{DeskDirection, EntryKind, HistoryPage};

use super::harness::Office;

async fn texts(office: &Office, query: &str) -> Vec<String> {
    let page: HistoryPage = office.get(&format!("/v1/history?{query}")).await.json();
    page.entries.into_iter().filter_map(|entry| entry.text).collect()
}

#[tokio::test]
async fn a_room_shows_its_newest_entries_oldest_first() {
    let office = Office::open();
    let alice = office.client("alice").await;
    alice.join("#lobby").await;
    alice.say_all("#lobby", (1..=60).map(|n| n.to_string())).await;
    let page: HistoryPage = office.get("/v1/history?what=%23LOBBY&count=2").await.json();
    assert_eq!((page.what.as_str(), page.has_more), ("#lobby", true));
    assert_eq!((page.entries[0].kind, page.entries[0].from.as_deref()), (EntryKind::Message, Some("alice")));
    assert_eq!(page.entries[0].conversation.as_deref(), Some("#lobby"));
    assert_eq!(texts(&office, "what=%23lobby&count=2").await, ["59", "60"]);
    assert_eq!(texts(&office, "what=%23lobby").await.len(), 50);
    let all: HistoryPage = office.get("/v1/history?what=%23lobby&count=60").await.json();
    assert_eq!((all.entries.len(), all.has_more), (60, false));
    let since = format!("what=%23lobby&since={}", page.entries[0].seq);
    assert_eq!(texts(&office, &since).await, ["60"]);
    assert_eq!(texts(&office, "what=%23lobby&since=2999-01-01T00:00:00Z").await.len(), 0);
    office.close().await;
}

#[tokio::test]
async fn a_nick_and_an_id_show_the_desk_conversation() {
    let office = Office::open();
    let alice = office.client("alice").await;
    alice.say("desk", "help").await;
    office.post("/v1/say", r#"{"to":{"nick":"alice"},"text":"coming"}"#).await;
    let page: HistoryPage = office.get("/v1/history?what=alice").await.json();
    let [asked, answered] = &page.entries[..] else { panic!("{page:?}") };
    assert_eq!((asked.direction, asked.from.as_deref()), (Some(DeskDirection::FromGuest), Some("alice")));
    assert_eq!((answered.direction, answered.from.as_deref()), (Some(DeskDirection::FromDesk), Some("root")));
    assert_eq!(answered.to.as_deref(), Some("alice"));
    assert_eq!(page.what, format!("desk:{}", asked.desk_id.unwrap()));
    assert_eq!(texts(&office, &format!("what={}", page.what)).await, ["help", "coming"]);
    office.close().await;
}

#[tokio::test]
async fn announcements_have_a_history() {
    let office = Office::open();
    office.post("/v1/say", r#"{"to":"all","text":"noon"}"#).await;
    for what in ["announcements", "*"] {
        assert_eq!(texts(&office, &format!("what={what}")).await, ["noon"]);
    }
    office.close().await;
}

#[tokio::test]
async fn who_is_here_and_has_said_nothing_has_an_empty_history() {
    let office = Office::open();
    let alice = office.client("alice").await;
    alice.join("#quiet").await;
    for what in ["alice", "%23quiet"] {
        let page: HistoryPage = office.get(&format!("/v1/history?what={what}")).await.json();
        assert_eq!((page.entries.len(), page.has_more), (0, false), "{what}");
    }
    office.close().await;
}

#[tokio::test]
async fn what_never_was_is_a_404_and_nonsense_a_400() {
    let office = Office::open();
    for what in ["%23none", "nobody", "desk:12345"] {
        office.get(&format!("/v1/history?what={what}")).await.problem(404);
    }
    for query in [
        "",
        "what=desk:x",
        "what=*&count=0",
        "what=*&count=10001",
        "what=*&since=yesterday",
        "what=*&count=-1",
    ] {
        office.get(&format!("/v1/history?{query}")).await.problem(400);
    }
    assert_eq!(office.get("/v1/history?what=*&count=10000").await.status, 200);
    office.close().await;
}
