//! The verbs of operators, but for WALLOPS.

use std::sync::Arc;

use chat_proto::irc::Numeric;

use super::Irc;
use super::line::Line;
use super::turn::Turn;
use crate::domain::command::Operator;
use crate::domain::request::{Guard, Request};
use crate::wire::{Step, desk};

/// `OPER name password`. A name that nobody has is checked like any other: an answer at once would tell which names there are.
pub(super) fn oper(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    if turn.setting.config.control.operators.is_empty() {
        irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_PASSWDMISMATCH, &[]);
        return Step::Go;
    }
    Step::CheckOperator { name: line.param(0).into(), password: line.param(1).into(), label: None }
}

/// What comes of `OPER` once the password is checked.
pub(super) fn operator_checked(irc: &Irc, operator: Option<Arc<Operator>>, turn: &mut Turn<'_>) {
    match operator {
        Some(operator) => turn.ask(Request::BecomeOperator(operator)),
        None => irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_PASSWDMISMATCH, &[]),
    }
}

/// `KILL nick :reason`; operators learn that a server cannot be killed (RFC 2812 §3.7.1), others that they kill nobody.
pub(super) fn kill(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    if desk::is_same(&turn.setting.config, line.param(0), &turn.setting.config.server.name) {
        let mut bytes = Vec::new();
        irc.pen(turn.setting, &mut bytes).numeric(Numeric::ERR_CANTKILLSERVER, &[]);
        turn.ask(Request::EchoIf { guard: Guard::Operator, bytes: bytes.into() });
        return Step::Go;
    }
    turn.ask(Request::Kill { nick: line.param(0).into(), reason: line.param(1).into() });
    Step::Go
}

/// `REHASH`
pub(super) fn rehash(_: &mut Irc, _: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    turn.ask(Request::Rehash);
    Step::Go
}
