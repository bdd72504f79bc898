//! Modes of rooms and of users as tables: a letter, what it means, whether it takes a parameter, who may set it. Owns no rule of
//! what follows from a mode: that is [`policy`](super::policy)'s.

mod extban;
mod flag;
mod list;
mod rank;
mod table;
mod user;

pub use extban::{EXTBAN_PREFIX, EXTBANS, Extban};
pub use flag::{RoomFlag, RoomFlags};
pub use list::{BadMask, ListMask, RoomList, Subject};
pub use rank::{Rank, Rung};
pub use table::{Kind, RoomMode, room_mode, room_modes};
pub use user::{UserMode, UserModes};

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
    List(RoomList, ListMask, bool),
    /// A member's rank on or off: the rank, the member's nick and id.
    Rank(Rank, Box<str>, super::id::ClientId, bool),
}

impl RoomChange {
    /// Which mode it changes.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Flag(flag, _) => Kind::Flag(*flag),
            Self::Key(_) => Kind::Key,
            Self::Limit(_) => Kind::Limit,
            Self::List(list, ..) => Kind::List(*list),
            Self::Rank(rank, ..) => Kind::Rank(*rank),
        }
    }

    /// Whether it is set, or taken away.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        match self {
            Self::Flag(_, on) | Self::List(.., on) | Self::Rank(.., on) => *on,
            Self::Key(key) => key.is_some(),
            Self::Limit(limit) => limit.is_some(),
        }
    }

    /// Its letter.
    #[must_use]
    pub fn letter(&self) -> char {
        table::letter_of(self.kind())
    }

    /// The least rank that may make it.
    #[must_use]
    pub fn needs(&self) -> Rank {
        table::needs_of(self.kind())
    }
}
