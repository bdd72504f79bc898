//! Requests that were read and not handed to the owner yet: few at a time, and those with long answers one by one, so that what
//! waits for a client stays bounded by what it has asked for and not read.

use std::collections::VecDeque;
use std::task::Context;

use super::UNANSWERED_MAX;
use crate::delivery::outbox::Outbox;
use crate::domain::request::Request;

/// The queue. Bounded by what one read makes; nothing is read while it is not empty.
#[derive(Debug, Default)]
pub(super) struct Held {
    requests: VecDeque<Request>,
    /// The last one handed over has a long answer, which is still to come.
    is_heavy_out: bool,
}

impl Held {
    pub(super) fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }

    pub(super) fn extend(&mut self, requests: Vec<Request>) {
        self.requests.extend(requests);
    }

    /// Forgets what is held for this one request.
    pub(super) fn replace(&mut self, request: Request) {
        self.requests = VecDeque::from([request]);
        self.is_heavy_out = false;
    }

    /// What may be handed over now. If nothing, the task is woken when that changes: by an answer, or because the client
    /// has read.
    pub(super) fn next(&mut self, outbox: &Outbox, soft: usize, cx: &Context<'_>) -> Option<Vec<Request>> {
        let first = self.requests.front()?;
        let is_leaving = matches!(first, Request::Leave(_));
        if !is_leaving && outbox.queued() > soft {
            return None;
        }
        let limit = if first.is_heavy() || self.is_heavy_out { 1 } else { UNANSWERED_MAX };
        if !outbox.may_ask(cx, limit) {
            return None;
        }
        self.is_heavy_out = first.is_heavy();
        let count = if self.is_heavy_out {
            1
        } else {
            self.requests.iter().take_while(|request| !request.is_heavy()).count()
        };
        let batch = self.requests.drain(..count).collect();
        if self.requests.is_empty() {
            self.requests = VecDeque::new(); // An idle session holds no buffer.
        }
        Some(batch)
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use super::Held;
    use crate::delivery::outbox::{Item, Outbox};
    use crate::domain::disconnect::Disconnect;
    use crate::domain::request::Request;

    fn names() -> Request {
        Request::Names { room: "#a".into() }
    }

    fn next(held: &mut Held, outbox: &Outbox) -> Option<Vec<Request>> {
        let batch = held.next(outbox, 100, &Context::from_waker(Waker::noop()));
        if let Some(batch) = &batch {
            outbox.asked(u32::try_from(batch.len()).unwrap());
        }
        batch
    }

    #[test]
    fn long_answers_are_asked_for_one_by_one() {
        let (mut held, outbox) = (Held::default(), Outbox::new(0));
        held.extend(vec![Request::Lusers, Request::Lusers, names(), names(), Request::Lusers]);
        assert_eq!(next(&mut held, &outbox), Some(vec![Request::Lusers, Request::Lusers]));
        assert_eq!(next(&mut held, &outbox), None);
        outbox.answered(2);
        assert_eq!(next(&mut held, &outbox), Some(vec![names()]));
        assert_eq!(next(&mut held, &outbox), None);
        outbox.answered(1);
        assert_eq!(next(&mut held, &outbox), Some(vec![names()]));
        assert_eq!(next(&mut held, &outbox), None, "also a short one waits for the long answer");
        outbox.answered(1);
        assert_eq!(next(&mut held, &outbox), Some(vec![Request::Lusers]));
    }

    #[test]
    fn who_does_not_read_may_not_ask_but_may_leave() {
        let (mut held, outbox) = (Held::default(), Outbox::new(0));
        outbox.push_all(&mut vec![Item::Own(vec![b'x'; 101].into())], 1000);
        held.extend(vec![names()]);
        assert_eq!(next(&mut held, &outbox), None);
        held.replace(Request::Leave(Disconnect::Closed));
        assert_eq!(next(&mut held, &outbox).map(|batch| batch.len()), Some(1));
    }
}
