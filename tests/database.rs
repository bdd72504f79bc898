//! `chatctl db`: what the database holds, whether it is sound, giving room back, all while clients talk.

use std::fs;

use chat_proto::control::{AuditEntry, DbInfo};
use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::{contains, is_match};
use serde_json::Value;

use crate::harness::{Client, Daemon, ctl, history, json, texts};

/// Nobody is paced, and each conversation keeps so many messages.
fn forgetful(keep_count: u64) -> String {
    format!("[limits]\ninput-rate = 0\n[history]\nkeep-count = {keep_count}")
}

fn info(daemon: &Daemon) -> DbInfo {
    json(daemon, &["db", "info"]).remove(0)
}

/// A daemon that has forgotten much of what was said to the room.
fn hollow(keep_count: u64) -> (Daemon, Client) {
    let mut daemon = Daemon::with("[limits]\ninput-rate = 0");
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    let padding = "x".repeat(300);
    (0..3_000).for_each(|number| alice.send(&format!("PRIVMSG #room :{number} {padding}")));
    alice.fence();
    daemon.rewrite(&forgetful(keep_count));
    daemon.reload();
    crate::harness::until("end of retention", || (info(&daemon).messages <= keep_count).then_some(()));
    (daemon, alice)
}

#[test]
fn db_info_tells_what_there_is() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    alice.send("PRIVMSG #room :hello");
    alice.fence();
    ctl(&daemon, &["db"])
        .success()
        .stdout(is_match(r"(?m)^file +/.*/state/chatd.db$").unwrap())
        .stdout(is_match(r"(?m)^messages +1 in 1 conversations$").unwrap())
        .stdout(contains("of it unused").and(contains("written ahead")).and(contains("tables    version")));
    let info = info(&daemon);
    assert!(info.disk_free_bytes > 0 && info.newest_seq > 0 && info.oldest_at.is_some(), "{info:?}");
}

#[test]
fn db_check_finds_a_sound_database_sound_and_says_what_is_wrong_with_another() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    alice.send("PRIVMSG #room :hello");
    alice.fence();
    ctl(&daemon, &["db", "check"]).success().stdout("the database is sound\n");
    let lines: Vec<Value> = json(&daemon, &["db", "check"]);
    assert_eq!(lines.first().unwrap()["what"], "pages and indices");
    assert_eq!(lines.last().unwrap(), &serde_json::json!({ "type": "done", "findings": 0 }));
    // The log is brought into the database, and a page of that is spoiled under the running daemon.
    let mut daemon = daemon;
    assert_eq!(daemon.terminate().code(), Some(0));
    daemon.restart();
    let database = daemon.state_dir().join("chatd.db");
    let mut bytes = fs::read(&database).unwrap();
    let text = bytes.windows(5).position(|five| five == b"#room").unwrap();
    let page = text / 4096 * 4096;
    bytes[page + 4..page + 64].fill(0x5a);
    fs::write(&database, bytes).unwrap();
    ctl(&daemon, &["db", "check"])
        .code(1)
        .stderr(contains("check the database: "))
        .stderr(contains("hint: restore a backup").or(contains("restore a backup (chatd --restore FILE)")));
}

#[test]
fn db_vacuum_gives_room_back_while_clients_talk() {
    let (mut daemon, mut alice) = hollow(10);
    let before = info(&daemon);
    assert!(before.free_pages > 100, "{before:?}");
    ctl(&daemon, &["-y", "db", "vacuum", "--max-pause", "60s"])
        .success()
        .stdout(is_match(r"^.* before, .* now; what was said waited .*\n$").unwrap());
    alice.send("PRIVMSG #room :after");
    alice.fence();
    let after = info(&daemon);
    assert!(after.pages * 2 < before.pages && after.free_pages == 0, "{after:?}");
    ctl(&daemon, &["db", "check"]).success();
    ctl(&daemon, &["-y", "db", "vacuum"]).success().stdout(contains("nothing to give back"));
    let audit: Vec<AuditEntry> = json(&daemon, &["list", "audit"]);
    assert_eq!(audit.last().unwrap().action, "db-vacuum");
    daemon.kill9();
    daemon.restart();
    assert_eq!(texts(&history(&daemon, "#room")).last(), Some(&"after"));
}

#[test]
fn db_vacuum_asks_is_bounded_and_needs_room() {
    let (mut daemon, mut alice) = hollow(1_500);
    let before = info(&daemon);
    ctl(&daemon, &["db", "vacuum"]).code(2).stderr(
        contains("give room back: what is said by 1 client would wait for up to about 10s; nothing was done")
            .and(contains("hint: -y does it without a question")),
    );
    ctl(&daemon, &["-y", "db", "vacuum", "--max-pause", "601s"]).code(1).stderr(contains("10 minutes"));
    ctl(&daemon, &["-y", "db", "vacuum", "--max-pause", "1ms"]).code(1).stderr(
        contains("give room back: it would have taken more than about 0.001 seconds")
            .and(contains("hint: allow a longer pause")),
    );
    assert_eq!(info(&daemon).pages, before.pages);
    alice.send("PRIVMSG #room :after");
    alice.fence();
    daemon.rewrite(&format!("{}\nmin-free = \"8388607GiB\"", forgetful(1_500)));
    daemon.reload();
    ctl(&daemon, &["-y", "db", "vacuum"])
        .code(1)
        .stderr(contains("for a while and ").and(contains("hint: make room")));
}
