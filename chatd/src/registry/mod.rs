//! The registry: one task, the owner, holds the state and the roster; everybody else holds a [`Registry`] and asks.
//!
//! The three critical sections of a chat server (a client comes, a line goes to all, a client leaves) are in the owner, and
//! no lock guards them because nobody else can be there. Sessions wait to hand requests in; nothing that flows back waits.

mod address;
mod clock;
mod gate;
mod inspect;
mod owner;
mod places;
mod roster;
mod tap;
#[cfg(test)]
mod tests;
mod timeouts;

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

pub use address::Address;
pub use clock::{Steady, now};
pub use inspect::{Activity, Census, ClientView, Group, Inspect, MemberView, RoomDetail, RoomView, View};
pub use places::{Crowded, Place, Places};
pub use roster::{Connection, Manner};
pub use tap::{Tap, Tapped};

use crate::config::{Config, Limits};
use crate::delivery::broadcast::Encoder;
use crate::delivery::outbox::Outbox;
use crate::domain::command::{Answer, Command, Operator};
use crate::domain::disconnect::Disconnect;
use crate::domain::id::ClientId;
use crate::domain::notice::What;
use crate::domain::refusal::Refusal;
use crate::domain::request::Request;
use crate::domain::state::State;
use crate::log::EventLog;
use crate::meter::Meter;
use owner::Owner;

/// Batches that may wait for the owner. When it is full, sessions wait to hand theirs in, and so stop reading.
const INBOX: usize = 1024;

/// Questions about the present that may wait for the owner.
const LOOKS: usize = 16;

/// What the owner is told.
#[derive(Debug)]
enum ToOwner {
    /// A connection came.
    Connect(Arc<Connection>),
    /// A session hands in requests, in order.
    Asked(ClientId, Vec<Request>),
    /// A session is over; nothing more will come from it.
    Gone(ClientId, Disconnect),
    /// An operator wants something done.
    Command(Box<(Operator, Command)>, oneshot::Sender<Result<Answer, Refusal>>),
    /// Another configuration is in force, and this is what clients are told of it.
    Configure(Arc<Config>, Option<Box<What>>),
    /// So many clients have to leave; answered with how many that are.
    Dismiss(usize, oneshot::Sender<usize>),
    /// Every client has to leave.
    Drain,
}

/// What somebody wants to see, and where to show it.
type Look = (Inspect, oneshot::Sender<View>);

/// How long an operator's question or command may wait: longer than any disk that still works needs.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// The owner is gone and the daemon is ending, or it does not answer in time because the store does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the registry does not answer")]
pub struct Stopped;

/// The handle that sessions and the control API hold. Cheap to clone, and one word in each session.
#[derive(Clone, Debug)]
pub struct Registry(Arc<Reach>);

/// What the handles share. The owner has none, so that it learns when the last of them is gone.
#[derive(Debug)]
struct Reach {
    to_owner: mpsc::Sender<ToOwner>,
    looks: mpsc::Sender<Look>,
    /// Hands out ids without asking the owner; locked for a few instructions.
    slots: Arc<Mutex<Slots>>,
    tap: Arc<Tap>,
    meter: Arc<Meter>,
}

/// Which slots are free. A slot is given again only after the owner has forgotten its last client.
#[derive(Debug, Default)]
struct Slots {
    free: Vec<u32>,
    used: u32,
    serial: u32,
}

impl Slots {
    fn take(slots: &Mutex<Self>) -> ClientId {
        let mut slots = slots.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = slots.free.pop().unwrap_or_else(|| {
            slots.used += 1;
            slots.used - 1
        });
        slots.serial = slots.serial.wrapping_add(1);
        ClientId { slot, serial: slots.serial }
    }

    fn give_back(slots: &Mutex<Self>, slot: u32) {
        slots.lock().unwrap_or_else(PoisonError::into_inner).free.push(slot);
    }
}

/// What the owner asks of the daemon.
pub type ReloadAsked = Arc<tokio::sync::Notify>;

