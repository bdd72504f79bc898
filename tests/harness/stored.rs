//! What is kept, as `chatctl history` tells it.

use chat_proto::control::Entry;
use serde::de::DeserializeOwned;

use super::ctl::ctl;
use super::daemon::Daemon;

/// All that is kept of a conversation, oldest first.
#[track_caller]
pub(crate) fn history(daemon: &Daemon, what: &str) -> Vec<Entry> {
    json(daemon, &["history", what, "-n", "10000"])
}

/// What a command of chatctl prints as JSON, one record a line.
#[track_caller]
pub(crate) fn json<T: DeserializeOwned>(daemon: &Daemon, arguments: &[&str]) -> Vec<T> {
    let assert = ctl(daemon, &[&["-o", "json"], arguments].concat()).success();
    let output = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
    let record = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"));
    output.lines().map(record).collect()
}

/// The texts of these entries.
pub(crate) fn texts(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.text.as_deref().unwrap_or_default()).collect()
}

/// One line of `chatctl -o json history` or `watch`.
#[track_caller]
pub(crate) fn entry(line: &str) -> Entry {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"))
}
