//! The desk: which conversations are open, and which of them wait for an answer. The words themselves are in the store.

use std::collections::{HashMap, VecDeque};

use chat_proto::name::Nick;

use super::id::{ClientId, DeskId, Time};

/// How many conversations are remembered after their guest left without having been answered.
const ABANDONED_MAX: usize = 1000;

/// One conversation between a guest and whoever runs the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskConversation {
    /// Its identity, also in the store.
    pub id: DeskId,
    /// The guest's nick when it last spoke or left.
    pub nick: Nick,
    /// The guest, while connected.
    pub guest: Option<ClientId>,
    /// The first message.
    pub opened_at: Time,
    /// The latest message.
    pub last_at: Time,
    /// The latest words.
    pub last_text: Box<str>,
    /// Whether the guest spoke last and no person or rule has answered.
    pub is_waiting: bool,
    /// How many messages, both ways.
    pub messages: u64,
}

/// All conversations that an operator may still want to see.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    conversations: HashMap<DeskId, DeskConversation, foldhash::fast::RandomState>,
    /// Conversations whose guest left unanswered, oldest first.
    abandoned: VecDeque<DeskId>,
}

impl Desk {
    /// Notes a message.
    pub fn said(&mut self, id: DeskId, guest: ClientId, nick: &Nick, is_inbound: bool, at: Time, text: &str) {
        let entry = self.conversations.entry(id).or_insert_with(|| DeskConversation {
            id,
            nick: nick.clone(),
            guest: Some(guest),
            opened_at: at,
            last_at: at,
            last_text: "".into(),
            is_waiting: false,
            messages: 0,
        });
        if entry.nick != *nick {
            entry.nick = nick.clone();
        }
        entry.last_at = at;
        entry.last_text = text.into();
        entry.is_waiting = is_inbound;
        entry.messages += 1;
    }

    /// Notes that the guest is gone: an answered conversation is closed, an unanswered one is remembered.
    pub fn left(&mut self, id: DeskId) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        if !conversation.is_waiting {
            self.conversations.remove(&id);
            return;
        }
        conversation.guest = None;
        self.abandoned.push_back(id);
        if self.abandoned.len() > ABANDONED_MAX
            && let Some(oldest) = self.abandoned.pop_front()
        {
            self.conversations.remove(&oldest);
        }
    }

    /// All conversations, those that wait longest first.
    #[must_use]
    pub fn all(&self) -> Vec<DeskConversation> {
        let mut all: Vec<_> = self.conversations.values().cloned().collect();
        all.sort_by_key(|one| (!one.is_waiting, one.last_at, one.id));
        all
    }

    /// How many conversations there are, how many of them wait for an answer, and when the one that waits longest was last
    /// spoken in.
    #[must_use]
    pub fn load(&self) -> (usize, usize, Option<Time>) {
        let waiting = || self.conversations.values().filter(|one| one.is_waiting);
        (self.conversations.len(), waiting().count(), waiting().map(|one| one.last_at).min())
    }

    /// How many conversations wait for an answer.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.conversations.values().filter(|one| one.is_waiting).count()
    }
}
