//! The owner with a log whose commits a test decides: what waits, what goes on, who is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use chat_proto::name::{Nick, RoomName};
use tokio_util::sync::CancellationToken;

use super::{Inspect, Manner, Registry, Seat, View, start};
use crate::config::Config;
use crate::delivery::broadcast::Encoders;
use crate::delivery::outbox::{Item, Taken};
use crate::domain::command::{Answer, Command, Operator, Role, SayTo};
use crate::domain::disconnect::Disconnect;
use crate::domain::event::Dated;
use crate::domain::id::{Seq, Time};
use crate::domain::message::MessageKind;
use crate::domain::notice::{Notice, What};
use crate::domain::refusal::Refusal;
use crate::domain::reply::Reply;
use crate::domain::request::{Register, Request, Say};
use crate::log::{EventLog, Settled};

/// A log that keeps durable events back until the test lets them go.
#[derive(Debug, Default)]
struct HeldLog {
    next: u64,
    waiting: VecDeque<(Settled, bool)>,
    hand: Arc<Mutex<Hand>>,
}

/// The test's hand on the log.
#[derive(Debug, Default)]
struct Hand {
    /// How many durable events may settle, and what becomes of them.
    released: usize,
    failure: Option<Box<str>>,
    revoked: Vec<Seq>,
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

struct Stage {
    registry: Registry,
    hand: Arc<Mutex<Hand>>,
}

impl Stage {
    fn new() -> Self {
        let log = HeldLog::default();
        let hand = Arc::clone(&log.hand);
        let encoders = Encoders { notice: words, echo: words };
        let stop = CancellationToken::new();
        let (registry, owner) = start(Arc::<Config>::default(), log, encoders, Arc::default(), stop);
        tokio::spawn(owner);
        Self { registry, hand }
    }

    async fn client(&self, nick: &str) -> Seat {
        let manner = &Manner { dialect: "test", is_pinged: true, variant: 0 };
        let seat = self.registry.connect(([127, 0, 0, 1], 1).into(), manner).await.unwrap();
        let nick = Some(Nick::parse(nick, 30).unwrap());
        let (user, host, real_name) = ("u".into(), "h".into(), "r".into());
        seat.ask(vec![Request::Register(Box::new(Register { nick, user, host, real_name }))]).await.unwrap();
        assert_eq!(self.hears(&seat).await, ["welcome"]);
        seat
    }

    /// Waits until the owner has done all that it can do now.
    async fn fence(&self) {
        for _ in 0..2 {
            self.registry.inspect(Inspect::Counts).await.unwrap();
        }
    }

    async fn hears(&self, seat: &Seat) -> Vec<String> {
        self.fence().await;
        let mut items = VecDeque::new();
        match seat.outbox().poll_take(&Context::from_waker(Waker::noop()), &mut items) {
            Poll::Pending => Vec::new(),
            Poll::Ready(Taken::Items) => {
                let said: String = items.iter().map(said).collect();
                said.lines().map(Into::into).collect()
            }
            Poll::Ready(Taken::Ended(why)) => vec![why.to_string()],
        }
    }

