//! The verbs of networks with several servers, as the only server of one answers them.

use chat_proto::irc::Numeric;
use chat_proto::mask::glob_matches;

use super::Irc;
use super::line::Line;
use super::server::is_this;
use super::turn::Turn;
use crate::domain::request::{Guard, Request};
use crate::wire::Step;

/// `LINKS mask` or `LINKS server mask` (RFC 2812 §3.4.5)
pub(super) fn links(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    let (server, mask) =
        if line.params.len() > 1 { (line.param(0), line.param(1)) } else { ("", line.param(0)) };
    let is_asked = server.is_empty() || is_this(irc, turn.setting, server);
    let config = &turn.setting.config.server;
    let mut pen = irc.pen(turn.setting, &mut turn.echo);
    if !is_asked {
        pen.numeric(Numeric::ERR_NOSUCHSERVER, &[server]);
        return Step::Go;
    }
    let mask = if mask.is_empty() { "*" } else { mask };
    if glob_matches(mask, &config.name, config.casemapping) {
        pen.numeric_with(
            Numeric::RPL_LINKS,
            &[&config.name, &config.name],
            &format!("0 {}", config.description),
        );
    }
    pen.numeric(Numeric::RPL_ENDOFLINKS, &[mask]);
    Step::Go
}

/// `CONNECT server port` and `SQUIT server :comment`: operators learn that there is no such server, others that this is not
/// theirs to ask.
pub(super) fn no_link(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    let mut bytes = Vec::new();
    irc.pen(turn.setting, &mut bytes).numeric(Numeric::ERR_NOSUCHSERVER, &[line.param(0)]);
    turn.ask(Request::EchoIf { guard: Guard::Operator, bytes: bytes.into() });
    Step::Go
}

/// `SUMMON user` (RFC 2812 §4.5)
pub(super) fn summon(irc: &mut Irc, _: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_SUMMONDISABLED, &[]);
    Step::Go
}

/// `USERS` (RFC 2812 §4.6)
pub(super) fn users(irc: &mut Irc, _: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_USERSDISABLED, &[]);
    Step::Go
}
