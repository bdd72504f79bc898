//! Who comes, goes or is renamed while a run is told: each hears exactly what was said while it was there.

use chat_proto::name::Nick;

use super::{ALL, BOTH, Kept};
use crate::domain::disconnect::Disconnect;
use crate::domain::request::Request;
use crate::registry::tests::stage::{Stage, join, say};

fn part() -> Request {
    Request::Part { room: "#a".into(), reason: "".into() }
}

#[tokio::test]
async fn who_parts_hears_what_was_said_while_it_was_there() {
    let stage = Stage::new();
    let [alice, bob, carol] = stage.room_of(["alice", "bob", "carol"]).await;
    stage.adapt(&bob, 0, true).await;
    let of_bob = vec![say("two"), part(), say("refused")];
    let asks = [(&alice, vec![say("one")]), (&bob, of_bob), (&alice, vec![say("three")])];
    let (of_one, of_two, of_part, of_three) = (2, 2, 3, 1);
    assert_eq!(stage.turn(Kept::AtOnce, asks).await, of_one + of_two + of_part + of_three);
    let heard = stage.hears(&bob).await;
    assert_eq!(heard[..3], ["one", "two", "part bob!u@h"]);
    assert!(heard.len() == 4 && heard[3].starts_with("no: "), "{heard:?}");
    assert_eq!(stage.hears(&carol).await, ["one", "two", "part bob!u@h", "three"]);
    assert_eq!(stage.hears(&alice).await, ["two", "part bob!u@h"]);
}

#[tokio::test]
async fn a_new_nick_is_heard_between_the_messages_before_and_behind_it() {
    let stage = Stage::new();
    let [alice, bob, carol] = stage.room_of(["alice", "bob", "carol"]).await;
    let change = Request::ChangeNick(Nick::parse("robert", 30).unwrap());
    let of_bob = vec![say("two"), change, say("three")];
    let asks = [(&alice, vec![say("one")]), (&bob, of_bob), (&alice, vec![say("four")])];
    assert_eq!(stage.turn(Kept::AtOnce, asks).await, 4 * 2 + 3);
    assert_eq!(stage.hears(&alice).await, ["two", "nick bob!u@h robert", "three"]);
    assert_eq!(stage.hears(&bob).await, ["one", "nick bob!u@h robert", "you are robert", "four"]);
    assert_eq!(stage.hears(&carol).await, ["one", "two", "nick bob!u@h robert", "three", "four"]);
}

#[tokio::test]
async fn who_quits_hears_what_was_said_before_its_farewell() {
    for kept in BOTH {
        let stage = Stage::new();
        let [alice, bob, carol] = stage.room_of(["alice", "bob", "carol"]).await;
        let quit = Request::Leave(Disconnect::Quit("bye".into()));
        let asks = [(&alice, vec![say("one")]), (&bob, vec![quit]), (&alice, vec![say("two")])];
        let (of_one, of_quit, of_two) = (2, 2, 1);
        assert_eq!(stage.turn(kept, asks).await, of_one + of_quit + of_two);
        let heard = stage.hears(&bob).await;
        assert!(heard.len() == 2 && heard[0] == "one" && heard[1].starts_with("ended: "), "{heard:?}");
        assert_eq!(stage.hears(&carol).await, ["one", "quit bob!u@h", "two"]);
        assert_eq!(stage.hears(&alice).await, ["quit bob!u@h"]);
    }
}

#[tokio::test]
async fn who_joins_hears_what_is_said_from_then_on() {
    for kept in BOTH {
        let stage = Stage::new();
        let [alice, bob] = stage.room_of(["alice", "bob"]).await;
        let dave = stage.client("dave").await;
        let asks = [(&alice, vec![say("one")]), (&dave, vec![join()]), (&alice, vec![say("two")])];
        let (of_one, of_join, of_two) = (1, 3, 2);
        assert_eq!(stage.turn(kept, asks).await, of_one + of_join + of_two);
        assert_eq!(stage.hears(&dave).await, ["join dave!u@h", "names", "two"]);
        assert_eq!(stage.hears(&bob).await, ["one", "join dave!u@h", "two"]);
        assert_eq!(stage.hears(&alice).await, ["join dave!u@h"]);
    }
}

#[tokio::test]
async fn who_has_spoken_from_outside_hears_as_any_other_when_it_comes_in() {
    let stage = Stage::new();
    let [alice, bob] = stage.room_of(["alice", "bob"]).await;
    stage.open_to_all(&[&alice, &bob]).await;
    let carol = stage.client("carol").await;
    let asks = [(&carol, vec![say("one"), join(), say("two")]), (&alice, vec![say("three")])];
    let (of_one, of_join, of_two, of_three) = (2, 3, 2, 2);
    assert_eq!(stage.turn(Kept::AtOnce, asks).await, of_one + of_join + of_two + of_three);
    assert_eq!(stage.hears(&carol).await, ["join carol!u@h", "names", "three"]);
    assert_eq!(stage.hears(&bob).await, ["one", "join carol!u@h", "two", "three"]);
}

#[tokio::test]
async fn a_session_that_is_gone_hears_nothing_of_a_run() {
    for kept in BOTH {
        let stage = Stage::new();
        let [alice, mut bob, carol] = stage.room_of(["alice", "bob", "carol"]).await;
        alice.ask(vec![say("one")]).await.unwrap();
        bob.leave(Disconnect::Closed);
        let asks = [(&alice, vec![say("two"), say("three")])];
        stage.turn(kept, asks).await;
        assert!(stage.hears(&bob).await.is_empty(), "{kept:?}");
        assert_eq!(stage.hears(&carol).await, ["one", "quit bob!u@h", "two", "three"]);
        assert_eq!(stage.hears(&alice).await, ["quit bob!u@h"]);
    }
}

#[tokio::test]
async fn a_run_is_heard_by_all_others_when_sessions_of_its_authors_are_gone() {
    let stage = Stage::new();
    let [mut alice, bob, carol] = stage.room_of(["alice", "bob", "carol"]).await;
    stage.open_to_all(&[&alice, &bob, &carol]).await;
    let mut dave = stage.client("dave").await;
    stage.adapt(&alice, 0, true).await;
    stage.adapt(&dave, 0, true).await;
    let before = stage.deliveries().await;
    alice.ask(vec![say("one")]).await.unwrap();
    dave.ask(vec![say("two")]).await.unwrap();
    bob.ask(vec![say("three")]).await.unwrap();
    alice.leave(Disconnect::Closed);
    dave.leave(Disconnect::Closed);
    stage.fence().await;
    stage.release(ALL, None);
    assert_eq!(stage.hears(&bob).await, ["one", "two", "quit alice!u@h"]);
    assert_eq!(stage.hears(&carol).await, ["one", "two", "three", "quit alice!u@h"]);
    assert!(stage.hears(&alice).await.is_empty() && stage.hears(&dave).await.is_empty());
    let (of_one, of_two, of_three, of_quit) = (2, 2, 1, 2);
    assert_eq!(stage.deliveries().await - before, of_one + of_two + of_three + of_quit);
}
