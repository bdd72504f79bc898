//! The gate of one client: its requests are decided in their order, and each sees the effect of those before it.
//!
//! A message changes nothing that the next message depends on, so messages may be on their way to the log together. Anything
//! else waits until all before it has been applied.

use std::collections::VecDeque;

use crate::domain::request::Request;

/// What of a client is on its way, and what waits behind it.
#[derive(Debug, Default)]
pub(super) struct Gate {
    messages: u32,
    others: u32,
    /// Bounded by what a session hands over before it waits for answers; none for most clients at most times.
    #[expect(clippy::box_collection, reason = "one word in every client instead of four")]
    parked: Option<Box<VecDeque<Request>>>,
}

impl Gate {
    /// The request back if it may be decided now; otherwise it waits here.
    pub(super) fn admit(&mut self, request: Request) -> Option<Request> {
        if self.parked.is_none() && self.is_open_for(&request) {
            return Some(request);
        }
        self.parked.get_or_insert_default().push_back(request);
        None
    }

    /// The next waiting request that may be decided now.
    pub(super) fn next(&mut self) -> Option<Request> {
        if !self.parked.as_ref()?.front().is_some_and(|request| self.is_open_for(request)) {
            return None;
        }
        let parked = self.parked.as_mut()?;
        let request = parked.pop_front();
        if parked.is_empty() {
            self.parked = None; // An idle client holds no buffer.
        }
        request
    }

    /// An event of this client went into the log.
    pub(super) fn sent(&mut self, is_message: bool) {
        *self.counter(is_message) += 1;
    }

    /// An event of this client has settled.
    pub(super) fn settled(&mut self, is_message: bool) {
        let counter = self.counter(is_message);
        *counter = counter.saturating_sub(1);
    }

    fn counter(&mut self, is_message: bool) -> &mut u32 {
        if is_message { &mut self.messages } else { &mut self.others }
    }

    fn is_open_for(&self, request: &Request) -> bool {
        self.others == 0 && (self.messages == 0 || request.is_message())
    }
}

#[cfg(test)]
mod tests {
    use super::Gate;
    use crate::domain::message::MessageKind;
    use crate::domain::request::{Request, Say};

    fn say() -> Request {
        let (to, text) = ("#r".into(), "x".into());
        Request::Say(Box::new(Say { to, kind: MessageKind::Privmsg, text, tags: None, rule_reply: None }))
    }

    #[test]
    fn messages_pass_together_and_all_else_waits_for_what_is_before_it() {
        let mut gate = Gate::default();
        assert!(gate.admit(say()).is_some());
        gate.sent(true);
        assert!(gate.admit(say()).is_some());
        gate.sent(true);
        assert_eq!(gate.admit(Request::Lusers), None);
        assert_eq!(gate.admit(say()), None);
        gate.settled(true);
        assert_eq!(gate.next(), None);
        gate.settled(true);
        assert_eq!(gate.next(), Some(Request::Lusers));
        assert_eq!(gate.next(), Some(say()));
        assert_eq!(gate.next(), None);
    }
}
