//! Who knocked lately and where, so that nobody is bothered (KNOCK). Remembers no more than [`KNOCKS_MAX`] and none for longer
//! than `limits.knock-interval`.

use std::collections::VecDeque;
use std::time::Duration;

use crate::domain::id::{ClientId, RoomId, Time};

/// Most knocks on the whole server in one interval.
pub const KNOCKS_MAX: usize = 1000;

/// The latest knocks.
#[derive(Debug, Default)]
pub struct Knocks {
    latest: VecDeque<(Time, ClientId, RoomId)>,
}

impl Knocks {
    /// Whether nobody has knocked at `room`, and `client` nowhere, in the `interval_ms` before `now`.
    #[must_use]
    pub fn are_calm(&self, client: ClientId, room: RoomId, now: Time, interval: Duration) -> bool {
        let mut lately = self.latest.iter().filter(|(at, ..)| !is_over(*at, now, interval));
        let is_calm = lately.all(|(_, who, at)| *who != client && *at != room);
        is_calm && (self.latest.len() < KNOCKS_MAX || self.is_oldest_over(now, interval))
    }

    /// Notes a knock.
    pub(in crate::domain) fn add(&mut self, client: ClientId, room: RoomId, now: Time, interval: Duration) {
        while self.is_oldest_over(now, interval) {
            self.latest.pop_front();
        }
        self.latest.push_back((now, client, room));
    }

    fn is_oldest_over(&self, now: Time, interval: Duration) -> bool {
        self.latest.front().is_some_and(|(at, ..)| is_over(*at, now, interval))
    }
}

/// Whether a knock counts no more.
fn is_over(at: Time, now: Time, interval: Duration) -> bool {
    Duration::from_millis(now.since_ms(at)) >= interval
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{KNOCKS_MAX, Knocks};
    use crate::domain::id::{ClientId, RoomId, Time};

    const INTERVAL: Duration = Duration::from_millis(100);

    fn client(serial: u32) -> ClientId {
        ClientId { slot: serial, serial }
    }

    fn room(slot: u32) -> RoomId {
        RoomId { slot, serial: slot }
    }

    #[test]
    fn one_knock_for_a_client_and_one_at_a_room_in_each_interval() {
        let mut knocks = Knocks::default();
        knocks.add(client(1), room(1), Time(0), INTERVAL);
        for (who, at, now, is_calm) in
            [(1, 2, 99, false), (2, 1, 99, false), (2, 2, 99, true), (1, 2, 100, true), (2, 1, 100, true)]
        {
            assert_eq!(
                knocks.are_calm(client(who), room(at), Time(now), INTERVAL),
                is_calm,
                "{who} {at} {now}"
            );
        }
    }

    #[test]
    fn the_whole_server_hears_so_many_knocks_and_not_one_more() {
        let mut knocks = Knocks::default();
        for number in 0..u32::try_from(KNOCKS_MAX).unwrap() {
            assert!(knocks.are_calm(client(number), room(number), Time(7), INTERVAL));
            knocks.add(client(number), room(number), Time(7), INTERVAL);
        }
        assert!(!knocks.are_calm(client(9999), room(9999), Time(106), INTERVAL));
        assert!(knocks.are_calm(client(9999), room(9999), Time(107), INTERVAL));
        knocks.add(client(9999), room(9999), Time(107), INTERVAL);
        assert_eq!(knocks.latest.len(), 1);
    }
}
