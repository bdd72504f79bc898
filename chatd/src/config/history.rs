//! `[history]`: what the store keeps, and how hard it holds on to it.

/// What is kept of rooms and of the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// Whether messages in rooms are kept; those to the desk always are.
    pub enabled: bool,
    /// When a message is safe from a loss of power.
    pub sync: Sync,
    /// Days for which a message is kept; 0 = for ever.
    pub keep_days: u32,
    /// Messages kept of each conversation; 0 = no bound.
    pub keep_count: u64,
}

/// When the store asks the disk to keep what was written. With each, a message is written to the operating
/// system before it is delivered, except with `Never`, which promises only that it will be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sync {
    /// fsync before delivery: what was seen survives a loss of power.
    Always,
    /// fsync once a second: what was seen survives a crash of the daemon.
    #[default]
    EverySecond,
    /// No fsync.
    Never,
}

impl Default for History {
    fn default() -> Self {
        Self { enabled: true, sync: Sync::default(), keep_days: 90, keep_count: 100_000 }
    }
}
