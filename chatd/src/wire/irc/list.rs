//! LIST and NAMES: which rooms there are, and who is in them.

use std::sync::Arc;

use chat_proto::irc::Numeric;

use super::line::Line;
use super::server::is_this;
use super::turn::Turn;
use super::{Awaits, Irc};
use crate::domain::query::RoomCondition;
use crate::domain::request::Request;
use crate::wire::{Step, masks};

/// `NAMES #a,#b`: one answer with one end, which repeats what was typed.
pub(super) fn names(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    let mut rooms = line.list(0).peekable();
    let Some(first) = rooms.next() else {
        // All rooms with all members would be a flood; modern servers answer with the end alone.
        irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::RPL_ENDOFNAMES, &["*"]);
        return Step::Go;
    };
    let ends = rooms.peek().is_none();
    for room in std::iter::once(first).chain(rooms) {
        turn.ask(Request::Names { room: room.into(), ends });
    }
    if !ends {
        irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::RPL_ENDOFNAMES, &[line.param(0)]);
    }
    Step::Go
}

/// What makes a condition of a number behind a sign.
type Counted = fn(u64) -> RoomCondition;

/// The conditions with a number, by what they begin with (ISUPPORT ELIST: C, T and U). Ages are in minutes.
const COUNTED: [(&str, Counted); 6] = [
    ("C<", RoomCondition::CreatedWithin),
    ("C>", RoomCondition::CreatedBefore),
    ("T<", RoomCondition::TopicWithin),
    ("T>", RoomCondition::TopicBefore),
    ("<", RoomCondition::FewerThan),
    (">", RoomCondition::MoreThan),
];

/// `LIST`, `LIST #a,*b*,>3`, `LIST #a >3` or, as in RFC 2812 §3.2.6, `LIST #a server`
pub(super) fn list(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    let second = line.param(1);
    let is_server = !second.is_empty() && !second.split(',').any(is_special);
    if is_server && !is_this(irc, turn.setting, second) {
        irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_NOSUCHSERVER, &[second]);
        return Step::Go;
    }
    let parts: Vec<_> = line.list(0).chain(line.list(1).filter(|_| !is_server)).collect();
    match conditions(&parts) {
        Ok(conditions) => {
            turn.ask(Request::List { from: 0, conditions });
            irc.awaits = Awaits::Page;
            Step::Wait
        }
        Err((numeric, params, text)) => {
            let mut pen = irc.pen(turn.setting, &mut turn.echo);
            pen.numeric_with(numeric, params, &text);
            pen.numeric(Numeric::RPL_LISTEND, &[]);
            Step::Go
        }
    }
}

/// What stands against a list of conditions.
type Wrong = (Numeric, &'static [&'static str], String);

fn conditions(parts: &[&str]) -> Result<Arc<[RoomCondition]>, Wrong> {
    masks::read(parts.iter().copied()).map_err(|text| (Numeric::ERR_TOOMANYTARGETS, &["LIST"][..], text))?;
    parts.iter().map(|part| condition(part)).collect()
}

/// Whether a part is more than a name or mask.
fn is_special(part: &str) -> bool {
    part.starts_with('!') || COUNTED.iter().any(|(sign, _)| part.starts_with(sign))
}

fn condition(part: &str) -> Result<RoomCondition, Wrong> {
    let wrong = || (Numeric::ERR_LISTSYNTAX, &[][..], format!("Bad condition: {part}"));
    if let Some((sign, counted)) = COUNTED.iter().find(|(sign, _)| part.starts_with(sign)) {
        return part[sign.len()..].parse().map(counted).map_err(|_| wrong());
    }
    match part.strip_prefix('!') {
        Some("") => Err(wrong()),
        Some(mask) => Ok(RoomCondition::NotNamed(mask.into())),
        None => Ok(RoomCondition::Named(part.into())),
    }
}
