//! Runs: whatever else happens between the messages to one room, everybody hears what it would have heard had each been told at
//! once. Most is asked for so that it lies in one turn of the owner; what a pure reader hears in one piece proves it.

mod comings;

use std::pin::pin;
use std::task::{Context, Waker};

use chat_proto::name::RoomName;

use super::stage::{Stage, pong, say};
use crate::domain::command::{Answer, Command, Operator, Role, SayTo};
use crate::domain::message::MessageKind;
use crate::domain::request::{Adapt, ModeAsk, Request, Say, Variant};
use crate::registry::Seat;

/// More events than a test has.
const ALL: usize = 1000;

/// How messages come to settle in one turn.
#[derive(Clone, Copy, Debug)]
enum Kept {
    /// Each as soon as it is in the log.
    AtOnce,
    /// All at the same time, later.
    Together,
}

const BOTH: [Kept; 2] = [Kept::AtOnce, Kept::Together];

impl Stage {
    /// Hands over what clients ask for, in this order and so that it lies in one turn; says how many lines are delivered for it.
    async fn turn<const N: usize>(&self, kept: Kept, asks: [(&Seat, Vec<Request>); N]) -> u64 {
        let before = self.deliveries().await;
        if matches!(kept, Kept::AtOnce) {
            self.release(ALL, None);
        }
        for (seat, requests) in asks {
            seat.ask(requests).await.unwrap(); // Gives nobody else a turn.
        }
        if matches!(kept, Kept::Together) {
            self.fence().await;
            assert_eq!(self.deliveries().await, before, "everything waits");
            self.release(ALL, None);
        }
        self.deliveries().await - before
    }

    async fn adapt(&self, seat: &Seat, variant: u16, echo: bool) {
        seat.ask(vec![adapt(variant, echo)]).await.unwrap();
        self.fence().await;
    }

    /// Lets those speak who are not in the room.
    async fn open_to_all(&self, members: &[&Seat]) {
        let changes = vec![ModeAsk { letter: 'n', on: false, param: None }];
        members[0].ask(vec![Request::SetRoomModes { room: "#a".into(), changes }]).await.unwrap();
        for member in members {
            assert_eq!(self.hears(member).await.len(), 1);
        }
    }
}

fn adapt(variant: u16, echo: bool) -> Request {
    Request::Adapt(Adapt { variant: Variant(variant), echo })
}

fn say_to(to: &str, text: &str) -> Request {
    let (to, text) = (to.into(), text.into());
    Request::Say(Box::new(Say { to, kind: MessageKind::Privmsg, text, tags: None, rule_reply: None }))
}

fn tag(tags: &str) -> Request {
    let (to, text, tags) = ("#a".into(), "".into(), Some(tags.into()));
    Request::Say(Box::new(Say { to, kind: MessageKind::Tag, text, tags, rule_reply: None }))
}

#[tokio::test]
async fn who_says_nothing_hears_a_run_in_one_piece() {
    for kept in BOTH {
        let stage = Stage::new();
        let [alice, bob, carol] = stage.room_of(["alice", "bob", "carol"]).await;
        let asks = [(&alice, vec![say("one"), say("two")]), (&bob, vec![say("three")])];
        assert_eq!(stage.turn(kept, asks).await, 3 * 2, "{kept:?}");
        assert_eq!(stage.pieces(&carol).await, ["one\ntwo\nthree\n"]);
    }
}

#[tokio::test]
async fn a_run_that_fills_more_than_a_block_is_heard_whole_and_in_order() {
    for kept in BOTH {
        let stage = Stage::new();
        let [alice, bob, carol] = stage.room_of(["alice", "bob", "carol"]).await;
        stage.adapt(&alice, 0, true).await;
        let texts: Vec<_> = (0..60).map(|number| format!("{number} {}", "x".repeat(400))).collect();
        let said = texts.iter().map(|text| say(text)).collect();
        assert_eq!(stage.turn(kept, [(&alice, said), (&bob, vec![say("bye")])]).await, 60 * 2 + 2);
        assert_eq!(stage.hears(&bob).await, texts);
        let all: Vec<_> = texts.into_iter().chain(["bye".to_owned()]).collect();
        assert_eq!(stage.hears(&alice).await, all);
        assert_eq!(stage.hears(&carol).await, all);
    }
}

#[tokio::test]
async fn a_reply_between_two_messages_stays_between_them_for_its_asker() {
    let stage = Stage::new();
    let [alice, bob, carol] = stage.room_of(["alice", "bob", "carol"]).await;
    stage.adapt(&alice, 0, true).await;
    let of_alice = vec![say("one"), pong(), say("two"), say_to("#none", "x"), say("three")];
    let asks = [(&alice, of_alice), (&bob, vec![pong()]), (&alice, vec![say("four")])];
    assert_eq!(stage.turn(Kept::AtOnce, asks).await, 4 * 2);
    assert_eq!(
        stage.hears(&alice).await,
        ["one", "pong", "two", "no: there is no room #none", "three", "four"]
    );
    assert_eq!(stage.hears(&bob).await, ["one", "two", "three", "pong", "four"]);
    assert_eq!(stage.pieces(&carol).await, ["one\ntwo\nthree\nfour\n"]);
}

