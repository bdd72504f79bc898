//! What the owner does with what the log hands back: apply it, tell the asker, hand out what follows.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::record::About;
use super::{Asker, Asking, Owner};
use crate::delivery::broadcast::Broadcast;
use crate::delivery::outbox::{Answer as Answering, Item, Labeled};
use crate::domain::apply::{Applied, apply};
use crate::domain::command::Answer;
use crate::domain::disconnect::Disconnect;
use crate::domain::event::Event;
use crate::domain::id::{ClientId, Seq};
use crate::domain::notice::{Audience, Ear, Notice, What};
use crate::domain::refusal::Refusal;
use crate::domain::reply::Reply;
use crate::domain::request::Variant;
use crate::log::{EventLog, Settled};
use crate::registry::roster::End;

impl<L: EventLog> Owner<L> {
    /// Applies what the log hands back, in its order, and lets those go on who waited for it.
    pub(super) fn settle(&mut self) {
        while let Some(settled) = self.log.next_settled() {
            let Some(waiting) = self.waiting.pop_front() else { return };
            let asking = match &waiting.asker {
                Asker::Client { asking, is_message, .. } => {
                    self.through_the_gate(asking.client, *is_message);
                    Some(asking)
                }
                _ => None,
            };
            let (seq, client) = (settled.seq, asking.map(|asking| asking.client));
            // Whose first event did not happen has read why, and that is enough.
            let is_told = waiting.needs_previous && self.failed.is_some();
            let told = self.happen(settled, waiting.needs_previous, asking.filter(|_| !is_told));
            self.tell(waiting.asker, seq, told, is_told);
            if let Some(client) = client {
                self.go_on(client);
            }
        }
    }

    fn through_the_gate(&mut self, client: ClientId, is_message: bool) {
        if let Some(entry) = self.roster.get_mut(client) {
            entry.gate.settled(is_message);
        }
    }

    /// Decides what a client has waiting. What this appends settles in a later round of [`Self::settle`].
    fn go_on(&mut self, client: ClientId) {
        while let Some(request) = self.roster.get_mut(client).and_then(|entry| entry.gate.next()) {
            self.decide(client, request);
        }
    }

    /// Applies one event; says how many clients heard of it. One that was not kept, or that follows from one that was not,
    /// does not happen; one that was kept and is void is taken out of the history again.
    fn happen(
        &mut self,
        settled: Settled,
        needs_previous: bool,
        asking: Option<&Asking>,
    ) -> Result<usize, Refusal> {
        let Settled { seq, dated, failure } = settled;
        if !self.run.takes(&dated.event) {
            self.tell_run(); // Those are told who are in the room now.
        }
        let is_kept = failure.is_none();
        if !needs_previous || failure.is_some() {
            self.failed = failure;
        }
        let about = About::of(&self.state, &dated.event);
        let result = match &self.failed {
            Some(cause) => Err(Refusal::NotKept { to: addressee(&dated.event), cause: cause.clone() }),
            None => apply(&mut self.state, seq, &dated),
        };
        self.meter.last_seq.store(seq.0, Ordering::Relaxed);
        self.events += 1;
        match result {
            Ok(applied) => {
                if let Some(about) = about {
                    about.happened(&dated.event);
                }
                Ok(self.follow(applied, asking))
            }
            Err(refusal) => {
                match asking {
                    Some(asking) => self.record_refusal(asking, &refusal),
                    None => tracing::debug!(seq = seq.0, %refusal, "an event did not happen"),
                }
                if is_kept && dated.event.is_durable(self.state.config().history.enabled) {
                    self.log.revoke(seq, dated.at);
                }
                if let Event::Left { client, .. } = dated.event {
                    self.stay(client);
                }
                Err(refusal)
            }
        }
    }

    /// A client whose leaving did not happen is here as before; unless its session is over, and then it leaves by itself.
    fn stay(&mut self, client: ClientId) {
        let Some(entry) = self.roster.get_mut(client).filter(|entry| entry.end == End::Leaving) else {
            return;
        };
        entry.end = End::Here;
        if entry.is_gone {
            self.append(Event::Left { client, why: Disconnect::Closed }, Asker::Nobody);
        }
    }

    /// Tells the asker what became of its event; a client not if it `is_told` why already.
    fn tell(&mut self, asker: Asker, seq: Seq, told: Result<usize, Refusal>, is_told: bool) {
        match asker {
            Asker::Nobody => {}
            Asker::Client { asking, is_last, .. } => {
                if let Err(refusal) = told
                    && !is_told
                {
                    self.answer(&asking, Reply::Refused(refusal));
                }
                if is_last {
                    self.roster.answered(asking.client);
                }
            }
            Asker::Operator(answer, done) => {
                let done = told.map(|recipients| match done {
                    Answer::Said { .. } => Answer::Said { seq, recipients },
                    Answer::Audited(_) => Answer::Audited(seq),
                    as_decided @ (Answer::Kicked(_) | Answer::HostSet { .. }) => as_decided,
                });
                if let Err(refusal) = &done {
                    self.meter.refusals.raise(refusal.place());
                }
                drop(answer.send(done));
            }
        }
    }

