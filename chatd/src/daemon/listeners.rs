//! All listeners: which of them stay, come and go when the configuration changes. A change is prepared as a whole, with every new
//! socket bound, before anything of it is done; doing it cannot fail.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Weak};

use anyhow::Result;
use listenfd::ListenFd;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use super::admit::Gatekeeper;
use super::handshake::Entrance;
use super::listen::{self, Bound};
use super::tls::Tls;
use super::unavailable::Unavailable;
use crate::config::Listen;
use crate::control::ClientListener;

/// The listeners there are, in the order of the configuration; behind them those of systemd that it has no more.
#[derive(Debug, Default)]
pub(super) struct Listeners(Vec<Open>);

/// A listener whose task accepts. Dropping this ends it.
#[derive(Debug)]
struct Open {
    /// What is asked of connections from now on.
    entrance: watch::Sender<Entrance>,
    address: SocketAddr,
    is_inherited: bool,
    /// The task has it, so that it is closed when nobody accepts any more.
    socket: Weak<TcpListener>,
    task: JoinHandle<()>,
}

/// A change that only has to be done.
#[derive(Debug)]
pub(super) struct Plan(Vec<(From, Entrance)>);

/// Where a listener comes from.
#[derive(Debug)]
enum From {
    /// From those there are, by its place among them.
    Here(usize),
    /// It is new.
    New(Bound),
}

impl Listeners {
    /// Those of a daemon that starts: sockets that systemd hands over for their addresses, and the others bound.
    ///
    /// # Errors
    /// A socket cannot be bound, or systemd hands over one that nobody asked for.
    pub(super) fn first(wanted: &[Listen], tls: Option<&Arc<Tls>>, inherited: &mut ListenFd) -> Result<Plan> {
        let mut handed_over = listen::take_inherited(inherited)?;
        let plan = Self::default().prepare(wanted, tls, &mut handed_over)?;
        if let Some(address) = handed_over.keys().next() {
            return Err(Unavailable::Unlisted(*address).into());
        }
        Ok(plan)
    }

    /// What it takes to have these listeners and no others; every new socket is bound already.
    ///
    /// # Errors
    /// The first socket that cannot be bound, with the remedy.
    pub(super) fn plan(&self, wanted: &[Listen], tls: Option<&Arc<Tls>>) -> Result<Plan> {
        self.prepare(wanted, tls, &mut HashMap::new())
    }

    /// Every listener among these that could not be bound, with the remedy.
    pub(super) fn faults(&self, wanted: &[Listen]) -> Vec<String> {
        let found = self.find(wanted);
        let leaving = self.leaving(&found);
        let new = wanted.iter().zip(&found).filter(|(_, found)| found.is_none());
        new.filter_map(|(wanted, _)| listen::can_bind(wanted, &leaving).err())
            .map(|error| format!("{error:#}"))
            .collect()
    }

    /// What to know of a change to these listeners beside whether it can be done.
    pub(super) fn warnings(&self, wanted: &[Listen]) -> Vec<String> {
        let found = self.find(wanted);
        let held = self.unfound(&found).filter(|(_, open)| open.is_inherited);
        held.map(|(_, open)| {
            let address = open.address;
            format!(
                "systemd still holds the socket of {address}, which no [[listen]] has: who connects there is turned away, and the \
                 next start fails unless {address} is taken out of chatd.socket"
            )
        })
        .collect()
    }

    fn prepare(
        &self,
        wanted: &[Listen],
        tls: Option<&Arc<Tls>>,
        handed_over: &mut HashMap<SocketAddr, Bound>,
    ) -> Result<Plan> {
        let found = self.find(wanted);
        let leaving = self.leaving(&found);
        let mut plan = Vec::with_capacity(wanted.len());
        for (wanted, found) in wanted.iter().zip(&found) {
            let from = match (found, handed_over.remove(&wanted.address)) {
                (Some(index), _) => From::Here(*index),
                (None, Some(bound)) => From::New(bound),
                (None, None) => From::New(listen::bind(wanted, &leaving)?),
            };
            let tls = tls.filter(|_| wanted.tls).cloned();
            plan.push((from, Entrance { listen: Arc::new(wanted.clone()), tls, is_closed: false }));
        }
        // systemd would go on queueing connections at a socket that we close, and nobody would answer them.
        let held = self.unfound(&found).filter(|(_, open)| open.is_inherited);
        plan.extend(held.map(|(index, open)| {
            (From::Here(index), Entrance { is_closed: true, ..open.entrance.borrow().clone() })
        }));
        Ok(Plan(plan))
    }

