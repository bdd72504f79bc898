//! WHOIS and WHOWAS.

use chat_proto::irc::Numeric;

use super::Irc;
use super::line::Line;
use super::render;
use super::server::is_this;
use super::turn::Turn;
use crate::domain::request::Request;
use crate::wire::{Step, desk};

/// `WHOIS nick,nick` or `WHOIS server nick` (RFC 2812 §3.6.2)
pub(super) fn whois(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    let (server, nicks) = if line.params.len() > 1 { (line.param(0), 1) } else { ("", 0) };
    if is_too_many(irc, line, nicks, turn) {
        return Step::Go;
    }
    // It may be asked by the name of anybody who is here: clients write the nick twice to learn how long it is idle.
    let via = (!server.is_empty() && !is_this(irc, turn.setting, server)).then_some(server);
    for nick in line.list(nicks) {
        if desk::is_same(&turn.setting.config, nick, &turn.setting.config.desk.nick) {
            render::desk(&mut irc.pen(turn.setting, &mut turn.echo), &turn.setting.config);
            continue;
        }
        turn.ask(Request::Whois { nick: nick.into(), via: via.map(Into::into) });
    }
    Step::Go
}

/// `WHOWAS nick,nick count server` (RFC 2812 §3.6.3)
pub(super) fn whowas(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    if is_too_many(irc, line, 0, turn) {
        return Step::Go;
    }
    let server = line.param(2);
    if !server.is_empty() && !is_this(irc, turn.setting, server) {
        irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_NOSUCHSERVER, &[server]);
        return Step::Go;
    }
    // A count that is not positive means all, and so does one that is no number.
    let count = line.param(1).parse().unwrap_or(0);
    turn.ask(Request::Whowas { nicks: line.param(0).into(), count });
    Step::Go
}

/// Says so if there is no nick in the parameter at `index`, or more than one may ask for at once.
fn is_too_many(irc: &Irc, line: &Line<'_>, index: usize, turn: &mut Turn<'_>) -> bool {
    let limit = turn.setting.config.limits.targets;
    let mut pen = irc.pen(turn.setting, &mut turn.echo);
    if line.list(index).next().is_none() {
        pen.numeric(Numeric::ERR_NONICKNAMEGIVEN, &[]);
        return true;
    }
    let Some(beyond) = line.list(index).nth(limit) else { return false };
    let text = format!("Too many targets; at most {limit} at once (limits.targets)");
    pen.numeric_with(Numeric::ERR_TOOMANYTARGETS, &[beyond], &text);
    true
}
