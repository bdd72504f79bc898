//! What a whole configuration promises: the sample file, the report, the environment, the way back to TOML.

use std::path::Path;
use std::time::Duration;

use super::*;

const SAMPLE: &str = include_str!("../../../config/chatd.toml");

fn read(text: &str) -> Result<Config, ConfigError> {
    parse(Some(Path::new("chatd.toml")), text, &Environment::default())
}

fn read_with(text: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    parse(Some(Path::new("chatd.toml")), text, &variables.iter().copied().collect())
}

/// The report without its last line.
fn complaints(text: &str) -> String {
    let report = read(text).expect_err("a report").to_string();
    report.rsplit_once('\n').expect("a last line").0.to_owned()
}

#[test]
fn the_sample_file_equals_the_defaults() {
    assert_eq!(read(SAMPLE), Ok(Config::default()));
    assert_eq!(read(""), Ok(Config::default()));
}

#[test]
fn the_sample_file_names_every_key() {
    let section_of = |text: &str| {
        let mut section = String::new();
        let mut keys = Vec::new();
        for line in text.lines().map(|line| line.trim_start_matches("# ")) {
            if line.starts_with('[') {
                section = line.to_owned();
            } else if let Some((key, _)) = line.split_once(" = ") {
                keys.push(format!("{section} {key}"));
            }
        }
        keys
    };
    let sample = section_of(SAMPLE);
    for key in section_of(&everything().to_toml()) {
        assert!(sample.contains(&key), "{key} is missing in config/chatd.toml");
    }
}

/// A configuration in which nothing has its default.
fn everything() -> Config {
    let hash = password::hash("secret").unwrap();
    let text = EVERYTHING.replace("HASH", &hash);
    read(&text).unwrap_or_else(|report| panic!("{report}"))
}

const EVERYTHING: &str = r##"
[server]
name = "irc.example.org"
network = "Example"
description = "quotes \" and \\ and é"
motd = """
two
lines"""
casemapping = "ascii"
worker-threads = 3
state-directory = "/s"
drain-timeout = "1500ms"
password = "p"
admin = { location = "Here", organisation = "Us", email = "us@example.org" }
[[listen]]
protocol = "lines"
address = "[::1]:0"
[control]
socket = "/c.sock"
admin-users = ["a", "1000"]
admin-groups = ["b"]
operator-users = ["c"]
operator-groups = ["d"]
viewer-users = ["e"]
viewer-groups = ["f"]
watch-direct-messages = true
[[control.operator]]
name = "alice"
password = "HASH"
role = "admin"
[desk]
nick = "help"
greeting = ""
receipt = "stored as {id}"
[[desk.rule]]
match = '^\d+$'
reply = "a number"
[history]
enabled = false
sync = "always"
keep-days = 0
keep-count = 0
[limits]
clients = 5
clients-per-address = 2
registration-timeout = "1m"
ping-interval = "2m"
ping-timeout = "3m"
outbox-soft = "16KiB"
outbox-hard = "17KiB"
write-grace = "0s"
input-rate = 1
input-burst = 2
nick-length = 9
room-name-length = 50
topic-length = 100
kick-length = 101
away-length = 102
rooms-per-client = 7
rooms = 8
room-list-entries = 9
targets = 10
[log]
level = "warn,chatd::wire=debug"
format = "json"
to = "file"
directory = "/l"
rotation = "never"
keep-files = 0
"##;

#[test]
fn what_is_printed_loads_back_equal() {
    for config in [Config::default(), everything()] {
        let text = config.to_toml();
        assert_eq!(read(&text).unwrap_or_else(|report| panic!("{report}\n{text}")), config);
    }
    let silent = Config { listen: Vec::new(), ..Config::default() };
    assert_eq!(read(&silent.to_toml()), Ok(silent));
}

#[test]
fn no_key_of_the_full_example_has_its_default() {
    let (all, default) = (everything(), Config::default());
    let lines = |config: &Config| config.to_toml().lines().map(str::to_owned).collect::<Vec<_>>();
    let (all, default) = (lines(&all), lines(&default));
    let same = all
        .iter()
        .filter(|line| line.contains('=') && !line.starts_with("protocol") && default.contains(line))
        .collect::<Vec<_>>();
    assert!(same.is_empty(), "{same:?}");
}

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
fn a_listener_of_a_later_version_is_not_an_unknown_key() {
    let report = complaints(
        "[[listen]]\nprotocol = \"websocket\"\naddress = \"127.0.0.1:80\"\ntls = true\nproxy-protocol = true\n",
    );
    assert_eq!(report.matches("not available in this version").count(), 3, "{report}");
    assert!(!report.contains("unknown"), "{report}");
    assert!(complaints("[desk.responder]\n").contains("desk.responder: not available in this version"));
}

