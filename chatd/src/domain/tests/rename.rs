//! Renaming rooms: who may, what stays, and what is on its way meanwhile.

use super::{Chat, ClientId, Request, room_name, words};
use crate::domain::request::Redact;

impl Chat {
    fn rename(&mut self, who: ClientId, room: &str, name: &str) {
        let (room, name) = (room.into(), room_name(name));
        self.ask(who, Request::Rename { room, name, reason: "typo".into() });
    }
}

#[test]
fn a_renamed_room_is_the_same_room() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#old", ["alice", "bob"]);
    chat.mode(alice, "#old", 'k', true, Some("key"));
    chat.ask(alice, Request::SetTopic { room: "#old".into(), text: "news".into() });
    let (carol, root) = (chat.client("carol"), chat.client("root"));
    chat.ask(alice, Request::Invite { nick: "carol".into(), room: "#old".into() });
    chat.heard.clear();
    chat.rename(alice, "#OLD", "#new");
    for id in [alice, bob] {
        assert_eq!(chat.hears(id), ["alice renames #old to #new: typo", "#old is #new now"]);
    }
    chat.join(carol, "#new");
    assert_eq!(chat.hears(carol), ["carol joins #new", "topic of #new: news", "in #new: @alice bob carol"]);
    assert_eq!(chat.hears(bob), ["carol joins #new"]);
    chat.say(bob, "#old", "x");
    assert_eq!(chat.hears(bob), ["no: there is no room #old"]);
    chat.join(root, "#old");
    assert_eq!(chat.hears(root), ["root joins #old", "in #old: @root"], "the old name is free");
    chat.join(root, "#new");
    assert_eq!(chat.hears(root), ["no: #new needs its key (+k)"]);
    assert_eq!(chat.hears(alice), ["carol joins #new"]);
}

#[test]
fn only_operators_of_a_room_give_it_a_name_that_nobody_has_and_not_too_often() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    let [carol] = chat.room("#b", ["carol"]);
    let refused = |chat: &mut Chat, who, from, to, words: &str| {
        chat.rename(who, from, to);
        assert_eq!(chat.hears(who), [format!("no: {words}")]);
    };
    refused(&mut chat, bob, "#a", "#c", "you are not an operator of #a");
    refused(&mut chat, carol, "#a", "#c", "you are not in #a");
    refused(&mut chat, alice, "#nowhere", "#c", "there is no room #nowhere");
    refused(&mut chat, alice, "#a", "#B", "there is a room #B already");
    refused(&mut chat, alice, "#a", "#a", "#a cannot be renamed: it has that name already");
    chat.mode(carol, "#b", 's', true, None);
    refused(&mut chat, alice, "#b", "#c", "there is no room #b");
    chat.rename(alice, "#a", "#A");
    assert_eq!(chat.hears(bob)[0], "alice renames #a to #A: typo");
    chat.heard.clear();
    let too_soon = "#A cannot be renamed: it was renamed a moment ago (limits.rename-interval)";
    chat.now.0 += 59_999;
    refused(&mut chat, alice, "#a", "#c", too_soon);
    chat.now.0 += 1;
    chat.rename(alice, "#a", "#c");
    assert_eq!(chat.hears(bob)[0], "alice renames #A to #c: typo");
}

#[test]
fn a_name_that_leaves_no_room_for_the_topic_is_refused() {
    let mut chat = Chat::with(|config| config.server.name = format!("{}.test", "s".repeat(50)));
    let [alice] = chat.room("#a", ["alice"]);
    chat.ask(alice, Request::SetTopic { room: "#a".into(), text: "x".repeat(380).into() });
    chat.heard.clear();
    chat.rename(alice, "#a", &format!("#{}", "b".repeat(60)));
    assert_eq!(
        chat.hears(alice),
        ["no: #a cannot be renamed: there is no room for its topic beside that name"]
    );
}

#[test]
fn a_name_that_ends_like_the_new_one_is_an_old_name_too() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("##a", ["alice", "bob"]);
    let on_its_way = ["##a", "@##a"].map(|to| chat.decided(bob, Request::Say(Box::new(words(to, "x")))));
    chat.rename(alice, "##a", "#a");
    chat.heard.clear();
    for event in on_its_way {
        chat.happens(Some(bob), event);
        assert_eq!(chat.hears(bob), ["no: something changed meanwhile; nothing was done"]);
    }
    assert!(chat.hears(alice).is_empty());
}

#[test]
fn what_was_said_under_the_old_name_while_the_room_was_renamed_is_void() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    let on_its_way = ["#a", "@#a"].map(|to| chat.decided(bob, Request::Say(Box::new(words(to, "x")))));
    let again =
        chat.decided(alice, Request::Rename { room: "#a".into(), name: room_name("#c"), reason: "".into() });
    chat.rename(alice, "#a", "#b");
    chat.heard.clear();
    for event in on_its_way {
        chat.happens(Some(bob), event);
        assert_eq!(chat.hears(bob), ["no: something changed meanwhile; nothing was done"]);
    }
    chat.happens(Some(alice), again);
    assert!(chat.hears(alice)[0].starts_with("no: #b cannot be renamed: it was renamed a moment ago"));
    chat.say(bob, "#b", "y");
    assert_eq!(chat.hears(alice), ["#b bob: y"]);
}

#[test]
fn what_is_taken_back_while_the_room_is_renamed_is_taken_back_under_the_new_name() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    let on_its_way = ["#a", "@#a"].map(|to| {
        chat.say(bob, to, "x");
        let seq = chat.log.last().unwrap().seq;
        let redact = Redact { to: to.into(), seq, id: "x".into(), reason: "".into() };
        (seq, chat.decided(bob, Request::Redact(Box::new(redact))))
    });
    chat.rename(alice, "#a", "#b");
    chat.heard.clear();
    for ((seq, event), name) in on_its_way.into_iter().zip(["#b", "@#b"]) {
        chat.happens(Some(bob), event);
        assert_eq!(chat.hears(alice), [format!("bob takes back {seq} in {name}: ")]);
    }
}