#[tokio::test]
async fn an_answer_that_waited_behind_kept_messages_stays_behind_them_and_before_the_next() {
    let stage = Stage::new();
    let [alice, bob] = stage.room_of(["alice", "bob"]).await;
    stage.adapt(&alice, 0, true).await;
    let asks = [(&alice, vec![say("one"), say("two"), pong(), say("three")])];
    assert_eq!(stage.turn(Kept::Together, asks).await, 3);
    assert_eq!(stage.hears(&alice).await, ["one", "two", "pong", "three"]);
    assert_eq!(stage.pieces(&bob).await, ["one\ntwo\nthree\n"]);
}

#[tokio::test]
async fn another_variant_is_read_from_exactly_where_it_was_asked_for() {
    let stage = Stage::new();
    let [alice, bob, carol] = stage.room_of(["alice", "bob", "carol"]).await;
    let asks = [
        (&alice, vec![say("one")]),
        (&bob, vec![adapt(2, false)]),
        (&alice, vec![say("two"), say("three")]),
        (&bob, vec![adapt(0, false)]),
        (&alice, vec![say("four")]),
    ];
    assert_eq!(stage.turn(Kept::AtOnce, asks).await, 4 * 2);
    assert_eq!(stage.hears(&bob).await, ["one", "two/2", "three/2", "four"]);
    assert_eq!(stage.pieces(&carol).await, ["one\ntwo\nthree\nfour\n"]);
    assert!(stage.hears(&alice).await.is_empty());
}

#[tokio::test]
async fn an_author_hears_itself_exactly_while_it_asks_for_that() {
    for kept in BOTH {
        let stage = Stage::new();
        let [alice, bob] = stage.room_of(["alice", "bob"]).await;
        let said = vec![
            say("one"),
            adapt(2, true),
            say("two"),
            say("three"),
            adapt(0, false),
            say("four"),
            say("five"),
        ];
        assert_eq!(stage.turn(kept, [(&alice, said)]).await, 5);
        assert_eq!(stage.hears(&alice).await, ["two/2", "three/2"], "{kept:?}");
        assert_eq!(stage.pieces(&bob).await, ["one\ntwo\nthree\nfour\nfive\n"]);
    }
}

#[tokio::test]
async fn who_speaks_from_outside_is_heard_by_members_and_by_itself_only_with_echo() {
    for kept in BOTH {
        let stage = Stage::new();
        let [alice, bob] = stage.room_of(["alice", "bob"]).await;
        stage.open_to_all(&[&alice, &bob]).await;
        let (with, without) = (stage.client("with").await, stage.client("without").await);
        stage.adapt(&with, 2, true).await;
        let asks = [
            (&with, vec![say("one")]),
            (&alice, vec![say("two")]),
            (&without, vec![say("three")]),
            (&with, vec![say("four")]),
        ];
        assert_eq!(stage.turn(kept, asks).await, 3 * 2 + 1);
        assert_eq!(stage.hears(&with).await, ["one/2", "four/2"]);
        assert!(stage.hears(&without).await.is_empty());
        assert_eq!(stage.hears(&alice).await, ["one", "three", "four"]);
        assert_eq!(stage.pieces(&bob).await, ["one\ntwo\nthree\nfour\n"]);
    }
}

#[tokio::test]
async fn of_two_who_take_turns_each_hears_the_other_and_itself_only_with_echo() {
    for kept in BOTH {
        for echo in [false, true] {
            let stage = Stage::new();
            let [alice, bob, carol] = stage.room_of(["alice", "bob", "carol"]).await;
            stage.adapt(&alice, 0, echo).await;
            stage.adapt(&bob, 0, echo).await;
            let asks = [
                (&alice, vec![say("a1")]),
                (&bob, vec![say("b1"), say("b2")]),
                (&alice, vec![say("a2")]),
                (&bob, vec![say("b3")]),
            ];
            assert_eq!(stage.turn(kept, asks).await, 5 * 2, "own lines are not counted");
            let all = ["a1", "b1", "b2", "a2", "b3"];
            assert_eq!(stage.hears(&alice).await, if echo { &all[..] } else { &["b1", "b2", "b3"] });
            assert_eq!(stage.hears(&bob).await, if echo { &all[..] } else { &["a1", "a2"] });
            assert_eq!(stage.pieces(&carol).await, ["a1\nb1\nb2\na2\nb3\n"]);
        }
    }
}

