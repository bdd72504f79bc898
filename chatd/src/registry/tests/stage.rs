//! The stage of the owner's tests: a registry whose log does what a test says, clients, and what they hear in words. It
//! claims nothing.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use chat_proto::name::{Nick, RoomName};
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::delivery::broadcast::Encoder;
use crate::delivery::outbox::{Answer, Item, Taken};
use crate::domain::event::{Dated, Event};
use crate::domain::id::{Seq, Time};
use crate::domain::message::MessageKind;
use crate::domain::notice::{Notice, What};
use crate::domain::reply::Reply;
use crate::domain::request::{Register, Request, Say, Variant};
use crate::log::{EventLog, Settled};
use crate::registry::{Inspect, Manner, Registry, Seat, start};

/// A log that keeps durable events back until the test lets them go.
#[derive(Debug, Default)]
pub(super) struct HeldLog {
    next: u64,
    waiting: VecDeque<(Settled, bool)>,
    hand: Arc<Mutex<Hand>>,
}

/// The test's hand on the log.
#[derive(Debug, Default)]
pub(super) struct Hand {
    /// How many durable events may settle, and what becomes of them.
    released: usize,
    failure: Option<Box<str>>,
    /// The text of a message that cannot be kept, whatever becomes of the others.
    pub(super) lost: Option<&'static str>,
    pub(super) revoked: Vec<Seq>,
    waker: Option<Waker>,
}

impl EventLog for HeldLog {
    fn append(&mut self, dated: Dated) -> Seq {
        self.next += 1;
        let is_held = dated.event.is_durable(true);
        self.waiting.push_back((Settled { seq: Seq(self.next), dated, failure: None }, is_held));
        Seq(self.next)
    }

    fn revoke(&mut self, seq: Seq, _at: Time) {
        self.hand.lock().unwrap().revoked.push(seq);
    }

    fn is_full(&self) -> bool {
        false
    }

    fn oldest(&self) -> Option<Time> {
        self.waiting.front().map(|(settled, _)| settled.dated.at)
    }

    fn next_settled(&mut self) -> Option<Settled> {
        let mut hand = self.hand.lock().unwrap();
        let is_held = self.waiting.front()?.1;
        if is_held && hand.released == 0 {
            return None;
        }
        let (mut settled, _) = self.waiting.pop_front()?;
        if is_held {
            hand.released -= 1;
            settled.failure.clone_from(&hand.failure);
            if let (Event::Said(message), Some(lost)) = (&settled.dated.event, hand.lost)
                && *message.text == *lost
            {
                settled.failure = Some("lost".into());
            }
        }
        Some(settled)
    }

    fn flush(&mut self) {}

    fn poll_progress(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut hand = self.hand.lock().unwrap();
        if hand.released > 0 && !self.waiting.is_empty() {
            return Poll::Ready(());
        }
        hand.waker = Some(cx.waker().clone());
        Poll::Pending
    }

    fn is_idle(&self) -> bool {
        self.waiting.is_empty()
    }
}

/// A registry at work.
pub(super) struct Stage {
    pub(super) registry: Registry,
    pub(super) hand: Arc<Mutex<Hand>>,
}

impl Stage {
    pub(super) fn new() -> Self {
        let log = HeldLog::default();
        let hand = Arc::clone(&log.hand);
        let encoder = Encoder { encode: words, relevant: |_| Variant(0xf) };
        let stop = CancellationToken::new();
        let (registry, owner) = start(Arc::<Config>::default(), log, encoder, Arc::default(), stop);
        tokio::spawn(owner);
        Self { registry, hand }
    }

    pub(super) async fn client(&self, nick: &str) -> Seat {
        let manner = &Manner { dialect: "test", is_pinged: true, variant: Variant(0) };
        let seat = self.registry.connect(([127, 0, 0, 1], 1).into(), manner).await.unwrap();
        seat.ask(vec![register(nick)]).await.unwrap();
        assert_eq!(self.hears(&seat).await, ["welcome"]);
        seat
    }

    /// Clients who are all in the room and have heard all that was to be heard about that.
    pub(super) async fn room_of<const N: usize>(&self, nicks: [&str; N]) -> [Seat; N] {
        let mut seats = Vec::new();
        for nick in nicks {
            let seat = self.client(nick).await;
            seat.ask(vec![join()]).await.unwrap();
            seats.push(seat);
        }
        for seat in &seats {
            self.hears(seat).await;
        }
        seats.try_into().unwrap()
    }

