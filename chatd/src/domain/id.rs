//! The identities that objects refer to each other by. Ids are values; nothing here owns what it names.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One connection for as long as it lasts.
///
/// The slot is its place in the roster and the state and is used again; the serial number never is (within one run of
/// the daemon), so a stale id finds nothing instead of somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId {
    /// Index into dense tables.
    pub slot: u32,
    /// What people see: clients are numbered in the order of their arrival.
    pub serial: u32,
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serial.fmt(f)
    }
}

/// One room for as long as somebody is in it; slot and serial as in [`ClientId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoomId {
    /// Index into the table of rooms.
    pub slot: u32,
    /// Rooms are numbered in the order of their creation.
    pub serial: u32,
}

/// The place of an event in the log. Never given twice, also not by a later run of the daemon, and below 2^53 so that
/// JSON readers keep it exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// The place behind this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One desk conversation: the sequence number of the registration that it belongs to. A guest who comes back under the
/// same nick therefore gets a new one, and never somebody else's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeskId(pub u64);

impl fmt::Display for DeskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A moment, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(pub u64);

impl Time {
    /// Whole seconds since 1970, as IRC's numerics carry them.
    #[must_use]
    pub fn seconds(self) -> u64 {
        self.0 / 1000
    }

    /// Milliseconds from `earlier` to this moment; 0 when the clock went backwards.
    #[must_use]
    pub fn since_ms(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}
