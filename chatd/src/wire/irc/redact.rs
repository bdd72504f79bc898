//! The verb that takes back what was said (IRCv3 message-redaction).

use chat_proto::irc::Numeric;

use super::cap::Caps;
use super::line::Line;
use super::turn::Turn;
use super::{Irc, msgid};
use crate::domain::id::Seq;
use crate::domain::request::{Redact, Request};
use crate::wire::Step;

/// `REDACT to id :reason`; unknown to those who have not negotiated it.
pub(super) fn redact(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    if !irc.caps.has(Caps::REDACTION) {
        irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_UNKNOWNCOMMAND, &[line.verb]);
        return Step::Go;
    }
    let (to, id, reason) = (line.param(0).into(), line.param(1), line.param(2).into());
    // No message has the place 0, so that what is no id at all is found nowhere.
    let seq = msgid::seq(id).unwrap_or(Seq(0));
    turn.ask(Request::Redact(Box::new(Redact { to, seq, id: id.into(), reason })));
    Step::Go
}
