//! Every mode of rooms, one row each: what it is, and who may set it. CHANMODES, PREFIX, MAXLIST and RPL_MYINFO are made from
//! these rows, and nothing that is not here can be set.

use super::{Rank, RoomFlag, RoomList};

/// What a letter stands for (RFC 2812 §3.2.3; the types of CHANMODES).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Type A: an entry of a list.
    List(RoomList),
    /// Type B: the key; set and taken away with a parameter.
    Key,
    /// Type C: the limit; a parameter only when it is set.
    Limit,
    /// Type D: a flag, never with a parameter.
    Flag(RoomFlag),
    /// A member's rank, always with a nick.
    Rank(Rank),
}

/// Under which setting a row counts: `q` is a list, or a rank with `rooms.owner-ranks`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Always,
    WithOwners,
    WithoutOwners,
}

/// One mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomMode {
    /// Its letter.
    pub letter: char,
    /// What it is.
    pub kind: Kind,
    /// The least rank that may set it and take it away.
    pub needs: Rank,
    when: When,
}

const fn row(letter: char, kind: Kind, needs: Rank) -> RoomMode {
    RoomMode { letter, kind, needs, when: When::Always }
}

/// Sorted by letter; of two rows with the same letter only one ever counts.
static ROOM_MODES: [RoomMode; 25] = [
    row('C', Kind::Flag(RoomFlag::NoCtcp), Rank::OPERATOR),
    row('I', Kind::List(RoomList::InviteException), Rank::HALFOP),
    row('M', Kind::Flag(RoomFlag::IdentifiedSpeak), Rank::OPERATOR),
    row('N', Kind::Flag(RoomFlag::NickLocked), Rank::OPERATOR),
    row('R', Kind::Flag(RoomFlag::IdentifiedOnly), Rank::OPERATOR),
    row('S', Kind::Flag(RoomFlag::SecureOnly), Rank::OPERATOR),
    row('T', Kind::Flag(RoomFlag::NoNotice), Rank::OPERATOR),
    row('U', Kind::Flag(RoomFlag::OperatorsHear), Rank::OPERATOR),
    RoomMode { when: When::WithOwners, ..row('a', Kind::Rank(Rank::ADMIN), Rank::OWNER) },
    row('b', Kind::List(RoomList::Ban), Rank::HALFOP),
    row('c', Kind::Flag(RoomFlag::Plain), Rank::OPERATOR),
    row('e', Kind::List(RoomList::Exception), Rank::HALFOP),
    row('h', Kind::Rank(Rank::HALFOP), Rank::OPERATOR),
    row('i', Kind::Flag(RoomFlag::InviteOnly), Rank::OPERATOR),
    row('k', Kind::Key, Rank::OPERATOR),
    row('l', Kind::Limit, Rank::OPERATOR),
    row('m', Kind::Flag(RoomFlag::Moderated), Rank::OPERATOR),
    row('n', Kind::Flag(RoomFlag::NoExternal), Rank::OPERATOR),
    row('o', Kind::Rank(Rank::OPERATOR), Rank::OPERATOR),
    row('p', Kind::Flag(RoomFlag::Private), Rank::OPERATOR),
    RoomMode { when: When::WithoutOwners, ..row('q', Kind::List(RoomList::Quiet), Rank::HALFOP) },
    RoomMode { when: When::WithOwners, ..row('q', Kind::Rank(Rank::OWNER), Rank::OWNER) },
    row('s', Kind::Flag(RoomFlag::Secret), Rank::OPERATOR),
    row('t', Kind::Flag(RoomFlag::TopicLocked), Rank::OPERATOR),
    row('v', Kind::Rank(Rank::VOICE), Rank::HALFOP),
];

impl Kind {
    /// Whether the letter comes with a parameter: types A and B and the ranks always, type C when it is set.
    #[must_use]
    pub const fn takes_param(self, on: bool) -> bool {
        match self {
            Self::List(_) | Self::Key | Self::Rank(_) => true,
            Self::Limit => on,
            Self::Flag(_) => false,
        }
    }
}

/// The modes there are, sorted by letter; `has_owners` is `rooms.owner-ranks`.
pub fn room_modes(has_owners: bool) -> impl Iterator<Item = &'static RoomMode> {
    let counts = move |when| match when {
        When::Always => true,
        When::WithOwners => has_owners,
        When::WithoutOwners => !has_owners,
    };
    ROOM_MODES.iter().filter(move |mode| counts(mode.when))
}

/// The mode with this letter.
#[must_use]
pub fn room_mode(letter: char, has_owners: bool) -> Option<&'static RoomMode> {
    room_modes(has_owners).find(|mode| mode.letter == letter)
}

/// The least rank that may change this.
pub(super) fn needs_of(kind: Kind) -> Rank {
    ROOM_MODES.iter().find(|mode| mode.kind == kind).map_or(Rank::OPERATOR, |mode| mode.needs)
}

/// The letter of this.
pub(super) fn letter_of(kind: Kind) -> char {
    ROOM_MODES.iter().find(|mode| mode.kind == kind).map_or('?', |mode| mode.letter)
}

#[cfg(test)]
mod tests {
    use super::{Kind, ROOM_MODES, room_mode, room_modes};
    use crate::domain::mode::{Rank, RoomFlag, RoomList};

    #[test]
    fn the_table_is_sorted_and_a_letter_means_one_thing_at_a_time() {
        assert!(ROOM_MODES.is_sorted_by_key(|mode| mode.letter));
        for has_owners in [false, true] {
            let letters: Vec<_> = room_modes(has_owners).map(|mode| mode.letter).collect();
            assert!(letters.is_sorted_by(|one, other| one < other), "{letters:?}");
        }
    }

    #[test]
    fn the_setting_turns_the_list_of_the_quiet_into_a_rank() {
        let kind = |letter, has_owners| room_mode(letter, has_owners).map(|mode| mode.kind);
        assert_eq!(kind('q', false), Some(Kind::List(RoomList::Quiet)));
        assert_eq!(kind('q', true), Some(Kind::Rank(Rank::OWNER)));
        assert_eq!((kind('a', false), kind('a', true)), (None, Some(Kind::Rank(Rank::ADMIN))));
    }

    #[test]
    fn every_rank_and_flag_has_its_letter() {
        let letters: String =
            Rank::LADDER.iter().map(|rung| super::letter_of(Kind::Rank(rung.rank))).collect();
        assert_eq!(letters, "qaohv");
        assert_eq!(RoomFlag::Plain.letter(), 'c');
    }
}
