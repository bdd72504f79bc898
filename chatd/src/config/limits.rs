//! `[limits]`: the bounds that keep one client from harming the others. Enforces none of them.

use std::time::Duration;

/// Every bound. Lengths are bytes; 0 means "no bound" only where it says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Clients at once.
    pub clients: usize,
    /// Clients at once from one IP address; 0 = no bound.
    pub clients_per_address: usize,
    /// How long a client may take to register.
    pub registration_timeout: Duration,
    /// After how long a silence the client is sent a PING.
    pub ping_interval: Duration,
    /// How long the client may take to answer it.
    pub ping_timeout: Duration,
    /// Queued bytes above which the client's own requests pause; less than `outbox_hard`.
    pub outbox_soft: usize,
    /// Queued bytes above which the client is disconnected.
    pub outbox_hard: usize,
    /// How long a closing client may take to read what is queued for it, its farewell included.
    pub write_grace: Duration,
    /// Lines a second that a client may send for long.
    pub input_rate: u32,
    /// Lines that it may send at once after a pause.
    pub input_burst: u32,
    /// The longest nick, announced as NICKLEN.
    pub nick_length: usize,
    /// The longest name of a room, announced as CHANNELLEN.
    pub room_name_length: usize,
    /// The longest topic, announced as TOPICLEN.
    pub topic_length: usize,
    /// The longest reason for a kick, announced as KICKLEN.
    pub kick_length: usize,
    /// The longest away message, announced as AWAYLEN.
    pub away_length: usize,
    /// Rooms in which one client may be, announced as CHANLIMIT.
    pub rooms_per_client: usize,
    /// Rooms that may exist.
    pub rooms: usize,
    /// Entries in each list of a room (bans, exceptions, invitations), announced as MAXLIST.
    pub room_list_entries: usize,
    /// Recipients of one message, announced as TARGMAX.
    pub targets: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            clients: 10_000,
            clients_per_address: 0,
            registration_timeout: Duration::from_secs(30),
            ping_interval: Duration::from_secs(90),
            ping_timeout: Duration::from_secs(60),
            outbox_soft: 64 * 1024,
            outbox_hard: 1024 * 1024,
            write_grace: Duration::from_secs(5),
            input_rate: 20,
            input_burst: 200,
            nick_length: 30,
            room_name_length: 64,
            topic_length: 390,
            kick_length: 300,
            away_length: 300,
            rooms_per_client: 100,
            rooms: 100_000,
            room_list_entries: 100,
            targets: 4,
        }
    }
}
