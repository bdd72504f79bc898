//! Ranks of members: what the letters of PREFIX give.

/// What a member may do, as bits, the higher rank the higher bit. A member may hold several; the highest one counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank(u8);

/// One rung of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rung {
    /// What stands before the nick.
    pub prefix: char,
    /// The rank.
    pub rank: Rank,
    /// Its name, as a refusal says it.
    pub name: &'static str,
}

impl Rank {
    /// No rank.
    pub const NONE: Self = Self(0);
    /// `v`, shown as `+`: speaks where others may not.
    pub const VOICE: Self = Self(1);
    /// `h`, shown as `%`: also kicks and voices those below, bans, invites and sets the topic.
    pub const HALFOP: Self = Self(1 << 1);
    /// `o`, shown as `@`: also sets all modes and gives the ranks up to its own.
    pub const OPERATOR: Self = Self(1 << 2);
    /// `a`, shown as `&`: as an operator, and safe from operators (with `rooms.owner-ranks`).
    pub const ADMIN: Self = Self(1 << 3);
    /// `q`, shown as `~`: also makes owners and admins (with `rooms.owner-ranks`).
    pub const OWNER: Self = Self(1 << 4);

    /// Every rank, highest first.
    pub const LADDER: [Rung; 5] = [
        Rung { prefix: '~', rank: Self::OWNER, name: "owner" },
        Rung { prefix: '&', rank: Self::ADMIN, name: "admin" },
        Rung { prefix: '@', rank: Self::OPERATOR, name: "operator" },
        Rung { prefix: '%', rank: Self::HALFOP, name: "half-operator" },
        Rung { prefix: '+', rank: Self::VOICE, name: "voice" },
    ];

    /// What the first in a room gets. An owner is an operator as well, for those who know no other prefix.
    #[must_use]
    pub const fn of_founder(has_owners: bool) -> Self {
        if has_owners { Self(Self::OWNER.0 | Self::OPERATOR.0) } else { Self::OPERATOR }
    }

    /// Whether all of `other` is held.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether the highest rank held is `least` or above.
    #[must_use]
    pub const fn reaches(self, least: Self) -> bool {
        self.0 >= least.0
    }

    /// With `other` switched.
    #[must_use]
    pub const fn with(self, other: Self, on: bool) -> Self {
        if on { Self(self.0 | other.0) } else { Self(self.0 & !other.0) }
    }

    /// Whether a member with this rank may kick one with the rank `other`, or change its rank: nobody acts on a higher rank,
    /// and only operators and above act on their equals.
    #[must_use]
    pub fn may_act_on(self, other: Self) -> bool {
        let (own, other) = (self.highest(), other.highest());
        own > other || (own == other && own.reaches(Self::OPERATOR))
    }

    /// The highest of the ranks held.
    fn highest(self) -> Self {
        Self::LADDER.into_iter().map(|rung| rung.rank).find(|rank| self.has(*rank)).unwrap_or_default()
    }

    /// The prefixes held, highest first.
    pub fn prefixes(self) -> impl Iterator<Item = char> {
        Self::LADDER.into_iter().filter(move |rung| self.has(rung.rank)).map(|rung| rung.prefix)
    }

    /// The rank with this prefix.
    #[must_use]
    pub fn of_prefix(prefix: char) -> Option<Self> {
        Self::LADDER.into_iter().find(|rung| rung.prefix == prefix).map(|rung| rung.rank)
    }

    /// What the highest rank held is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::LADDER.iter().find(|rung| self.has(rung.rank)).map_or("member", |rung| rung.name)
    }
}

#[cfg(test)]
mod tests {
    use super::Rank;

    #[test]
    fn nobody_acts_on_a_higher_rank_and_only_operators_on_equals() {
        use Rank as R;
        let both = R::VOICE.with(R::OPERATOR, true);
        for (own, other, may) in [
            (R::OPERATOR, R::OPERATOR, true),
            (R::OPERATOR, both, true),
            (both, R::OPERATOR, true),
            (R::OPERATOR, R::ADMIN, false),
            (R::OPERATOR, R::OWNER, false),
            (R::ADMIN, R::ADMIN, true),
            (R::OWNER, R::ADMIN, true),
            (R::HALFOP, R::HALFOP, false),
            (R::HALFOP, R::OPERATOR, false),
            (R::HALFOP, R::VOICE, true),
            (R::HALFOP, R::NONE, true),
            (R::VOICE, R::VOICE, false),
        ] {
            assert_eq!(own.may_act_on(other), may, "{} on {}", own.name(), other.name());
        }
    }

    #[test]
    fn prefixes_stand_highest_first() {
        let all = Rank::LADDER.into_iter().fold(Rank::NONE, |rank, rung| rank.with(rung.rank, true));
        assert_eq!(all.prefixes().collect::<String>(), "~&@%+");
        assert!(Rank::LADDER.is_sorted_by(|one, other| one.rank > other.rank));
    }
}
