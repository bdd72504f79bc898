//! What every dialect must know of the desk: its address and what its rules answer. Keeps nothing and sends nothing.

use std::sync::Arc;

use crate::config::Config;

/// Whether two names are the same here.
#[must_use]
pub(super) fn is_same(config: &Config, one: &str, other: &str) -> bool {
    config.server.casemapping.same(one, other)
}

/// The desk as the source of a line.
#[must_use]
pub(super) fn source(config: &Config) -> String {
    format!("{0}!{0}@{1}", config.desk.nick, config.server.name)
}

/// What the desk's rules answer to `text`, if it is for the desk and one fits: the first in the order of the file.
///
/// This is done in the session and not in the owner, so that a long expression delays nobody else.
#[must_use]
pub(super) fn rule_reply(config: &Config, to: &str, text: &str) -> Option<Arc<str>> {
    if config.desk.rules.is_empty() || !is_same(config, to, &config.desk.nick) {
        return None;
    }
    config.desk.rules.iter().find(|rule| rule.regex.is_match(text)).map(|rule| rule.reply.as_str().into())
}
