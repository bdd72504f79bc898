//! Labels at the owner: what answers a line goes with its label, and nothing else does, whatever happens in between.

use super::stage::{Stage, join, pong, say};
use crate::domain::message::MessageKind;
use crate::domain::request::{Adapt, Labeled, ModeAsk, Request, Say, Variant};

fn labeled(label: &str, request: Request) -> Request {
    Request::Labeled(Box::new(Labeled { label: label.into(), request }))
}

/// A line with a label, as a session hands it over.
fn line(label: &str, request: Request) -> Vec<Request> {
    vec![labeled(label, request), labeled(label, Request::EndOfLabel)]
}

fn echo() -> Request {
    Request::Adapt(Adapt { variant: Variant(0), echo: true })
}

#[tokio::test]
async fn what_a_client_does_with_a_label_it_reads_as_the_answer_and_others_as_ever() {
    let stage = Stage::new();
    let (alice, bob) = (stage.client("alice").await, stage.client("bob").await);
    alice.ask(vec![join()]).await.unwrap();
    stage.hears(&alice).await;
    bob.ask(line("x", join())).await.unwrap();
    assert_eq!(stage.hears(&bob).await, ["[x] join bob!u@h", "[x] names", "[x] end"]);
    assert_eq!(stage.hears(&alice).await, ["join bob!u@h"]);
}

#[tokio::test]
async fn an_echo_is_the_answer_and_comes_between_what_others_say() {
    let stage = Stage::new();
    let [alice, bob] = stage.room_of(["alice", "bob"]).await;
    for seat in [&alice, &bob] {
        seat.ask(vec![echo()]).await.unwrap();
    }
    bob.ask(vec![say("one")]).await.unwrap();
    stage.fence().await;
    alice.ask([line("x", say("two")), line("y", pong())].concat()).await.unwrap();
    stage.fence().await;
    bob.ask(vec![say("three")]).await.unwrap();
    stage.release(3, None);
    assert_eq!(stage.hears(&alice).await, ["one", "[x] two", "[x] end", "[y] pong", "[y] end", "three"]);
    assert_eq!(stage.hears(&bob).await, ["one", "two", "three"]);
}

#[tokio::test]
async fn without_an_echo_a_message_is_answered_by_its_end_alone() {
    let stage = Stage::new();
    let [alice, bob] = stage.room_of(["alice", "bob"]).await;
    alice.ask(line("x", say("hello"))).await.unwrap();
    stage.release(1, None);
    assert_eq!(stage.hears(&alice).await, ["[x] end"]);
    assert_eq!(stage.hears(&bob).await, ["hello"]);
}

#[tokio::test]
async fn to_itself_a_client_says_something_once_as_the_answer_and_once_as_anybody_would() {
    let stage = Stage::new();
    let alice = stage.client("alice").await;
    alice.ask(vec![echo()]).await.unwrap();
    let ask = Say {
        to: "alice".into(),
        kind: MessageKind::Privmsg,
        text: "me".into(),
        tags: None,
        rule_reply: None,
    };
    alice.ask(line("x", Request::Say(Box::new(ask)))).await.unwrap();
    assert_eq!(stage.hears(&alice).await, ["[x] me", "me", "[x] end"]);
}

#[tokio::test]
async fn a_refusal_keeps_its_label_at_once_and_after_the_log() {
    let stage = Stage::new();
    let (alice, bob) = (stage.client("alice").await, stage.client("bob").await);
    alice.ask([vec![join()], line("x", Request::Topic { room: "#b".into() })].concat()).await.unwrap();
    let heard = stage.hears(&alice).await;
    assert_eq!(heard[2..], ["[x] no: there is no room #b", "[x] end"]);
    alice.ask(line("y", say("lost"))).await.unwrap();
    stage.fence().await;
    stage.release(1, Some("disk full"));
    let expected = ["[y] no: not sent, because it could not be kept: disk full", "[y] end"];
    assert_eq!(stage.hears(&alice).await, expected);
    drop(bob);
}

#[tokio::test]
async fn what_others_do_meanwhile_has_no_label() {
    let stage = Stage::new();
    let [alice, bob] = stage.room_of(["alice", "bob"]).await;
    let changes = vec![ModeAsk { letter: 'm', on: true, param: None }];
    // Bob's answer waits for a message that is not kept yet.
    bob.ask([vec![say("first")], line("x", Request::Lusers)].concat()).await.unwrap();
    stage.fence().await;
    alice.ask(vec![Request::SetRoomModes { room: "#a".into(), changes }]).await.unwrap();
    stage.release(1, None);
    let heard = stage.hears(&bob).await;
    let (answers, others): (Vec<_>, Vec<_>) = heard.iter().partition(|line| line.starts_with("[x] "));
    assert_eq!((answers.len(), others.len()), (2, 1), "{heard:?}");
    assert!(
        answers[1].ends_with("end") && answers[0].contains("Lusers") && others[0].contains("Moderated"),
        "{heard:?}"
    );
}
