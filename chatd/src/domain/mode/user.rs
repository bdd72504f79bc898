//! Modes of users.

/// User modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserMode {
    /// `B`: says that it is a program (IRCv3 bot-mode).
    Bot,
    /// `R`: takes private messages from the identified only.
    IdentifiedOnly,
    /// `T`: takes no CTCP but `ACTION` from others alone, answers to one's own included.
    NoCtcp,
    /// `i`: not shown to those who share no room.
    Invisible,
    /// `o`: a server operator; given by OPER only, may be laid down.
    Operator,
    /// `w`: receives WALLOPS.
    Wallops,
}

impl UserMode {
    /// Letter of every user mode, sorted, in the order of the variants.
    pub const TABLE: [(char, Self); 6] = [
        ('B', Self::Bot),
        ('R', Self::IdentifiedOnly),
        ('T', Self::NoCtcp),
        ('i', Self::Invisible),
        ('o', Self::Operator),
        ('w', Self::Wallops),
    ];

    /// The mode with this letter.
    #[must_use]
    pub fn with_letter(letter: char) -> Option<Self> {
        Self::TABLE.into_iter().find(|(known, _)| *known == letter).map(|(_, mode)| mode)
    }

    /// Its letter.
    #[must_use]
    pub const fn letter(self) -> char {
        Self::TABLE[self as usize].0
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of [`UserMode`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UserModes(u8);

impl UserModes {
    /// Whether `mode` is on.
    #[must_use]
    pub fn has(self, mode: UserMode) -> bool {
        self.0 & mode.bit() != 0
    }

    /// Switches `mode`.
    pub fn set(&mut self, mode: UserMode, on: bool) {
        if on {
            self.0 |= mode.bit();
        } else {
            self.0 &= !mode.bit();
        }
    }

    /// The letters that are on, sorted, without `+`.
    #[must_use]
    pub fn letters(self) -> String {
        UserMode::TABLE.iter().filter(|(_, mode)| self.has(*mode)).map(|(letter, _)| *letter).collect()
    }
}
