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
    if line.list(0).next().is_none() {
        need_more(irc, line, turn);
    }
    // Keys belong to rooms by their place, so an empty one between two commas counts.
    let mut keys = line.param(1).split(',');
    for name in line.list(0) {
        let key = keys.next().filter(|key| !key.is_empty()).map(Into::into);
        match RoomName::parse(name, turn.setting.config.limits.room_name_length) {
            Ok(room) => turn.ask(Request::Join { room, key }),
            Err(_) => irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_NOSUCHCHANNEL, &[name]),
        }
    }
    Step::Go
}

/// `PART #a,#b :words`
pub(super) fn part(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    if line.list(0).next().is_none() {
        need_more(irc, line, turn);
    }
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

/// `RENAME #old #new :reason` (IRCv3 channel-rename). Who has not negotiated it may do it, too.
pub(super) fn rename(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    let (room, name) = (line.param(0), line.param(1));
    let mut pen = irc.pen(turn.setting, &mut turn.echo);
    if !turn.setting.config.irc.drafts {
        pen.numeric(Numeric::ERR_UNKNOWNCOMMAND, &[line.verb]);
        return Step::Go;
    }
    match RoomName::parse(name, turn.setting.config.limits.room_name_length) {
        Ok(name) => turn.ask(Request::Rename { room: room.into(), name, reason: line.param(2).into() }),
        Err(_) => {
            pen.server_line("FAIL", &["RENAME", "CANNOT_RENAME", room, name], "That is no name for a room");
        }
    }
    Step::Go
}

/// `INVITE nick #room`, or `INVITE` alone for the own invitations.
pub(super) fn invite(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    match line.params {
        [] => turn.ask(Request::Invitations),
        [nick, room, ..] if !nick.is_empty() && !room.is_empty() => {
            turn.ask(Request::Invite { nick: (*nick).into(), room: (*room).into() });
        }
        _ => need_more(irc, line, turn),
    }
    Step::Go
}

/// Says that something is missing.
fn need_more(irc: &Irc, line: &Line<'_>, turn: &mut Turn<'_>) {
    irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_NEEDMOREPARAMS, &[line.verb]);
}

/// `KICK #room nick,nick :reason`, or as many rooms as nicks (RFC 2812 §3.2.8).
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
    let (rooms, nicks): (Vec<_>, Vec<_>) = (line.list(0).collect(), line.list(1).collect());
    if nicks.is_empty() || (rooms.len() != 1 && rooms.len() != nicks.len()) {
        need_more(irc, line, turn);
        return Step::Go;
    }
    for (room, nick) in rooms.iter().cycle().zip(nicks) {
        let (room, reason) = ((*room).into(), line.param(2).into());
        turn.ask(Request::Kick { room, nick: nick.into(), reason });
    }
    Step::Go
}
