//! A disk that gets short of room: what clients say is refused in time, what must go on goes on, and all is well again with room.

use chat_proto::control::{AuditEntry, HealthState, Status};
use predicates::str::contains;

use crate::harness::{Client, Daemon, SmallDisk, ctl, history, json, texts, with_private_mounts};

const MIB: u64 = 1 << 20;

/// A daemon whose state lies on a disk of this size. The disk is dropped after the daemon.
fn on_a_disk_of(size: &str) -> (Daemon, SmallDisk) {
    let configuration = "[history]\nmin-free = \"8MiB\"\nwarn-free = \"16MiB\"";
    let mut daemon = Daemon::with(configuration);
    assert_eq!(daemon.terminate().code(), Some(0));
    let disk = SmallDisk::mount(daemon.state_dir(), size);
    daemon.restart();
    (daemon, disk)
}

fn status(daemon: &Daemon) -> Status {
    let stdout = ctl(daemon, &["-o", "json", "status"]).get_output().stdout.clone();
    serde_json::from_slice(&stdout).unwrap()
}

/// The value of a series in the metrics.
#[track_caller]
fn metric(daemon: &Daemon, series: &str) -> f64 {
    let stdout = ctl(daemon, &["metrics"]).success().get_output().stdout.clone();
    let text = String::from_utf8(stdout).unwrap();
    let value = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    value.unwrap_or_else(|| panic!("no {series} in:\n{text}")).parse().unwrap()
}

/// Whether the metrics say that the disk is short of room, and that the history is read-only.
#[track_caller]
fn conditions(daemon: &Daemon) -> [f64; 2] {
    ["disk-space-low", "history-read-only"]
        .map(|code| metric(daemon, &format!("chatd_condition{{code=\"{code}\",severity=\"degraded\"}}")))
}

/// Waits until the daemon has seen that all is well.
fn wait_until_well(daemon: &Daemon) {
    daemon.wait_log("no longer degraded: history read-only");
    assert_eq!(status(daemon).health.state, HealthState::Ok);
    assert_eq!(conditions(daemon), [0.0, 0.0]);
}

#[test]
fn with_little_room_clients_are_refused_in_time_and_the_rest_goes_on() {
    with_private_mounts(
        "low_disk::with_little_room_clients_are_refused_in_time_and_the_rest_goes_on",
        || {
            let (mut daemon, disk) = on_a_disk_of("64m");
            let mut alice = Client::connect_in(&daemon, "alice", "#room");
            let mut bob = Client::connect_in(&daemon, "bob", "#room");
            alice.expect(":bob!* JOIN #room");
            alice.send("PRIVMSG #room :with room");
            bob.expect(":alice!* PRIVMSG #room :with room");
            disk.leave(12 * MIB);
            daemon.wait_log("degraded: disk space low");
            ctl(&daemon, &["status"]).stdout(contains("less than 16.0 MiB (history.warn-free)"));
            assert_eq!(conditions(&daemon), [1.0, 0.0]);
            alice.send("PRIVMSG #room :with a warning");
            bob.expect(":alice!* PRIVMSG #room :with a warning");
            disk.leave(4 * MIB);
            daemon.wait_log("degraded: history read-only");
            clients_are_refused(&mut alice, &mut bob);
            the_rest_goes_on(&daemon, &mut alice, &mut bob);
            is_told_clearly(&daemon);
            disk.empty();
            wait_until_well(&daemon);
            alice.send("PRIVMSG #room :with room again");
            bob.expect(":alice!* PRIVMSG #room :with room again");
            daemon.kill9();
            daemon.restart();
            assert_eq!(texts(&history(&daemon, "#room")), ["with room", "with a warning", "with room again"]);
            drop(daemon);
            drop(disk);
        },
    );
}

fn clients_are_refused(alice: &mut Client, bob: &mut Client) {
    let because = "not sent, because it could not be kept: the server's disk is nearly full and history read-only \
                   (history.min-free)";
    alice.send("PRIVMSG #room :unkept");
    alice.expect(&format!(":* 404 alice #room :{because}"));
    bob.send("PRIVMSG desk :unkept");
    bob.expect(&format!(":desk!* NOTICE bob :{because}"));
    bob.expect_silence();
    alice.expect_silence();
}

fn the_rest_goes_on(daemon: &Daemon, alice: &mut Client, bob: &mut Client) {
    alice.send("PRIVMSG bob :between us");
    bob.expect(":alice!* PRIVMSG bob :between us");
    bob.join("#elsewhere");
    assert_eq!(texts(&history(daemon, "#room")), ["with room", "with a warning"]);
    ctl(daemon, &["say", "bob", "we make room"]).success();
    bob.expect(":desk!* PRIVMSG bob :we make room");
    ctl(daemon, &["host", "bob", "staff/bob"]).success();
    let actions: Vec<_> =
        json::<AuditEntry>(daemon, &["list", "audit"]).into_iter().map(|e| e.action).collect();
    assert!(actions.ends_with(&["say".into(), "host".into()]), "{actions:?}");
    bob.fence();
    alice.fence();
}

fn is_told_clearly(daemon: &Daemon) {
    let health = status(daemon).health;
    assert_eq!(health.state, HealthState::Degraded);
    let codes: Vec<_> = health.conditions.iter().map(|one| one.code.as_str()).collect();
    assert_eq!(codes, ["history-read-only"], "the graver condition says it all");
    assert_eq!(conditions(daemon), [0.0, 1.0]);
    ctl(daemon, &["status"]).stdout(contains("degraded: history read-only: ")).stdout(contains(
        "less than 8.0 MiB (history.min-free); messages that must be kept are refused until 10.0 MiB are free",
    ));
    assert_eq!(daemon.log().matches(" degraded: history read-only").count(), 1, "{}", daemon.log());
}

#[test]
fn a_reload_moves_the_bound_at_once() {
    let mut daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    daemon.rewrite("[history]\nmin-free = \"8388607GiB\"");
    daemon.reload();
    daemon.wait_log("degraded: history read-only");
    alice.send("PRIVMSG #room :unkept");
    alice.expect(":* 404 alice #room :not sent, because it could not be kept: *(history.min-free)");
    daemon.rewrite("[history]\nmin-free = \"0B\"\nwarn-free = \"0B\"");
    daemon.reload();
    wait_until_well(&daemon);
    alice.send("PRIVMSG #room :kept");
    alice.expect_silence();
    assert_eq!(texts(&history(&daemon, "#room")), ["kept"]);
}

#[test]
fn what_a_rule_of_the_desk_answers_takes_no_room_either_and_the_client_is_told_once() {
    let daemon = Daemon::with(
        "[history]\nmin-free = \"8388607GiB\"\n[[desk.rule]]\nmatch = 'hours'\nreply = \"\"\"nine to five\nnot on Sundays\"\"\"",
    );
    let mut alice = Client::connect(&daemon, "alice");
    ctl(&daemon, &["say", "alice", "kept"]).success();
    alice.expect(":desk!* PRIVMSG alice :kept");
    let records = || metric(&daemon, "chatd_store_commit_records_sum");
    let before = records();
    alice.send("PRIVMSG desk :your hours?");
    alice.expect(":desk!* NOTICE alice :not sent, because it could not be kept: *(history.min-free)");
    alice.expect_silence();
    assert_eq!(records(), before);
}
