//! What a question selects by: rooms by name, size and age, clients by the facts that a mask is compared with. Values only;
//! whether something fits is decided where the state is.

/// One condition on rooms (`LIST`, ISUPPORT ELIST). All have to hold, but that of several names one is enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoomCondition {
    /// The name fits this mask.
    Named(Box<str>),
    /// The name does not fit this mask.
    NotNamed(Box<str>),
    /// It has more members than these.
    MoreThan(u64),
    /// It has fewer members than these.
    FewerThan(u64),
    /// It was created less than so many minutes ago.
    CreatedWithin(u64),
    /// It was created more than so many minutes ago.
    CreatedBefore(u64),
    /// Its topic was set less than so many minutes ago.
    TopicWithin(u64),
    /// Its topic was set more than so many minutes ago.
    TopicBefore(u64),
}

impl RoomCondition {
    /// The mask in it, if it has one.
    #[must_use]
    pub fn mask(&self) -> Option<&str> {
        match self {
            Self::Named(mask) | Self::NotNamed(mask) => Some(mask),
            _ => None,
        }
    }
}

/// A set of facts about a client with which a mask may be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts(u8);

impl Facts {
    /// The nick.
    pub const NICK: Self = Self(1);
    /// The user name.
    pub const USER: Self = Self(2);
    /// The host that others see.
    pub const HOST: Self = Self(4);
    /// The real name.
    pub const REAL_NAME: Self = Self(8);
    /// The account.
    pub const ACCOUNT: Self = Self(16);
    /// Where it really comes from, for those who may see it; they find it by its host as well.
    pub const ORIGIN: Self = Self(32);
    /// `nick!user@host` as one text.
    pub const SOURCE: Self = Self(64);
    /// What a mask means when nothing is said about it.
    pub const USUAL: Self =
        Self(Self::NICK.0 | Self::USER.0 | Self::HOST.0 | Self::REAL_NAME.0 | Self::SOURCE.0);
    /// None at all.
    pub const NONE: Self = Self(0);

    /// Whether all of `other` is in it.
    #[must_use]
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// With all of `other`.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Most clients that a WHO answers with, so that one question cannot fill an outbox; modern servers do the same.
const WHO_MAX: usize = 2000;

/// Whom a client asks for, and in which form it wants to be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhoAsk {
    /// A room, a nick or a mask as typed; `*` and `0` mean all.
    pub mask: Box<str>,
    /// Only operators.
    pub operators_only: bool,
    /// What the mask is compared with.
    pub facts: Facts,
    /// The form of the answer; only the dialect reads it.
    pub form: Option<WhoForm>,
    /// The slot of the first client that is looked at: a mask is held against all clients, but not in one turn of the owner.
    pub from: u32,
    /// How many may still be found.
    pub left: usize,
}

/// Which columns of a WHO a client wants to read (IRCv3 WHOX).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhoForm {
    /// A letter for each column.
    pub columns: Box<str>,
    /// The word with which the client finds the answer again.
    pub token: Box<str>,
}

impl WhoAsk {
    /// All that fits `mask`, in the usual form.
    #[must_use]
    pub fn of(mask: &str) -> Self {
        let (facts, form) = (Facts::USUAL, None);
        Self { mask: mask.into(), operators_only: false, facts, form, from: 0, left: WHO_MAX }
    }

    /// The same for those from this slot on, after so many have been found.
    #[must_use]
    pub fn go_on(&self, from: u32, found: usize) -> Self {
        Self { from, left: self.left.saturating_sub(found), ..self.clone() }
    }
}
