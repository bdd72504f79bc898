//! Messages to those in a room who have a rank, and what a NOTICE is answered.

use super::{Chat, words};
use crate::domain::message::MessageKind;
use crate::domain::request::{Request, Say};

#[test]
fn a_message_to_a_rank_is_heard_by_it_and_those_above() {
    let mut chat = Chat::new();
    let [alice, bob, carol, dave] = chat.room("#a", ["alice", "bob", "carol", "dave"]);
    chat.mode(alice, "#a", 'v', true, Some("bob"));
    chat.heard.clear();
    chat.say(dave, "@#A", "help");
    assert_eq!(chat.hears(alice), ["@#a dave: help"]);
    assert!(chat.hears(bob).is_empty() && chat.hears(carol).is_empty() && chat.hears(dave).is_empty());
    for to in ["+#a", "@+#a", "+@#a"] {
        chat.say(alice, to, "all of you with a rank");
        assert_eq!(chat.hears(bob), ["+#a alice: all of you with a rank"]);
        assert!(chat.hears(alice).is_empty() && chat.hears(carol).is_empty());
    }
}

#[test]
fn who_may_not_speak_in_a_room_may_not_speak_to_a_part_of_it() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    let outside = chat.client("outside");
    chat.say(outside, "@#a", "x");
    assert_eq!(chat.hears(outside), ["no: you cannot speak in #a: you are not in it (+n)"]);
    chat.say(outside, "@#none", "x");
    assert_eq!(chat.hears(outside), ["no: there is no room #none"]);
    chat.say(outside, "@alice", "x");
    assert_eq!(chat.hears(outside), ["no: nobody here is called @alice"]);
    let on_its_way = chat.decided(bob, Request::Say(Box::new(words("@#a", "x"))));
    chat.mode(alice, "#a", 'b', true, Some("bob"));
    chat.heard.clear();
    chat.happens(Some(bob), on_its_way);
    assert_eq!(chat.hears(bob), ["no: you cannot speak in #a: you are banned (+b)"]);
    assert!(chat.hears(alice).is_empty());
}

#[test]
fn what_is_said_without_a_rank_is_for_those_who_decide_if_the_room_has_it_so() {
    let mut chat = Chat::new();
    let [alice, bob, carol, dave] = chat.room("#a", ["alice", "bob", "carol", "dave"]);
    let outside = chat.client("outside");
    let early = chat.decided(dave, Request::Say(Box::new(words("#a", "early"))));
    for (mode, on, nick) in [('U', true, None), ('n', false, None), ('v', true, Some("bob"))] {
        chat.mode(alice, "#a", mode, on, nick);
    }
    chat.heard.clear();
    chat.happens(Some(dave), early);
    assert_eq!(chat.hears(dave).len(), 1, "what was meant for all is not told to some");
    chat.say(dave, "#a", "a question");
    chat.say(dave, "+#a", "another");
    chat.say(outside, "#a", "from outside");
    assert_eq!(chat.hears(alice), ["#a dave: a question", "%#a dave: another", "#a outside: from outside"]);
    assert!([bob, carol, dave, outside].iter().all(|other| chat.hears(*other).is_empty()));
    chat.say(bob, "#a", "an answer");
    for all in [alice, carol, dave] {
        assert_eq!(chat.hears(all), ["#a bob: an answer"]);
    }
    let unranked = chat.decided(dave, Request::Say(Box::new(words("#a", "x"))));
    assert!(!unranked.is_durable(true), "no history shows it to the others");
}

#[test]
fn no_history_shows_a_message_to_a_rank() {
    let mut chat = Chat::new();
    let [alice] = chat.room("#a", ["alice"]);
    let event = chat.decided(alice, Request::Say(Box::new(words("@#a", "x"))));
    assert!(!event.is_durable(true));
    assert!(chat.decided(alice, Request::Say(Box::new(words("#a", "x")))).is_durable(true));
}

#[test]
fn whom_a_notice_does_not_reach_is_not_answered() {
    let mut chat = Chat::new();
    let [alice] = chat.room("#a", ["alice"]);
    let outside = chat.client("outside");
    for to in ["nobody", "#none", "#a", "@#a"] {
        chat.ask(outside, Request::Say(Box::new(Say { kind: MessageKind::Notice, ..words(to, "x") })));
        assert!(chat.hears(outside).is_empty() && chat.hears(alice).is_empty(), "{to}");
    }
    let long = Say { kind: MessageKind::Notice, ..words("alice", &"x".repeat(600)) };
    chat.ask(outside, Request::Say(Box::new(long)));
    assert_eq!(chat.hears(outside).len(), 1, "a line that is too long is answered");
}
