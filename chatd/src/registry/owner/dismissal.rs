//! Dismissing clients, a few at a time or all of them. Decides who goes next; when that is, the daemon does.

use tokio::sync::oneshot;

use super::{Asker, Owner};
use crate::domain::disconnect::Disconnect;
use crate::domain::event::Event;
use crate::domain::id::{ClientId, Time};
use crate::domain::state::State;
use crate::log::EventLog;
use crate::registry::roster::{End, Entry, Roster};

impl<L: EventLog> Owner<L> {
    /// Has so many leave, and answers how many those are; nobody if nobody waits for the answer any more.
    pub(super) fn dismiss(&mut self, count: usize, answer: oneshot::Sender<usize>) {
        let going = next(&self.state, &self.roster, count);
        // Whoever has stopped waiting counts on nobody having left.
        if answer.send(going.len()).is_err() {
            return;
        }
        for client in going {
            self.append(Event::Left { client, why: Disconnect::Draining }, Asker::Nobody);
        }
    }

    /// Has all leave, also those who come from now on.
    pub(super) fn drain(&mut self) {
        self.is_draining = true;
        let everybody: Vec<ClientId> = self.roster.iter().map(|entry| entry.connection.id).collect();
        for client in everybody {
            self.append(Event::Left { client, why: Disconnect::Stopping }, Asker::Nobody);
        }
    }
}

/// At most `count` of those who are here: first who has not registered, then who has said nothing for the longest time. They
/// miss the least, and their programs connect again by themselves; whoever is in the middle of a conversation has the longest to
/// end it.
fn next(state: &State, roster: &Roster, count: usize) -> Vec<ClientId> {
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
