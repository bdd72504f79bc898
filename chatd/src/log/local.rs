//! The log of one machine: sequence numbers here, durability in the store. While one group is being committed, the next one
//! gathers, so the slower the disk, the larger the groups.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::oneshot;

use super::{EventLog, Settled};
use crate::domain::event::{Dated, Event};
use crate::domain::id::{Seq, Time};
use crate::store::{Body, CommitError, Record, Writer};

/// Most events that may wait for their commit; then the owner stops taking requests and so do the sessions.
const WAITING_MAX: usize = 16 * 1024;

/// Most records in one transaction, so that one commit does not hold up everybody for long.
const GROUP_MAX: usize = 4096;

type Commit = oneshot::Receiver<Result<(), CommitError>>;

/// A log over the store of this machine.
#[derive(Debug)]
pub struct LocalLog {
    writer: Writer,
    /// Whether rooms have a history.
    keeps_rooms: bool,
    next: Seq,
    /// Events that have not been handed back, in order.
    waiting: VecDeque<Waiting>,
    /// Durable events that no group has taken yet.
    gathered: VecDeque<Record>,
    /// The group being committed and its last event.
    committing: Option<(Commit, Seq)>,
}

#[derive(Debug)]
struct Waiting {
    seq: Seq,
    dated: Dated,
    state: Kept,
}

#[derive(Debug)]
enum Kept {
    Need,
    Done,
    Failed(Box<str>),
}

impl LocalLog {
    /// A log that goes on at `next`, the store's first free place.
    #[must_use]
    pub fn new(writer: Writer, next: Seq, keeps_rooms: bool) -> Self {
        Self {
            writer,
            keeps_rooms,
            next,
            waiting: VecDeque::new(),
            gathered: VecDeque::new(),
            committing: None,
        }
    }

    /// Why an event is not even tried to be kept: on a disk that is nearly full, what clients say must not take the room that what
    /// operators do needs, and neither must what a rule of the desk answers them. Taking back is not refused, it makes room.
    fn refused(&self, event: &Event) -> Option<&'static str> {
        let Event::Said(message) = event else { return None };
        let cause = self.writer.read_only()?;
        let is_of_operator = message.from.client.is_none() && message.from.operator.is_some();
        (!is_of_operator && event.is_durable(self.keeps_rooms)).then_some(cause)
    }

    /// What the group's commit said, noted on every event of the group.
    fn note(&mut self, last: Seq, result: Result<(), CommitError>) {
        let failure = result.err().map(|error| Box::from(error.to_string()));
        for waiting in self.waiting.iter_mut().take_while(|waiting| waiting.seq <= last) {
            if matches!(waiting.state, Kept::Need) {
                waiting.state = failure.clone().map_or(Kept::Done, Kept::Failed);
            }
        }
    }
}

fn record(seq: Seq, dated: &Dated) -> Option<Record> {
    let body = match &dated.event {
        Event::Said(message) => Body::Message(Arc::clone(message)),
        Event::Audited(audit) => Body::Audit(Arc::clone(audit)),
        Event::Redacted(redacted) => Body::Redacted(redacted.seq),
        _ => return None,
    };
    Some(Record { seq, at: dated.at, body })
}

impl EventLog for LocalLog {
    fn append(&mut self, dated: Dated) -> Seq {
        let seq = self.next;
        self.next = seq.next();
        let refused = self.refused(&dated.event);
        let is_kept = refused.is_none() && dated.event.is_durable(self.keeps_rooms);
        let kept = if is_kept { record(seq, &dated) } else { None };
        let state = match refused {
            Some(cause) => Kept::Failed(cause.into()),
            None if kept.is_some() => Kept::Need,
            None => Kept::Done,
        };
        self.gathered.extend(kept);
        self.waiting.push_back(Waiting { seq, dated, state });
        seq
    }

    fn revoke(&mut self, seq: Seq, at: Time) {
        self.gathered.push_back(Record { seq, at, body: Body::Void });
    }

    fn is_full(&self) -> bool {
        self.waiting.len() >= WAITING_MAX
    }

    fn oldest(&self) -> Option<Time> {
        self.waiting.front().map(|waiting| waiting.dated.at)
    }

    fn next_settled(&mut self) -> Option<Settled> {
        if matches!(self.waiting.front()?.state, Kept::Need) {
            return None;
        }
        let Waiting { seq, dated, state } = self.waiting.pop_front()?;
        let failure = if let Kept::Failed(cause) = state { Some(cause) } else { None };
        Some(Settled { seq, dated, failure })
    }

    fn flush(&mut self) {
        if self.committing.is_some() || self.gathered.is_empty() {
            return;
        }
        let group: Vec<Record> = self.gathered.drain(..self.gathered.len().min(GROUP_MAX)).collect();
        // A revoked event keeps its old place, so the last record is not always the latest.
        let Some(last) = group.iter().map(|record| record.seq).max() else { return };
        match self.writer.commit(group) {
            Ok(commit) => self.committing = Some((commit, last)),
            // One group at a time always has a place in the queue: the thread is gone, and `daemon` ends the process.
            Err(_group) => self.note(last, Err(CommitError::stopped())),
        }
    }

