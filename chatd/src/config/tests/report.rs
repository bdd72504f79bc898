//! What the report promises: all problems at once, each in its place, those of the environment included.

use std::time::Duration;

use super::*;

#[test]
fn every_problem_is_told_at_once_with_place_key_and_hint() {
    let text = "[server]\nname = \"localhost\"\nworker-threads = \"2\"\n\n[limits]\n  ping-intervall = \"30s\"\n\
                outbox-soft = 4096\nregistration-timeout = \"30sec\"\n\n[limit]\n[cluster]\n";
    let expected = r#"chatd.toml:2:8: server.name: expected a host name of at most 63 bytes with a dot in it, found "localhost"
    hint: for instance "chat.example.org"
chatd.toml:3:18: server.worker-threads: expected a whole number from 0 to 1024, found the string "2"
    hint: write 2 without quotes
chatd.toml:6:3: limits.ping-intervall: unknown key
    hint: did you mean `ping-interval`?
chatd.toml:7:15: limits.outbox-soft: expected a size such as "64KiB", found the number 4096
    hint: give it a unit: "4096B"
chatd.toml:8:24: limits.registration-timeout: unknown unit `sec`; known are ms, s, m, h, d
    hint: write "30s"
chatd.toml:10:2: limit: unknown section
    hint: did you mean `limits`?
chatd.toml:11:2: cluster: not available in this version
    hint: remove the section [cluster]
7 problems; nothing was changed"#;
    assert_eq!(read(text).unwrap_err().to_string(), expected);
}

#[test]
fn faulty_toml_is_told_by_line_and_column() {
    let report = complaints("[server]\nname = \"a.b\nnetwork = = 3\n");
    assert!(report.starts_with("chatd.toml:2:"), "{report}");
    assert!(report.contains("\nchatd.toml:3:"), "{report}");
    let twice = complaints("[log]\nlevel = \"info\"\nlevel = \"warn\"\n");
    assert!(twice.starts_with("chatd.toml:3:1: duplicate key"), "{twice}");
}

#[test]
fn the_environment_overrides_the_file() {
    let text = "[limits]\nping-interval = \"30s\"\n[log]\nformat = \"json\"\n";
    let variables = [
        ("CHATD_LIMITS__PING_INTERVAL", "45s"),
        ("CHATD_SERVER__ADMIN__EMAIL", "us@example.org"),
        ("CHATD_CONTROL__ADMIN_USERS", "alice,bob"),
        ("CHATD_HISTORY__ENABLED", "false"),
        ("CHATD_LIMITS__TARGETS", "7"),
        ("CHATD_CONFIG", "/elsewhere"),
    ];
    let config = read_with(text, &variables).unwrap();
    assert_eq!(config.limits.ping_interval, Duration::from_secs(45));
    assert_eq!(config.server.admin.email, "us@example.org");
    assert_eq!(config.control.admin_users, ["alice", "bob"]);
    assert!(!config.history.enabled);
    assert_eq!(config.limits.targets, 7);
    assert_eq!(config.log.format, LogFormat::Json);
}

#[test]
fn a_wrong_variable_is_told_by_its_name() {
    let variables = [
        ("CHATD_LIMITS__PING_INTERVAL", "soon"),
        ("CHATD_LIMITS__PING_INTERVALL", "45s"),
        ("CHATD_LOG_LEVEL", "debug"),
        ("CHATD_DESK__RULE", "x"),
        ("CHATD_HOME", "of no concern to us"),
    ];
    let expected = "CHATD_DESK__RULE: overrides no known key
    hint: lists of sections have no variables
CHATD_LIMITS__PING_INTERVAL: limits.ping-interval: expected a whole number with a unit, found \"soon\"
    hint: for instance \"30s\"
CHATD_LIMITS__PING_INTERVALL: overrides no known key
    hint: did you mean CHATD_LIMITS__PING_INTERVAL?
CHATD_LOG_LEVEL: overrides no known key
    hint: did you mean CHATD_LOG__LEVEL?
4 problems; nothing was changed";
    let report = read_with("", &variables).unwrap_err().to_string();
    assert_eq!(report, expected);
}

#[test]
fn an_unreadable_file_is_one_problem() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("chatd.toml");
    let source = Source { file: Some(file.clone()), environment: Environment::default() };
    let report = load(&source).unwrap_err().to_string();
    assert!(report.contains("chatd.toml: there is no such file"), "{report}");
    std::fs::write(&file, b"[log]\nlevel = \"\xff\"\n").unwrap();
    let report = load(&source).unwrap_err().to_string();
    assert!(report.contains("chatd.toml:2:10: not UTF-8\n1 problem; nothing was changed"), "{report}");
}
