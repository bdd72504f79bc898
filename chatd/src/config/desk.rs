//! `[desk]`: what the desk is called and says without a person. Matching is bounded: the rules are compiled
//! here with a limit on their size, and matching time is linear in the text.

use regex::{Regex, RegexBuilder};

use super::limits::Limits;
use super::problem::Wrong;
use super::section::Section;
use super::value::{self, Raw};
use super::writer::Writer;

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

/// Every message to the desk is held against every rule, on the owner's time.
const MOST_RULES: usize = 256;
/// Bytes of one compiled rule.
const RULE_BYTES: usize = 64 * 1024;

impl Desk {
    pub(super) fn read(mut section: Section<'_>, limits: &Limits) -> Self {
        let default = Self::default();
        let nick = |raw: Raw<'_>| nick(raw, limits.nick_length);
        let desk = Self {
            nick: section.value("nick", default.nick, nick),
            greeting: section.value("greeting", default.greeting, value::lines),
            receipt: section.value("receipt", default.receipt, value::some_line),
            rules: read_rules(&mut section),
        };
        section.unavailable("responder", "remove [desk.responder]; [[desk.rule]] gives automatic replies");
        section.finish();
        desk
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.header("[desk]").text("nick", &self.nick);
        out.text("greeting", &self.greeting).text("receipt", &self.receipt);
        for rule in &self.rules {
            out.item("desk.rule", &rule.source).text("match", &rule.source).text("reply", &rule.reply);
        }
    }
}

fn read_rules(section: &mut Section<'_>) -> Vec<DeskRule> {
    let rules = section.sections("rule").unwrap_or_default();
    if rules.len() > MOST_RULES {
        let found = rules.len();
        section.problem("rule", Wrong::new(format!("expected at most {MOST_RULES} rules, found {found}")));
    }
    rules.into_iter().filter_map(DeskRule::read).collect()
}

impl DeskRule {
    fn read(mut section: Section<'_>) -> Option<Self> {
        let regex = section.required("match", "\"(?i)^help\"", expression);
        let reply = section.required("reply", "\"see https://chat.example.org\"", reply);
        section.finish();
        let regex = regex?;
        Some(Self { source: regex.as_str().to_owned(), regex, reply: reply? })
    }
}

fn expression(raw: Raw<'_>) -> Result<Regex, Wrong> {
    let source = value::some_line(raw)?;
    RegexBuilder::new(&source).size_limit(RULE_BYTES).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(limit) => {
            let wrong = Wrong::new(format!("the expression needs more than {limit} bytes when compiled"));
            wrong.hint("make repetitions smaller, or write (?-u) where only ASCII matters")
        }
        other => Wrong::new(format!("not a regular expression: {}", one_line(&other.to_string())))
            .hint("in TOML a '…' string needs no double backslashes"),
    })
}

/// The last line of the regex crate's drawing says what is wrong: `error: unclosed group`.
fn one_line(drawing: &str) -> &str {
    let last = drawing.lines().last().unwrap_or(drawing);
    last.trim_start_matches("error: ")
}

fn reply(raw: Raw<'_>) -> Result<String, Wrong> {
    let text = value::lines(raw)?;
    if text.is_empty() { Err(Wrong::new("must not be empty")) } else { Ok(text) }
}

/// A nick as RFC 2812 §2.3.1 has it, within `limits.nick-length`.
fn nick(raw: Raw<'_>, longest: usize) -> Result<String, Wrong> {
    let nick = value::word(raw)?;
    let is_initial = |byte: u8| byte.is_ascii_alphabetic() || b"[]\\`_^{|}".contains(&byte);
    let is_inner = |byte: u8| is_initial(byte) || byte.is_ascii_digit() || byte == b'-';
    if !nick.bytes().all(is_inner) || !nick.bytes().next().is_some_and(is_initial) {
        let wrong = Wrong::new(format!("{nick:?} is not a nick"));
        return Err(wrong.hint("use letters, digits and any of []\\`_^{|}-; begin with no digit or hyphen"));
    }
    if nick.len() > longest {
        return Err(Wrong::new(format!("{nick:?} is longer than limits.nick-length, which is {longest}")));
    }
    Ok(nick)
}
