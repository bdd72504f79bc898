//! Tags of clients on their way to others (IRCv3 message-tags, client-only tags).

use std::collections::HashSet;

use super::Irc;
use super::cap::Caps;
use super::line::Line;
use crate::config::Config;

/// What of a line's tags goes on.
#[derive(Debug, Default)]
pub(super) struct Passed {
    /// Those tags, raw.
    pub(super) tags: Option<Box<str>>,
    /// Whether there were tags for others, and none of them may go on (`irc.client-tags-denied`).
    pub(super) is_denied: bool,
}

/// The tags that go on to others, if the session may send any. Names without `+` are the server's and go nowhere, however often they
/// come. Of several with one name the last counts, and only that goes on: no reader is to be told two things.
pub(super) fn passed_on(irc: &Irc, line: &Line<'_>, config: &Config) -> Passed {
    if line.tags.is_empty() || !irc.caps.has(Caps::MESSAGE_TAGS) {
        return Passed::default();
    }
    let mut tags: Vec<_> = line.tags.client_only().collect();
    let had_any = !tags.is_empty();
    let mut seen = HashSet::with_capacity(tags.len());
    tags.reverse();
    tags.retain(|tag| seen.insert(name(tag)) && config.irc.passes_on(name(tag)));
    tags.reverse();
    let is_denied = had_any && tags.is_empty();
    Passed { tags: (!tags.is_empty()).then(|| tags.join(";").into()), is_denied }
}

/// A tag's name without its `+`.
fn name(tag: &str) -> &str {
    let key = tag.split('=').next().unwrap_or(tag);
    key.strip_prefix('+').unwrap_or(key)
}
