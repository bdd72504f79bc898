//! What was said lately, as far as it takes to take it back (IRCv3 message-redaction): by whom, where and when. Never what.
//!
//! Bounded by a number of messages and not by time, so that whoever comes too late can be told so; begins anew with each start.

use std::collections::VecDeque;
use std::sync::Arc;

use super::id::{ClientId, RoomId, Seq, Time};
use super::message::{Author, Conversation};
use super::mode::Rank;

/// Messages that are remembered; older ones are unknown. At 72 bytes each they take 2.4 MB at most.
pub const RECENT_MAX: usize = 32 * 1024;

/// Where something was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a room.
    Room(RoomId),
    /// In a room, to those with a rank.
    Ranked(RoomId, Rank),
    /// To one client.
    Client(ClientId),
}

impl Place {
    /// The place of a conversation; none for those of whoever runs the server, which nobody takes back.
    #[must_use]
    pub fn of(to: &Conversation) -> Option<Self> {
        match to {
            Conversation::Room { id, .. } => Some(Self::Room(*id)),
            Conversation::Ranked { room, least, .. } => Some(Self::Ranked(*room, *least)),
            Conversation::Direct { to, .. } => Some(Self::Client(*to)),
            Conversation::Desk { .. } | Conversation::Everyone => None,
        }
    }
}

/// One message, which is known by its place in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// When.
    pub at: Time,
    /// By which client, if by one.
    pub by: Option<ClientId>,
    /// To which account that was logged in.
    pub account: Option<Arc<str>>,
    /// Where.
    pub place: Place,
}

/// The latest messages, in the order of the log.
#[derive(Debug, Default)]
pub struct Recent {
    /// Nothing in the place of what was taken back.
    said: VecDeque<(Seq, Option<Said>)>,
}

impl Recent {
    /// What has this place in the log, if it is remembered and has not been taken back.
    #[must_use]
    pub fn find(&self, seq: Seq) -> Option<&Said> {
        let at = self.said.binary_search_by_key(&seq, |(seq, _)| *seq).ok()?;
        self.said[at].1.as_ref()
    }

    /// Remembers a message, the latest of all.
    pub(super) fn said(
        &mut self,
        seq: Seq,
        at: Time,
        from: &Author,
        account: Option<Arc<str>>,
        place: Place,
    ) {
        if self.said.len() == RECENT_MAX {
            self.said.pop_front();
        }
        self.said.push_back((seq, Some(Said { at, by: from.client, account, place })));
    }

    /// Forgets what was taken back.
    pub(super) fn redact(&mut self, seq: Seq) {
        if let Ok(at) = self.said.binary_search_by_key(&seq, |(seq, _)| *seq) {
            self.said[at].1 = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, RECENT_MAX, Recent, Said};
    use crate::domain::id::{ClientId, Seq, Time};
    use crate::domain::message::Author;

    #[test]
    fn so_many_messages_are_remembered_and_the_oldest_is_forgotten() {
        assert!(size_of::<(Seq, Option<Said>)>() <= 72);
        let from = Author { client: None, source: "irc.test".into(), operator: None };
        let place = Place::Client(ClientId { slot: 1, serial: 1 });
        let mut recent = Recent::default();
        let count = RECENT_MAX as u64;
        (1..=count).for_each(|seq| recent.said(Seq(seq * 2), Time(0), &from, None, place));
        assert!(recent.find(Seq(2)).is_some() && recent.find(Seq(3)).is_none());
        recent.said(Seq(count * 2 + 2), Time(0), &from, None, place);
        assert!(recent.find(Seq(2)).is_none() && recent.find(Seq(4)).is_some());
        recent.redact(Seq(4));
        recent.redact(Seq(5));
        assert!(recent.find(Seq(4)).is_none() && recent.find(Seq(6)).is_some());
    }
}
