//! The owner: the one task that decides requests, appends events to the log, applies what has settled and hands out what
//! follows. Everything here is synchronous but the one wait at the top. It never waits for a client and touches no disk.

mod dismissal;
mod record;
mod run;
mod settle;

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};
use tokio::task::yield_now;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use self::run::Run;
use super::clock::{Clock, Steady};
use super::inspect::{self, Moment};
use super::roster::{Connection, End, Roster};
use super::timeouts::{self, Verdict};
use super::{Look, ReloadAsked, Slots, Tap, ToOwner};
use crate::config::Config;
use crate::delivery::broadcast::{Broadcast, Encoder, Press};
use crate::delivery::outbox::Item;
use crate::domain::command::{Answer, Command, Operator};
use crate::domain::decide::{self, Outcome};
use crate::domain::disconnect::Disconnect;
use crate::domain::event::{Dated, Event};
use crate::domain::id::{ClientId, Seq, Time};
use crate::domain::notice::{Badge, Notice, What};
use crate::domain::refusal::Refusal;
use crate::domain::reply::Reply;
use crate::domain::request::Request;
use crate::domain::state::State;
use crate::log::EventLog;
use crate::meter::Meter;

/// Most messages from the inbox in one turn, so that commits and ticks are not kept waiting.
const TURN: usize = 256;

/// How often time-outs are looked for. Coarse on purpose: no client owns a timer.
const TICK: Duration = Duration::from_secs(1);

/// An event that the log has not handed back.
#[derive(Debug)]
struct Waiting {
    asker: Asker,
    /// It follows from the event before it, and does not happen unless that one was kept.
    needs_previous: bool,
}

/// Who waits for an event.
#[derive(Debug)]
enum Asker {
    Nobody,
    /// A client: whether the event is a message, and whether it is the last of its request.
    Client {
        asking: Asking,
        is_message: bool,
        is_last: bool,
    },
    /// An operator, by the control API.
    Operator(oneshot::Sender<Result<Answer, Refusal>>, Answer),
}

/// A client that asked, and the label of the line with which it did (IRCv3 labeled-response). It goes with what was asked to the
/// log and back, so that each answer belongs to its line whatever happens in between.
#[derive(Debug)]
struct Asking {
    client: ClientId,
    label: Option<Arc<str>>,
}

/// The owner of state and roster.
#[derive(Debug)]
pub(super) struct Owner<L> {
    state: State,
    roster: Roster,
    log: L,
    /// What waits for each event that the log has not handed back, in the order of the log.
    waiting: VecDeque<Waiting>,
    /// Why the event before the next one was not kept, if it was not.
    failed: Option<Box<str>>,
    /// Nobody new may stay.
    is_draining: bool,
    encoder: Encoder,
    /// The lines of this turn.
    press: Press,
    slots: Arc<Mutex<Slots>>,
    tap: Arc<Tap>,
    /// Notices of this turn, for the tap.
    tapped: Vec<Notice>,
    /// The last of them, as far as their room has not been told.
    run: Run,
    meter: Arc<Meter>,
    /// Counted in this turn.
    deliveries: u64,
    events: u64,
    reload: ReloadAsked,
    clock: Clock,
    /// The moment of this turn, by both clocks.
    now: Time,
    steady: Steady,
}

impl<L: EventLog> Owner<L> {
    pub(super) fn new(
        state: State,
        log: L,
        encoder: Encoder,
        slots: Arc<Mutex<Slots>>,
        tap: Arc<Tap>,
        meter: Arc<Meter>,
        reload: ReloadAsked,
    ) -> Self {
        Self {
            state,
            roster: Roster::default(),
            log,
            waiting: VecDeque::new(),
            failed: None,
            is_draining: false,
            encoder,
            press: Press::default(),
            slots,
            tap,
            tapped: Vec::new(),
            run: Run::default(),
            meter,
            deliveries: 0,
            events: 0,
            reload,
            clock: Clock::default(),
            now: Time::default(),
            steady: Steady::now(),
        }
    }

