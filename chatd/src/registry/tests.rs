//! The owner with a log whose commits a test decides: what waits, what goes on, who is told.

mod labels;
mod run;
mod stage;

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use tokio_util::sync::CancellationToken;

use self::stage::{HeldLog, Stage, join, pong, register, say, words};
use super::{Inspect, Manner, View, start};
use crate::config::Config;
use crate::delivery::broadcast::Encoder;
use crate::delivery::outbox::Taken;
use crate::domain::command::{Answer, Command, Operator, Role, SayTo};
use crate::domain::disconnect::Disconnect;
use crate::domain::refusal::Refusal;
use crate::domain::request::{Request, Variant};

#[tokio::test]
async fn a_message_is_seen_only_after_it_is_kept() {
    let stage = Stage::new();
    let [alice, bob] = stage.room_of(["alice", "bob"]).await;
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
    let [alice, bob] = stage.room_of(["alice", "bob"]).await;
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
    let [alice, _bob] = stage.room_of(["alice", "bob"]).await;
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
    let [mut alice, bob] = stage.room_of(["alice", "bob"]).await;
    alice.ask(vec![say("last words")]).await.unwrap();
    alice.leave(Disconnect::Broken("reset".into()));
    assert!(stage.hears(&bob).await.is_empty());
    stage.release(1, None);
    assert_eq!(stage.hears(&bob).await, ["last words", "quit alice!u@h"]);
}

#[tokio::test]
async fn a_session_that_dies_of_a_fault_leaves_no_ghost() {
    let stage = Stage::new();
    let [alice, bob] = stage.room_of(["alice", "bob"]).await;
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
    let manner = &Manner { dialect: "test", is_pinged: true, variant: Variant(0) };
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
    let [alice, bob] = stage.room_of(["alice", "bob"]).await;
    stage.registry.drain().await.unwrap();
    assert_eq!(stage.hears(&alice).await, ["ended: Server is stopping"]);
    assert_eq!(stage.hears(&bob).await, ["ended: Server is stopping"]);
}

#[tokio::test]
async fn who_is_leaving_cannot_register_any_more() {
    let stage = Stage::new();
    let [alice, _bob] = stage.room_of(["alice", "bob"]).await;
    let manner = &Manner { dialect: "test", is_pinged: true, variant: Variant(0) };
    let ghost = stage.registry.connect(([127, 0, 0, 9], 1).into(), manner).await.unwrap();
    alice.ask(vec![say("holds the log")]).await.unwrap();
    stage.fence().await;
    let by = Operator { name: "root".into(), role: Role::Operator };
    let kick = Command::Kick { who: "127.0.0.9".into(), reason: "why".into() };
    let registry = stage.registry.clone();
    let kicked = tokio::spawn(async move { registry.command(by, kick).await });
    tokio::task::yield_now().await;
    stage.fence().await;
    ghost.ask(vec![register("ghost")]).await.unwrap();
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
    let [alice, bob] = stage.room_of(["alice", "bob"]).await;
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
    let manner = &Manner { dialect: "test", is_pinged: true, variant: Variant(0) };
    let seat = stage.registry.connect(([127, 0, 0, 1], 1).into(), manner).await.unwrap();
    assert_eq!(stage.hears(&seat).await, ["ended: Server is stopping"]);
}

#[tokio::test]
async fn sessions_end_with_the_owner() {
    let log = HeldLog::default();
    let encoder = Encoder { encode: words, relevant: |_| Variant(0xf) };
    let stop = CancellationToken::new();
    let (registry, owner) = start(Arc::<Config>::default(), log, encoder, Arc::default(), stop.clone());
    let owner = tokio::spawn(owner);
    let manner = &Manner { dialect: "test", is_pinged: true, variant: Variant(0) };
    let seat = registry.connect(([127, 0, 0, 1], 1).into(), manner).await.unwrap();
    registry.inspect(Inspect::Counts).await.unwrap();
    stop.cancel();
    owner.await.unwrap();
    let mut items = VecDeque::new();
    let taken = seat.outbox().poll_take(&Context::from_waker(Waker::noop()), &mut items);
    assert_eq!(taken, Poll::Ready(Taken::Ended(Disconnect::Stopping)));
}
