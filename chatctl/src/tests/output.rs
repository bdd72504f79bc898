//! What is printed and what is sent.

use chat_proto::control::{
    Accepted, CheckResult, HistoryPage, HostResult, KickResult, Kicked, LogLevel, Member, ReloadResult,
    RoomDetail, RoomInfo, SayResult,
};

use super::answers::{alice, cut_stream, status, success};
use super::ran;
use super::server::Server;

#[test]
fn list_is_a_table_json_lines_or_ids() {
    let mut silent = alice();
    (silent.id, silent.nick, silent.rooms) = (18, None, Vec::new());
    let server = Server::answering(vec![success(&[alice(), silent]); 3]);
    let table = ran(&server.socket(), &["list"]).out;
    let lines = table.lines().collect::<Vec<_>>();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with("ID  NICK   ADDRESS          DIALECT  CONNECTED  IDLE"), "{table}");
    assert!(lines[1].ends_with("  2m  2.0KiB   3  1204  #lobby,#rust"), "{table}");
    assert!(lines[2].starts_with("18  -      127.0.0.1:40000"), "{table}");
    let json = ran(&server.socket(), &["-o", "json", "list"]).out;
    assert_eq!(json.lines().count(), 2);
    assert!(json.starts_with(r#"{"id":17,"nick":"alice","#), "{json}");
    assert_eq!(ran(&server.socket(), &["-q", "list", "clients"]).out, "17\n18\n");
}

#[test]
fn metrics_are_passed_on_as_they_are() {
    let text = "# HELP a_total x\n# TYPE a_total counter\na_total{b=\"c\"} 1\n";
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{text}", text.len());
    let server = Server::answering(vec![answer; 2]);
    for words in [&["metrics"][..], &["-o", "json", "metrics"]] {
        assert_eq!(ran(&server.socket(), words).out, text);
    }
    assert_eq!(server.requests(), ["GET /v1/metrics", "GET /v1/metrics"]);
}

#[test]
fn an_empty_list_has_its_head_only() {
    let server = Server::answering(vec![success(&[(); 0]); 2]);
    assert_eq!(ran(&server.socket(), &["list", "rooms"]).out, "NAME  MEMBERS  MODES  AGE  TOPIC\n");
    assert_eq!(ran(&server.socket(), &["-o", "json", "desk"]).out, "");
    assert_eq!(server.requests(), ["GET /v1/rooms", "GET /v1/desk"]);
}

#[test]
fn a_nasty_client_cannot_steer_the_terminal() {
    let mut nasty = alice();
    nasty.nick = Some("\x1b[2J\u{9b}1m".into());
    let server = Server::answering(vec![success(&[&nasty]), success(&nasty), success(&[&nasty])]);
    for words in [&["list"][..], &["show", "17"], &["-o", "json", "list"]] {
        let out = ran(&server.socket(), words).out;
        assert!(!out.contains(|c: char| c.is_control() && c != '\n'), "{out:?}");
        assert!(out.contains("[2J"), "{out:?}");
    }
}

#[test]
fn show_asks_for_a_room_by_its_encoded_name() {
    let info = RoomInfo {
        name: "#a b".into(),
        topic: Some("tea".into()),
        members: 1,
        modes: "+nt".into(),
        created_at: "2025-01-31T12:00:00.000Z".into(),
    };
    let member_list = vec![Member { nick: "alice".into(), prefixes: "@".into() }];
    let room =
        RoomDetail { info, topic_by: Some("bob".into()), topic_at: None, member_list, bans: Vec::new() };
    let server = Server::answering(vec![success(&room)]);
    let out = ran(&server.socket(), &["show", "#a b"]).out;
    assert!(out.contains("topic    tea (by bob)\n") && out.contains("who      @alice\n"), "{out}");
    assert_eq!(server.requests(), ["GET /v1/rooms/%23a%20b"]);
}

#[test]
fn say_tells_a_nick_a_room_and_everyone_apart() {
    let said = success(&SayResult { seq: 7, recipients: 1 });
    let server = Server::answering(vec![said; 4]);
    assert_eq!(
        ran(&server.socket(), &["say", "alice", "hi", "there"]).out,
        "said to alice: 1 client, seq 7\n"
    );
    ran(&server.socket(), &["say", "#lobby", "hi"]);
    ran(&server.socket(), &["-y", "say", "--all", "hi", "all"]);
    assert_eq!(ran(&server.socket(), &["-q", "desk", "reply", "alice", "--", "-5"]).out, "7\n");
    let sent = [
        r#"POST /v1/say {"to":{"nick":"alice"},"text":"hi there"}"#,
        r##"POST /v1/say {"to":{"room":"#lobby"},"text":"hi"}"##,
        r#"POST /v1/say {"to":"all","text":"hi all"}"#,
        r#"POST /v1/say {"to":{"nick":"alice"},"text":"-5"}"#,
    ];
    assert_eq!(server.requests(), sent);
}

#[test]
fn host_names_the_client_and_what_others_see() {
    let result = HostResult { nick: "alice".into(), host: "staff/alice".into() };
    let server = Server::answering(vec![success(&result), success(&result)]);
    let told = "alice is shown with the host staff/alice\n";
    assert_eq!(ran(&server.socket(), &["host", "alice", "staff/alice"]).out, told);
    assert_eq!(ran(&server.socket(), &["host", "alice"]).out, told);
    assert_eq!(
        server.requests(),
        [
            r#"POST /v1/host {"who":"alice","host":"staff/alice"}"#,
            r#"POST /v1/host {"who":"alice","host":null}"#
        ]
    );
}

#[test]
fn kick_names_whom_it_ended() {
    let kicked = Kicked { id: 17, nick: Some("alice".into()), address: "127.0.0.1:40000".into() };
    let server = Server::answering(vec![success(&KickResult { kicked: vec![kicked] })]);
    assert_eq!(ran(&server.socket(), &["kick", "alice"]).out, "kicked alice (id 17, 127.0.0.1:40000)\n");
    assert_eq!(server.requests(), [r#"POST /v1/kick {"who":"alice","reason":null}"#]);
}

#[test]
fn history_sends_count_and_since_and_says_when_there_is_more() {
    let page = HistoryPage { what: "desk:3".into(), entries: Vec::new(), has_more: true };
    let server = Server::answering(vec![success(&page); 2]);
    let all = ran(&server.socket(), &["history", "desk:3", "--since", "2025-01-31T12:00:00Z"]);
    assert_eq!((all.out.as_str(), all.code), ("", 0));
    assert_eq!(all.err, "chatctl: history of desk:3: older entries exist, use -n for more\n");
    assert_eq!(ran(&server.socket(), &["desk", "show", "alice", "-n", "5"]).err, "");
    let asked = [
        "GET /v1/history?what=desk%3A3&since=2025-01-31T12%3A00%3A00.000Z",
        "GET /v1/history?what=alice&count=5",
    ];
    assert_eq!(server.requests(), asked);
}

#[test]
fn a_faulty_configuration_is_reported_whole_and_fails() {
    let faults =
        vec!["chatd.toml:3:1: nmae: unknown key".into(), "chatd.toml:4:1: desk.nick: too long".into()];
    let result = CheckResult {
        source: "/x/chatd.toml".into(),
        is_valid: false,
        faults,
        changed: Vec::new(),
        restart_needed: Vec::new(),
        warnings: Vec::new(),
    };
    let server = Server::answering(vec![success(&result)]);
    let ran = ran(&server.socket(), &["check", "/x/chatd.toml"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    let (head, faults) = ran.err.split_once('\n').unwrap();
    assert_eq!(head, "chatctl: check /x/chatd.toml: 2 problems");
    assert_eq!(faults, "chatd.toml:3:1: nmae: unknown key\nchatd.toml:4:1: desk.nick: too long\n");
    assert_eq!(server.requests(), [r#"POST /v1/check {"path":"/x/chatd.toml"}"#]);
}

#[test]
fn the_daemon_as_a_whole_is_reloaded_drained_and_stopped() {
    let accepted = answer_accepted();
    let server = Server::answering(vec![success(&ReloadResult::default()), accepted.clone(), accepted]);
    assert_eq!(ran(&server.socket(), &["reload"]).out, "nothing changed\n");
    let drain = ran(&server.socket(), &["-y", "drain", "--timeout", "5m"]).out;
    assert_eq!(drain, "draining: 3 connected, until 2025-01-31 12:00:00 at the latest\n");
    assert_eq!(ran(&server.socket(), &["-q", "-y", "stop"]).out, "");
    assert_eq!(
        server.requests(),
        ["POST /v1/reload", r#"POST /v1/drain {"timeout_ms":300000}"#, "POST /v1/stop"]
    );
}

fn answer_accepted() -> String {
    let accepted = Accepted { clients: 3, deadline_at: Some("2025-01-31T12:00:00.000Z".into()) };
    success(&accepted).replace("200 OK", "202 Accepted")
}

#[test]
fn the_log_level_is_shown_and_set() {
    let level = LogLevel { level: "debug".into(), until: None };
    let raised = LogLevel { until: Some("2025-01-31T12:10:00.000Z".into()), ..level.clone() };
    let server = Server::answering(vec![success(&status()), success(&level), success(&raised)]);
    assert_eq!(ran(&server.socket(), &["log", "level"]).out, "info\n");
    assert_eq!(ran(&server.socket(), &["log", "level", "debug"]).out, "debug\n");
    let raised = ran(&server.socket(), &["log", "level", "debug", "--for", "10m"]);
    assert_eq!(raised.out, "debug until 2025-01-31 12:10:00\n");
    let asked = [
        "GET /v1/status",
        r#"PUT /v1/log {"level":"debug"}"#,
        r#"PUT /v1/log {"level":"debug","for_ms":600000}"#,
    ];
    assert_eq!(server.requests(), asked);
}

#[test]
fn log_lines_are_printed_until_the_connection_ends() {
    let lines = concat!(
        "{\"type\":\"heartbeat\"}\n",
        r#"{"type":"line","time":"2025-01-31T12:00:00.000Z","level":"warn","target":"chatd::store","#,
        r#""message":"slow","fields":{"ms":"80"}}"#,
        "\n",
    );
    let server = Server::answering(vec![cut_stream(lines)]);
    let ran = ran(&server.socket(), &["log", "watch", "--level", "warn"]);
    assert_eq!(ran.out, "2025-01-31 12:00:00 warn  chatd::store: slow ms=80\n");
    assert_eq!(ran.code, 3);
    assert_eq!(server.requests(), ["GET /v1/log?level=warn&count=10"]);
}

#[test]
fn a_watch_of_the_log_that_does_not_follow_ends_behind_the_latest_lines() {
    let lines = concat!(
        "{\"type\":\"heartbeat\"}\n",
        r#"{"type":"line","time":"2025-01-31T12:00:00.000Z","level":"info","target":"chatd","message":"a"}"#,
        "\n{\"type\":\"heartbeat\"}\n",
    );
    let server = Server::answering(vec![cut_stream(lines)]);
    let ran = ran(&server.socket(), &["log", "watch", "alice", "#lobby", "-n", "5", "--no-follow"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "2025-01-31 12:00:00 info  chatd: a\n"));
    assert_eq!(server.requests(), ["GET /v1/log?what=alice%2C%23lobby&count=5&follow=false"]);
}