/// The registry and its owner, which runs when it is awaited.
pub fn start<L: EventLog + 'static>(
    config: Arc<Config>,
    log: L,
    encoder: Encoder,
    reload: ReloadAsked,
    stop: CancellationToken,
) -> (Registry, impl Future<Output = ()> + Send + 'static) {
    let (to_owner, inbox) = mpsc::channel(INBOX); // Full: sessions wait, and so stop reading.
    let (looks, looked) = mpsc::channel(LOOKS); // Full: whoever wants to see something waits.
    let slots = Arc::<Mutex<Slots>>::default();
    let tap = Arc::<Tap>::default();
    let meter = Arc::<Meter>::default();
    let state = State::new(config);
    let owner =
        Owner::new(state, log, encoder, Arc::clone(&slots), Arc::clone(&tap), Arc::clone(&meter), reload);
    let reach = Reach { to_owner, looks, slots, tap, meter };
    (Registry(Arc::new(reach)), owner.run(inbox, looked, stop))
}

/// A connection's place in the registry. Dropping it, for whatever reason, takes the client out.
#[derive(Debug)]
pub struct Seat {
    connection: Arc<Connection>,
    /// Where the connection is counted, if it is.
    places: Option<Arc<Places>>,
    /// The way to the owner, until it has been told why the session ended; one that says nothing died of a fault.
    registry: Option<Registry>,
}

/// What became of requests that were to be handed to the owner.
pub enum Handed {
    /// It has them.
    Now,
    /// It has them when this is done: its inbox is full.
    Later(Pin<Box<dyn Future<Output = Result<(), Stopped>> + Send>>),
}

impl Registry {
    /// Gives a connection its place.
    ///
    /// # Errors
    /// The owner is gone.
    pub async fn connect(&self, address: SocketAddr, manner: &'static Manner) -> Result<Seat, Stopped> {
        let id = Slots::take(&self.0.slots);
        let at = Steady::now();
        let outbox = Outbox::new(at.0);
        let (address, behind) = (address.into(), OnceLock::new());
        let connection = Arc::new(Connection { id, outbox, address, behind, manner, at });
        self.0.to_owner.send(ToOwner::Connect(Arc::clone(&connection))).await.map_err(|_| Stopped)?;
        Ok(Seat { connection, places: None, registry: Some(self.clone()) })
    }

    /// Has an operator's command done. Answered when its events are applied.
    ///
    /// # Errors
    /// The refusal inside; outside, that the owner does not answer.
    pub async fn command(&self, by: Operator, command: Command) -> Result<Result<Answer, Refusal>, Stopped> {
        let (answer, answered) = oneshot::channel();
        let ask = ToOwner::Command(Box::new((by, command)), answer);
        within(async {
            self.0.to_owner.send(ask).await.map_err(|_| Stopped)?;
            answered.await.map_err(|_| Stopped)
        })
        .await
    }

    /// Shows a part of the present.
    ///
    /// # Errors
    /// The owner does not answer.
    pub async fn inspect(&self, what: Inspect) -> Result<View, Stopped> {
        let (answer, answered) = oneshot::channel();
        within(async {
            self.0.looks.send((what, answer)).await.map_err(|_| Stopped)?;
            answered.await.map_err(|_| Stopped)
        })
        .await
    }

    /// Puts another configuration in force, and tells clients what of it is news to them, if anything is.
    ///
    /// # Errors
    /// The owner is gone.
    pub async fn configure(&self, config: Arc<Config>, news: Option<What>) -> Result<(), Stopped> {
        let news = news.map(Box::new);
        self.0.to_owner.send(ToOwner::Configure(config, news)).await.map_err(|_| Stopped)
    }

    /// Has some clients leave, at most `count`: those first to whom it matters least. Each reads
    /// [`Disconnect::Draining`] as the reason. Says how many they are; fewer only if no more are here. Nobody leaves if this is
    /// dropped before.
    ///
    /// # Errors
    /// The owner does not answer.
    pub async fn dismiss(&self, count: usize) -> Result<usize, Stopped> {
        let (answer, answered) = oneshot::channel();
        within(async {
            self.0.to_owner.send(ToOwner::Dismiss(count, answer)).await.map_err(|_| Stopped)?;
            answered.await.map_err(|_| Stopped)
        })
        .await
    }

