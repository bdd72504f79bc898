//! The verbs that are about the connection itself: PING, PONG, QUIT, ERROR.

use std::sync::Arc;

use chat_proto::irc::Numeric;

use super::line::Line;
use super::turn::Turn;
use super::{Awaits, Irc};
use crate::domain::disconnect::Disconnect;
use crate::domain::request::Request;
use crate::wire::Step;

/// Verbs that need no answer.
pub(super) fn nothing(_: &mut Irc, _: &Line<'_>, _: &mut Turn<'_>) -> Step {
    Step::Go
}

/// `PING token`
pub(super) fn ping(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    let mut pen = irc.pen(turn.setting, &mut turn.echo);
    if line.param(0).is_empty() {
        pen.numeric(Numeric::ERR_NOORIGIN, &[]);
    } else {
        let server = pen.server();
        pen.server_line("PONG", &[server], line.param(0));
    }
    Step::Go
}

/// `QUIT :words`
pub(super) fn quit(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    turn.ask(Request::Leave(Disconnect::Quit(line.param(0).into())));
    if let Some(label) = &turn.label {
        irc.rare.get_or_insert_default().farewell = Some(Arc::clone(label));
    }
    irc.awaits = Awaits::End;
    Step::Wait
}
