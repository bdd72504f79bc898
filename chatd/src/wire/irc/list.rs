//! LIST and NAMES: which rooms there are, and who is in them.

use chat_proto::irc::Numeric;

use super::line::Line;
use super::turn::Turn;
use super::{Awaits, Irc};
use crate::domain::request::Request;
use crate::wire::{Step, masks};

/// `NAMES #a,#b`
pub(super) fn names(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    if line.param(0).is_empty() {
        irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::RPL_ENDOFNAMES, &["*"]);
    }
    for room in line.list(0) {
        turn.ask(Request::Names { room: room.into() });
    }
    Step::Go
}

/// `LIST` or `LIST #a,*b*`
pub(super) fn list(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    let masks = match masks::read(line.list(0)) {
        Ok(masks) => masks,
        Err(text) => {
            let mut pen = irc.pen(turn.setting, &mut turn.echo);
            pen.numeric_with(Numeric::ERR_TOOMANYTARGETS, &["LIST"], &text);
            pen.numeric(Numeric::RPL_LISTEND, &[]);
            return Step::Go;
        }
    };
    turn.ask(Request::List { from: 0, masks });
    irc.awaits = Awaits::Page;
    Step::Wait
}
