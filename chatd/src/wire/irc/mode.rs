//! MODE: what letters mean is the domain's; here they are only paired with their parameters.

use chat_proto::irc::Numeric;

use super::Irc;
use super::line::Line;
use super::turn::Turn;
use crate::domain::mode::{Kind, RoomList, UserMode, room_mode};
use crate::domain::request::{ModeAsk, Request};
use crate::wire::{Step, desk};

/// Most changes with a parameter in one MODE, announced as MODES. A message has 15 parameters (RFC 2812 §2.3), of which two are the
/// room and the letters and the last may hold several with blanks between them: it is never looked at. Changes without a
/// parameter are bounded by the length of a line.
pub(super) const MODES_MAX: usize = 12;

/// `MODE #room …` or `MODE nick …`
pub(super) fn mode(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    if line.param(0).starts_with('#') {
        room(irc, line, turn);
    } else {
        user(irc, line, turn);
    }
    Step::Go
}

/// What the letters of a room's MODE ask for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Asked {
    changes: Vec<ModeAsk>,
    /// Lists to be shown: their letter came without a mask.
    lists: Vec<RoomList>,
    /// Whether there were more changes than one MODE may have.
    is_cut: bool,
}

fn room(irc: &Irc, line: &Line<'_>, turn: &mut Turn<'_>) {
    let room: Box<str> = line.param(0).into();
    if line.param(1).is_empty() {
        turn.ask(Request::RoomModes { room });
        return;
    }
    let asked = parse(line.param(1), &line.params[2..], turn.setting.config.rooms.owner_ranks);
    if asked.is_cut {
        irc.pen(turn.setting, &mut turn.echo).server_line(
            "FAIL",
            &["MODE", "TOO_MANY_MODES", &room],
            &format!("Only the first {MODES_MAX} changes with a parameter were taken, that is as many as one MODE may have"),
        );
    }
    if !asked.changes.is_empty() {
        turn.ask(Request::SetRoomModes { room: room.clone(), changes: asked.changes });
    }
    for list in asked.lists {
        turn.ask(Request::RoomList { room: room.clone(), list });
    }
}

/// Pairs letters with parameters, from left to right (RFC 2812 §3.2.3).
fn parse(letters: &str, params: &[&str], has_owners: bool) -> Asked {
    let mut asked = Asked::default();
    let mut with_param = 0;
    let mut params = params.iter().map(|param| Box::from(*param));
    let mut on = true;
    for letter in letters.chars() {
        match letter {
            '+' => on = true,
            '-' => on = false,
            _ => {
                let kind = room_mode(letter, has_owners).map(|mode| mode.kind);
                let takes_param = kind.is_some_and(|kind| kind.takes_param(on));
                let param = if takes_param { params.next() } else { None };
                if let (Some(Kind::List(list)), None) = (kind, &param) {
                    asked.lists.extend((!asked.lists.contains(&list)).then_some(list));
                } else if takes_param && with_param == MODES_MAX {
                    asked.is_cut = true;
                } else {
                    with_param += usize::from(param.is_some());
                    asked.changes.push(ModeAsk { letter, on, param });
                }
            }
        }
    }
    asked
}

fn user(irc: &Irc, line: &Line<'_>, turn: &mut Turn<'_>) {
    if !desk::is_same(&turn.setting.config, line.param(0), irc.nick()) {
        turn.ask(Request::ModesOf(line.param(0).into()));
        return;
    }
    if line.param(1).is_empty() {
        turn.ask(Request::UserModes);
        return;
    }
    let mut changes = Vec::new();
    let mut is_unknown = false;
    let mut on = true;
    for letter in line.param(1).chars() {
        match (letter, UserMode::with_letter(letter)) {
            ('+', _) => on = true,
            ('-', _) => on = false,
            // Only OPER makes an operator; RFC 2812 §3.1.5 wants the attempt ignored.
            (_, Some(UserMode::Operator)) if on => {}
            (_, Some(mode)) => changes.push((mode, on)),
            (_, None) => is_unknown = true,
        }
    }
    if is_unknown {
        irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_UMODEUNKNOWNFLAG, &[]);
    }
    if !changes.is_empty() {
        turn.ask(Request::SetUserModes(changes));
    }
}

#[cfg(test)]
mod tests {
    use super::{Asked, MODES_MAX, parse};
    use crate::domain::mode::RoomList;
    use crate::domain::request::ModeAsk;

    fn ask(letter: char, on: bool, param: Option<&str>) -> ModeAsk {
        ModeAsk { letter, on, param: param.map(Into::into) }
    }

    #[test]
    fn letters_take_the_parameters_that_are_theirs() {
        for (letters, params, expected) in [
            ("+o-v", &["a", "b"][..], vec![ask('o', true, Some("a")), ask('v', false, Some("b"))]),
            ("i", &[], vec![ask('i', true, None)]),
            (
                "+kl-l",
                &["key", "5"],
                vec![ask('k', true, Some("key")), ask('l', true, Some("5")), ask('l', false, None)],
            ),
            ("-k", &[], vec![ask('k', false, None)]),
            ("-k+b", &["x", "m!*@*"], vec![ask('k', false, Some("x")), ask('b', true, Some("m!*@*"))]),
            ("+o", &[], vec![ask('o', true, None)]),
            ("+Zb", &["m"], vec![ask('Z', true, None), ask('b', true, Some("m"))]),
            ("+-", &[], vec![]),
        ] {
            assert_eq!(
                parse(letters, params, false),
                Asked { changes: expected, ..Asked::default() },
                "{letters}"
            );
        }
    }

    #[test]
    fn a_list_without_a_mask_is_shown_once() {
        let asked = parse("b+bI", &[], false);
        assert_eq!(asked.lists, [RoomList::Ban, RoomList::InviteException]);
        assert!(asked.changes.is_empty());
    }

    #[test]
    fn so_many_changes_are_taken_and_not_one_more() {
        let nicks = ["a"; MODES_MAX + 1];
        let at_the_limit = parse(&"v".repeat(MODES_MAX), &nicks[1..], false);
        assert_eq!((at_the_limit.changes.len(), at_the_limit.is_cut), (MODES_MAX, false));
        let beyond = parse(&format!("s{}t", "v".repeat(MODES_MAX + 1)), &nicks, false);
        assert_eq!((beyond.changes.len(), beyond.is_cut), (MODES_MAX + 2, true));
    }

    #[test]
    fn the_setting_decides_whether_q_is_a_list_or_a_rank() {
        assert_eq!(parse("q", &[], false).lists, [RoomList::Quiet]);
        assert_eq!(parse("q", &[], true).changes, [ask('q', true, None)]);
        assert_eq!(parse("+a", &["bob"], true).changes, [ask('a', true, Some("bob"))]);
        assert_eq!(parse("+a", &["bob"], false).changes, [ask('a', true, None)]);
    }
}
