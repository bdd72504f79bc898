//! Who goes next when clients are dismissed a few at a time. Ends nobody itself.

use super::roster::{End, Entry, Roster};
use crate::domain::id::{ClientId, Time};
use crate::domain::state::State;

/// At most `count` of those who are here: first who has not registered, then who has said nothing for the longest time. They
/// miss the least, and their programs connect again by themselves; whoever is in the middle of a conversation has the longest to
/// end it.
pub(super) fn next(state: &State, roster: &Roster, count: usize) -> Vec<ClientId> {
    let here = roster.iter().filter(|entry| entry.end == End::Here);
    let mut here: Vec<_> = here.map(|entry| (spoke_at(state, entry), entry.connection.id)).collect();
    let count = count.min(here.len());
    if count < here.len() {
        here.select_nth_unstable(count);
    }
    here.truncate(count);
    here.into_iter().map(|(_, client)| client).collect()
}

/// When it last said something, or registered; nothing for one that has not, which comes before every time.
fn spoke_at(state: &State, entry: &Entry) -> Option<Time> {
    state.client(entry.connection.id).map(|client| client.spoke_at)
}
