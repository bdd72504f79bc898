//! Which doors are open to whom: invitations that nobody has used yet, by those who were invited. An invitation into a room that
//! is gone opens nothing, because no later room has its id.

use std::collections::HashMap;

use crate::domain::id::{ClientId, RoomId};

/// All invitations. A client has few; the oldest go when there are too many (`limits.room-list-entries`): invited are many
/// more than come.
#[derive(Debug, Default)]
pub struct Invitations {
    rooms: HashMap<ClientId, Vec<RoomId>, foldhash::fast::RandomState>,
}

impl Invitations {
    /// The rooms that `client` may enter once, oldest invitation first; some may be gone.
    #[must_use]
    pub fn of(&self, client: ClientId) -> &[RoomId] {
        self.rooms.get(&client).map_or(&[], Vec::as_slice)
    }

    /// Whether `client` may enter `room` once.
    #[must_use]
    pub fn has(&self, client: ClientId, room: RoomId) -> bool {
        self.of(client).contains(&room)
    }

    /// Notes an invitation, and forgets those that `is_alive` does not know any more, and the oldest beyond `limit`.
    pub(in crate::domain) fn add(
        &mut self,
        client: ClientId,
        room: RoomId,
        limit: usize,
        is_alive: impl Fn(RoomId) -> bool,
    ) {
        let rooms = self.rooms.entry(client).or_default();
        rooms.retain(|known| *known != room && is_alive(*known));
        rooms.drain(..(rooms.len() + 1).saturating_sub(limit));
        rooms.push(room);
    }

    /// An invitation was used.
    pub(in crate::domain) fn remove(&mut self, client: ClientId, room: RoomId) {
        let Some(rooms) = self.rooms.get_mut(&client) else { return };
        rooms.retain(|known| *known != room);
        if rooms.is_empty() {
            self.rooms.remove(&client);
        }
    }

    /// Forgets a client that is gone.
    pub(in crate::domain) fn clear(&mut self, client: ClientId) {
        self.rooms.remove(&client);
    }
}

#[cfg(test)]
mod tests {
    use super::Invitations;
    use crate::domain::id::{ClientId, RoomId};

    #[test]
    fn the_latest_invitations_into_rooms_that_exist_are_kept() {
        let client = ClientId { slot: 1, serial: 1 };
        let room = |slot| RoomId { slot, serial: slot };
        let mut invitations = Invitations::default();
        for slot in [1, 2, 3, 2] {
            invitations.add(client, room(slot), 3, |_| true);
        }
        assert_eq!(invitations.of(client), [1, 3, 2].map(room));
        invitations.add(client, room(4), 3, |_| true);
        assert_eq!(invitations.of(client), [3, 2, 4].map(room));
        invitations.add(client, room(5), 3, |id| id == room(2));
        assert_eq!(invitations.of(client), [2, 5].map(room));
        [2, 5].iter().for_each(|slot| invitations.remove(client, room(*slot)));
        assert!(invitations.rooms.is_empty());
    }
}
