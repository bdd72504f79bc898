//! reload, check, drain, stop, log: the daemon as a whole.

use chat_proto::control::CheckResult;
use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::{contains, ends_with, is_empty};

use crate::harness::{Client, Daemon, Pty, Tool, ctl};

#[test]
fn a_reload_names_what_changed_and_what_needs_a_restart() {
    let daemon = Daemon::start();
    ctl(&daemon, &["reload"]).success().stdout("nothing changed\n").stderr(is_empty());
    daemon.rewrite("[server]\nmotd = \"new\"\nworker-threads = 3");
    ctl(&daemon, &["check"]).success().stdout(
        contains("is good").and(contains("a reload would change:\n  server.motd: \"Welcome.\" → \"new\"\n")),
    );
    ctl(&daemon, &["reload"])
        .success()
        .stdout("takes effect now:\n  server.motd: \"Welcome.\" → \"new\"\nneeds a restart:\n  server.worker-threads: 0 → 3\n");
    let mut alice = Client::connect(&daemon, "alice");
    alice.send("MOTD");
    alice.expect_all(&[":* 375 *", ":* 372 alice :- new", ":* 376 *"]);
}

#[test]
fn a_reload_of_a_faulty_configuration_reports_every_fault_and_changes_nothing() {
    let daemon = Daemon::with("[server]\nmotd = \"old\"");
    daemon.rewrite("[server]\nmotd = \"new\"\nmotdd = 1\n[limits]\nclients = \"many\"");
    let report = || {
        contains("unknown key")
            .and(contains("motdd"))
            .and(contains("limits.clients"))
            .and(contains("chatd.toml"))
    };
    ctl(&daemon, &["reload"]).code(1).stdout(is_empty()).stderr(report());
    ctl(&daemon, &["check"]).code(1).stdout(is_empty()).stderr(report());
    let result: CheckResult = {
        let assert = ctl(&daemon, &["-o", "json", "check"]).code(1);
        serde_json::from_slice(&assert.get_output().stdout).unwrap()
    };
    assert!(!result.is_valid && result.faults.len() >= 2, "{result:?}");
    let mut alice = Client::connect(&daemon, "alice");
    alice.send("MOTD");
    alice.expect_all(&[":* 375 *", ":* 372 alice :- old", ":* 376 *"]);
}

#[test]
fn another_file_can_be_checked_and_is_not_used() {
    let daemon = Daemon::start();
    let file = daemon.path("other.toml");
    // No listeners: those of the defaults may be somebody else's on this machine.
    std::fs::write(&file, "listen = []\n[limits]\nclients = 7\n").unwrap();
    let path = file.display().to_string();
    ctl(&daemon, &["check", &path]).success().stdout(contains(format!("{path} is good")));
    std::fs::write(&file, "[limits]\nclients = -7\n").unwrap();
    ctl(&daemon, &["check", &path]).code(1).stderr(contains("other.toml").and(contains("limits.clients")));
    let gone = daemon.path("gone.toml").display().to_string();
    ctl(&daemon, &["check", &gone]).code(1).stderr(contains("gone.toml"));
    ctl(&daemon, &["reload"]).success().stdout("nothing changed\n");
}

#[test]
fn a_stop_ends_the_daemon_and_every_client_reads_why() {
    let mut daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    ctl(&daemon, &["-y", "stop"]).success().stdout(contains("stopping: 1 connected"));
    alice.expect_farewell("Server is stopping");
    assert_eq!(daemon.wait_exit().code(), Some(0));
    ctl(&daemon, &["status"]).code(3);
}

#[test]
fn the_log_is_watched_live_and_its_level_changes_at_once() {
    let daemon = Daemon::start();
    ctl(&daemon, &["log", "level"]).success().stdout("debug\n");
    let mut all = Tool::chatctl(&daemon, &["-o", "json", "log"]);
    let mut warnings = Tool::chatctl(&daemon, &["log", "watch", "--level", "warn"]);
    // Both watch by the time that they show the first of these; a bad reload is an error in the log.
    daemon.rewrite("[server]\nmotdd = 1");
    for watcher in [&mut all, &mut warnings] {
        while !watcher.has_said("configuration is wrong") {
            ctl(&daemon, &["reload"]).code(1);
        }
    }
    ctl(&daemon, &["log", "level", "warn"]).success().stdout("warn\n");
    ctl(&daemon, &["log", "level"]).success().stdout("warn\n");
    ctl(&daemon, &["log", "level", "shouting=loudly=much"]).code(1).stderr(contains("log level"));
    ctl(&daemon, &["log", "level"]).success().stdout("warn\n");
}

#[test]
fn every_shell_gets_its_completion_without_a_daemon() {
    for (shell, sign) in
        [("bash", "-F _chatctl chatctl"), ("zsh", "#compdef chatctl"), ("fish", "complete -c chatctl")]
    {
        assert_cmd::cargo::cargo_bin_cmd!("chatctl")
            .env_clear()
            .args(["completion", shell])
            .assert()
            .success()
            .stdout(contains(sign))
            .stderr(is_empty());
    }
}

#[test]
fn whoever_waits_for_a_stop_hears_when_it_is_done() {
    let mut daemon = Daemon::start();
    let _alice = Client::connect(&daemon, "alice");
    ctl(&daemon, &["-y", "stop", "--wait"])
        .success()
        .stdout(contains("stopping: 1 connected").and(ends_with("\nstopped\n")));
    assert_eq!(daemon.wait_exit().code(), Some(0));
}

#[test]
fn a_question_is_answered_with_no_unless_somebody_says_yes() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    for (answer, status) in [("\r", 1), ("no\r", 1), ("\x04", 1), ("\x03", 130), ("yes\r", 0)] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_chatctl"));
        command.env_clear().arg("-s").arg(daemon.socket()).args(["say", "--all", "noon"]);
        let mut screen = Pty::run("chatctl", command);
        screen.shows_input("say to everyone: 1 client would read it. Go on? *");
        screen.press(answer);
        assert_eq!(screen.exit_code(), Some(status), "{answer:?}");
    }
    alice.expect(":* NOTICE $$* :noon");
    alice.expect_silence();
}