    /// Runs until `stop` is cancelled and the log has handed everything back, or until nobody can ask any more.
    ///
    /// Looking at the present has a queue of its own, so that it is answered also while the log is full.
    pub(super) async fn run(
        mut self,
        mut inbox: mpsc::Receiver<ToOwner>,
        mut looks: mpsc::Receiver<Look>,
        stop: CancellationToken,
    ) {
        let mut turn = Vec::with_capacity(TURN);
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let is_full = self.log.is_full();
            let (mut is_tick, mut asked) = (false, None);
            tokio::select! {
                biased;
                // Before the inbox, which may never be empty: it comes once a second.
                _ = tick.tick() => is_tick = true,
                () = poll_fn(|cx| self.log.poll_progress(cx)) => {}
                taken = inbox.recv_many(&mut turn, TURN), if !is_full => {
                    if taken == 0 {
                        return;
                    }
                    gather(&mut inbox, &mut turn).await;
                }
                Some(look) = looks.recv() => asked = Some(look),
                () = stop.cancelled(), if self.log.is_idle() => return,
            }
            let begun = Instant::now();
            self.now = self.clock.read();
            self.steady = Steady::now();
            if is_tick {
                self.look_for_timeouts(is_full);
            }
            for message in turn.drain(..) {
                self.take(message);
            }
            while let Some(look) = asked.take().or_else(|| looks.try_recv().ok()) {
                self.look(look);
            }
            self.settle();
            self.log.flush();
            self.settle(); // A group that could not even be handed over has settled at once.
            self.flush();
            self.meter.turns.observe(begun.elapsed().as_micros() as u64);
        }
    }

    fn look(&self, (what, answer): Look) {
        let moment = Moment {
            now: self.now,
            steady: self.steady,
            log_waiting: self.waiting.len(),
            log_oldest: self.log.oldest(),
        };
        // Nobody waiting for the answer any more is no fault.
        let _ = answer.send(inspect::view(&self.state, &self.roster, &what, moment));
    }

    fn take(&mut self, message: ToOwner) {
        match message {
            ToOwner::Asked(client, requests) => {
                for request in requests {
                    self.admit(client, request);
                }
            }
            ToOwner::Connect(connection) => self.connect(connection),
            ToOwner::Gone(client, why) => self.gone(client, why),
            ToOwner::Command(ask, answer) => self.command(&ask.0, ask.1, answer),
            ToOwner::Configure(config, offers) => self.configure(config, offers),
            ToOwner::Dismiss(count, answer) => self.dismiss(count, answer),
            ToOwner::Drain => self.drain(),
        }
    }

    /// A session is over. What it asked for before is still done, in order.
    fn gone(&mut self, client: ClientId, why: Disconnect) {
        let Some(entry) = self.roster.get_mut(client) else { return };
        entry.is_gone = true;
        match entry.end {
            End::Here => self.admit(client, Request::Leave(why)),
            End::Leaving => {}
            End::Left => self.forget(client),
        }
    }

    fn connect(&mut self, connection: Arc<Connection>) {
        let client = connection.id;
        self.roster.insert(connection);
        if self.is_draining {
            self.append(Event::Left { client, why: Disconnect::Stopping }, Asker::Nobody);
        }
    }

    /// Puts another configuration in force. What clients are offered by it that is new to them they are told, also those that have not
    /// registered. Nothing happened that watchers or a history would show.
    fn configure(&mut self, config: Arc<Config>, offers: Option<Box<What>>) {
        self.state.reconfigure(config);
        let Some(what) = offers else { return };
        self.tell_run();
        let notice = Notice { seq: Seq(0), at: self.now, by: Badge::default(), what: *what };
        let mut shared = Broadcast::new(&notice, None, self.state.desk_source(), self.encoder);
        let everybody: Vec<ClientId> = self.roster.iter().map(|entry| entry.connection.id).collect();
        for id in everybody {
            let Some(mut hearer) = self.roster.hearer(id) else { continue };
            let variant = hearer.adapt().variant;
            if let Some(part) = shared.part(&mut self.press, variant) {
                hearer.hear(part);
            }
        }
    }

    fn forget(&mut self, client: ClientId) {
        self.roster.remove(client);
        Slots::give_back(&self.slots, client.slot);
    }

    /// Decides a request, or lets it wait for those before it.
    fn admit(&mut self, client: ClientId, request: Request) {
        let Some(entry) = self.roster.get_mut(client) else { return };
        let mut next = entry.gate.admit(request);
        while let Some(request) = next {
            self.decide(client, request);
            self.settle();
            next = self.roster.get_mut(client).and_then(|entry| entry.gate.next());
        }
    }

    /// What a client asks for that is leaving is not done any more.
    fn decide(&mut self, client: ClientId, request: Request) {
        let (request, label) = request.unlabeled();
        let asking = Asking { client, label };
        if self.roster.get(client).is_none_or(|entry| entry.end != End::Here) {
            return self.roster.answered(client);
        }
        if let Request::Adapt(adapt) = request {
            self.tell_run();
            if let Some(entry) = self.roster.get_mut(client) {
                entry.adapt = adapt;
            }
            return self.roster.answered(client);
        }
        match decide::request(&self.state, client, self.now, request) {
            Ok(Outcome::Event(event)) => self.append_for(asking, event, true, false),
            Ok(Outcome::Events(events, replies)) => {
                replies.into_iter().for_each(|reply| self.answer(&asking, reply));
                self.append_all(asking, events);
            }
            Ok(Outcome::Nothing) => self.roster.answered(client),
            Ok(Outcome::Reply(reply)) => self.answer_last(&asking, reply),
            Ok(Outcome::Replies(replies)) => {
                replies.into_iter().for_each(|reply| self.answer(&asking, reply));
                self.roster.answered(client);
            }
            Err(refusal) => {
                self.record_refusal(&asking, &refusal);
                self.answer_last(&asking, Reply::Refused(refusal));
            }
        }
    }

    fn append_all(&mut self, Asking { client, label }: Asking, events: Vec<Event>) {
        let Some(last) = events.len().checked_sub(1) else { return self.roster.answered(client) };
        for (place, event) in events.into_iter().enumerate() {
            let asking = Asking { client, label: label.clone() };
            self.append_for(asking, event, place == last, place > 0);
        }
    }

    fn append_for(&mut self, asking: Asking, event: Event, is_last: bool, needs_previous: bool) {
        let is_message = matches!(event, Event::Said(_));
        if let Some(entry) = self.roster.get_mut(asking.client) {
            entry.gate.sent(is_message);
        }
        self.append_after(event, Asker::Client { asking, is_message, is_last }, needs_previous);
    }

    fn append(&mut self, event: Event, asker: Asker) {
        self.append_after(event, asker, false);
    }

    fn append_after(&mut self, event: Event, asker: Asker, needs_previous: bool) {
        if let Event::Left { client, .. } = &event
            && let Some(entry) = self.roster.get_mut(*client).filter(|entry| entry.end == End::Here)
        {
            entry.end = End::Leaving;
        }
        self.log.append(Dated { at: self.now, event });
        self.waiting.push_back(Waiting { asker, needs_previous });
    }

    fn command(&mut self, by: &Operator, command: Command, answer: oneshot::Sender<Result<Answer, Refusal>>) {
        let targets = inspect::targets(&self.state, &self.roster, &command);
        match decide::command(&self.state, by, self.now, command, &targets) {
            Ok((mut events, done)) => {
                let Some(last) = events.pop() else { return };
                let needs_previous = !events.is_empty();
                for (place, event) in events.into_iter().enumerate() {
                    self.append_after(event, Asker::Nobody, place > 0);
                }
                self.append_after(last, Asker::Operator(answer, done), needs_previous);
            }
            // Nobody waiting for the answer any more is no fault, here and below.
            Err(refusal) => {
                self.meter.refusals.raise(refusal.place());
                drop(answer.send(Err(refusal)));
            }
        }
    }

    /// While the log is full, sessions may not be reading: silence means nothing then.
    fn look_for_timeouts(&mut self, is_full: bool) {
        if is_full {
            return self.roster.iter_mut().for_each(|entry| entry.asked_at = None);
        }
        for (client, verdict) in timeouts::look(&self.state, &self.roster, self.steady) {
            match verdict {
                Verdict::End(why) => self.append(Event::Left { client, why }, Asker::Nobody),
                Verdict::Ask => self.ping(client),
            }
        }
    }

    fn ping(&mut self, client: ClientId) {
        if let Some(entry) = self.roster.get_mut(client) {
            entry.asked_at = Some(self.steady);
            self.tell_run();
            self.roster.stage(client, Item::Ping);
        }
    }

    /// The end of a turn: outboxes are filled, sessions woken, watchers told.
    fn flush(&mut self) {
        self.tell_run();
        self.press.close();
        self.roster.flush(&self.press, self.state.config().limits.outbox_hard);
        self.press.clear();
        self.tap.push_all(&mut self.tapped);
        self.meter.deliveries.fetch_add(std::mem::take(&mut self.deliveries), Ordering::Relaxed);
        self.meter.events.fetch_add(std::mem::take(&mut self.events), Ordering::Relaxed);
        self.meter.connections.store(self.roster.len(), Ordering::Relaxed);
    }
}

/// Lets all sessions run that have something to read now, and takes what they ask for into this turn: the more is done in one
/// turn, the fewer times each hearer is woken and writes.
async fn gather(inbox: &mut mpsc::Receiver<ToOwner>, turn: &mut Vec<ToOwner>) {
    yield_now().await;
    while turn.len() < TURN {
        let Ok(message) = inbox.try_recv() else { return };
        turn.push(message);
    }
}
