//! Messages in rooms and between two.

use super::{Chat, words};
use crate::domain::message::MessageKind;
use crate::domain::request::{Request, Say};

#[test]
fn a_message_reaches_everyone_in_the_room_but_its_author() {
    let mut chat = Chat::new();
    let [alice, bob, carol] = chat.room("#a", ["alice", "bob", "carol"]);
    let outside = chat.client("dave");
    chat.say(alice, "#A", "hello");
    assert_eq!(chat.hears(bob), ["#a alice: hello"]);
    assert_eq!(chat.hears(carol), ["#a alice: hello"]);
    assert!(chat.hears(alice).is_empty() && chat.hears(outside).is_empty());
}

#[test]
fn outsiders_speak_only_where_the_room_lets_them() {
    let mut chat = Chat::new();
    let [alice] = chat.room("#a", ["alice"]);
    let bob = chat.client("bob");
    chat.say(bob, "#a", "one");
    assert_eq!(chat.hears(bob), ["no: you cannot speak in #a: you are not in it (+n)"]);
    chat.mode(alice, "#a", 'n', false, None);
    chat.heard.clear();
    chat.say(bob, "#a", "two");
    assert_eq!(chat.hears(alice), ["#a bob: two"]);
}

#[test]
fn in_a_moderated_room_only_the_voiced_speak() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    chat.mode(alice, "#a", 'm', true, None);
    chat.heard.clear();
    chat.say(bob, "#a", "x");
    assert_eq!(chat.hears(bob), ["no: you cannot speak in #a: only those with voice may speak (+m)"]);
    chat.mode(alice, "#a", 'v', true, Some("bob"));
    chat.heard.clear();
    chat.say(bob, "#a", "y");
    assert_eq!(chat.hears(alice), ["#a bob: y"]);
}

#[test]
fn a_secret_room_does_not_exist_for_strangers() {
    let mut chat = Chat::new();
    let [alice] = chat.room("#a", ["alice"]);
    chat.mode(alice, "#a", 's', true, None);
    let bob = chat.client("bob");
    chat.say(bob, "#a", "x");
    assert_eq!(chat.hears(bob), ["no: there is no room #a"]);
    chat.ask(bob, Request::Topic { room: "#a".into() });
    chat.ask(bob, Request::Names { room: "#a".into(), ends: true });
    chat.ask(bob, Request::Whois { nick: "alice".into(), via: None });
    assert_eq!(chat.hears(bob), ["no: there is no room #a", "in #a: ", "alice is in "]);
}

#[test]
fn a_direct_message_reaches_one_and_tells_of_absence() {
    let mut chat = Chat::new();
    let (alice, bob) = (chat.client("alice"), chat.client("bob"));
    chat.ask(bob, Request::Away(Some("lunch".into())));
    chat.heard.clear();
    chat.say(alice, "BOB", "there?");
    assert_eq!(chat.hears(bob), ["alice: there?"]);
    assert_eq!(chat.hears(alice), ["bob is away: lunch"]);
    chat.ask(alice, Request::Say(Box::new(Say { kind: MessageKind::Notice, ..words("bob", "n") })));
    assert!(chat.hears(alice).is_empty());
}

#[test]
fn a_line_that_would_be_cut_is_refused_and_the_longest_passes() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    let fits = 512 - ":alice!~u@h PRIVMSG #a :\r\n".len();
    chat.say(alice, "#a", &"x".repeat(fits));
    assert_eq!(chat.hears(bob).len(), 1);
    chat.say(alice, "#a", &"x".repeat(fits + 1));
    assert_eq!(chat.hears(alice), ["no: that is 1 bytes too long for one line; nothing was sent"]);
    assert!(chat.hears(bob).is_empty());
}

#[test]
fn a_message_without_text_is_refused() {
    let mut chat = Chat::new();
    let alice = chat.client("alice");
    chat.say(alice, "alice", "");
    assert_eq!(chat.hears(alice), ["no: there is no text to send"]);
    chat.say(alice, "nobody", "x");
    assert_eq!(chat.hears(alice), ["no: nobody here is called nobody"]);
}

#[test]
fn a_message_of_several_lines_is_one_and_each_of_its_lines_has_to_fit() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    let room = 512 - ":alice!~u@h PRIVMSG #a :\r\n".len();
    let (fits, beyond) = ("x".repeat(room), "x".repeat(room + 1));
    let text = format!("{fits}\n\n{fits}\r{fits}");
    chat.say(alice, "#a", &text);
    assert_eq!(chat.hears(bob), [format!("#a alice: {text}")]);
    assert_eq!(chat.log.len(), 5, "two came, two entered, one message");
    chat.say(alice, "#a", &format!("{fits}\r{beyond}"));
    assert_eq!(chat.hears(alice), ["no: line 2 is 1 bytes too long for one line; nothing was sent"]);
    chat.say(alice, "desk", &format!("{fits}\n{beyond}"));
    assert!(chat.hears(alice)[0].starts_with("no: line 1 is 2 bytes"));
    assert_eq!(chat.hears(bob), [""; 0]);
}

#[test]
fn an_operator_answers_from_the_desk_in_several_lines() {
    let mut chat = Chat::new();
    let (alice, root) = (chat.client("alice"), chat.client("root"));
    chat.operator(root);
    chat.say(root, "desk", "alice: one\ntwo \rthree");
    assert_eq!(chat.hears(alice), ["desk says: one\ntwo \rthree"]);
}

#[test]
fn no_line_of_a_message_gets_round_the_modes_of_a_room() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    chat.mode(alice, "#a", 'C', true, None);
    chat.mode(alice, "#a", 'c', true, None);
    chat.heard.clear();
    for text in ["x\n\u{1}VERSION\u{1}", "x\r\u{1}VERSION\u{1}"] {
        chat.say(bob, "#a", text);
        assert_eq!(chat.hears(bob), ["no: you cannot speak in #a: no CTCP but ACTION (+C)"]);
    }
    chat.say(bob, "#a", "\u{2}x\n\u{2}y");
    assert_eq!(chat.hears(alice), ["#a bob: x\ny"]);
    chat.say(bob, "#a", "\u{2}\n\u{2}");
    assert_eq!(chat.hears(bob), ["no: there is no text to send"]);
}
