//! From bytes to a verb: what a line must be before anything in it counts.

use std::borrow::Cow;

use chat_proto::irc::Numeric;
use chat_proto::irc::{LengthLimits, Message, ParseError, Tags, check_lengths};

use super::cap::Caps;
use super::turn::Turn;
use super::verbs::{self, VERBS, Who};
use super::{Irc, batch, charset, label, registration, usage};
use crate::domain::disconnect::Disconnect;
use crate::wire::Step;
use crate::wire::stranger::is_http_verb;

/// One message of a client, cut up. A source that the client put there is dropped: clients speak for themselves only.
#[derive(Debug)]
pub(super) struct Line<'a> {
    /// The verb in capitals, as the table has it.
    pub(super) verb: &'static str,
    /// Its parameters.
    pub(super) params: &'a [&'a str],
    /// The tags as received.
    pub(super) tags: Tags<'a>,
}

impl<'a> Line<'a> {
    /// The parameter at `index`; empty if there is none.
    pub(super) fn param(&self, index: usize) -> &'a str {
        self.params.get(index).copied().unwrap_or_default()
    }

    /// The parts of the parameter at `index`, which is a list with commas; empty parts are dropped.
    pub(super) fn list(&self, index: usize) -> impl Iterator<Item = &'a str> + use<'a> {
        self.param(index).split(',').filter(|part| !part.is_empty())
    }
}

/// Does what one line says.
pub(super) fn obey(irc: &mut Irc, line: &[u8], turn: &mut Turn<'_>) -> Step {
    if line.is_empty() {
        return Step::Go;
    }
    let text = match std::str::from_utf8(line) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) if turn.setting.config.server.utf8_only => return not_utf8(irc, line, turn),
        Err(_) => Cow::Owned(charset::windows_1252(line)),
    };
    let parsed = Message::parse(&text);
    turn.label = label::of(irc, parsed.map_or_else(|_| tags_of(&text), |message| message.tags));
    if check_lengths(&text, LengthLimits::default()).is_err() {
        too_long(irc, turn);
        return Step::Go;
    }
    match parsed {
        Ok(message) => return dispatch(irc, &message, turn),
        Err(ParseError::Empty) => {}
        Err(ParseError::BadVerb) => return unknown(irc, first_word(&text), turn),
        Err(error) => fail(irc, turn, "*", "INVALID_LINE", &format!("Message rejected, {error}")),
    }
    Step::Go
}

/// Refuses a line that is not UTF-8 (IRCv3 UTF8ONLY), by the name of its verb and with its label as far as these can be read.
fn not_utf8(irc: &Irc, line: &[u8], turn: &mut Turn<'_>) -> Step {
    let text = String::from_utf8_lossy(line);
    let message = Message::parse(&text).ok();
    turn.label = message.and_then(|message| label::of(irc, message.tags));
    let verb = message.and_then(|message| verbs::find(message.verb)).map_or("*", |verb| verb.name);
    let words = "Message rejected, your IRC software MUST use UTF-8 encoding on this network";
    fail(irc, turn, verb, "INVALID_UTF8", words);
    Step::Go
}

/// The tags of a line that is otherwise wrong: whoever gave it a label waits for an answer.
fn tags_of(text: &str) -> Tags<'_> {
    Tags::new(text.strip_prefix('@').and_then(|text| text.split(' ').next()).unwrap_or_default())
}

/// What stands where a verb should.
fn first_word(text: &str) -> &str {
    text.split(' ').find(|word| !word.is_empty() && !word.starts_with(['@', ':'])).unwrap_or("*")
}

/// Says that the line was too long.
pub(super) fn too_long(irc: &Irc, turn: &mut Turn<'_>) {
    irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_INPUTTOOLONG, &[]);
}

/// A refusal without a numeric (IRCv3 standard-replies).
fn fail(irc: &Irc, turn: &mut Turn<'_>, verb: &str, code: &str, text: &str) {
    irc.pen(turn.setting, &mut turn.echo).server_line("FAIL", &[verb, code], text);
}

/// Finds the verb in the table and runs it, if the client may.
fn dispatch(irc: &mut Irc, message: &Message<'_>, turn: &mut Turn<'_>) -> Step {
    let Some(index) = verbs::index_of(message.verb) else {
        return unknown(irc, message.verb, turn);
    };
    usage::count(index);
    let verb = &VERBS[index];
    let params = message.params();
    match verb.who {
        Who::Registered | Who::With(_) if !irc.is_registered() && !may_early(irc, verb.who) => {
            irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_NOTREGISTERED, &[]);
            return Step::Go;
        }
        Who::Unregistered if irc.is_registered() => {
            registration::already(irc, turn);
            return Step::Go;
        }
        _ => {}
    }
    if params.len() < verb.least {
        irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_NEEDMOREPARAMS, &[verb.name]);
        return Step::Go;
    }
    let line = Line { verb: verb.name, params, tags: message.tags };
    if irc.caps.has(Caps::MULTILINE) && batch::takes(irc, &line, turn) {
        return Step::Go;
    }
    (verb.run)(irc, &line, turn)
}

/// Whether somebody who is registering may use verbs of this kind already.
fn may_early(irc: &Irc, who: Who) -> bool {
    matches!(who, Who::With(cap) if irc.caps.has(cap))
}

fn unknown(irc: &Irc, verb: &str, turn: &mut Turn<'_>) -> Step {
    if !irc.is_registered() && is_http_verb(verb) {
        return Step::Close(Disconnect::WrongProtocol("HTTP"));
    }
    irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_UNKNOWNCOMMAND, &[verb]);
    Step::Go
}
