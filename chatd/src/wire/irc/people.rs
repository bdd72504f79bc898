//! The verbs about what people keep of each other: MONITOR, SILENCE, KNOCK, SETNAME.

use chat_proto::irc::Numeric;
use chat_proto::mask::Mask;
use chat_proto::name::Nick;

use super::Irc;
use super::line::Line;
use super::turn::Turn;
use crate::domain::people::{MonitorAsk, MonitorChange};
use crate::domain::request::{MASK_MAX, Request};
use crate::wire::{Step, desk};

/// `MONITOR + nick,nick`, `MONITOR - nick,nick`, `MONITOR C`, `L` or `S` (IRCv3 monitor)
pub(super) fn monitor(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    let ask = match line.param(0) {
        "+" | "-" if line.list(1).next().is_none() => {
            irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_NEEDMOREPARAMS, &[line.verb]);
            return Step::Go;
        }
        "+" => MonitorAsk::Change(MonitorChange::Add(targets(irc, line, turn))),
        "-" => MonitorAsk::Change(MonitorChange::Remove(nicks(line, turn).flatten().collect())),
        "C" | "c" => MonitorAsk::Change(MonitorChange::Clear),
        "L" | "l" => MonitorAsk::List,
        "S" | "s" => MonitorAsk::Status,
        _ => {
            let mut pen = irc.pen(turn.setting, &mut turn.echo);
            let text = "MONITOR takes one of + - C L S";
            pen.numeric_with(Numeric::ERR_UNKNOWNERROR, &[line.verb], text);
            return Step::Go;
        }
    };
    if !matches!(&ask, MonitorAsk::Change(MonitorChange::Add(nicks)) if nicks.is_empty()) {
        turn.ask(Request::Monitor(ask));
    }
    Step::Go
}

fn nicks<'a>(line: &Line<'a>, turn: &Turn<'_>) -> impl Iterator<Item = Result<Nick, &'a str>> + use<'a> {
    let limit = turn.setting.config.limits.nick_length;
    line.list(1).map(move |target| Nick::parse(target, limit).map_err(|_| target))
}

/// The targets that can be watched. One that is no nick is not here and never will be, and that is what its asker hears: the
/// specification has no other word for it.
fn targets(irc: &Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Vec<Nick> {
    let mut watched = Vec::new();
    for target in nicks(line, turn) {
        match target {
            Ok(nick) => watched.push(nick),
            Err(target) => {
                irc.pen(turn.setting, &mut turn.echo).numeric_with(Numeric::RPL_MONOFFLINE, &[], target);
            }
        }
    }
    watched
}

/// `SILENCE`, `SILENCE +mask,-mask`; a mask without a sign is added. Other people's lists are nobody's business.
pub(super) fn silence(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    if line.param(0).is_empty() || desk::is_same(&turn.setting.config, line.param(0), irc.nick()) {
        turn.ask(Request::Silences);
        return Step::Go;
    }
    let mut changes = Vec::new();
    for item in line.list(0) {
        let (text, on) = match item.strip_prefix('-') {
            Some(text) => (text, false),
            None => (item.strip_prefix('+').unwrap_or(item), true),
        };
        match Mask::parse(text, MASK_MAX) {
            Ok(mask) => changes.push((mask, on)),
            Err(error) => {
                let mut pen = irc.pen(turn.setting, &mut turn.echo);
                pen.server_line("FAIL", &["SILENCE", "INVALID_MASK", item], &error.to_string());
            }
        }
    }
    if !changes.is_empty() {
        turn.ask(Request::SetSilences(changes));
    }
    Step::Go
}

/// `SETNAME :real name` (IRCv3 setname)
pub(super) fn setname(_: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    turn.ask(Request::SetRealName(line.param(0).into()));
    Step::Go
}

/// `KNOCK #room :words`
pub(super) fn knock(_: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    turn.ask(Request::Knock { room: line.param(0).into(), text: line.param(1).into() });
    Step::Go
}