    fn poll_progress(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some((commit, last)) = &mut self.committing else { return Poll::Pending };
        let last = *last;
        let Poll::Ready(answer) = Pin::new(commit).poll(cx) else { return Poll::Pending };
        self.committing = None;
        self.note(last, answer.unwrap_or_else(|_| Err(CommitError::stopped())));
        self.flush();
        Poll::Ready(())
    }

    fn is_idle(&self) -> bool {
        // What takes a message back waits for nobody's turn, and must reach the store all the same.
        self.waiting.is_empty() && self.gathered.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;
    use crate::config::History;
    use crate::domain::command::Audit;
    use crate::domain::id::ClientId;
    use crate::domain::message::{Author, Conversation, Message, MessageKind};
    use crate::health::{Condition, Health};
    use crate::store::{Selector, Store};

    fn said(text: &str) -> Dated {
        let from = Author { client: None, source: "alice!a@host".into(), operator: None };
        let kind = MessageKind::Privmsg;
        let message =
            Message { at: Time(1), from, to: Conversation::Everyone, kind, text: text.into(), tags: None };
        Dated { at: Time(1), event: Event::Said(Arc::new(message)) }
    }

    fn audited() -> Dated {
        let (who, action) = ("root".into(), "kick".into());
        let audit = Audit { at: Time(1), who, action, target: "bob".into(), detail: "".into() };
        Dated { at: Time(1), event: Event::Audited(Arc::new(audit)) }
    }

    /// A message of this client and this operator.
    fn said_by(client: Option<ClientId>, operator: Option<&str>) -> Dated {
        let mut dated = said("a");
        if let Event::Said(message) = &mut dated.event {
            let from = &mut Arc::get_mut(message).unwrap().from;
            (from.client, from.operator) = (client, operator.map(Into::into));
        }
        dated
    }

    /// Lets the group on its way be answered.
    fn progress(log: &mut LocalLog) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(poll_fn(|cx| log.poll_progress(cx)));
    }

    #[test]
    fn a_log_that_has_yet_to_take_a_message_back_is_not_idle() {
        let directory = tempfile::tempdir().unwrap();
        let history = History { keep_days: 0, ..History::default() };
        let (store, opened) = Store::open(directory.path(), &history, &Health::default()).unwrap();
        let mut log = LocalLog::new(store.writer(), opened.next_seq, true);
        let first = log.append(said("a"));
        log.flush();
        let second = log.append(said("b"));
        progress(&mut log);
        assert_eq!(log.next_settled().unwrap().seq, first);
        log.revoke(first, Time(1));
        progress(&mut log);
        assert_eq!(log.next_settled().unwrap().seq, second);
        log.revoke(second, Time(1));
        log.flush();
        assert!(!log.is_idle());
        progress(&mut log);
        assert!(log.is_idle());
        store.close().unwrap();
        let (store, _) = Store::open(directory.path(), &history, &Health::default()).unwrap();
        assert_eq!(store.reader().unwrap().latest(&Selector::Everything, 9, None).unwrap(), []);
    }

    #[test]
    fn on_a_nearly_full_disk_what_clients_say_is_refused_in_its_turn_and_what_operators_do_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        let history = History { min_free: usize::MAX, keep_days: 0, ..History::default() };
        let health = Health::default();
        let (store, opened) = Store::open(directory.path(), &history, &health).unwrap();
        assert!(health.has(Condition::HistoryReadOnly));
        let mut log = LocalLog::new(store.writer(), opened.next_seq, true);
        let client = Some(ClientId { slot: 0, serial: 1 });
        let kept = log.append(audited());
        let refused = [(client, None), (client, Some("root")), (None, None)];
        let refused = refused.map(|(client, operator)| log.append(said_by(client, operator)));
        let from_the_desk = log.append(said_by(None, Some("root")));
        log.flush();
        progress(&mut log);
        let settled = log.next_settled().unwrap();
        assert_eq!((settled.seq, settled.failure), (kept, None));
        for refused in refused {
            let settled = log.next_settled().unwrap();
            assert_eq!(settled.seq, refused);
            assert_eq!(
                settled.failure.as_deref(),
                Some("the server's disk is nearly full and history read-only (history.min-free)")
            );
        }
        let settled = log.next_settled().unwrap();
        assert_eq!((settled.seq, settled.failure), (from_the_desk, None));
        assert_eq!(store.reader().unwrap().latest(&Selector::Everything, 9, None).unwrap().len(), 1);
    }

    #[test]
    fn what_a_closed_store_cannot_keep_settles_as_failed() {
        let directory = tempfile::tempdir().unwrap();
        let (store, opened) = Store::open(directory.path(), &History::default(), &Health::default()).unwrap();
        let mut log = LocalLog::new(store.writer(), opened.next_seq, true);
        store.close().unwrap();
        log.append(audited());
        log.flush();
        assert!(log.next_settled().unwrap().failure.is_some());
        assert!(log.is_idle());
    }
}
