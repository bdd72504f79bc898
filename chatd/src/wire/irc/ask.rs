//! The verbs that ask about others.

use chat_proto::irc::Numeric;

use super::Irc;
use super::line::Line;
use super::turn::Turn;
use crate::domain::request::Request;
use crate::wire::Step;

/// Most nicks in one USERHOST (RFC 2812 §4.8).
const USERHOST_MAX: usize = 5;

/// `WHO mask o`
pub(super) fn who(_: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    // RFC 2812 §3.6.1: without a mask, and with `0`, all are meant.
    let mask = match line.param(0) {
        "" | "0" => "*",
        mask => mask,
    };
    turn.ask(Request::Who { mask: mask.into(), operators_only: line.param(1) == "o" });
    Step::Go
}

/// `WHOIS nick` or `WHOIS server nick`
pub(super) fn whois(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    let Some(nick) = line.params.get(1).or(line.params.first()).filter(|nick| !nick.is_empty()) else {
        irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_NONICKNAMEGIVEN, &[]);
        return Step::Go;
    };
    turn.ask(Request::Whois((*nick).into()));
    // The end comes behind the answer and behind a refusal alike, so it is said here: a refusal does not know that it
    // answers a WHOIS.
    irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::RPL_ENDOFWHOIS, &[nick]);
    Step::Go
}

/// `WHOWAS nick count`
pub(super) fn whowas(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    let Some(nick) = line.list(0).next() else {
        irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_NONICKNAMEGIVEN, &[]);
        return Step::Go;
    };
    // RFC 2812 §3.6.3: a count that is not positive means all.
    let count = line.param(1).parse().unwrap_or(0);
    turn.ask(Request::Whowas { nick: nick.into(), count });
    Step::Go
}

/// `ISON nick nick`
pub(super) fn ison(_: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    turn.ask(Request::Ison(nicks(line).collect()));
    Step::Go
}

/// `USERHOST nick nick`
pub(super) fn userhost(_: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    turn.ask(Request::Userhost(nicks(line).take(USERHOST_MAX).collect()));
    Step::Go
}

/// `LUSERS`
pub(super) fn lusers(_: &mut Irc, _: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    turn.ask(Request::Lusers);
    Step::Go
}

/// All parameters as nicks; clients send them as several or as one with blanks.
fn nicks<'a>(line: &Line<'a>) -> impl Iterator<Item = Box<str>> {
    line.params.iter().flat_map(|param| param.split(' ')).filter(|nick| !nick.is_empty()).map(Into::into)
}
