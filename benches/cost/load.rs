//! How much work a run is. Knows nothing of how it is done.

/// Sizes of all cases.
#[derive(Debug)]
pub(crate) struct Load {
    /// Members of the big room, senders included.
    pub(crate) members: usize,
    /// Those of them that send; fewer than ten, because a mark holds one digit.
    pub(crate) senders: usize,
    /// Messages of a sender that may be under way.
    pub(crate) window: usize,
    /// Messages of each sender.
    pub(crate) fan_out_messages: usize,
    /// Members that listen to the one sender.
    pub(crate) listeners: usize,
    /// Messages of the one sender.
    pub(crate) sender_messages: usize,
    /// Pairs that play ping-pong.
    pub(crate) pairs: usize,
    /// Rounds of each pair, two messages each.
    pub(crate) rounds: usize,
    /// Clients whose connecting is measured.
    pub(crate) few_clients: usize,
    /// Clients whose memory is measured once more.
    pub(crate) many_clients: usize,
    /// Clients that write to the desk.
    pub(crate) desk_clients: usize,
    /// Messages of each of them.
    pub(crate) desk_messages: usize,
}

impl Load {
    /// About five seconds a case.
    pub(crate) fn full() -> Self {
        Self {
            members: 200,
            senders: 4,
            window: 32,
            fan_out_messages: 17_500,
            listeners: 50,
            sender_messages: 6_000,
            pairs: 50,
            rounds: 5_000,
            few_clients: 2_000,
            many_clients: 10_000,
            desk_clients: 100,
            desk_messages: 2_000,
        }
    }

    /// To see that it works; the figures are rough.
    pub(crate) fn quick() -> Self {
        Self {
            fan_out_messages: 2_500,
            sender_messages: 1_000,
            rounds: 500,
            many_clients: 3_000,
            desk_messages: 300,
            ..Self::full()
        }
    }
}