    /// For each of the wanted the listener that has its address, if there is one. Where the system has chosen the port, several have
    /// the same: then an equal one comes first, and another protocol is another listener.
    fn find(&self, wanted: &[Listen]) -> Vec<Option<usize>> {
        let mut found = vec![None; wanted.len()];
        for fits in [Open::is_just, Open::is_at] {
            for (place, wanted) in wanted.iter().enumerate() {
                if found[place].is_none() {
                    let is_free = |index: &usize| !found.contains(&Some(*index));
                    found[place] =
                        (0..self.0.len()).filter(is_free).find(|&index| fits(&self.0[index], wanted));
                }
            }
        }
        found
    }

    fn unfound<'a>(&'a self, found: &'a [Option<usize>]) -> impl Iterator<Item = (usize, &'a Open)> {
        self.0.iter().enumerate().filter(|(index, _)| !found.contains(&Some(*index)))
    }

    /// The sockets that close when only these are found again.
    fn leaving(&self, found: &[Option<usize>]) -> Vec<Bound> {
        let closing = self.unfound(found).filter(|(_, open)| !open.is_inherited);
        closing.filter_map(|(_, open)| open.bound()).collect()
    }

    /// Does what was prepared. The tasks of those that are gone end by themselves, and close their sockets with that.
    pub(super) fn apply(
        &mut self,
        plan: Plan,
        gatekeeper: &Gatekeeper,
        acceptors: &TaskTracker,
    ) -> Vec<JoinHandle<()>> {
        let mut old: Vec<Option<Open>> = std::mem::take(&mut self.0).into_iter().map(Some).collect();
        for (from, entrance) in plan.0 {
            let open = match from {
                From::New(bound) => Some(Open::begin(bound, entrance, gatekeeper, acceptors)),
                From::Here(index) => old[index].take().inspect(|open| open.change(entrance)),
            };
            self.0.extend(open);
        }
        old.into_iter().flatten().map(Open::end).collect()
    }

    /// Where clients connect.
    pub(super) fn facts(&self) -> Vec<ClientListener> {
        self.0.iter().filter_map(Open::facts).collect()
    }
}

impl Open {
    fn begin(bound: Bound, entrance: Entrance, gatekeeper: &Gatekeeper, acceptors: &TaskTracker) -> Self {
        say(&entrance, bound.address, "listening");
        let (address, is_inherited) = (bound.address, bound.is_inherited);
        let socket = Arc::downgrade(&bound.socket);
        let (entrance, entrances) = watch::channel(entrance);
        let task = acceptors.spawn(listen::accept(bound, entrances, gatekeeper.clone()));
        Self { entrance, address, is_inherited, socket, task }
    }

    fn is_just(&self, wanted: &Listen) -> bool {
        *self.entrance.borrow().listen == *wanted
    }

    fn is_at(&self, wanted: &Listen) -> bool {
        let has = &self.entrance.borrow().listen;
        match wanted.address.port() {
            0 => has.address == wanted.address && has.protocol == wanted.protocol,
            // Also one whose port the system had chosen.
            _ => self.address == wanted.address,
        }
    }

    /// Asks this of connections from now on. Established ones stay as they are.
    fn change(&self, new: Entrance) {
        let old = self.entrance.borrow().clone();
        if old.listen == new.listen && old.is_closed == new.is_closed {
            // The same, but for certificates, which all share.
            self.entrance.send_replace(new);
            return;
        }
        match new.is_closed {
            true if old.is_closed => {}
            true => tracing::warn!(
                address = %self.address,
                "systemd still holds the socket of a listener that is gone: who connects is turned away; remove it from chatd.socket"
            ),
            false => say(&new, self.address, "listening"),
        }
        if let Some(bound) = self.bound() {
            bound.tune(new.protocol());
        }
        self.entrance.send_replace(new);
    }

    fn end(self) -> JoinHandle<()> {
        say(&self.entrance.borrow(), self.address, "listener closed");
        self.task
    }

    /// The socket, while somebody accepts on it.
    fn bound(&self) -> Option<Bound> {
        let socket = self.socket.upgrade()?;
        Some(Bound { socket, address: self.address, is_inherited: self.is_inherited })
    }

    fn facts(&self) -> Option<ClientListener> {
        let entrance = self.entrance.borrow();
        let (protocol, is_secure) = (entrance.protocol().name(), entrance.tls.is_some());
        (!entrance.is_closed).then_some(ClientListener { protocol, address: self.address, is_secure })
    }
}

fn say(entrance: &Entrance, address: SocketAddr, what: &str) {
    tracing::info!(protocol = entrance.protocol().name(), %address, tls = entrance.tls.is_some(), "{what}");
}