#[tokio::test]
async fn what_is_said_in_two_rooms_by_turns_is_heard_in_that_order() {
    for kept in BOTH {
        let stage = Stage::new();
        let [alice, bob] = stage.room_of(["alice", "bob"]).await;
        for seat in [&alice, &bob] {
            let room = RoomName::parse("#b", 10).unwrap();
            seat.ask(vec![Request::Join { room, key: None }]).await.unwrap();
        }
        stage.hears(&alice).await;
        stage.hears(&bob).await;
        stage.adapt(&alice, 0, true).await;
        let said = vec![say("one"), say_to("#b", "two"), say_to("bob", "three"), say("four")];
        assert_eq!(stage.turn(kept, [(&alice, said)]).await, 4);
        assert_eq!(stage.hears(&alice).await, ["one", "two", "three", "four"]);
        assert_eq!(stage.hears(&bob).await, ["one", "two", "three", "four"]);
    }
}

#[tokio::test]
async fn what_the_desk_says_into_a_room_has_its_place_among_the_messages_of_others() {
    let stage = Stage::new();
    let [alice, bob] = stage.room_of(["alice", "bob"]).await;
    stage.adapt(&alice, 0, true).await;
    let before = stage.deliveries().await;
    stage.release(ALL, None);
    alice.ask(vec![say("one")]).await.unwrap();
    let by = Operator { name: "root".into(), role: Role::Operator };
    let say_desk = Command::Say { to: SayTo::Room("#a".into()), text: "two".into() };
    let mut answer = pin!(stage.registry.command(by, say_desk));
    assert!(answer.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending(), "handed over");
    alice.ask(vec![say("three")]).await.unwrap();
    let answer = answer.await.unwrap();
    assert!(matches!(answer, Ok(Answer::Said { recipients: 2, .. })), "{answer:?}");
    assert_eq!(stage.hears(&alice).await, ["one", "two", "three"]);
    assert_eq!(stage.pieces(&bob).await, ["one\ntwo\nthree\n"]);
    let (of_one, of_two, of_three) = (1, 2, 1);
    assert_eq!(stage.deliveries().await - before, of_one + of_two + of_three);
}

#[tokio::test]
async fn what_could_not_be_kept_is_heard_by_nobody_and_all_around_it_is() {
    for kept in BOTH {
        let stage = Stage::new();
        let [alice, bob, carol] = stage.room_of(["alice", "bob", "carol"]).await;
        stage.adapt(&alice, 0, true).await;
        stage.hand.lock().unwrap().lost = Some("two");
        let asks = [(&alice, vec![say("one"), say("two"), say("three")]), (&bob, vec![say("four")])];
        assert_eq!(stage.turn(kept, asks).await, 3 * 2);
        let refused = "no: not sent, because it could not be kept: lost";
        assert_eq!(stage.hears(&alice).await, ["one", refused, "three", "four"]);
        assert_eq!(stage.hears(&bob).await, ["one", "three"]);
        assert_eq!(stage.pieces(&carol).await, ["one\nthree\nfour\n"]);
    }
}

#[tokio::test]
async fn tags_alone_reach_only_those_who_can_be_shown_them() {
    for kept in BOTH {
        let stage = Stage::new();
        let [alice, bob, carol] = stage.room_of(["alice", "bob", "carol"]).await;
        stage.open_to_all(&[&alice, &bob, &carol]).await;
        let dave = stage.client("dave").await;
        stage.adapt(&alice, 1, true).await;
        stage.adapt(&bob, 1, false).await;
        stage.adapt(&dave, 0, true).await;
        let asks =
            [(&alice, vec![say("one"), tag("+a"), say("two")]), (&dave, vec![tag("+b"), say("three")])];
        let (of_messages, of_a, of_b) = (2 + 2 + 3, 1, 2);
        assert_eq!(stage.turn(kept, asks).await, of_messages + of_a + of_b);
        assert_eq!(stage.hears(&alice).await, ["one/1", "+a/1", "two/1", "+b/1", "three/1"]);
        assert_eq!(stage.pieces(&bob).await, ["one/1\n+a/1\ntwo/1\n+b/1\nthree/1\n"]);
        assert_eq!(stage.pieces(&carol).await, ["one\ntwo\nthree\n"]);
        assert_eq!(stage.hears(&dave).await, ["three"], "the author reads no tags either");
    }
}

#[tokio::test]
async fn a_run_of_tags_that_a_variant_does_not_show_is_nothing_in_it() {
    let stage = Stage::new();
    let [alice, bob] = stage.room_of(["alice", "bob"]).await;
    stage.adapt(&alice, 0, true).await;
    assert_eq!(stage.turn(Kept::AtOnce, [(&alice, vec![tag("+a"), tag("+b")])]).await, 0);
    assert!(stage.hears(&alice).await.is_empty() && stage.hears(&bob).await.is_empty());
    assert_eq!(stage.turn(Kept::AtOnce, [(&alice, vec![say("one")])]).await, 1);
    assert_eq!(stage.hears(&bob).await, ["one"]);
}
