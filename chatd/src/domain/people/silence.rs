//! Whom clients do not want to hear from (SILENCE). Masks by those who keep them; whoever keeps none takes no room. Decides
//! nothing: that is [`policy`](crate::domain::policy).

use std::collections::HashMap;

use chat_proto::mask::Mask;
use chat_proto::name::CaseMapping;

use crate::domain::id::ClientId;

/// All lists.
#[derive(Debug, Default)]
pub struct Silences {
    lists: HashMap<ClientId, Vec<Mask>, foldhash::fast::RandomState>,
}

impl Silences {
    /// The masks of `client`, oldest first.
    #[must_use]
    pub fn list(&self, client: ClientId) -> &[Mask] {
        self.lists.get(&client).map_or(&[], Vec::as_slice)
    }

    /// Whether a mask of `client` covers `source`, a `nick!user@host`.
    #[must_use]
    pub fn cover(&self, client: ClientId, source: &str, folding: CaseMapping) -> bool {
        self.list(client).iter().any(|mask| mask.matches(source, folding))
    }

    /// Adds a mask or takes it out; says whether anything is different now.
    pub(in crate::domain) fn set(&mut self, client: ClientId, mask: &Mask, on: bool) -> bool {
        if on {
            let list = self.lists.entry(client).or_default();
            let is_new = !list.contains(mask);
            list.extend(is_new.then(|| mask.clone()));
            return is_new;
        }
        let Some(list) = self.lists.get_mut(&client) else { return false };
        let before = list.len();
        list.retain(|known| known != mask);
        let is_changed = list.len() < before;
        if list.is_empty() {
            self.lists.remove(&client);
        }
        is_changed
    }

    /// Forgets a client that is gone.
    pub(in crate::domain) fn clear(&mut self, client: ClientId) {
        self.lists.remove(&client);
    }
}

#[cfg(test)]
mod tests {
    use chat_proto::mask::Mask;

    use super::Silences;
    use crate::domain::id::ClientId;

    #[test]
    fn a_mask_is_kept_once_and_nothing_stays_of_it() {
        let (client, mask) = (ClientId { slot: 1, serial: 1 }, Mask::parse("bob", 100).unwrap());
        let mut silences = Silences::default();
        assert!(silences.set(client, &mask, true) && !silences.set(client, &mask, true));
        assert_eq!(silences.list(client).len(), 1);
        assert!(silences.set(client, &mask, false) && !silences.set(client, &mask, false));
        assert!(silences.lists.is_empty());
    }
}
