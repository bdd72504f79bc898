//! Messages counted by where they belong and by what they are. Written by the owner alone.

use super::Counts;
use crate::domain::message::{Conversation, Message, MessageKind};

/// Messages by conversation and kind.
#[derive(Debug, Default)]
pub struct Said(Counts<{ Self::CONVERSATIONS.len() * Self::KINDS.len() }>);

impl Said {
    /// Where messages belong, in the order of [`Self::all`]. One for those of a rank counts for its room.
    pub const CONVERSATIONS: [&'static str; 4] = ["room", "direct", "desk", "everyone"];

    /// What they are.
    pub const KINDS: [&'static str; 3] = ["privmsg", "notice", "tagmsg"];

    /// Counts a message.
    pub fn count(&self, message: &Message) {
        let conversation = match message.to {
            Conversation::Room { .. } | Conversation::Ranked { .. } => 0,
            Conversation::Direct { .. } => 1,
            Conversation::Desk { .. } => 2,
            Conversation::Everyone => 3,
        };
        let kind = match message.kind {
            MessageKind::Privmsg => 0,
            MessageKind::Notice => 1,
            MessageKind::Tag => 2,
        };
        self.0.raise(conversation * Self::KINDS.len() + kind);
    }

    /// Every count with its conversation and its kind.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        let names = Self::CONVERSATIONS.iter().flat_map(|to| Self::KINDS.iter().map(|kind| (*to, *kind)));
        names.zip(self.0.all()).map(|((to, kind), count)| (to, kind, count))
    }

    /// All messages.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.total()
    }
}