    /// Waits until the owner has done all that it can do now.
    pub(super) async fn fence(&self) {
        for _ in 0..2 {
            self.registry.inspect(Inspect::Counts).await.unwrap();
        }
    }

    pub(super) async fn hears(&self, seat: &Seat) -> Vec<String> {
        let pieces = self.pieces(seat).await;
        pieces.iter().flat_map(|piece| piece.lines()).map(Into::into).collect()
    }

    /// What a client hears, by item: lines of one turn that belong together are one.
    pub(super) async fn pieces(&self, seat: &Seat) -> Vec<String> {
        self.fence().await;
        let mut items = VecDeque::new();
        match seat.outbox().poll_take(&Context::from_waker(Waker::noop()), &mut items) {
            Poll::Pending => Vec::new(),
            Poll::Ready(Taken::Items) => items.iter().map(said).collect(),
            Poll::Ready(Taken::Ended(why)) => vec![why.to_string()],
        }
    }

    /// How many lines were delivered until now.
    pub(super) async fn deliveries(&self) -> u64 {
        self.fence().await;
        self.registry.meter().deliveries.load(Ordering::Relaxed)
    }

    pub(super) fn release(&self, count: usize, failure: Option<&str>) {
        let mut hand = self.hand.lock().unwrap();
        hand.released = count;
        hand.failure = failure.map(Into::into);
        if let Some(waker) = hand.waker.take() {
            waker.wake();
        }
    }
}

/// Variant 0 shows a message as its text, the others add which they are; a message of tags only is shown by variant 1 alone.
pub(super) fn words(notice: &Notice, Variant(variant): Variant, _desk: &str, out: &mut Vec<u8>) {
    let words = match &notice.what {
        What::Said(message) if message.kind == MessageKind::Tag => match (variant, &message.tags) {
            (1, Some(tags)) => format!("{tags}/1"),
            _ => return,
        },
        What::Said(message) if variant == 0 => message.text.to_string(),
        What::Said(message) => format!("{}/{variant}", message.text),
        What::Joined { source, .. } => format!("join {source}"),
        What::Parted { source, .. } => format!("part {source}"),
        What::Nick { source, nick } => format!("nick {source} {nick}"),
        What::Quit { source, .. } => format!("quit {source}"),
        other => format!("{other:?}"),
    };
    out.extend_from_slice(words.as_bytes());
    out.push(b'\n');
}

/// What an item tells, each thing on a line.
fn said(item: &Item) -> String {
    let said = match item {
        Item::Lines(lines) => String::from_utf8_lossy(lines.bytes()).into_owned(),
        Item::Own(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Item::Ping => "ping".into(),
        Item::Labeled(labeled) => {
            let said = match &labeled.answer {
                Answer::Lines(lines) => String::from_utf8_lossy(lines.bytes()).into_owned(),
                Answer::Reply(reply) => replied(reply),
            };
            format!("[{}] {}", labeled.label, said.trim_end())
        }
        Item::Reply(reply) => replied(reply),
    };
    format!("{}\n", said.trim_end())
}

fn replied(reply: &Reply) -> String {
    match reply {
        Reply::Welcome(_) => "welcome".into(),
        Reply::Names { .. } => "names".into(),
        Reply::Refused(refusal) => format!("no: {refusal}"),
        Reply::Ended(why) => format!("ended: {why}"),
        Reply::NickIs(nick) => format!("you are {nick}"),
        Reply::Echo(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Reply::EndOfLabel => "end".into(),
        other => format!("{other:?}"),
    }
}

pub(super) fn say(text: &str) -> Request {
    let (to, text) = ("#a".into(), text.into());
    Request::Say(Box::new(Say { to, kind: MessageKind::Privmsg, text, tags: None, rule_reply: None }))
}

pub(super) fn register(nick: &str) -> Request {
    let nick = Some(Nick::parse(nick, 30).unwrap());
    Request::Register(Box::new(Register { user: "u".into(), ..Register::of(nick) }))
}

pub(super) fn join() -> Request {
    Request::Join { room: RoomName::parse("#a", 10).unwrap(), key: None }
}

pub(super) fn pong() -> Request {
    Request::Echo(b"pong"[..].into())
}