    /// Asks every client to leave; their sessions end when they have read their farewell.
    ///
    /// # Errors
    /// The owner is gone.
    pub async fn drain(&self) -> Result<(), Stopped> {
        self.0.to_owner.send(ToOwner::Drain).await.map_err(|_| Stopped)
    }

    /// The recent past, for watchers.
    #[must_use]
    pub fn tap(&self) -> &Arc<Tap> {
        &self.0.tap
    }

    /// What is counted.
    #[must_use]
    pub fn meter(&self) -> &Arc<Meter> {
        &self.0.meter
    }

    /// Batches of requests that wait for the owner.
    #[must_use]
    pub fn inbox(&self) -> usize {
        self.0.to_owner.max_capacity() - self.0.to_owner.capacity()
    }

    /// Connections at present.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.0.meter.connections.load(Ordering::Relaxed)
    }
}

async fn within<T>(answer: impl Future<Output = Result<T, Stopped>>) -> Result<T, Stopped> {
    timeout(ANSWER_WITHIN, answer).await.unwrap_or(Err(Stopped))
}

impl Seat {
    /// The connection's id.
    #[must_use]
    pub fn id(&self) -> ClientId {
        self.connection.id
    }

    /// Where its notices and replies arrive.
    #[must_use]
    pub fn outbox(&self) -> &Outbox {
        &self.connection.outbox
    }

    /// Where it comes from.
    #[must_use]
    pub fn address(&self) -> &Address {
        self.connection.address()
    }

    /// Counts the connection out at its end.
    #[must_use]
    pub fn with_place(mut self, place: Place) -> Self {
        self.places = place.hand_on();
        self
    }

    /// A gateway that is believed has said where the connection comes from. From now on it counts as one from there, in the limits
    /// too. What is said a second time is not heard.
    ///
    /// # Errors
    /// The limit that stands against it, as its last words; then it is counted as before.
    pub fn readdress(&self, address: SocketAddr, limits: &Limits) -> Result<(), Box<str>> {
        if self.connection.behind.get().is_some() {
            return Ok(());
        }
        if let Some(places) = &self.places {
            let moved = places.relocate(Some(self.address().ip()), address.ip(), limits);
            moved.map_err(|crowded| crowded.to_string())?;
        }
        // Nobody else says it: the session is the only one that has the seat.
        let _ = self.connection.behind.set(address.into());
        Ok(())
    }

    /// Hands requests to the owner, which takes them in this order. What is handed over later goes before anything else that
    /// is handed over: the caller must await it first.
    ///
    /// # Errors
    /// The owner is gone.
    pub fn hand_over(&self, requests: Vec<Request>) -> Result<Handed, Stopped> {
        let Some(Registry(reach)) = &self.registry else { return Err(Stopped) };
        self.outbox().asked(u32::try_from(requests.len()).unwrap_or(u32::MAX));
        match reach.to_owner.try_send(ToOwner::Asked(self.id(), requests)) {
            Ok(()) => Ok(Handed::Now),
            Err(TrySendError::Closed(_)) => Err(Stopped),
            Err(TrySendError::Full(asked)) => {
                let to_owner = reach.to_owner.clone();
                Ok(Handed::Later(Box::pin(async move { to_owner.send(asked).await.map_err(|_| Stopped) })))
            }
        }
    }

    /// As [`Self::hand_over`], however long it takes.
    #[cfg(test)]
    pub(crate) async fn ask(&self, requests: Vec<Request>) -> Result<(), Stopped> {
        match self.hand_over(requests)? {
            Handed::Now => Ok(()),
            Handed::Later(handed) => handed.await,
        }
    }

    /// Gives the place up for a reason.
    pub fn leave(&mut self, why: Disconnect) {
        let Some(Registry(reach)) = self.registry.take() else { return };
        reach.meter.disconnected(&why);
        let gone = ToOwner::Gone(self.id(), why);
        // A full inbox must not lose this: another task waits in our place.
        if let Err(TrySendError::Full(gone)) = reach.to_owner.try_send(gone) {
            let to_owner = reach.to_owner.clone();
            if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                runtime.spawn(async move { to_owner.send(gone).await });
            }
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.leave(Disconnect::SessionFault);
        if let Some(places) = &self.places {
            places.leave(self.address().ip());
        }
    }
}
