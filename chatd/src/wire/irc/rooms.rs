//! The verbs that enter, leave and change rooms, but for MODE.

use chat_proto::irc::Numeric;
use chat_proto::name::RoomName;

use super::Irc;
use super::line::Line;
use super::turn::Turn;
use crate::domain::request::Request;
use crate::wire::Step;

/// `JOIN #a,#b key,key` or `JOIN 0`
pub(super) fn join(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    if line.params == ["0"] {
        turn.ask(Request::PartAll);
        return Step::Go;
    }
    // Keys belong to rooms by their place, so an empty one between two commas counts.
    let mut keys = line.param(1).split(',');
    for name in line.list(0) {
        let key = keys.next().filter(|key| !key.is_empty()).map(Into::into);
        match RoomName::parse(name, turn.setting.config.limits.room_name_length) {
            Ok(room) => turn.ask(Request::Join { room, key }),
            Err(_) => {
                let numeric =
                    if name.starts_with('#') { Numeric::ERR_BADCHANMASK } else { Numeric::ERR_NOSUCHCHANNEL };
                irc.pen(turn.setting, &mut turn.echo).numeric(numeric, &[name]);
            }
        }
    }
    Step::Go
}

/// `PART #a,#b :words`
pub(super) fn part(_: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    for room in line.list(0) {
        turn.ask(Request::Part { room: room.into(), reason: line.param(1).into() });
    }
    Step::Go
}

/// `TOPIC #room` or `TOPIC #room :text`
pub(super) fn topic(_: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    let room = line.param(0).into();
    turn.ask(match line.params.get(1) {
        Some(text) => Request::SetTopic { room, text: (*text).into() },
        None => Request::Topic { room },
    });
    Step::Go
}

/// `INVITE nick #room`
pub(super) fn invite(_: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    turn.ask(Request::Invite { nick: line.param(0).into(), room: line.param(1).into() });
    Step::Go
}

/// `KICK #room nick,nick :reason`
pub(super) fn kick(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    let limit = turn.setting.config.limits.targets;
    if let Some(beyond) = line.list(1).nth(limit) {
        irc.pen(turn.setting, &mut turn.echo).numeric_with(
            Numeric::ERR_TOOMANYTARGETS,
            &[beyond],
            &format!("Too many targets; nobody was kicked, at most {limit} at once (limits.targets)"),
        );
        return Step::Go;
    }
    for nick in line.list(1) {
        let (room, reason) = (line.param(0).into(), line.param(2).into());
        turn.ask(Request::Kick { room, nick: nick.into(), reason });
    }
    Step::Go
}
