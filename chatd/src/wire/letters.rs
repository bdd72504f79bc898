//! Changes of modes as letters and parameters, the same in every dialect.

use crate::domain::mode::{RoomChange, UserMode};

/// Mode letters with a sign only where it changes: `+o-v`.
#[derive(Debug, Default)]
pub(super) struct Letters {
    pub(super) text: String,
    on: Option<bool>,
}

impl Letters {
    /// Appends one letter.
    pub(super) fn push(&mut self, letter: char, on: bool) {
        if self.on != Some(on) {
            self.text.push(if on { '+' } else { '-' });
            self.on = Some(on);
        }
        self.text.push(letter);
    }
}

/// A change as its letter, its direction and its parameter. Which key was taken away is told to nobody.
pub(super) fn room_change(change: &RoomChange) -> (char, bool, Option<String>) {
    let param = match change {
        RoomChange::Flag(..) | RoomChange::Limit(None) => None,
        RoomChange::Key(Some(key)) => Some(key.to_string()),
        RoomChange::Key(None) => Some("*".into()),
        RoomChange::Limit(Some(limit)) => Some(limit.to_string()),
        RoomChange::List(_, mask, _) => Some(mask.as_str().into()),
        RoomChange::Rank(_, nick, ..) => Some(nick.to_string()),
    };
    (change.letter(), change.is_on(), param)
}

/// Changes of user modes: `+iw-B`.
pub(crate) fn user_letters(changes: &[(UserMode, bool)]) -> String {
    let mut letters = Letters::default();
    for (mode, on) in changes {
        letters.push(mode.letter(), *on);
    }
    letters.text
}

/// Changes of a room's modes as one text: `+ov-m alice bob`.
pub(crate) fn room_text(changes: &[RoomChange]) -> String {
    let mut letters = Letters::default();
    let mut params = Vec::new();
    for (letter, on, param) in changes.iter().map(room_change) {
        letters.push(letter, on);
        params.extend(param);
    }
    params.insert(0, letters.text);
    params.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{room_text, user_letters};
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
        assert_eq!(room_text(&changes), "+mo-k+l alice * 20");
        assert_eq!(user_letters(&[(UserMode::Wallops, true), (UserMode::Invisible, false)]), "+w-i");
    }
}
