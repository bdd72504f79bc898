//! `[desk]`: what the desk is called and says without a person. Matching is bounded: the rules are compiled
//! here with a limit on their size, and matching time is linear in the text.

use regex::Regex;

/// The desk.
#[derive(Clone, Debug, PartialEq)]
pub struct Desk {
    /// The nick under which the desk speaks and is addressed.
    pub nick: String,
    /// What the desk says to a new client, lines separated by `\n`; empty = nothing.
    pub greeting: String,
    /// The acknowledgement of a stored message, one line; `{id}` stands for the message's id.
    pub receipt: String,
    /// Automatic replies; the first that matches answers.
    pub rules: Vec<DeskRule>,
}

/// One `[[desk.rule]]`.
#[derive(Clone, Debug)]
pub struct DeskRule {
    /// The compiled expression, searched anywhere in the text.
    pub regex: Regex,
    /// The expression as the file has it.
    pub source: String,
    /// The reply, lines separated by `\n`.
    pub reply: String,
}

/// Two rules are equal if their sources and replies are: a compiled expression cannot be compared.
impl PartialEq for DeskRule {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source && self.reply == other.reply
    }
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            nick: "desk".into(),
            greeting: "Whatever you write here reaches the people who run this server.".into(),
            receipt: "received, a person will answer here".into(),
            rules: Vec::new(),
        }
    }
}
