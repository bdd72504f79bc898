//! One registered client.

use std::sync::Arc;

use chat_proto::mask::glob_matches;
use chat_proto::name::{CaseMapping, Nick};

use super::command::Operator;
use super::id::{ClientId, DeskId, RoomId, Time};
use super::message::Author;
use super::mode::{UserMode, UserModes};
use super::notice::Badge;
use super::origin::Origin;
use super::secure::Secure;

/// A registered client. Changed by `apply` only.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its connection.
    pub id: ClientId,
    /// Its nick.
    pub nick: Nick,
    /// `nick!user@host`, made anew when the nick changes; user and host are here and nowhere else.
    pub source: Arc<str>,
    /// Free text about it.
    pub real_name: Box<str>,
    /// Its conversation with the desk.
    pub desk: DeskId,
    /// The rooms it is in.
    pub rooms: Vec<RoomId>,
    /// Its words, if it is away.
    pub away: Option<Box<str>>,
    /// The account it is logged in to.
    pub account: Option<Arc<str>>,
    /// Its user modes.
    pub modes: UserModes,
    /// As whom it may act for the server.
    pub operator: Option<Arc<Operator>>,
    /// What protects its connection, if anything does.
    pub secure: Option<Arc<Secure>>,
    /// Where it really comes from.
    pub origin: Origin,
    /// When it registered.
    pub registered_at: Time,
    /// When it last spoke.
    pub spoke_at: Time,
}

impl Client {
    /// This client as the author of what it says and does.
    #[must_use]
    pub fn author(&self) -> Author {
        Author { client: Some(self.id), source: Arc::clone(&self.source), operator: None }
    }

    /// What tags tell of it.
    #[must_use]
    pub fn badge(&self) -> Badge {
        Badge { account: self.account.clone(), is_bot: self.modes.has(UserMode::Bot) }
    }

    /// Its user name.
    #[must_use]
    pub fn user(&self) -> &str {
        self.place().0
    }

    /// The host shown to others.
    #[must_use]
    pub fn host(&self) -> &str {
        self.place().1
    }

    /// What is behind the nick, cut at the last `@`: a host has none.
    fn place(&self) -> (&str, &str) {
        let place = self.source.get(self.nick.as_str().len() + 1..).unwrap_or_default();
        place.rsplit_once('@').unwrap_or((place, ""))
    }

    /// Gives it another user name and host.
    pub(super) fn move_to(&mut self, user: &str, host: &str) {
        self.origin.shown.get_or_insert_with(|| self.source.rsplit('@').next().unwrap_or_default().into());
        self.source = source(&self.nick, user, host);
    }

    /// Gives it another nick; its entry among the names is the state's to change.
    pub(super) fn rename(&mut self, nick: Nick) {
        let source = source(&nick, self.user(), self.host());
        (self.nick, self.source) = (nick, source);
    }

    /// Whether others see something else than the host that it comes from.
    #[must_use]
    pub fn is_cloaked(&self) -> bool {
        self.host() != self.origin.host()
    }

    /// Whether `mask`, a `nick!user@host`, names it by where it really comes from. Only for what tells nobody whether it fits, such
    /// as bans: whoever could ask would find the address by trying.
    #[must_use]
    pub fn is_from(&self, mask: &str, folding: CaseMapping) -> bool {
        let (Some((who, host)), Some((own, _))) = (mask.rsplit_once('@'), self.source.rsplit_once('@'))
        else {
            return false;
        };
        // A source has one `@`, so that both halves fit if and only if the whole does.
        // Most bans name a host only, and every speaker without a rank is held against all of them.
        self.origin.fits(host, folding) && (who == "*!*" || glob_matches(who, own, folding))
    }

    /// Whether what it says and hears crosses the network encrypted.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.secure.is_some()
    }

    /// Whether it may act for the server.
    #[must_use]
    pub fn is_operator(&self) -> bool {
        self.modes.has(UserMode::Operator)
    }
}

/// `nick!user@host`.
#[must_use]
pub fn source(nick: &Nick, user: &str, host: &str) -> Arc<str> {
    [nick.as_str(), "!", user, "@", host].concat().into()
}
