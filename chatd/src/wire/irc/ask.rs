//! The short questions about others: ISON, USERHOST, LUSERS.

use chat_proto::irc::Numeric;

use super::Irc;
use super::line::Line;
use super::server::is_this;
use super::turn::Turn;
use crate::domain::request::Request;
use crate::wire::Step;

/// Most nicks in one USERHOST (RFC 2812 §4.8).
const USERHOST_MAX: usize = 5;

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

/// `LUSERS mask server` (RFC 2812 §3.4.2): the mask means servers, of which there is one.
pub(super) fn lusers(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    let server = line.param(1);
    if !server.is_empty() && !is_this(irc, turn.setting, server) {
        irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_NOSUCHSERVER, &[server]);
        return Step::Go;
    }
    turn.ask(Request::Lusers);
    Step::Go
}

/// All parameters as nicks; clients send them as several or as one with blanks.
fn nicks<'a>(line: &Line<'a>) -> impl Iterator<Item = Box<str>> {
    line.params.iter().flat_map(|param| param.split(' ')).filter(|nick| !nick.is_empty()).map(Into::into)
}
