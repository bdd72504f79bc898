//! Room modes and user modes as tables: a letter, what it means, whether it takes a parameter.

use chat_proto::mask::Mask;

/// What a room's flag modes say, all off but `n` and `t` when a room is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RoomFlag {
    /// `i`: only invited clients may join.
    InviteOnly,
    /// `m`: only operators and voiced members may speak.
    Moderated,
    /// `n`: only members may speak.
    NoExternal,
    /// `s`: invisible to those outside.
    Secret,
    /// `t`: only operators change the topic.
    TopicLocked,
}

impl RoomFlag {
    /// Letter of every flag, sorted by letter.
    pub const TABLE: [(char, Self); 5] = [
        ('i', Self::InviteOnly),
        ('m', Self::Moderated),
        ('n', Self::NoExternal),
        ('s', Self::Secret),
        ('t', Self::TopicLocked),
    ];

    /// Its bit in [`RoomFlags`].
    fn bit(self) -> u8 {
        1 << self as u8
    }

    /// Its letter.
    #[must_use]
    pub fn letter(self) -> char {
        Self::TABLE[self as usize].0
    }
}

/// A set of [`RoomFlag`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoomFlags(u8);

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
        RoomFlag::TABLE.iter().filter(|(_, flag)| self.has(*flag)).map(|(letter, _)| *letter).collect()
    }
}

/// The lists of masks that a room keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomList {
    /// `b`: may not join or speak.
    Ban,
    /// `e`: excepted from bans.
    Exception,
    /// `I`: may join an invite-only room.
    InviteException,
}

impl RoomList {
    /// Letter of every list.
    pub const TABLE: [(char, Self); 3] =
        [('b', Self::Ban), ('e', Self::Exception), ('I', Self::InviteException)];

    /// Its letter.
    #[must_use]
    pub fn letter(self) -> char {
        Self::TABLE[self as usize].0
    }
}

/// What a member may do, as bits: `v` speaks in a moderated room, `o` also steers the room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rank(u8);

impl Rank {
    /// No rank.
    pub const NONE: Self = Self(0);
    /// `v`, shown as `+`.
    pub const VOICE: Self = Self(1);
    /// `o`, shown as `@`.
    pub const OPERATOR: Self = Self(2);
    /// Mode letter, prefix and rank, highest first.
    pub const TABLE: [(char, char, Self); 2] = [('o', '@', Self::OPERATOR), ('v', '+', Self::VOICE)];

    /// Whether all of `other` is held.
    #[must_use]
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// With `other` switched.
    #[must_use]
    pub fn with(self, other: Self, on: bool) -> Self {
        if on { Self(self.0 | other.0) } else { Self(self.0 & !other.0) }
    }

    /// The rank that a prefix stands for.
    #[must_use]
    pub fn of_prefix(prefix: char) -> Option<Self> {
        Self::TABLE.into_iter().find(|(_, known, _)| *known == prefix).map(|(.., rank)| rank)
    }

    /// Whether `least` is held, or something above it in [`Self::TABLE`].
    #[must_use]
    pub fn reaches(self, least: Self) -> bool {
        let at = Self::TABLE.iter().position(|(.., rank)| *rank == least);
        at.is_some_and(|at| Self::TABLE.iter().take(at + 1).any(|(.., rank)| self.has(*rank)))
    }

    /// The prefixes held, highest first.
    pub fn prefixes(self) -> impl Iterator<Item = char> {
        Self::TABLE.into_iter().filter(move |(_, _, rank)| self.has(*rank)).map(|(_, prefix, _)| prefix)
    }
}

/// One change of a room's modes, complete and checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoomChange {
    /// A flag on or off.
    Flag(RoomFlag, bool),
    /// `k`: a new key, or none.
    Key(Option<Box<str>>),
    /// `l`: a new limit, or none.
    Limit(Option<u32>),
    /// A mask into a list (true) or out of it.
    List(RoomList, Mask, bool),
    /// A member's rank on or off: the rank, the member's nick and id.
    Rank(Rank, Box<str>, super::id::ClientId, bool),
}

/// User modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserMode {
    /// `B`: says that it is a program (IRCv3 bot-mode).
    Bot,
    /// `i`: not shown to those who share no room.
    Invisible,
    /// `o`: a server operator; given by OPER only, may be laid down.
    Operator,
    /// `w`: receives WALLOPS.
    Wallops,
}

impl UserMode {
    /// Letter of every user mode, sorted.
    pub const TABLE: [(char, Self); 4] =
        [('B', Self::Bot), ('i', Self::Invisible), ('o', Self::Operator), ('w', Self::Wallops)];

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
