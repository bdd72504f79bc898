//! Flags of a room: on or off, without a parameter.

use super::table::{Kind, letter_of, room_modes};

/// What a room's flag modes say; their letters and who may set them are in [`room_modes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RoomFlag {
    /// `i`: only invited clients may join.
    InviteOnly,
    /// `m`: only members with a rank may speak.
    Moderated,
    /// `n`: only members may speak.
    NoExternal,
    /// `p`: in no list of rooms and in nobody's WHOIS, but there for who knows its name (RFC 2812 §4.2.6).
    Private,
    /// `s`: invisible to those outside.
    Secret,
    /// `t`: only half-operators and above change the topic.
    TopicLocked,
    /// `C`: no CTCP but `ACTION`.
    NoCtcp,
    /// `M`: only the identified and members with a rank may speak.
    IdentifiedSpeak,
    /// `N`: members without a rank keep their nick.
    NickLocked,
    /// `R`: only the identified may join.
    IdentifiedOnly,
    /// `S`: only those with TLS may join.
    SecureOnly,
    /// `T`: no NOTICE.
    NoNotice,
    /// `U`: what those without a rank say is heard by half-operators and above only.
    OperatorsHear,
    /// `c`: colours and other formatting are taken out of what is said.
    Plain,
}

impl RoomFlag {
    /// Its bit in [`RoomFlags`].
    fn bit(self) -> u32 {
        1 << self as u32
    }

    /// Its letter.
    #[must_use]
    pub fn letter(self) -> char {
        letter_of(Kind::Flag(self))
    }
}

/// A set of [`RoomFlag`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoomFlags(u32);

impl RoomFlags {
    /// What a new room has: `+nt`.
    #[must_use]
    pub fn of_new_room() -> Self {
        let mut flags = Self::default();
        flags.set(RoomFlag::NoExternal, true);
        flags.set(RoomFlag::TopicLocked, true);
        flags
    }

    /// Whether `flag` is on.
    #[must_use]
    pub fn has(self, flag: RoomFlag) -> bool {
        self.0 & flag.bit() != 0
    }

    /// Switches `flag`.
    pub fn set(&mut self, flag: RoomFlag, on: bool) {
        if on {
            self.0 |= flag.bit();
        } else {
            self.0 &= !flag.bit();
        }
    }

    /// The letters that are on, sorted.
    #[must_use]
    pub fn letters(self) -> String {
        let is_on = |kind| matches!(kind, Kind::Flag(flag) if self.has(flag));
        room_modes(false).filter(|mode| is_on(mode.kind)).map(|mode| mode.letter).collect()
    }
}