    fn release(&self, count: usize, failure: Option<&str>) {
        let mut hand = self.hand.lock().unwrap();
        hand.released = count;
        hand.failure = failure.map(Into::into);
        if let Some(waker) = hand.waker.take() {
            waker.wake();
        }
    }
}

fn words(notice: &Notice, _variant: u8, _desk: &str, out: &mut Vec<u8>) {
    let words = match &notice.what {
        What::Said(message) => message.text.to_string(),
        What::Joined { source, .. } => format!("join {source}"),
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
        Item::Reply(reply) => match &**reply {
            Reply::Welcome(_) => "welcome".into(),
            Reply::Names { .. } => "names".into(),
            Reply::Refused(refusal) => format!("no: {refusal}"),
            Reply::Ended(why) => format!("ended: {why}"),
            Reply::Echo(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            other => format!("{other:?}"),
        },
    };
    format!("{}\n", said.trim_end())
}

fn say(text: &str) -> Request {
    let (to, text) = ("#a".into(), text.into());
    Request::Say(Box::new(Say { to, kind: MessageKind::Privmsg, text, tags: None, rule_reply: None }))
}

fn join() -> Request {
    Request::Join { room: RoomName::parse("#a", 10).unwrap(), key: None }
}

fn pong() -> Request {
    Request::Echo(b"pong"[..].into())
}

async fn two_in_a_room(stage: &Stage) -> (Seat, Seat) {
    let (alice, bob) = (stage.client("alice").await, stage.client("bob").await);
    for seat in [&alice, &bob] {
        seat.ask(vec![join()]).await.unwrap();
    }
    stage.hears(&alice).await;
    stage.hears(&bob).await;
    (alice, bob)
}

#[tokio::test]
async fn a_message_is_seen_only_after_it_is_kept() {
    let stage = Stage::new();
    let (alice, bob) = two_in_a_room(&stage).await;
    alice.ask(vec![say("one"), say("two"), pong()]).await.unwrap();
    assert!(stage.hears(&bob).await.is_empty());
    assert!(stage.hears(&alice).await.is_empty(), "an answer must not overtake what was asked before");
    stage.release(1, None);
    assert_eq!(stage.hears(&bob).await, ["one"]);
    assert!(stage.hears(&alice).await.is_empty());
    stage.release(1, None);
    assert_eq!(stage.hears(&bob).await, ["two"]);
    assert_eq!(stage.hears(&alice).await, ["pong"]);
}

#[tokio::test]
async fn what_could_not_be_kept_is_refused_and_nobody_sees_it() {
    let stage = Stage::new();
    let (alice, bob) = two_in_a_room(&stage).await;
    alice.ask(vec![say("lost"), pong()]).await.unwrap();
    stage.release(1, Some("the disk is full"));
    assert_eq!(
        stage.hears(&alice).await,
        ["no: not sent, because it could not be kept: the disk is full", "pong"]
    );
    assert!(stage.hears(&bob).await.is_empty());
    alice.ask(vec![say("kept")]).await.unwrap();
    stage.release(1, None);
    assert_eq!(stage.hears(&bob).await, ["kept"]);
}

#[tokio::test]
async fn each_request_sees_the_effect_of_those_before_it() {
    let stage = Stage::new();
    let (alice, _bob) = two_in_a_room(&stage).await;
    let carol = stage.client("carol").await;
    alice.ask(vec![say("held")]).await.unwrap();
    stage.fence().await;
    carol.ask(vec![join(), say("hello"), pong()]).await.unwrap();
    assert!(stage.hears(&carol).await.is_empty(), "the join is behind a message that is being kept");
    stage.release(1, None);
    assert_eq!(stage.hears(&carol).await, ["join carol!u@h", "names"]);
    stage.release(1, None);
    assert_eq!(stage.hears(&carol).await, ["pong"]);
    assert_eq!(stage.hears(&alice).await, ["join carol!u@h", "hello"]);
}

#[tokio::test]
async fn the_last_words_of_a_dead_client_are_still_said() {
    let stage = Stage::new();
    let (mut alice, bob) = two_in_a_room(&stage).await;
    alice.ask(vec![say("last words")]).await.unwrap();
    alice.leave(Disconnect::Broken("reset".into()));
    assert!(stage.hears(&bob).await.is_empty());
    stage.release(1, None);
    assert_eq!(stage.hears(&bob).await, ["last words", "quit alice!u@h"]);
}

#[tokio::test]
async fn a_session_that_dies_of_a_fault_leaves_no_ghost() {
    let stage = Stage::new();
    let (alice, bob) = two_in_a_room(&stage).await;
    let slot = alice.id().slot;
    drop(alice);
    assert_eq!(stage.hears(&bob).await, ["quit alice!u@h"]);
    let again = stage.client("alice").await;
    assert_eq!(again.id().slot, slot, "the slot is free again");
    assert_ne!(again.id().serial, 1);
}

#[tokio::test]
async fn a_command_is_answered_when_its_events_are_applied() {
    let stage = Stage::new();
    let alice = stage.client("alice").await;
    let by = Operator { name: "root".into(), role: Role::Operator };
    let text = "hello".into();
    let command = Command::Say { to: SayTo::Client(alice.id().to_string().into()), text };
    stage.release(2, None);
    let answer = stage.registry.command(by.clone(), command).await.unwrap();
    assert!(matches!(answer, Ok(Answer::Said { recipients: 1, .. })), "{answer:?}");
    assert_eq!(stage.hears(&alice).await, ["hello"]);
    let nobody = Command::Kick { who: "nobody".into(), reason: "".into() };
    let answer = stage.registry.command(by, nobody).await.unwrap();
    assert_eq!(answer, Err(Refusal::NoSuchClient("nobody".into())));
}

#[tokio::test]
async fn connections_that_have_not_registered_can_be_kicked_by_address() {
    let stage = Stage::new();
    let manner = &Manner { dialect: "test", is_pinged: true, variant: 0 };
    let seat = stage.registry.connect(([127, 0, 0, 9], 9).into(), manner).await.unwrap();
    let by = Operator { name: "root".into(), role: Role::Operator };
    let kick = Command::Kick { who: "127.0.0.9".into(), reason: "why".into() };
    stage.release(1, None);
    let answer = stage.registry.command(by, kick).await.unwrap();
    assert_eq!(answer, Ok(Answer::Kicked(vec![(seat.id(), None)])));
    assert_eq!(stage.hears(&seat).await, ["ended: Kicked by desk: why"]);
    drop(seat);
    stage.fence().await;
    let View::Clients(left) = stage.registry.inspect(Inspect::Clients).await.unwrap() else { panic!() };
    assert!(left.is_empty());
}

#[tokio::test]
async fn draining_tells_every_client_and_no_room() {
    let stage = Stage::new();
    let (alice, bob) = two_in_a_room(&stage).await;
    stage.registry.drain().await.unwrap();
    assert_eq!(stage.hears(&alice).await, ["ended: Server is stopping"]);
    assert_eq!(stage.hears(&bob).await, ["ended: Server is stopping"]);
}

#[tokio::test]
async fn who_is_leaving_cannot_register_any_more() {
    let stage = Stage::new();
    let (alice, _bob) = two_in_a_room(&stage).await;
    let manner = &Manner { dialect: "test", is_pinged: true, variant: 0 };
    let ghost = stage.registry.connect(([127, 0, 0, 9], 1).into(), manner).await.unwrap();
    alice.ask(vec![say("holds the log")]).await.unwrap();
    stage.fence().await;
    let by = Operator { name: "root".into(), role: Role::Operator };
    let kick = Command::Kick { who: "127.0.0.9".into(), reason: "why".into() };
    let registry = stage.registry.clone();
    let kicked = tokio::spawn(async move { registry.command(by, kick).await });
    tokio::task::yield_now().await;
    stage.fence().await;
    let nick = Some(Nick::parse("ghost", 30).unwrap());
    let (user, host, real_name) = ("u".into(), "h".into(), "r".into());
    ghost.ask(vec![Request::Register(Box::new(Register { nick, user, host, real_name }))]).await.unwrap();
    stage.fence().await;
    stage.release(2, None);
    assert!(kicked.await.unwrap().unwrap().is_ok());
    assert_eq!(stage.hears(&ghost).await, ["ended: Kicked by desk: why"]);
    drop(ghost);
    stage.client("ghost").await;
}

#[tokio::test]
async fn a_kick_whose_audit_is_not_kept_does_not_happen() {
    let stage = Stage::new();
    let alice = stage.client("alice").await;
    let by = Operator { name: "root".into(), role: Role::Operator };
    let kick = || Command::Kick { who: "alice".into(), reason: "why".into() };
    stage.release(1, Some("the disk is full"));
    let answer = stage.registry.command(by.clone(), kick()).await.unwrap();
    assert!(matches!(answer, Err(Refusal::NotKept { .. })), "{answer:?}");
    assert!(stage.hears(&alice).await.is_empty());
    alice.ask(vec![pong()]).await.unwrap();
    assert_eq!(stage.hears(&alice).await, ["pong"], "she is here as before");
    stage.release(1, None);
    assert!(stage.registry.command(by, kick()).await.unwrap().is_ok());
    assert_eq!(stage.hears(&alice).await, ["ended: Kicked by desk: why"]);
}

#[tokio::test]
async fn what_was_kept_and_is_void_is_taken_out_of_the_history() {
    let stage = Stage::new();
    let (alice, bob) = two_in_a_room(&stage).await;
    let carol = stage.client("carol").await;
    carol.ask(vec![join()]).await.unwrap();
    carol.ask(vec![say("holds the log")]).await.unwrap();
    stage.fence().await;
    let (room, nick) = ("#a".into(), "bob".into());
    alice.ask(vec![Request::Kick { room, nick, reason: "out".into() }]).await.unwrap();
    stage.fence().await;
    bob.ask(vec![say("after the kick")]).await.unwrap();
    stage.fence().await;
    stage.release(2, None);
    let heard = stage.hears(&bob).await;
    assert!(heard.last().is_some_and(|last| last.starts_with("no: ")), "{heard:?}");
    assert!(!stage.hears(&carol).await.contains(&"after the kick".to_owned()));
    assert_eq!(stage.hand.lock().unwrap().revoked.len(), 1);
}

#[tokio::test]
async fn a_connection_that_comes_while_draining_is_told_at_once() {
    let stage = Stage::new();
    stage.registry.drain().await.unwrap();
    let manner = &Manner { dialect: "test", is_pinged: true, variant: 0 };
    let seat = stage.registry.connect(([127, 0, 0, 1], 1).into(), manner).await.unwrap();
    assert_eq!(stage.hears(&seat).await, ["ended: Server is stopping"]);
}

#[tokio::test]
async fn sessions_end_with_the_owner() {
    let log = HeldLog::default();
    let encoders = Encoders { notice: words, echo: words };
    let stop = CancellationToken::new();
    let (registry, owner) = start(Arc::<Config>::default(), log, encoders, Arc::default(), stop.clone());
    let owner = tokio::spawn(owner);
    let manner = &Manner { dialect: "test", is_pinged: true, variant: 0 };
    let seat = registry.connect(([127, 0, 0, 1], 1).into(), manner).await.unwrap();
    registry.inspect(Inspect::Counts).await.unwrap();
    stop.cancel();
    owner.await.unwrap();
    let mut items = VecDeque::new();
    let taken = seat.outbox().poll_take(&Context::from_waker(Waker::noop()), &mut items);
    assert_eq!(taken, Poll::Ready(Taken::Ended(Disconnect::Stopping)));
}
