//! Connections counted, all together and by address, so that neither exceeds its limit. Decides nothing else about them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chat_proto::network::Network;

use crate::config::Limits;
use crate::meter::TurnedAway;

/// Bits of an IPv6 address that say whose it is; whoever has one address has all that agree in them, and comes from another each time
/// as he likes (RFC 6177 §2).
const IPV6_BITS: u8 = 64;

/// Connections, all and by address. Locked to count one up or down.
#[derive(Debug, Default)]
pub struct Places(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    /// By what [`counted`] makes of an address.
    by_address: HashMap<IpAddr, usize>,
}

/// The address that stands for all that count as one.
fn counted(ip: IpAddr) -> IpAddr {
    if ip.is_ipv6() { Network::around(ip, IPV6_BITS).address() } else { ip }
}

impl Counts {
    fn add(&mut self, ip: IpAddr, limits: &Limits) -> Result<(), Crowded> {
        let count = self.by_address.entry(counted(ip)).or_default();
        if limits.clients_per_address > 0 && *count >= limits.clients_per_address {
            return Err(Crowded::Address { ip, limit: limits.clients_per_address });
        }
        *count += 1;
        Ok(())
    }

    fn remove(&mut self, ip: IpAddr) {
        if let Entry::Occupied(mut count) = self.by_address.entry(counted(ip)) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

impl Places {
    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many connections there are.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.lock().all
    }

    /// Counts out a connection whose place was handed on.
    pub(super) fn leave(&self, ip: IpAddr) {
        self.count_out(Some(ip));
    }

    fn count_out(&self, ip: Option<IpAddr>) {
        let mut counts = self.lock();
        counts.all -= 1;
        if let Some(ip) = ip {
            counts.remove(ip);
        }
    }

    /// Counts a connection for another address.
    pub(super) fn relocate(&self, from: Option<IpAddr>, to: IpAddr, limits: &Limits) -> Result<(), Crowded> {
        if from.map(counted) == Some(counted(to)) {
            return Ok(());
        }
        let mut counts = self.lock();
        counts.add(to, limits)?;
        if let Some(from) = from {
            counts.remove(from);
        }
        Ok(())
    }
}

/// The limit that stands against one more connection; its `Display` is its last words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Crowded {
    /// There are as many clients as there may be.
    #[error("too many clients (limits.clients = {limit})")]
    Server {
        /// The limit.
        limit: usize,
    },
    /// There are as many from this address as there may be.
    #[error("too many clients from {ip} (limits.clients-per-address = {limit})")]
    Address {
        /// The address, or one of its network.
        ip: IpAddr,
        /// The limit.
        limit: usize,
    },
}

impl Crowded {
    /// What it is counted as.
    #[must_use]
    pub fn cause(self) -> TurnedAway {
        match self {
            Self::Server { .. } => TurnedAway::Clients,
            Self::Address { .. } => TurnedAway::ClientsPerAddress,
        }
    }
}

/// One connection counted, until it is handed on to the session or dropped.
#[derive(Debug)]
pub struct Place {
    /// Nothing as long as it is a gateway's, who has not said whose it is: they are many and come from one address.
    ip: Option<IpAddr>,
    places: Option<Arc<Places>>,
}

impl Place {
    /// Counts a connection from `ip`; without one, it is a gateway's, and [`Self::move_to`] must follow.
    ///
    /// # Errors
    /// The limit that stands against it.
    pub fn take(places: &Arc<Places>, ip: Option<IpAddr>, limits: &Limits) -> Result<Self, Crowded> {
        let mut counts = places.lock();
        if counts.all >= limits.clients {
            return Err(Crowded::Server { limit: limits.clients });
        }
        if let Some(ip) = ip {
            counts.add(ip, limits)?;
        }
        counts.all += 1;
        Ok(Self { ip, places: Some(Arc::clone(places)) })
    }

