//! WHO: clients that fit a mask or are in a room, as far as the asker may see them.

use chat_proto::mask::Glob;

use super::{Outcome, find};
use crate::domain::client::Client;
use crate::domain::id::{ClientId, Time};
use crate::domain::mode::{Rank, UserMode};
use crate::domain::policy;
use crate::domain::query::{Facts, WhoAsk};
use crate::domain::refusal::Refusal;
use crate::domain::reply::{Reply, WhoEntry};
use crate::domain::request::MASK_MAX;
use crate::domain::room::Room;
use crate::domain::state::State;

/// Clients that a mask is held against for one page: a turn of the owner is short however many there are and however few fit.
const LOOKED_AT: u32 = 1000;

pub(super) fn who(state: &State, who: ClientId, now: Time, ask: Box<WhoAsk>) -> Result<Outcome, Refusal> {
    let view = View { state, asker: state.asker(who)?, now };
    let (entries, next) =
        if ask.mask.starts_with('#') { (view.in_room(&ask), None) } else { view.by_mask(&ask) };
    Ok(Outcome::Reply(Reply::Who { ask, entries, next }))
}

/// What one client sees at one moment.
struct View<'a> {
    state: &'a State,
    asker: &'a Client,
    now: Time,
}

impl View<'_> {
    fn in_room(&self, ask: &WhoAsk) -> Vec<WhoEntry> {
        let Ok(room) = find::room(self.state, self.asker, &ask.mask) else { return Vec::new() };
        room.members
            .iter()
            .filter_map(|(id, rank)| Some((self.state.client(*id)?, *rank)))
            .filter(|(client, _)| policy::may_see_in(self.asker, client, room) && is_wanted(ask, client))
            .take(ask.left)
            .map(|(client, rank)| self.entry(client, Some((room, rank))))
            .collect()
    }

    /// A plain nick is found at once, also that of an invisible client; only a mask looks at everybody, page by page.
    fn by_mask(&self, ask: &WhoAsk) -> (Vec<WhoEntry>, Option<u32>) {
        let is_named = ask.facts.has(Facts::NICK) && ask.from == 0;
        let named = if is_named { self.state.client_named(&ask.mask) } else { None };
        let entry = |client| self.entry(client, self.shared_room(client));
        if let Some(client) = named {
            return (is_wanted(ask, client).then(|| entry(client)).into_iter().collect(), None);
        }
        if ask.mask.len() > MASK_MAX {
            return (Vec::new(), None);
        }
        let is_all = matches!(&*ask.mask, "*" | "0");
        let glob = Glob::new(&ask.mask, self.state.casemapping());
        let fits = |client: &&Client| {
            is_wanted(ask, client)
                && (is_all || self.fits(&glob, ask, client))
                && policy::may_see_client(self.asker, client)
        };
        let end = ask.from.saturating_add(LOOKED_AT);
        let found: Vec<_> =
            self.state.clients_in(ask.from, end).filter(fits).take(ask.left).map(entry).collect();
        let goes_on = found.len() < ask.left && self.state.has_clients_from(end);
        (found, goes_on.then_some(end))
    }

    /// Whether one of the facts fits. What the asker may not see fits nothing: trying masks would tell it letter by letter.
    fn fits(&self, glob: &Glob<'_>, ask: &WhoAsk, client: &Client) -> bool {
        let texts = [
            (Facts::NICK, Some(client.nick.as_str())),
            (Facts::SOURCE, Some(&*client.source)),
            (Facts::USER, Some(client.user())),
            (Facts::HOST, Some(client.host())),
            (Facts::REAL_NAME, Some(&*client.real_name)),
            (Facts::ACCOUNT, client.account.as_deref()),
        ];
        let is_told = |(fact, text): (Facts, Option<&str>)| {
            ask.facts.has(fact) && text.is_some_and(|text| glob.matches(text))
        };
        texts.into_iter().any(is_told) || self.comes_from(client, ask)
    }

    /// Whether the mask names the place that `client` really comes from.
    fn comes_from(&self, client: &Client, ask: &WhoAsk) -> bool {
        (ask.facts.has(Facts::ORIGIN) || ask.facts.has(Facts::HOST))
            && policy::may_see_origin(self.asker, client)
            && client.origin.fits(&ask.mask, self.state.casemapping())
    }

    /// The first room of `client` that the asker may know of.
    fn shared_room(&self, client: &Client) -> Option<(&Room, Rank)> {
        let mut rooms = client.rooms.iter().filter_map(|id| self.state.room(*id));
        let room = rooms.find(|room| policy::may_find_in(self.asker, client, room))?;
        Some((room, room.rank(client.id)?))
    }

    fn entry(&self, client: &Client, room: Option<(&Room, Rank)>) -> WhoEntry {
        WhoEntry {
            room: room.map(|(room, _)| room.name.clone()),
            rank: room.map(|(_, rank)| rank).unwrap_or_default(),
            nick: client.nick.clone(),
            user: client.user().into(),
            host: client.host().into(),
            real_name: client.real_name.clone(),
            is_away: client.away.is_some(),
            is_operator: client.is_operator(),
            is_bot: client.modes.has(UserMode::Bot),
            account: client.account.clone(),
            address: policy::may_see_origin(self.asker, client).then_some(client.origin.ip),
            idle_s: self.now.since_ms(client.spoke_at) / 1000,
        }
    }
}

fn is_wanted(ask: &WhoAsk, client: &Client) -> bool {
    !ask.operators_only || client.is_operator()
}
