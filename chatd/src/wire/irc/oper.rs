//! The verbs of operators, but for WALLOPS.

use std::sync::Arc;

use chat_proto::irc::Numeric;

use super::Irc;
use super::line::Line;
use super::turn::Turn;
use crate::domain::command::Operator;
use crate::domain::request::Request;
use crate::wire::Step;

/// `OPER name password`
pub(super) fn oper(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    let (name, password) = (line.param(0), line.param(1));
    if turn.setting.config.control.operators.iter().any(|operator| operator.name == name) {
        return Step::CheckOperator { name: name.into(), password: password.into(), label: None };
    }
    irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_PASSWDMISMATCH, &[]);
    Step::Go
}

/// What comes of `OPER` once the password is checked.
pub(super) fn operator_checked(irc: &Irc, operator: Option<Arc<Operator>>, turn: &mut Turn<'_>) {
    match operator {
        Some(operator) => turn.ask(Request::BecomeOperator(operator)),
        None => irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_PASSWDMISMATCH, &[]),
    }
}

/// `KILL nick :reason`
pub(super) fn kill(_: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    turn.ask(Request::Kill { nick: line.param(0).into(), reason: line.param(1).into() });
    Step::Go
}

/// `REHASH`
pub(super) fn rehash(_: &mut Irc, _: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    turn.ask(Request::Rehash);
    Step::Go
}
