//! Canned answers.

use chat_proto::control::{
    ClientInfo, Commits, Dialect, DialectCount, Health, HealthState, ListenerInfo, PROBLEM_MEDIA_TYPE,
    Problem, Queues, Rates, RunState, Status, Top, TopClient, TopRoom, code,
};
use serde::Serialize;

/// A success with a JSON body.
pub(super) fn success(body: &impl Serialize) -> String {
    answer("200 OK", "application/json", &json(body))
}

/// A failure as a problem document.
pub(super) fn problem(status: u16, detail: &str, hint: Option<&str>) -> String {
    let problem = Problem {
        kind: code::BLANK.into(),
        title: "no".into(),
        status,
        detail: detail.into(),
        hint: hint.map(Into::into),
        request_id: None,
    };
    answer(&format!("{status} No"), PROBLEM_MEDIA_TYPE, &json(&problem))
}

/// A stream whose connection is cut after these bytes, in the middle of what HTTP promised.
pub(super) fn cut_stream(body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n"
    )
}

/// An HTTP response.
pub(super) fn answer(status: &str, media_type: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\n\r\n{body}")
}

pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain structs encode")
}

pub(super) fn alice() -> ClientInfo {
    ClientInfo {
        id: 17,
        nick: Some("alice".into()),
        user: "~a".into(),
        host: "localhost".into(),
        address: "127.0.0.1:40000".into(),
        dialect: Dialect::Irc,
        rooms: vec!["#lobby".into(), "#rust".into()],
        connected_at: "2025-01-31T12:00:00.000Z".into(),
        idle_ms: 125_000,
        queued_bytes: 2048,
        lines_in: 3,
        lines_out: 1204,
        is_operator: false,
        is_away: false,
        tls: Some("TLSv1_3".into()),
        certificate: None,
        modes: "+i".into(),
    }
}

pub(super) fn status() -> Status {
    Status {
        version: "0.1.0".into(),
        network: "ExampleNet".into(),
        server: "chat.example".into(),
        pid: 42,
        started_at: "2025-01-31T12:00:00.000Z".into(),
        uptime_ms: 7_200_000,
        state: RunState::Running,
        drain: None,
        health: Health { state: HealthState::Ok, conditions: Vec::new() },
        clients: 3,
        registered: 2,
        dialects: vec![
            DialectCount { dialect: Dialect::Irc, registered: 2, unregistered: 0 },
            DialectCount { dialect: Dialect::Lines, registered: 0, unregistered: 1 },
        ],
        rooms: 1,
        desk_open: 1,
        messages_in: 10,
        deliveries_out: 30,
        rates: Rates {
            messages_per_s: 0.5,
            deliveries_per_s: 12.4,
            bytes_in_per_s: 80.0,
            ..Rates::default()
        },
        last_seq: 99,
        commits: Commits { groups: 5, records: 12, last_ms: 0.25, slowest_ms: 3.5 },
        listeners: vec![ListenerInfo { protocol: "irc".into(), address: "127.0.0.1:6697".into(), tls: true }],
        control_socket: "/run/chatd/control.sock".into(),
        config_source: "defaults".into(),
        config_loaded_at: "2025-01-31T12:00:00.000Z".into(),
        pending_reload: None,
        sync: "every-second".into(),
        log_level: "info".into(),
        log_level_until: None,
    }
}

pub(crate) fn top() -> Top {
    let status = status();
    Top {
        time: "2025-01-31T14:00:00.000Z".into(),
        version: status.version,
        server: status.server,
        uptime_ms: status.uptime_ms,
        state: status.state,
        health: status.health,
        clients: status.clients,
        registered: status.registered,
        dialects: status.dialects,
        rooms: status.rooms,
        desk_open: status.desk_open,
        rates: status.rates,
        queues: Queues { outbox_bytes: 4096, outbox_largest_bytes: 2048, ..Queues::default() },
        commits: status.commits,
        busiest_clients: vec![TopClient {
            id: 17,
            nick: Some("alice".into()),
            address: "192.0.2.7:40000".into(),
            dialect: Dialect::Irc,
            idle_ms: 125_000,
            queued_bytes: 2048,
            lines_in_per_s: 1.5,
            lines_out_per_s: 12.0,
        }],
        busiest_rooms: vec![TopRoom { name: "#lobby".into(), members: 31, messages_per_s: 2.5 }],
        may_kick: true,
    }
}
