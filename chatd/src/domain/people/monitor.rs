//! Who wants to know when which nick comes and goes (IRCv3 monitor). Knows names and connections, never who is here. Whoever
//! watches nobody takes no room; those who watch at most `limits.monitor` nicks each.

use std::collections::HashMap;

use chat_proto::name::{CaseMapping, Folded, Nick};
use indexmap::{IndexMap, IndexSet};

use crate::domain::id::ClientId;

type State = foldhash::fast::RandomState;

/// What a client asks for with MONITOR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MonitorAsk {
    /// To change its list.
    Change(MonitorChange),
    /// To read its list.
    List,
    /// Which nicks of its list are here.
    Status,
}

/// A change of somebody's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MonitorChange {
    /// These nicks come to it.
    Add(Vec<Nick>),
    /// These leave it.
    Remove(Vec<Nick>),
    /// All leave it.
    Clear,
}

/// What became of a nick that was to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is watched from now on.
    New,
    /// It was watched already.
    Known,
    /// The list is full.
    Full,
}

/// All lists, by those who keep them and by those who are watched.
#[derive(Debug, Default)]
pub struct Monitors {
    lists: HashMap<ClientId, IndexMap<Folded, Nick, State>, State>,
    /// Sets, so that ten thousand who watch the same nick can all leave at once without being looked for.
    watchers: HashMap<Folded, IndexSet<ClientId, State>, State>,
}

impl Monitors {
    /// The nicks that `client` watches, as it wrote them.
    pub fn list(&self, client: ClientId) -> impl Iterator<Item = &Nick> {
        self.lists.get(&client).into_iter().flat_map(IndexMap::values)
    }

    /// Those who watch `nick`.
    pub fn watchers(&self, nick: &str, folding: CaseMapping) -> impl Iterator<Item = ClientId> {
        // Nobody watching anybody is the rule on most servers, and then nothing is folded.
        let of_nick =
            (!self.watchers.is_empty()).then(|| self.watchers.get(folding.fold(nick).as_str())).flatten();
        of_nick.into_iter().flatten().copied()
    }

    /// Adds one nick, if the list then has no more than `limit`.
    pub(in crate::domain) fn add(
        &mut self,
        client: ClientId,
        nick: &Nick,
        folding: CaseMapping,
        limit: usize,
    ) -> Added {
        let folded = folding.fold(nick.as_str());
        let list = self.lists.entry(client).or_default();
        if list.contains_key(&folded) {
            return Added::Known;
        }
        if list.len() >= limit {
            return Added::Full;
        }
        list.insert(folded.clone(), nick.clone());
        self.watchers.entry(folded).or_default().insert(client);
        Added::New
    }

    /// Takes one nick out.
    pub(in crate::domain) fn remove(&mut self, client: ClientId, nick: &Nick, folding: CaseMapping) {
        let folded = folding.fold(nick.as_str());
        let Some(list) = self.lists.get_mut(&client) else { return };
        if list.swap_remove(&folded).is_some() {
            self.forget(&folded, client);
        }
        if self.lists.get(&client).is_some_and(IndexMap::is_empty) {
            self.lists.remove(&client);
        }
    }

    /// Takes everything out, also because the client is gone.
    pub(in crate::domain) fn clear(&mut self, client: ClientId) {
        for folded in self.lists.remove(&client).into_iter().flat_map(IndexMap::into_keys) {
            self.forget(&folded, client);
        }
    }

    fn forget(&mut self, folded: &Folded, client: ClientId) {
        let Some(watchers) = self.watchers.get_mut(folded) else { return };
        watchers.swap_remove(&client);
        if watchers.is_empty() {
            self.watchers.remove(folded);
        }
    }
}

#[cfg(test)]
mod tests {
    use chat_proto::name::{CaseMapping, Nick};

    use super::{Added, Monitors};
    use crate::domain::id::ClientId;

    const FOLDING: CaseMapping = CaseMapping::Rfc1459;

    fn nick(text: &str) -> Nick {
        Nick::parse(text, 30).unwrap()
    }

    fn client(serial: u32) -> ClientId {
        ClientId { slot: serial, serial }
    }

    #[test]
    fn a_nick_is_watched_once_however_it_is_written_and_nothing_stays_of_it() {
        let mut monitors = Monitors::default();
        assert_eq!(monitors.add(client(1), &nick("bob["), FOLDING, 2), Added::New);
        assert_eq!(monitors.add(client(1), &nick("BOB{"), FOLDING, 2), Added::Known);
        assert_eq!(monitors.add(client(1), &nick("carol"), FOLDING, 2), Added::New);
        assert_eq!(monitors.add(client(1), &nick("dave"), FOLDING, 2), Added::Full);
        assert_eq!(monitors.add(client(2), &nick("bob["), FOLDING, 2), Added::New);
        assert_eq!(monitors.watchers("BOB[", FOLDING).collect::<Vec<_>>(), [client(1), client(2)]);
        monitors.remove(client(1), &nick("bob{"), FOLDING);
        assert_eq!(monitors.watchers("bob[", FOLDING).collect::<Vec<_>>(), [client(2)]);
        monitors.clear(client(1));
        monitors.clear(client(2));
        assert!(monitors.lists.is_empty() && monitors.watchers.is_empty());
    }
}
