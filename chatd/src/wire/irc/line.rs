//! From bytes to a verb: what a line must be before anything in it counts.

use chat_proto::irc::message::{BODY_MAX, Message};
use chat_proto::irc::numeric::{ERR_INPUTTOOLONG, ERR_NEEDMOREPARAMS, ERR_NOTREGISTERED, ERR_UNKNOWNCOMMAND};

use super::turn::Turn;
use super::verbs::{self, Who};
use super::{Irc, registration};
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
    /// The tags as received, without `@`.
    pub(super) tags: &'a str,
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

/// Most tags of a client together, with `@` and the blank behind them (IRCv3 message-tags, "Size limit").
const TAGS_MAX: usize = 4096;

/// Does what one line says.
pub(super) fn obey(irc: &mut Irc, line: &[u8], turn: &mut Turn<'_>) -> Step {
    if line.is_empty() {
        return Step::Go;
    }
    let Ok(text) = std::str::from_utf8(line) else {
        fail(irc, turn, "INVALID_UTF8", "Message rejected, your IRC software MUST use UTF-8 encoding on this network");
        return Step::Go;
    };
    if text.contains(['\0', '\r']) {
        fail(irc, turn, "INVALID_LINE", "Message rejected, it contains NUL or CR");
        return Step::Go;
    }
    let tags_len = if text.starts_with('@') { text.find(' ').map_or(text.len(), |at| at + 1) } else { 0 };
    if tags_len > TAGS_MAX || text.len() - tags_len > BODY_MAX {
        too_long(irc, turn);
        return Step::Go;
    }
    let Ok(message) = Message::parse(text) else {
        if !text.trim_matches(' ').is_empty() {
            fail(irc, turn, "INVALID_LINE", "Message rejected, there is no verb in it");
        }
        return Step::Go;
    };
    dispatch(irc, &message, turn)
}

/// Says that the line was too long.
pub(super) fn too_long(irc: &Irc, turn: &mut Turn<'_>) {
    irc.pen(turn.setting, &mut turn.echo).numeric(ERR_INPUTTOOLONG, &[]);
}

/// A refusal without a numeric (IRCv3 standard-replies).
fn fail(irc: &Irc, turn: &mut Turn<'_>, code: &str, text: &str) {
    irc.pen(turn.setting, &mut turn.echo).server_line("FAIL", &["*", code], text);
}

/// Finds the verb in the table and runs it, if the client may.
fn dispatch(irc: &mut Irc, message: &Message<'_>, turn: &mut Turn<'_>) -> Step {
    let Some(verb) = verbs::find(message.verb) else {
        return unknown(irc, message.verb, turn);
    };
    let params = message.params.as_slice();
    match verb.who {
        Who::Registered if !irc.is_registered() => {
            irc.pen(turn.setting, &mut turn.echo).numeric(ERR_NOTREGISTERED, &[]);
            return Step::Go;
        }
        Who::Unregistered if irc.is_registered() => {
            registration::already(irc, turn);
            return Step::Go;
        }
        _ => {}
    }
    if params.len() < verb.least {
        irc.pen(turn.setting, &mut turn.echo).numeric(ERR_NEEDMOREPARAMS, &[verb.name]);
        return Step::Go;
    }
    (verb.run)(irc, &Line { verb: verb.name, params, tags: message.tags.as_str() }, turn)
}

fn unknown(irc: &Irc, verb: &str, turn: &mut Turn<'_>) -> Step {
    if !irc.is_registered() && is_http_verb(verb) {
        return Step::Close(Disconnect::WrongProtocol("HTTP"));
    }
    irc.pen(turn.setting, &mut turn.echo).numeric(ERR_UNKNOWNCOMMAND, &[verb]);
    Step::Go
}