#[test]
fn listeners_are_complete_and_distinct() {
    let report = complaints("[[listen]]\nprotocol = \"irc\"\n");
    assert!(
        report.starts_with("chatd.toml:1:1: listen.address: is missing\n    hint: add address ="),
        "{report}"
    );
    let one = "[[listen]]\nprotocol = \"irc\"\naddress = \"127.0.0.1:6667\"\n";
    assert_eq!(read(one).unwrap().listen.len(), 1);
    assert!(
        complaints(&one.repeat(2)).starts_with("chatd.toml:6:11: listen.address: 127.0.0.1:6667 is already")
    );
    let any_port = one.replace("6667", "0");
    assert_eq!(read(&any_port.repeat(2)).unwrap().listen.len(), 2);
    assert!(complaints("[listen]\n").contains("write [[listen]]"));
    assert!(complaints(&one.replace("127.0.0.1", "localhost")).contains("write \"127.0.0.1:6667\""));
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
fn the_soft_bound_of_an_outbox_is_below_the_hard_one() {
    let bounds = |soft: &str| format!("[limits]\noutbox-hard = \"32KiB\"\noutbox-soft = \"{soft}\"\n");
    assert!(read(&bounds("32767B")).is_ok());
    let report = complaints(&bounds("32KiB"));
    assert!(
        report.starts_with("chatd.toml:3:15: limits.outbox-soft: outbox-soft (32KiB) must be less"),
        "{report}"
    );
    // The default of the soft bound is at fault only because of the hard one, so that is the key to name.
    assert!(
        complaints("[limits]\noutbox-hard = \"64KiB\"\n").starts_with("chatd.toml:2:15: limits.outbox-hard")
    );
}

#[test]
fn limits_hold_at_the_limit_and_refuse_one_beyond() {
    for (key, good, bad) in [
        ("nick-length", "9", "8"),
        ("nick-length", "200", "201"),
        ("topic-length", "390", "391"),
        ("targets", "1", "0"),
        ("clients", "10000000", "10000001"),
        ("clients-per-address", "10000", "10001"),
        ("outbox-soft", "'16KiB'", "'16383B'"),
        ("ping-interval", "'1s'", "'999ms'"),
        ("targets", "100", "-1"),
    ] {
        let text = |value: &str| format!("[limits]\n{key} = {value}\n");
        assert!(read(&text(good)).is_ok(), "{key} = {good}");
        assert!(complaints(&text(bad)).starts_with("chatd.toml:2:"), "{key} = {bad}");
    }
}

#[test]
fn the_desks_nick_is_a_nick_within_the_limit() {
    let desk = |nick: &str| format!("[desk]\nnick = \"{nick}\"\n[limits]\nnick-length = 9\n");
    assert!(read(&desk("reception")).is_ok());
    assert!(complaints(&desk("receptions")).contains("limits.nick-length, which is 9"));
    for nick in ["", "9lives", "a b", "-x", "#room", "bü"] {
        assert!(complaints(&desk(nick)).starts_with("chatd.toml:2:8: desk.nick: "), "{nick}");
    }
}

#[test]
fn desk_rules_are_compiled_within_bounds() {
    let rule = |regex: &str| format!("[[desk.rule]]\nmatch = '{regex}'\nreply = \"yes\"\n");
    let config = read(&rule("(?i)^help").repeat(256)).unwrap();
    assert_eq!(config.desk.rules.len(), 256);
    assert!(config.desk.rules[0].regex.is_match("HELP me"));
    let too_many = complaints(&rule("x").repeat(257));
    assert!(too_many.contains("desk.rule: expected at most 256 rules, found 257"), "{too_many}");
    let unclosed = complaints(&rule("(help"));
    assert!(
        unclosed.starts_with("chatd.toml:2:9: desk.rule.match: not a regular expression: unclosed group"),
        "{unclosed}"
    );
    assert!(complaints(&rule("(\\w{100}){100}")).contains("more than 65536 bytes"));
}

#[test]
fn an_operators_password_is_never_plain_text_and_never_repeated() {
    let text = "[[control.operator]]\nname = \"alice\"\npassword = \"hunter2\"\nrole = \"root\"\n";
    let report = complaints(text);
    assert!(report.contains("hint: `chatd --hash-password` makes one"), "{report}");
    assert!(!report.contains("hunter2"), "{report}");
    assert!(report.contains("control.operator.role: expected one of \"operator\", \"admin\""), "{report}");
}

#[test]
fn a_misspelt_log_level_is_a_problem() {
    for level in ["info", "WARN", "off", "info,chatd::wire=debug", "chatd=trace"] {
        assert!(parse_level(level).is_ok(), "{level}");
    }
    assert!(complaints("[log]\nlevel = \"inof\"\n").contains("did you mean \"info\"?"));
    for level in ["", "info,", "chatd=loud", "3x"] {
        assert!(parse_level(level).is_err(), "{level}");
    }
}

#[test]
fn the_message_of_the_day_may_come_from_a_file_beside_the_configuration() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("chatd.toml");
    let motd = directory.path().join("motd.txt");
    let write = |path: &Path, text: &str| std::fs::write(path, text).unwrap();
    let source = Source { file: Some(file.clone()), environment: Environment::default() };
    write(&file, "[server]\nmotd-file = \"motd.txt\"\n");
    assert!(load(&source).unwrap_err().to_string().contains(":2:13: server.motd-file: cannot read "));

    write(&motd, "hello\r\nyou\n");
    let config = load(&source).unwrap();
    assert_eq!(config.server.motd.as_deref(), Some("hello\nyou"));
    assert_eq!(read(&config.to_toml()), Ok(config));

    write(&motd, &"x".repeat(64 * 1024));
    assert!(load(&source).is_ok());
    write(&motd, &"x".repeat(64 * 1024 + 1));
    assert!(load(&source).unwrap_err().to_string().contains("longer than 65536 bytes"));

    write(&file, "[server]\nmotd = \"hi\"\nmotd-file = \"motd.txt\"\n");
    assert!(load(&source).unwrap_err().to_string().contains("motd and motd-file are both given"));
}

#[test]
fn an_unreadable_file_is_one_problem() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("chatd.toml");
    let source = Source { file: Some(file.clone()), environment: Environment::default() };
    let report = load(&source).unwrap_err().to_string();
    assert!(report.contains("chatd.toml: cannot read: No such file"), "{report}");
    std::fs::write(&file, b"[log]\nlevel = \"\xff\"\n").unwrap();
    let report = load(&source).unwrap_err().to_string();
    assert!(report.contains("chatd.toml:2:10: not UTF-8\n1 problem; nothing was changed"), "{report}");
}
