//! The owner: the one task that decides requests, appends events to the log, applies what has settled and hands out what
//! follows. Everything here is synchronous but the one wait at the top. It never waits for a client and touches no disk.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::roster::Roster;
use super::timeouts::{self, Verdict};
use super::{Metrics, ReloadAsked, Slots, Tap, ToOwner, inspect, now};
use crate::delivery::broadcast::{Broadcast, Encoders};
use crate::delivery::outbox::Item;
use crate::domain::apply::{Applied, apply};
use crate::domain::command::{Answer, Command, Operator};
use crate::domain::decide::{self, Outcome};
use crate::domain::disconnect::Disconnect;
use crate::domain::event::{Dated, Event};
use crate::domain::id::{ClientId, Seq, Time};
use crate::domain::notice::{Audience, Notice, What};
use crate::domain::refusal::Refusal;
use crate::domain::reply::Reply;
use crate::domain::request::Request;
use crate::domain::state::State;
use crate::log::{EventLog, Settled};

/// Most messages from the inbox in one turn, so that commits and ticks are not kept waiting.
const TURN: usize = 256;

/// How often time-outs are looked for. Coarse on purpose: no client owns a timer.
const TICK: Duration = Duration::from_secs(1);

/// Who waits for an event.
#[derive(Debug)]
enum Asker {
    Nobody,
    /// A client: whether the event is a message, and whether it is the last of its request.
    Client {
        id: ClientId,
        is_message: bool,
        is_last: bool,
    },
    /// An operator, by the control API.
    Operator(oneshot::Sender<Result<Answer, Refusal>>, Answer),
}

/// The owner of state and roster.
#[derive(Debug)]
pub(super) struct Owner<L> {
    state: State,
    roster: Roster,
    log: L,
    /// Who waits for each event that the log has not handed back, in the order of the log.
    askers: VecDeque<Asker>,
    encoders: Encoders,
    slots: Arc<Mutex<Slots>>,
    tap: Arc<Tap>,
    /// Notices of this turn, for the tap.
    tapped: Vec<Notice>,
    metrics: Arc<Metrics>,
    deliveries: u64,
    reload: ReloadAsked,
    now: Time,
}

impl<L: EventLog> Owner<L> {
    pub(super) fn new(
        state: State,
        log: L,
        encoders: Encoders,
        slots: Arc<Mutex<Slots>>,
        tap: Arc<Tap>,
        metrics: Arc<Metrics>,
        reload: ReloadAsked,
    ) -> Self {
        Self {
            state,
            roster: Roster::default(),
            log,
            askers: VecDeque::new(),
            encoders,
            slots,
            tap,
            tapped: Vec::new(),
            metrics,
            deliveries: 0,
            reload,
            now: now(),
        }
    }

