//! A reload that undoes itself unless somebody confirms it.

use std::net::{TcpListener, TcpStream};

use chat_proto::control::AuditEntry;
use nix::sys::signal::Signal;
use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::{contains, is_match};

use super::{listen, listeners, motd_of};
use crate::harness::tls::{CertificateFiles, Connector, Identity};
use crate::harness::{Client, Daemon, ctl, history, until};

const ANY: &str = "127.0.0.1:0";

fn configuration(motd: &str) -> String {
    format!("[server]\nmotd = \"{motd}\"\n{}{}", listen("irc", ANY, ""), listen("lines", ANY, ""))
}

/// Who did what, of the audit trail.
fn audit(daemon: &Daemon) -> Vec<(String, String)> {
    let listed = ctl(daemon, &["-o", "json", "list", "audit"]).success();
    let lines = String::from_utf8_lossy(&listed.get_output().stdout).into_owned();
    let entries = lines.lines().map(|line| serde_json::from_str::<AuditEntry>(line).unwrap());
    entries.map(|entry| (entry.who, entry.action)).collect()
}

#[test]
fn a_confirmed_reload_stays_and_until_then_no_other_is_done() {
    let mut daemon = Daemon::with(&configuration("old"));
    let mut alice = Client::connect(&daemon, "alice");
    daemon.rewrite(&configuration("new"));
    ctl(&daemon, &["reload", "--confirm-within", "5m"])
        .success()
        .stdout(contains("server.motd: \"old\" → \"new\"").and(contains("unless confirmed")));
    daemon.wait_notify("RELOADING=1");
    let told = daemon.wait_notify("READY=1");
    assert!(told.contains("the last reload undoes itself at "), "{told}");
    assert_eq!(motd_of(&mut alice), "new");
    ctl(&daemon, &["status"]).success().stdout(is_match("reload +undone at .* unless confirmed").unwrap());
    daemon.rewrite(&configuration("third"));
    let refused = || contains("an earlier reload undoes itself at").and(contains("--confirm"));
    ctl(&daemon, &["reload"]).code(1).stderr(refused());
    daemon.reload();
    daemon.wait_log("the configuration was not read");
    assert_eq!(motd_of(&mut alice), "new");
    ctl(&daemon, &["reload", "--confirm"]).success().stdout(contains("confirmed: the reload of "));
    ctl(&daemon, &["reload", "--confirm"]).code(1).stderr(contains("no reload waits for its confirmation"));
    ctl(&daemon, &["reload", "--undo"]).code(1).stderr(contains("no reload waits for its confirmation"));
    ctl(&daemon, &["status"]).success().stdout(contains("unless confirmed").not());
    ctl(&daemon, &["reload"]).success();
    assert_eq!(motd_of(&mut alice), "third");
    let done: Vec<_> = audit(&daemon).into_iter().map(|(_, action)| action).collect();
    // Each reload has one entry when it begins and one of what came of it.
    assert_eq!(done, ["reload", "reload", "reload", "reload", "confirm", "reload", "reload"]);
}

#[test]
fn an_undone_reload_leaves_nothing_behind() {
    let daemon = Daemon::with(&configuration("old"));
    let mut alice = Client::connect(&daemon, "alice");
    let before = listeners(&daemon);
    let places = before.iter().map(|one| listen(&one.protocol, &one.address, "")).collect::<String>();
    daemon.rewrite(&format!("[server]\nmotd = \"old\"\n{places}"));
    ctl(&daemon, &["reload"]).success();
    assert_eq!(listeners(&daemon), before);
    let new = format!(
        "[server]\nmotd = \"new\"\n[limits]\ntopic-length = 5\n{}",
        listen("websocket", ANY, "origins = []")
    );
    daemon.rewrite(&new);
    ctl(&daemon, &["reload", "--confirm-within", "5m"]).success();
    assert_eq!(listeners(&daemon)[0].protocol, "websocket");
    ctl(&daemon, &["config", "show", "limits.topic"]).success().stdout(contains("topic-length = 5"));
    ctl(&daemon, &["reload", "--undo"])
        .success()
        .stdout(contains("undone:").and(contains("server.motd: \"new\" → \"old\"")));
    assert_eq!(listeners(&daemon), before);
    assert_eq!(motd_of(&mut alice), "old");
    ctl(&daemon, &["config", "show", "limits.topic"]).success().stdout(contains("topic-length = 390"));
    Client::connect(&daemon, "bob");
    // The file still says otherwise.
    ctl(&daemon, &["config", "diff"]).success().stdout(contains("motd = \"new\""));
}

#[test]
fn a_reload_that_nobody_confirms_is_undone_in_time_logged_and_audited() {
    let mut daemon = Daemon::with(&configuration("old"));
    let mut alice = Client::connect(&daemon, "alice");
    daemon.rewrite(&configuration("new"));
    ctl(&daemon, &["reload", "--confirm-within", "50ms"]).success();
    daemon.wait_log("the reload is taken back changed=[\"server.motd\"]");
    for _ in 0..2 {
        daemon.wait_notify("RELOADING=1");
        daemon.wait_notify("READY=1");
    }
    assert_eq!(motd_of(&mut alice), "old");
    let by_itself = ("oper:chatd".to_owned(), "undo".to_owned());
    assert!(audit(&daemon).contains(&by_itself), "{:?}", audit(&daemon));
    ctl(&daemon, &["reload"]).success();
    assert_eq!(motd_of(&mut alice), "new");
}

