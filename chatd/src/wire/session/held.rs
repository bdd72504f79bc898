//! Requests that were read and not handed to the owner yet: few at a time, and those with long answers one by one, so that what
//! waits for a client stays bounded by what it has asked for and not read.

use std::task::Context;

use super::UNANSWERED_MAX;
use crate::delivery::outbox::Outbox;
use crate::domain::request::Request;

/// The queue. Bounded by what one read makes; nothing is read while it is not empty.
#[derive(Debug, Default)]
pub(super) struct Held {
    requests: Vec<Request>,
}

impl Held {
    pub(super) fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }

    pub(super) fn extend(&mut self, mut requests: Vec<Request>) {
        if self.requests.is_empty() {
            self.requests = requests;
        } else {
            self.requests.append(&mut requests);
        }
    }

    /// Forgets what is held for this one request, which is not heavy.
    pub(super) fn replace(&mut self, request: Request) {
        self.requests = vec![request];
    }

    /// What may be handed over now; `is_heavy_out` says whether the last request handed over has a long answer, which is still
    /// to come. If nothing, the task is woken when that changes: by an answer, or because the client has read.
    pub(super) fn next(
        &mut self,
        is_heavy_out: &mut bool,
        outbox: &Outbox,
        soft: usize,
        cx: &Context<'_>,
    ) -> Option<Vec<Request>> {
        let first = self.requests.first()?;
        let is_leaving = matches!(first, Request::Leave(_));
        if !is_leaving && outbox.queued() > soft {
            return None;
        }
        let limit = if first.is_heavy() || *is_heavy_out { 1 } else { UNANSWERED_MAX };
        if !outbox.may_ask(cx, limit) {
            return None;
        }
        *is_heavy_out = first.is_heavy();
        let count = if *is_heavy_out {
            1
        } else {
            self.requests.iter().take_while(|request| !request.is_heavy()).count()
        };
        let rest = if count < self.requests.len() { self.requests.split_off(count) } else { Vec::new() };
        Some(std::mem::replace(&mut self.requests, rest))
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
        Request::Names { room: "#a".into(), ends: true }
    }

    /// What is held, and whether a long answer is to come.
    type Asking = (Held, bool);

    fn next((held, is_heavy_out): &mut Asking, outbox: &Outbox) -> Option<Vec<Request>> {
        let batch = held.next(is_heavy_out, outbox, 100, &Context::from_waker(Waker::noop()));
        if let Some(batch) = &batch {
            outbox.asked(u32::try_from(batch.len()).unwrap());
        }
        batch
    }

    #[test]
    fn long_answers_are_asked_for_one_by_one() {
        let (mut held, outbox) = (Asking::default(), Outbox::new(0));
        held.0.extend(vec![Request::Lusers, Request::Lusers, names(), names(), Request::Lusers]);
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
        let (mut held, outbox) = (Asking::default(), Outbox::new(0));
        outbox.push_all(&mut vec![Item::Own(vec![b'x'; 101].into())], 1000);
        held.0.extend(vec![names()]);
        assert_eq!(next(&mut held, &outbox), None);
        held.0.replace(Request::Leave(Disconnect::Closed));
        assert_eq!(next(&mut held, &outbox).map(|batch| batch.len()), Some(1));
    }
}