    /// Hands out what follows from an event; says how many clients heard its notice.
    fn follow(&mut self, applied: Applied, asking: Option<&Asking>) -> usize {
        let mut heard = 0;
        let labeled = asking.filter(|asking| asking.label.is_some());
        if let Some((audience, notice)) = applied.notice {
            // Of a message in a run nobody asks how many hear it. One with a label is read by its author as nobody else reads it.
            if labeled.is_some() || !self.run.take(&audience, &notice) {
                heard = self.publish(&audience, &notice, labeled);
                self.deliveries += heard as u64;
            }
            if let What::Said(message) = &notice.what {
                self.meter.said.count(message);
            }
            self.tapped.push(notice);
        }
        for (client, reply) in applied.replies {
            match labeled {
                Some(asking) if asking.client == client => self.answer(asking, reply),
                _ => self.reply(client, reply),
            }
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
        let Some(entry) = self.roster.get_mut(client).filter(|entry| entry.end != End::Left) else { return };
        entry.end = End::Left;
        if entry.is_gone {
            self.forget(client);
        } else {
            self.reply(client, Reply::Ended(why));
        }
    }

    /// Stages a notice for all who hear it; says how many that are. For whoever did it with a label, it is an answer.
    fn publish(&mut self, audience: &Audience, notice: &Notice, labeled: Option<&Asking>) -> usize {
        self.tell_run();
        let (roster, press) = (&mut self.roster, &mut self.press);
        let desk = self.state.desk_source();
        let mut shared = Broadcast::new(notice, audience.room(), desk, self.encoder);
        // Of what it says itself, a client reads the echo as the answer; to itself, also what it would hear from anybody.
        let is_said = matches!(notice.what, What::Said(_) | What::Redacted { .. });
        let answering_ear = if is_said { Ear::Own } else { Ear::Hears };
        let mut heard = 0;
        audience.visit(&self.state, |id, ear| {
            let Some(mut hearer) = roster.hearer(id) else { return };
            let adapt = hearer.adapt();
            let variant = match ear {
                Ear::Hears => adapt.variant,
                Ear::Own if !adapt.echo => return,
                Ear::Own => adapt.variant.with(Variant::OWN),
                Ear::Overhears => adapt.variant.with(Variant::OVERHEARD),
            };
            let Some(part) = shared.part(press, variant) else { return };
            match labeled.filter(|asking| asking.client == id && ear == answering_ear) {
                Some(Asking { label: Some(label), .. }) => hearer.answer(part, Arc::clone(label)),
                _ => hearer.hear(part),
            }
            heard += usize::from(ear != Ear::Own);
        });
        heard
    }

    /// Tells a client something that it did not ask for, or not with a label.
    pub(super) fn reply(&mut self, client: ClientId, reply: Reply) {
        let reply = self.counted(reply);
        self.tell_run();
        self.roster.stage(client, Item::Reply(Box::new(reply)));
    }

    /// Answers what a client asked.
    pub(super) fn answer(&mut self, asking: &Asking, reply: Reply) {
        let Some(label) = &asking.label else { return self.reply(asking.client, reply) };
        let answer = Answering::Reply(self.counted(reply));
        self.tell_run();
        let labeled = Labeled { label: Arc::clone(label), answer };
        self.roster.stage(asking.client, Item::Labeled(Box::new(labeled)));
    }

    /// The same, and nothing more is to come.
    pub(super) fn answer_last(&mut self, asking: &Asking, reply: Reply) {
        self.answer(asking, reply);
        self.roster.answered(asking.client);
    }

    /// With what only the roster knows: how many have not registered. A refusal is counted.
    fn counted(&self, mut reply: Reply) -> Reply {
        let counts = match &mut reply {
            Reply::Refused(refusal) => {
                self.meter.refusals.raise(refusal.place());
                return reply;
            }
            Reply::Welcome(welcome) => &mut welcome.counts,
            Reply::Lusers(counts) => counts,
            _ => return reply,
        };
        counts.unregistered = self.roster.len().saturating_sub(counts.clients);
        reply
    }
}

/// For whom a message was.
fn addressee(event: &Event) -> Option<Box<str>> {
    if let Event::Said(message) = event { Some(message.to.addressee().into()) } else { None }
}
