//! WHOIS and WHOWAS.

use chat_proto::irc::Numeric;

use super::Irc;
use super::line::Line;
use super::turn::Turn;
use crate::domain::request::Request;
use crate::wire::Step;

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
