//! WHO.

use super::Irc;
use super::line::Line;
use super::turn::Turn;
use crate::domain::request::Request;
use crate::wire::Step;

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
