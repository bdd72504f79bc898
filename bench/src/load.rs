//! How much work a run is. Knows nothing of how it is done.

/// Sizes of all workloads.
#[derive(Debug)]
pub(crate) struct Load {
    /// Members of the big room, senders included.
    pub(crate) members: usize,
    /// Those of them that send.
    pub(crate) senders: usize,
    /// Messages of a sender that may be under way.
    pub(crate) window: usize,
    /// Messages of each sender.
    pub(crate) fan_out_messages: usize,
    /// Messages a second in the big room when it is paced, all senders together.
    pub(crate) paced_rate: usize,
    /// Seconds that an open loop lasts.
    pub(crate) paced_seconds: usize,
    /// Small rooms, and members of each.
    pub(crate) small_rooms: usize,
    pub(crate) small_members: usize,
    /// Pairs that play ping-pong.
    pub(crate) pairs: usize,
    /// Rounds of each pair, two messages each.
    pub(crate) rounds: usize,
    /// Clients whose connecting is measured.
    pub(crate) storm: usize,
    /// Clients whose memory is measured.
    pub(crate) idle: usize,
    /// Members that stop reading.
    pub(crate) slow: usize,
    /// Messages of each sender beside members that do not read.
    pub(crate) slow_messages: usize,
    /// Clients that write to the desk.
    pub(crate) desk_clients: usize,
    /// Messages of each of them.
    pub(crate) desk_messages: usize,
    /// Messages a second to the desk when it is paced, all clients together.
    pub(crate) desk_rate: usize,
    /// Messages in the store that is started with.
    pub(crate) stored: usize,
}

impl Load {
    /// What the figures are taken with.
    pub(crate) fn full() -> Self {
        Self {
            members: 200,
            senders: 4,
            window: 32,
            fan_out_messages: 6_000,
            paced_rate: 100,
            paced_seconds: 5,
            small_rooms: 100,
            small_members: 10,
            pairs: 50,
            rounds: 1_500,
            storm: 2_000,
            idle: 10_000,
            slow: 10,
            slow_messages: 5_000,
            desk_clients: 100,
            desk_messages: 1_500,
            desk_rate: 1_000,
            stored: 1_000_000,
        }
    }

    /// To see that it works; the figures are rough.
    pub(crate) fn quick() -> Self {
        Self {
            fan_out_messages: 500,
            paced_seconds: 1,
            rounds: 50,
            storm: 300,
            idle: 1_000,
            slow_messages: 1_600,
            desk_messages: 50,
            stored: 20_000,
            ..Self::full()
        }
    }
}