    /// Counts the connection for this address from now on: a gateway has named who is behind it, or itself.
    ///
    /// # Errors
    /// The limit that stands against it.
    pub fn move_to(&mut self, ip: IpAddr, limits: &Limits) -> Result<(), Crowded> {
        if let Some(places) = &self.places {
            places.relocate(self.ip, ip, limits)?;
            self.ip = Some(ip);
        }
        Ok(())
    }

    /// From now on it is the taker who counts the connection out.
    pub(super) fn hand_on(mut self) -> Option<Arc<Places>> {
        self.places.take()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(places) = &self.places {
            places.count_out(self.ip);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Places};
    use crate::config::Limits;

    #[test]
    fn places_are_given_up_to_the_limits_and_again_when_one_is_given_back() {
        let limits = Limits { clients: 3, clients_per_address: 2, ..Limits::default() };
        let places = std::sync::Arc::<Places>::default();
        let take = |last: u8| Place::take(&places, Some([192, 0, 2, last].into()), &limits);
        let (first, second) = (take(1).unwrap(), take(1).unwrap());
        assert!(take(1).unwrap_err().to_string().contains("limits.clients-per-address = 2"));
        let third = take(2).unwrap();
        assert!(take(3).unwrap_err().to_string().contains("limits.clients = 3"));
        drop(first);
        let fourth = take(1).unwrap().hand_on().unwrap();
        assert!(take(2).is_err(), "what was handed on still counts");
        fourth.leave([192, 0, 2, 1].into());
        assert!(take(2).is_ok());
        drop((second, third));
        assert_eq!(places.lock().by_address.len(), 0);
    }

    #[test]
    fn a_place_that_moves_counts_for_its_new_address_only() {
        let limits = Limits { clients: 9, clients_per_address: 1, ..Limits::default() };
        let places = std::sync::Arc::<Places>::default();
        let take = |last: u8| Place::take(&places, Some([192, 0, 2, last].into()), &limits);
        let mut first = take(1).unwrap();
        first.move_to([192, 0, 2, 1].into(), &limits).unwrap();
        first.move_to([192, 0, 2, 2].into(), &limits).unwrap();
        let mut second = take(1).unwrap();
        assert!(take(2).is_err());
        assert!(second.move_to([192, 0, 2, 2].into(), &limits).is_err());
        assert!(take(1).is_err(), "who may not move keeps its place");
        drop((first, second));
        let counts = places.lock();
        assert_eq!((counts.all, counts.by_address.len()), (0, 0));
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_as_one() {
        let limits = Limits { clients_per_address: 2, ..Limits::default() };
        let places = std::sync::Arc::<Places>::default();
        let take = |ip: &str| Place::take(&places, Some(ip.parse().unwrap()), &limits);
        let (mut first, second) = (take("2001:db8::1").unwrap(), take("2001:db8::2").unwrap());
        assert!(
            take("2001:db8::ffff:ffff:ffff:ffff")
                .unwrap_err()
                .to_string()
                .contains("limits.clients-per-address = 2")
        );
        let other = take("2001:db8:0:1::1").unwrap();
        first.move_to("2001:db8::9".parse().unwrap(), &limits).unwrap();
        drop((first, second, other));
        let counts = places.lock();
        assert_eq!((counts.all, counts.by_address.len()), (0, 0));
    }

    #[test]
    fn a_gateways_connections_count_for_nobody_until_it_says_whose_they_are() {
        let limits = Limits { clients: 3, clients_per_address: 1, ..Limits::default() };
        let places = std::sync::Arc::<Places>::default();
        let take = || Place::take(&places, None, &limits);
        let (mut first, mut second, third) = (take().unwrap(), take().unwrap(), take().unwrap());
        assert!(take().unwrap_err().to_string().contains("limits.clients = 3"));
        first.move_to([192, 0, 2, 1].into(), &limits).unwrap();
        assert!(second.move_to([192, 0, 2, 1].into(), &limits).is_err());
        second.move_to([192, 0, 2, 2].into(), &limits).unwrap();
        drop((first, second, third));
        let counts = places.lock();
        assert_eq!((counts.all, counts.by_address.len()), (0, 0));
    }
}
