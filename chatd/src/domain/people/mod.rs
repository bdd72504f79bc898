//! What people keep of each other beside the rooms: whom they watch, whom they do not want to hear, who invited them, where they
//! knocked. Tables by client, empty for those who keep nothing: an idle client costs no byte here.

mod invitation;
mod knock;
mod monitor;
mod silence;

pub use invitation::Invitations;
pub use knock::{KNOCKS_MAX, Knocks};
pub use monitor::{Added, MonitorAsk, MonitorChange, Monitors};
pub use silence::Silences;

use super::id::ClientId;

/// All of it.
#[derive(Debug, Default)]
pub struct People {
    /// Who watches whom.
    pub monitors: Monitors,
    /// Who does not want to hear whom.
    pub silences: Silences,
    /// Which doors are open to whom.
    pub invitations: Invitations,
    /// Who knocked where.
    pub knocks: Knocks,
}

impl People {
    /// Forgets a client that is gone.
    pub(in crate::domain) fn left(&mut self, client: ClientId) {
        self.monitors.clear(client);
        self.silences.clear(client);
        self.invitations.clear(client);
    }
}
