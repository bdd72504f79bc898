//! What takes effect with a reload and without a restart, and what does not.

use chat_proto::control::{ConfigOrigin, ReloadResult};
use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::{contains, is_empty};

use super::motd_of;
use crate::harness::{Client, Daemon, ctl, operator};

#[test]
fn limits_rules_of_the_desk_motd_and_operators_take_effect_and_are_told_with_both_values() {
    let daemon = Daemon::with("[limits]\ntopic-length = 10\n");
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    let rule = "[[desk.rule]]\nmatch = '(?i)^hours'\nreply = \"nine to five\"\n";
    let boss = operator("root", "admin");
    daemon.rewrite(&format!("[limits]\ntopic-length = 20\n[server]\nmotd = \"new\"\n{rule}{boss}"));
    ctl(&daemon, &["reload"])
        .success()
        .stdout(
            contains("takes effect now:\n")
                .and(contains("  limits.topic-length: 10 → 20\n"))
                .and(contains("  server.motd: \"Welcome.\" → \"new\"\n"))
                .and(contains("  desk.rule[(?i)^hours]: added\n"))
                .and(contains("  control.operator[root]: added\n"))
                .and(contains("needs a restart").not())
                .and(contains("argon2").not()),
        )
        .stderr(is_empty());
    alice.send("TOPIC #room :longer than ten");
    alice.expect(":alice!* TOPIC #room :longer than ten");
    assert_eq!(motd_of(&mut alice), "new");
    alice.send("PRIVMSG desk :hours?");
    alice.skip_until(":desk!* PRIVMSG alice :nine to five");
    alice.become_operator("root");
    ctl(&daemon, &["reload"]).success().stdout("nothing changed\n");
}

#[test]
fn the_log_level_takes_effect() {
    let level = |level: &str| format!("[log]\nlevel = \"{level}\"\n");
    // The harness sets the level by a variable, which a file could not override.
    let daemon = Daemon::changed(&level("info"), |command| {
        command.env_remove("CHATD_LOG__LEVEL");
    });
    ctl(&daemon, &["log", "level"]).success().stdout("info\n");
    daemon.rewrite(&level("chatd=debug,warn"));
    ctl(&daemon, &["reload"]).success().stdout(contains("log.level: \"info\" → \"chatd=debug,warn\""));
    ctl(&daemon, &["log", "level"]).success().stdout("chatd=debug,warn\n");
}

#[test]
fn what_needs_a_restart_stays_in_force_and_is_told_apart() {
    let daemon = Daemon::start();
    daemon.rewrite("[rooms]\nowner-ranks = true\n[server]\nworker-threads = 3\n[desk]\nnick = \"help\"\n");
    for _ in 0..2 {
        ctl(&daemon, &["reload"]).success().stdout(
            contains("nothing changed\nneeds a restart:\n")
                .and(contains("  rooms.owner-ranks: false → true\n"))
                .and(contains("  server.worker-threads: 0 → 3\n"))
                .and(contains("  desk.nick: \"desk\" → \"help\"\n")),
        );
    }
    ctl(&daemon, &["config", "show", "rooms"]).success().stdout(contains("owner-ranks = false"));
    let json = ctl(&daemon, &["-o", "json", "reload"]).success();
    let result: ReloadResult = serde_json::from_slice(&json.get_output().stdout).unwrap();
    assert!(result.changed.is_empty());
    let nick = result.restart_needed.iter().find(|change| change.key == "desk.nick").unwrap();
    assert_eq!((&nick.old, &nick.new), (&Some("desk".into()), &Some("help".into())));
    let file = daemon.configuration().display().to_string();
    assert_eq!(nick.origin, ConfigOrigin::File { file, line: 6 });
}

#[test]
fn the_content_of_the_motds_file_is_told_and_takes_effect() {
    let daemon = Daemon::start();
    std::fs::write(daemon.path("motd.txt"), "one\n").unwrap();
    daemon.rewrite("[server]\nmotd-file = \"motd.txt\"\n");
    ctl(&daemon, &["reload"]).success().stdout(contains("server.motd: \"Welcome.\" → \"one\""));
    std::fs::write(daemon.path("motd.txt"), "two\n").unwrap();
    ctl(&daemon, &["reload"]).success().stdout("takes effect now:\n  server.motd: \"one\" → \"two\"\n");
    assert_eq!(motd_of(&mut Client::connect(&daemon, "alice")), "two");
}

#[test]
fn more_clients_than_there_are_descriptors_are_noticed_by_a_reload() {
    let daemon = Daemon::with_descriptors("[limits]\nclients = 50\n", 400);
    assert!(!daemon.log().contains("descriptor"), "{}", daemon.log());
    daemon.rewrite("[limits]\nclients = 5000\n");
    ctl(&daemon, &["reload"]).success();
    daemon.wait_log("descriptor");
}
