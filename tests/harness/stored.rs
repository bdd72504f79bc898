//! What is kept, as `chatctl history` tells it.

use chat_proto::control::Entry;

use super::ctl::ctl;
use super::daemon::Daemon;

/// All that is kept of a conversation, oldest first.
#[track_caller]
pub(crate) fn history(daemon: &Daemon, what: &str) -> Vec<Entry> {
    let assert = ctl(daemon, &["-o", "json", "history", what, "-n", "10000"]).success();
    let output = String::from_utf8(assert.get_output().stdout.clone()).unwrap();
    output.lines().map(entry).collect()
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