#[test]
fn an_undo_that_fails_changes_nothing_is_shown_and_tried_again() {
    let daemon = Daemon::with(&configuration("old"));
    let mut alice = Client::connect(&daemon, "alice");
    let port = daemon.irc_port();
    let fixed = |motd: &str| {
        format!("[server]\nmotd = \"{motd}\"\n{}", listen("irc", &format!("127.0.0.1:{port}"), ""))
    };
    daemon.rewrite(&fixed("fixed"));
    ctl(&daemon, &["reload"]).success();
    daemon.rewrite(&format!("[server]\nmotd = \"new\"\n{}", listen("lines", ANY, "")));
    ctl(&daemon, &["reload", "--confirm-within", "1h"]).success();
    let taken = TcpListener::bind(("127.0.0.1", port)).unwrap();
    ctl(&daemon, &["reload", "--undo"])
        .code(1)
        .stderr(contains(format!("cannot listen on 127.0.0.1:{port}")));
    assert_eq!(motd_of(&mut alice), "new");
    ctl(&daemon, &["status"]).success().stdout(contains("cannot be undone, tried again: cannot listen on"));
    drop(taken);
    daemon.wait_log("the reload is taken back changed");
    assert_eq!(motd_of(&mut alice), "fixed");
    ctl(&daemon, &["list", "audit"])
        .success()
        .stdout(contains("asked for before, when it failed").and(contains("not confirmed in time").not()));
    TcpStream::connect(("127.0.0.1", port)).unwrap();
}

#[test]
fn a_certificate_that_is_renewed_meanwhile_stays_when_the_reload_is_undone() {
    let (files, old) = (CertificateFiles::new(), Identity::new(&["localhost"]));
    files.put("server", &old);
    let secure = listen("irc", ANY, "tls = true");
    let with = |motd: &str| format!("[server]\nmotd = \"{motd}\"\n[tls]\n{}{secure}", files.keys("server"));
    let daemon = Daemon::with(&with("old"));
    daemon.rewrite(&with("new"));
    ctl(&daemon, &["reload", "--confirm-within", "1h"]).success();
    let new = Identity::new(&["localhost"]);
    files.put("server", &new);
    daemon.wait_log("certificates read again");
    ctl(&daemon, &["reload", "--undo"]).success();
    let mut alice = Client::open_tls(&daemon, "alice", Connector::trusting(&new).connection());
    alice.register("alice");
    assert_eq!(motd_of(&mut alice), "old");
}

#[test]
fn a_restart_meanwhile_starts_with_the_file_as_it_is() {
    let mut daemon = Daemon::with(&configuration("old"));
    daemon.rewrite(&configuration("new"));
    ctl(&daemon, &["reload", "--confirm-within", "1h"])
        .success()
        .stdout(contains("A restart meanwhile starts with the file as it is."));
    daemon.signal(Signal::SIGTERM);
    daemon.wait_exit();
    daemon.wait_log("the last reload was not confirmed");
    daemon.restart();
    let mut alice = Client::connect(&daemon, "alice");
    assert_eq!(motd_of(&mut alice), "new");
    ctl(&daemon, &["status"]).success().stdout(contains("unless confirmed").not());
}

#[test]
fn a_time_to_confirm_is_more_than_nothing_and_at_most_a_day() {
    let daemon = Daemon::with(&configuration("old"));
    ctl(&daemon, &["reload", "--confirm-within", "24h"]).success().stdout(contains("nothing to confirm"));
    ctl(&daemon, &["reload", "--confirm-within", "25h"]).code(1).stderr(contains("24 hours"));
    ctl(&daemon, &["reload", "--confirm-within", "0s"]).code(2);
}

#[test]
fn nothing_is_removed_from_the_history_before_a_reload_is_confirmed() {
    let keeping = |count: u64| format!("[limits]\ninput-rate = 0\n[history]\nkeep-count = {count}");
    let daemon = Daemon::with(&keeping(0));
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    let mut say = |texts: std::ops::Range<u32>| {
        texts.for_each(|text| alice.send(&format!("PRIVMSG #room :{text}")));
        alice.fence();
    };
    let wait_for = |left: usize| {
        until(&format!("{left} messages"), || (history(&daemon, "#room").len() == left).then_some(()));
    };
    say(0..5);
    daemon.rewrite(&keeping(3));
    ctl(&daemon, &["reload"]).success();
    wait_for(3);
    // What is over the old bound goes, and by that one sees that what is over the new one does not.
    say(5..7);
    daemon.rewrite(&keeping(1));
    ctl(&daemon, &["reload", "--confirm-within", "1h"]).success();
    ctl(&daemon, &["config", "show", "history.keep-count"]).success().stdout(contains("keep-count = 1"));
    wait_for(3);
    ctl(&daemon, &["reload", "--undo"]).success();
    assert_eq!(history(&daemon, "#room").len(), 3);
    ctl(&daemon, &["reload", "--confirm-within", "1h"]).success();
    ctl(&daemon, &["reload", "--confirm"]).success();
    wait_for(1);
}
