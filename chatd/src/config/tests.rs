//! What a whole configuration promises: the sample file and the way back to TOML; below, the report and each section.

use std::path::Path;

use super::*;

mod report;
mod sections;
mod settings;

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
pub(crate) fn everything() -> Config {
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
utf8-only = false
admin = { location = "Here", organisation = "Us", email = "us@example.org" }
[[listen]]
protocol = "lines"
address = "[::1]:0"
tls = true
proxy-protocol = true
proxy-from = ["10.0.0.0/8", "::1"]
[[listen]]
protocol = "websocket"
address = "127.0.0.1:8067"
tls = true
proxy-protocol = true
proxy-from = ["127.0.0.1"]
origins = ["https://chat.example.org", "http://localhost:8080"]
path = "/irc"
[tls]
certificate = "/cert.pem"
key = "/key.pem"
minimum-version = "1.3"
[tls.sts]
duration = "30d"
port = 6697
preload = true
[[tls.certificates]]
certificate = "/other.pem"
key = "/other-key.pem"
names = ["chat.example.org"]
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
[cloak]
enabled = false
key = "0123456789abcdef"
suffix = "users.example"
ipv4-prefixes = [31, 24]
ipv6-prefixes = [56, 48]
bits = 40
exempt = ["10.0.0.0/8"]
[[webirc]]
name = "webchat"
password = "12345678"
from = ["192.0.2.10", "2001:db8::/32"]
[dns]
reverse = true
servers = ["192.0.2.53", "[2001:db8::53]:5353"]
timeout = "1s"
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
min-free = "1GiB"
warn-free = "2GiB"
[irc]
drafts = false
icon = "https://chat.example.org/icon.svg"
redact-window = "1m"
client-tags-denied = ["*", "-typing"]

[rooms]
owner-ranks = true
[limits]
clients = 5
clients-per-address = 2
handshake-timeout = "4s"
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
real-name-length = 14
away-length = 102
rooms-per-client = 7
rooms = 8
room-list-entries = 9
targets = 10
multiline-bytes = "1KiB"
multiline-lines = 14
monitor = 11
silence = 12
knock-interval = "13s"
rename-interval = "15s"
[log]
level = "warn,chatd::wire=debug"
format = "json"
to = "file"
directory = "/l"
rotation = "never"
keep-files = 0
[metrics]
address = "192.0.2.1:9667"
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
