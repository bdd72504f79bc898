//! Changes of modes as one text, `+o-v alice bob`. The same letters as over IRC; keys are shown to those who run the server.

use crate::domain::mode::{Rank, RoomChange, UserMode};

/// Changes of a room's modes, with their parameters behind the letters.
pub(super) fn of_room(changes: &[RoomChange]) -> String {
    let changes: Vec<_> = changes.iter().map(room_change).collect();
    let mut text = letters(changes.iter().map(|(letter, is_on, _)| (*letter, *is_on)));
    for (.., parameter) in changes {
        if let Some(parameter) = parameter {
            text.push(' ');
            text.push_str(&parameter);
        }
    }
    text
}

/// Changes of a client's own modes.
pub(super) fn of_user(changes: &[(UserMode, bool)]) -> String {
    let letter =
        |mode: UserMode| UserMode::TABLE.iter().find(|(_, known)| *known == mode).map(|(letter, _)| *letter);
    letters(changes.iter().filter_map(|(mode, is_on)| Some((letter(*mode)?, *is_on))))
}

/// Letters with a sign where it changes.
fn letters(changes: impl Iterator<Item = (char, bool)>) -> String {
    let (mut text, mut sign) = (String::new(), None);
    for (letter, is_on) in changes {
        if sign.replace(is_on) != Some(is_on) {
            text.push(if is_on { '+' } else { '-' });
        }
        text.push(letter);
    }
    text
}

fn room_change(change: &RoomChange) -> (char, bool, Option<String>) {
    let rank_letter =
        |rank| Rank::TABLE.iter().find(|(.., known)| *known == rank).map_or('v', |(letter, ..)| *letter);
    match change {
        RoomChange::Flag(flag, is_on) => (flag.letter(), *is_on, None),
        RoomChange::Key(key) => ('k', key.is_some(), key.as_deref().map(str::to_owned)),
        RoomChange::Limit(limit) => ('l', limit.is_some(), limit.map(|limit| limit.to_string())),
        RoomChange::List(list, mask, is_on) => (list.letter(), *is_on, Some(mask.as_str().to_owned())),
        RoomChange::Rank(rank, nick, _, is_on) => (rank_letter(*rank), *is_on, Some(nick.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::{of_room, of_user};
    use crate::domain::id::ClientId;
    use crate::domain::mode::{Rank, RoomChange, RoomFlag, UserMode};

    #[test]
    fn a_sign_stands_where_it_changes_and_parameters_stand_behind() {
        let alice = ClientId { slot: 0, serial: 1 };
        let changes = [
            RoomChange::Flag(RoomFlag::Moderated, true),
            RoomChange::Rank(Rank::OPERATOR, "alice".into(), alice, true),
            RoomChange::Key(None),
            RoomChange::Limit(Some(20)),
        ];
        assert_eq!(of_room(&changes), "+mo-k+l alice 20");
        assert_eq!(of_user(&[(UserMode::Wallops, true), (UserMode::Invisible, false)]), "+w-i");
    }
}
