//! What the owner does with what the log hands back: apply it, tell the asker, hand out what follows.

use std::sync::atomic::Ordering;

use super::{Asker, Owner};
use crate::delivery::broadcast::Broadcast;
use crate::delivery::outbox::Item;
use crate::domain::apply::{Applied, apply};
use crate::domain::command::Answer;
use crate::domain::disconnect::Disconnect;
use crate::domain::event::Event;
use crate::domain::id::{ClientId, Seq};
use crate::domain::notice::{Audience, Notice, What};
use crate::domain::refusal::Refusal;
use crate::domain::reply::Reply;
use crate::log::{EventLog, Settled};
use crate::registry::roster::End;

impl<L: EventLog> Owner<L> {
    /// Applies what the log hands back, in its order, and lets those go on who waited for it.
    pub(super) fn settle(&mut self) {
        while let Some(settled) = self.log.next_settled() {
            let Some(waiting) = self.waiting.pop_front() else { return };
            let client = match waiting.asker {
                Asker::Client { id, is_message, .. } => {
                    self.through_the_gate(id, is_message);
                    Some(id)
                }
                _ => None,
            };
            let seq = settled.seq;
            let told = self.happen(settled, waiting.needs_previous);
            self.tell(waiting.asker, seq, told);
            if let Some(id) = client {
                self.go_on(id);
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
    fn happen(&mut self, settled: Settled, needs_previous: bool) -> Result<usize, Refusal> {
        let Settled { seq, dated, failure } = settled;
        if !self.run.takes(&dated.event) {
            self.tell_run(); // Those are told who are in the room now.
        }
        let is_kept = failure.is_none();
        if !needs_previous || failure.is_some() {
            self.failed = failure;
        }
        let result = match &self.failed {
            Some(cause) => Err(Refusal::NotKept { to: addressee(&dated.event), cause: cause.clone() }),
            None => apply(&mut self.state, seq, &dated),
        };
        self.metrics.last_seq.store(seq.0, Ordering::Relaxed);
        match result {
            Ok(applied) => Ok(self.follow(applied)),
            Err(refusal) => {
                tracing::debug!(seq = seq.0, %refusal, "an event did not happen");
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
            // Of a message in a run nobody asks how many hear it.
            if !self.run.take(&audience, &notice) {
                heard = self.publish(&audience, &notice);
                self.deliveries += heard as u64;
            }
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
        let Some(entry) = self.roster.get_mut(client).filter(|entry| entry.end != End::Left) else { return };
        entry.end = End::Left;
        if entry.is_gone {
            self.forget(client);
        } else {
            self.reply(client, Reply::Ended(why));
        }
    }

    /// Stages a notice for all who hear it; says how many that are.
    fn publish(&mut self, audience: &Audience, notice: &Notice) -> usize {
        self.tell_run();
        let (roster, press) = (&mut self.roster, &mut self.press);
        let desk = self.state.desk_source();
        let mut shared = Broadcast::new(notice, audience.room(), desk, self.encoders.notice);
        // Only what goes to the desk is read otherwise by its author.
        let is_for_desk = matches!(audience, Audience::Operators { .. });
        let mut echo = is_for_desk.then(|| Broadcast::new(notice, None, desk, self.encoders.echo));
        let mut heard = 0;
        audience.visit(&self.state, |id, is_own| {
            let Some(mut hearer) = roster.hearer(id) else { return };
            let adapt = hearer.adapt();
            let part = match (is_own, adapt.echo) {
                (false, _) => shared.part(press, adapt.variant),
                (true, true) => echo.as_mut().unwrap_or(&mut shared).part(press, adapt.variant),
                (true, false) => None,
            };
            let Some(part) = part else { return };
            hearer.hear(part);
            heard += usize::from(!is_own);
        });
        heard
    }

    pub(super) fn reply(&mut self, client: ClientId, mut reply: Reply) {
        if let Reply::Welcome(welcome) = &mut reply {
            welcome.counts.unregistered = self.roster.len().saturating_sub(welcome.counts.clients);
        }
        if let Reply::Lusers(counts) = &mut reply {
            counts.unregistered = self.roster.len().saturating_sub(counts.clients);
        }
        self.tell_run();
        self.roster.stage(client, Item::Reply(Box::new(reply)));
    }

    pub(super) fn answer(&mut self, client: ClientId, reply: Reply) {
        self.reply(client, reply);
        self.roster.answered(client);
    }
}

/// For whom a message was.
fn addressee(event: &Event) -> Option<Box<str>> {
    if let Event::Said(message) = event { Some(message.to.addressee().into()) } else { None }
}
