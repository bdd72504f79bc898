//! The messages that are kept, and one writer that hands them over in groups.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow};
use chat_proto::name::RoomName;
use chatd::domain::id::{RoomId, Seq, Time};
use chatd::domain::message::{Author, Conversation, Message, MessageKind};
use chatd::store::{Body, Committed, Record, Writer};

/// What the messages look like.
#[derive(Debug)]
pub(crate) struct Work {
    rooms: Vec<RoomName>,
    source: Arc<str>,
    text: Box<str>,
}

impl Work {
    pub(crate) fn new(conversations: u64, text_bytes: usize) -> Result<Self> {
        let rooms = (0..conversations.max(1)).map(|number| RoomName::parse(&format!("#room{number}"), 64));
        Ok(Self {
            rooms: rooms.collect::<Result<_, _>>()?,
            source: "alice!alice@host.example".into(),
            text: "x".repeat(text_bytes).into(),
        })
    }

    /// The room whose turn it is at this place.
    pub(crate) fn room(&self, seq: u64) -> &RoomName {
        &self.rooms[(seq.wrapping_mul(7_919) % self.rooms.len() as u64) as usize]
    }

    /// How many conversations there are.
    pub(crate) fn conversations(&self) -> u64 {
        self.rooms.len() as u64
    }

    fn record(&self, seq: u64) -> Record {
        let message = Message {
            at: Time(seq),
            from: Author { client: None, source: Arc::clone(&self.source), operator: None },
            to: Conversation::Room { id: RoomId { slot: 0, serial: 0 }, name: self.room(seq).clone() },
            kind: MessageKind::Privmsg,
            text: self.text.clone(),
            tags: None,
        };
        Record { seq: Seq(seq), at: Time(seq), body: Body::Message(message.into()) }
    }

    /// A group beginning at this place.
    pub(crate) fn group(&self, first: u64, size: u64) -> Vec<Record> {
        (first..first + size).map(|seq| self.record(seq)).collect()
    }
}

/// One group under way.
#[derive(Debug)]
pub(crate) struct UnderWay(Instant, Committed);

impl UnderWay {
    pub(crate) fn begin(writer: &Writer, group: Vec<Record>) -> Result<Self> {
        let since = Instant::now();
        let committed = writer.commit(group).map_err(|_| anyhow!("the store takes no more"))?;
        Ok(Self(since, committed))
    }

    /// Waits; returns how long it took in microseconds.
    pub(crate) fn end(self) -> Result<u64> {
        self.1.blocking_recv().context("the store ended")??;
        Ok(self.0.elapsed().as_micros() as u64)
    }
}