    /// Runs until `stop` is cancelled and the log has handed everything back, or until nobody can ask any more.
    pub(super) async fn run(mut self, mut inbox: mpsc::Receiver<ToOwner>, stop: CancellationToken) {
        let mut turn = Vec::with_capacity(TURN);
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let is_full = self.log.is_full();
            tokio::select! {
                biased;
                () = poll_fn(|cx| self.log.poll_progress(cx)) => {}
                taken = inbox.recv_many(&mut turn, TURN), if !is_full => {
                    if taken == 0 {
                        return;
                    }
                }
                _ = tick.tick() => self.look_for_timeouts(),
                () = stop.cancelled(), if self.log.is_idle() => return,
            }
            self.now = now();
            for message in turn.drain(..) {
                self.take(message);
            }
            self.settle();
            self.log.flush();
            self.flush();
        }
    }

    fn take(&mut self, message: ToOwner) {
        match message {
            ToOwner::Asked(client, requests) => {
                for request in requests {
                    self.admit(client, request);
                }
            }
            ToOwner::Connect(connection) => self.roster.insert(*connection),
            ToOwner::Gone(client, why) => self.gone(client, why),
            ToOwner::Command(ask, answer) => self.command(&ask.0, ask.1, answer),
            ToOwner::Inspect(what, answer) => {
                // Nobody waiting for the answer any more is no fault.
                let _ = answer.send(inspect::view(&self.state, &self.roster, &what));
            }
            ToOwner::Configure(config) => self.state.reconfigure(config),
            ToOwner::Drain => self.drain(),
        }
    }

    /// A session is over. What it asked for before is still done, in order.
    fn gone(&mut self, client: ClientId, why: Disconnect) {
        let Some(entry) = self.roster.get_mut(client) else { return };
        entry.is_gone = true;
        if entry.has_left {
            self.forget(client);
        } else {
            self.admit(client, Request::Leave(why));
        }
    }

    fn forget(&mut self, client: ClientId) {
        self.roster.remove(client);
        Slots::give_back(&self.slots, client.slot);
    }

    fn drain(&mut self) {
        let everybody: Vec<ClientId> = self.roster.iter().map(|entry| entry.connection.id).collect();
        for client in everybody {
            self.append(Event::Left { client, why: Disconnect::Stopping }, Asker::Nobody);
        }
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

    fn decide(&mut self, client: ClientId, request: Request) {
        if let Request::Adapt(adapt) = request {
            if let Some(entry) = self.roster.get_mut(client) {
                entry.adapt = adapt;
            }
            return self.roster.answered(client);
        }
        match decide::request(&self.state, client, self.now, request) {
            Ok(Outcome::Event(event)) => self.append_for(client, event, true),
            Ok(Outcome::Events(events, replies)) => {
                replies.into_iter().for_each(|reply| self.reply(client, reply));
                self.append_all(client, events);
            }
            Ok(Outcome::Nothing) => self.roster.answered(client),
            Ok(Outcome::Reply(reply)) => self.answer(client, reply),
            Ok(Outcome::Replies(replies)) => {
                replies.into_iter().for_each(|reply| self.reply(client, reply));
                self.roster.answered(client);
            }
            Err(refusal) => self.answer(client, Reply::Refused(refusal)),
        }
    }

    fn append_all(&mut self, client: ClientId, events: Vec<Event>) {
        let Some(last) = events.len().checked_sub(1) else { return self.roster.answered(client) };
        for (place, event) in events.into_iter().enumerate() {
            self.append_for(client, event, place == last);
        }
    }

    fn append_for(&mut self, client: ClientId, event: Event, is_last: bool) {
        let is_message = matches!(event, Event::Said(_));
        if let Some(entry) = self.roster.get_mut(client) {
            entry.gate.sent(is_message);
        }
        self.append(event, Asker::Client { id: client, is_message, is_last });
    }

    fn append(&mut self, event: Event, asker: Asker) {
        self.log.append(Dated { at: self.now, event });
        self.askers.push_back(asker);
    }

    fn command(&mut self, by: &Operator, command: Command, answer: oneshot::Sender<Result<Answer, Refusal>>) {
        let targets = inspect::targets(&self.state, &self.roster, &command);
        match decide::command(&self.state, by, self.now, command, &targets) {
            Ok((mut events, done)) => {
                let last = events.pop();
                events.into_iter().for_each(|event| self.append(event, Asker::Nobody));
                if let Some(last) = last {
                    self.append(last, Asker::Operator(answer, done));
                }
            }
            // Nobody waiting for the answer any more is no fault, here and below.
            Err(refusal) => drop(answer.send(Err(refusal))),
        }
    }

    /// Applies what the log hands back, in its order, and lets those go on who waited for it.
    fn settle(&mut self) {
        while let Some(settled) = self.log.next_settled() {
            let asker = self.askers.pop_front().unwrap_or(Asker::Nobody);
            let client = if let Asker::Client { id, is_message, .. } = asker {
                if let Some(entry) = self.roster.get_mut(id) {
                    entry.gate.settled(is_message);
                }
                Some(id)
            } else {
                None
            };
            self.settled(settled, asker);
            if let Some(id) = client {
                self.go_on(id);
            }
        }
    }

    /// Decides what a client has waiting. What this appends settles in a later round of [`Self::settle`].
    fn go_on(&mut self, client: ClientId) {
        while let Some(request) = self.roster.get_mut(client).and_then(|entry| entry.gate.next()) {
            self.decide(client, request);
        }
    }

    fn settled(&mut self, settled: Settled, asker: Asker) {
        let result = match settled.failure {
            Some(cause) => {
                tracing::error!(seq = settled.seq.0, %cause, "cannot keep an event");
                Err(Refusal::NotKept { to: addressee(&settled.dated.event), cause })
            }
            None => apply(&mut self.state, settled.seq, &settled.dated),
        };
        self.metrics.last_seq.store(settled.seq.0, Ordering::Relaxed);
        let told = match result {
            Ok(applied) => Ok(self.follow(applied)),
            Err(refusal) => Err(refusal),
        };
        self.tell(asker, settled.seq, told);
    }

    /// Tells the asker what became of its event.
    fn tell(&mut self, asker: Asker, seq: Seq, told: Result<usize, Refusal>) {
        match asker {
            Asker::Nobody => {}
            Asker::Client { id, is_last, .. } => {
                if let Err(refusal) = told {
                    self.reply(id, Reply::Refused(refusal));
                }
                if is_last {
                    self.roster.answered(id);
                }
            }
            Asker::Operator(answer, done) => {
                let done = told.map(|recipients| match done {
                    Answer::Said { .. } => Answer::Said { seq, recipients },
                    Answer::Audited(_) => Answer::Audited(seq),
                    kicked @ Answer::Kicked(_) => kicked,
                });
                drop(answer.send(done));
            }
        }
    }

    /// Hands out what follows from an event; says how many clients heard its notice.
    fn follow(&mut self, applied: Applied) -> usize {
        let mut heard = 0;
        if let Some((audience, notice)) = applied.notice {
            heard = self.publish(&audience, &notice);
            self.deliveries += heard as u64;
            self.metrics
                .messages
                .fetch_add(u64::from(matches!(notice.what, What::Said(_))), Ordering::Relaxed);
            self.tapped.push(notice);
        }
        for (client, reply) in applied.replies {
            self.reply(client, reply);
        }
        if let Some((client, why)) = applied.ended {
            self.ended(client, why);
        }
        if applied.reload {
            self.reload.notify_one();
        }
        heard
    }

    fn ended(&mut self, client: ClientId, why: Disconnect) {
        let Some(entry) = self.roster.get_mut(client) else { return };
        if std::mem::replace(&mut entry.has_left, true) {
            return;
        }
        if entry.is_gone {
            self.forget(client);
        } else {
            self.reply(client, Reply::Ended(why));
        }
    }

    /// Stages a notice for all who hear it; says how many that are.
    fn publish(&mut self, audience: &Audience, notice: &Notice) -> usize {
        let roster = &mut self.roster;
        let desk = self.state.desk_source();
        let mut shared = Broadcast::new(notice, desk, self.encoders.notice);
        let mut echoed = Broadcast::new(notice, desk, self.encoders.echo);
        let mut heard = 0;
        audience.visit(&self.state, |id, is_own| {
            let staged = roster.stage_adapted(id, |adapt| match (is_own, adapt.echo) {
                (false, _) => shared.line(adapt.variant).map(Item::Line),
                (true, true) => echoed.line(adapt.variant).map(Item::Line),
                (true, false) => None,
            });
            heard += usize::from(staged && !is_own);
        });
        heard
    }

    fn reply(&mut self, client: ClientId, mut reply: Reply) {
        if let Reply::Welcome(welcome) = &mut reply {
            welcome.counts.unregistered = self.roster.len().saturating_sub(welcome.counts.clients);
        }
        if let Reply::Lusers(counts) = &mut reply {
            counts.unregistered = self.roster.len().saturating_sub(counts.clients);
        }
        self.roster.stage(client, Item::Reply(Box::new(reply)));
    }

    fn answer(&mut self, client: ClientId, reply: Reply) {
        self.reply(client, reply);
        self.roster.answered(client);
    }

    fn look_for_timeouts(&mut self) {
        self.now = now();
        for (client, verdict) in timeouts::look(&self.state, &self.roster, self.now) {
            match verdict {
                Verdict::End(why) => self.append(Event::Left { client, why }, Asker::Nobody),
                Verdict::Ask => self.ping(client),
            }
        }
    }

    fn ping(&mut self, client: ClientId) {
        if let Some(entry) = self.roster.get_mut(client) {
            entry.asked_at = Some(self.now);
            self.roster.stage(client, Item::Ping);
        }
    }

    /// The end of a turn: outboxes are filled, sessions woken, watchers told.
    fn flush(&mut self) {
        self.roster.flush(self.state.config().limits.outbox_hard);
        self.tap.push_all(&mut self.tapped);
        self.metrics.deliveries.fetch_add(std::mem::take(&mut self.deliveries), Ordering::Relaxed);
        self.metrics.connections.store(self.roster.len(), Ordering::Relaxed);
    }
}

/// For whom a message was.
fn addressee(event: &Event) -> Option<Box<str>> {
    if let Event::Said(message) = event { Some(message.to.addressee().into()) } else { None }
}
