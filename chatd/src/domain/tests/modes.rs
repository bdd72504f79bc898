//! Modes of rooms and of users: what they allow, and who may set them.

use std::sync::Arc;

use super::{Chat, nick};
use crate::domain::event::Event;
use crate::domain::id::ClientId;
use crate::domain::message::MessageKind;
use crate::domain::mode::UserMode;
use crate::domain::request::{ModeAsk, Request, Say};

/// Makes somebody identified, as an event of accounts will.
pub(super) fn identify(chat: &mut Chat, who: ClientId, account: &str) {
    chat.state.client_mut(who).unwrap().account = Some(account.into());
}

fn say_as(chat: &mut Chat, who: ClientId, kind: MessageKind, text: &str) {
    let (to, text) = ("#a".into(), text.into());
    chat.ask(who, Request::Say(Box::new(Say { to, kind, text, tags: None, rule_reply: None })));
}

fn ask(letter: char, on: bool, param: Option<&str>) -> ModeAsk {
    ModeAsk { letter, on, param: param.map(Into::into) }
}

fn modes(chat: &mut Chat, who: ClientId, changes: Vec<ModeAsk>) {
    chat.ask(who, Request::SetRoomModes { room: "#a".into(), changes });
}

pub(super) fn kick(chat: &mut Chat, who: ClientId, nick: &str) {
    chat.ask(who, Request::Kick { room: "#a".into(), nick: nick.into(), reason: "out".into() });
}

/// What somebody heard last.
#[track_caller]
pub(super) fn last(chat: &mut Chat, who: ClientId) -> String {
    chat.hears(who).pop().expect("nothing was heard")
}

#[test]
fn a_half_operator_looks_after_those_below() {
    let mut chat = Chat::new();
    let [alice, bob, carol, dave] = chat.room("#a", ["alice", "bob", "carol", "dave"]);
    for who in ["bob", "dave"] {
        chat.mode(alice, "#a", 'h', true, Some(who));
    }
    chat.mode(alice, "#a", 'i', true, None);
    let guest = chat.client("guest");
    chat.heard.clear();
    chat.mode(bob, "#a", 'v', true, Some("carol"));
    chat.mode(bob, "#a", 'b', true, Some("evil"));
    chat.ask(bob, Request::SetTopic { room: "#a".into(), text: "rules".into() });
    chat.ask(bob, Request::Invite { nick: "guest".into(), room: "#a".into() });
    chat.join(guest, "#a");
    kick(&mut chat, bob, "carol");
    let heard = ["bob sets #a ++ carol", "bob sets #a +b evil!*@*", "bob sets topic of #a: rules"];
    assert_eq!(chat.hears(alice)[..3], heard);
    assert_eq!(last(&mut chat, carol), "bob kicks carol from #a: out");
    assert_eq!(last(&mut chat, guest), "bob kicks carol from #a: out", "the invitation opened the door");
    chat.heard.clear();
    modes(
        &mut chat,
        bob,
        vec![ask('o', true, Some("guest")), ask('m', true, None), ask('o', false, Some("alice"))],
    );
    kick(&mut chat, bob, "alice");
    kick(&mut chat, bob, "dave");
    assert_eq!(
        chat.hears(bob),
        [
            "no: only somebody with the rank operator or above sets mode o of #a",
            "no: only somebody with the rank operator or above sets mode m of #a",
            "no: alice is operator, and your rank is not above that",
            "no: alice is operator, and your rank is not above that",
            "no: dave is half-operator, and your rank is not above that",
        ]
    );
    assert!(chat.hears(dave).is_empty());
    chat.mode(bob, "#a", 'h', false, Some("bob"));
    assert_eq!(chat.hears(bob), ["bob sets #a -% bob"], "a rank of one's own may be laid down");
}

#[test]
fn with_owner_ranks_the_founder_is_an_owner_and_operators_touch_no_admin() {
    let mut chat = Chat::with(|config| config.rooms.owner_ranks = true);
    let [alice, bob, carol] = chat.room("#a", ["alice", "bob", "carol"]);
    chat.mode(alice, "#a", 'a', true, Some("bob"));
    chat.mode(alice, "#a", 'o', true, Some("carol"));
    chat.heard.clear();
    kick(&mut chat, carol, "bob");
    chat.mode(carol, "#a", 'a', false, Some("bob"));
    chat.mode(carol, "#a", 'q', true, Some("carol"));
    assert_eq!(
        chat.hears(carol),
        [
            "no: bob is admin, and your rank is not above that",
            "no: bob is admin, and your rank is not above that",
            "no: only somebody with the rank owner or above sets mode q of #a",
        ]
    );
    chat.mode(bob, "#a", 'a', true, Some("carol"));
    assert_eq!(last(&mut chat, bob), "no: only somebody with the rank owner or above sets mode a of #a");
    chat.mode(bob, "#a", 'm', true, None);
    kick(&mut chat, bob, "carol");
    kick(&mut chat, bob, "alice");
    assert_eq!(last(&mut chat, bob), "no: alice is owner, and your rank is not above that");
    chat.ask(bob, Request::Names { room: "#a".into(), ends: true });
    assert_eq!(last(&mut chat, bob), "in #a: &bob ~@alice");
}

#[test]
fn who_lays_down_a_rank_in_the_middle_of_a_mode_is_obeyed_to_its_end() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    modes(&mut chat, alice, vec![ask('o', false, Some("alice")), ask('m', true, None)]);
    assert_eq!(chat.hears(bob), ["alice sets #a -@ alice +m"]);
}

#[test]
fn a_rank_that_was_lost_meanwhile_makes_only_what_is_left_of_it() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    modes(&mut chat, alice, vec![ask('o', true, Some("bob")), ask('h', true, Some("bob"))]);
    let both = vec![ask('m', true, None), ask('b', true, Some("x"))];
    let event = chat.decided(bob, Request::SetRoomModes { room: "#a".into(), changes: both });
    let moderated = vec![ask('m', true, None)];
    let void = chat.decided(bob, Request::SetRoomModes { room: "#a".into(), changes: moderated });
    chat.mode(alice, "#a", 'o', false, Some("bob"));
    chat.heard.clear();
    chat.happens(Some(bob), event);
    assert_eq!(chat.hears(bob), ["bob sets #a +b x!*@*"]);
    chat.happens(Some(bob), void);
    assert_eq!(chat.hears(bob), ["no: only somebody with the rank operator or above sets mode m of #a"]);
}

#[test]
fn what_may_be_said_depends_on_the_room_and_not_on_the_speaker() {
    let (say, notice) = (MessageKind::Privmsg, MessageKind::Notice);
    for (mode, kind, text, heard) in [
        ('C', say, "\u{1}ACTION waves\u{1}", Ok("\u{1}ACTION waves\u{1}")),
        ('C', say, "\u{1}action\u{1}", Ok("\u{1}action\u{1}")),
        ('C', say, "\u{1}VERSION\u{1}", Err("no CTCP but ACTION (+C)")),
        ('C', notice, "\u{1}PING 1\u{1}", Err("no CTCP but ACTION (+C)")),
        ('C', say, "plain", Ok("plain")),
        ('T', notice, "x", Err("no notices (+T)")),
        ('T', say, "x", Ok("x")),
        ('c', say, "\u{3}4red \u{2}bold", Ok("red bold")),
    ] {
        let mut chat = Chat::new();
        let [alice, bob] = chat.room("#a", ["alice", "bob"]);
        chat.mode(alice, "#a", mode, true, None);
        chat.heard.clear();
        say_as(&mut chat, alice, kind, text);
        match heard {
            Ok(text) => assert_eq!(chat.hears(bob), [format!("#a alice: {text}")]),
            // Nothing answers a NOTICE (RFC 2812 §3.3.2).
            Err(_) if kind == notice => assert!(chat.hears(alice).is_empty() && chat.hears(bob).is_empty()),
            Err(why) => assert_eq!(chat.hears(alice), [format!("no: you cannot speak in #a: {why}")]),
        }
    }
}

#[test]
fn a_message_of_nothing_but_colours_says_nothing_where_they_are_taken_out() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    chat.mode(alice, "#a", 'c', true, None);
    chat.heard.clear();
    say_as(&mut chat, bob, MessageKind::Privmsg, "\u{3}4\u{2}");
    assert_eq!(chat.hears(bob), ["no: there is no text to send"]);
    assert!(chat.hears(alice).is_empty());
}

#[test]
fn a_mode_that_was_set_meanwhile_holds_for_what_was_on_its_way() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    let red = chat.decided(bob, Request::Say(Box::new(super::words("#a", "\u{3}4red"))));
    chat.mode(alice, "#a", 'c', true, None);
    chat.heard.clear();
    chat.happens(Some(bob), red);
    assert_eq!(chat.hears(bob), ["no: you cannot speak in #a: no colours and formatting (+c)"]);
    assert!(chat.hears(alice).is_empty());
}

#[test]
fn the_unidentified_are_kept_out_by_r_and_silenced_by_m() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    chat.mode(alice, "#a", 'M', true, None);
    chat.say(bob, "#a", "x");
    assert_eq!(last(&mut chat, bob), "no: you cannot speak in #a: only the identified may speak (+M)");
    identify(&mut chat, bob, "bob");
    chat.heard.clear();
    chat.say(bob, "#a", "identified");
    chat.mode(alice, "#a", 'R', true, None);
    assert_eq!(chat.hears(alice), ["#a bob: identified", "alice sets #a +R"]);
    let carol = chat.client("carol");
    chat.join(carol, "#a");
    assert_eq!(chat.hears(carol), ["no: #a is for people with an account (+R)"]);
    chat.ask(alice, Request::Invite { nick: "carol".into(), room: "#a".into() });
    chat.join(carol, "#a");
    assert_eq!(last(&mut chat, carol), "in #a: @alice bob carol");
    chat.mode(alice, "#a", 'v', true, Some("carol"));
    chat.heard.clear();
    chat.say(carol, "#a", "voiced");
    assert_eq!(chat.hears(alice), ["#a carol: voiced"]);
}

#[test]
fn a_room_for_the_secure_opens_to_no_others_invited_or_not() {
    let mut chat = Chat::new();
    let [alice] = chat.room("#a", ["alice"]);
    let bob = chat.client("bob");
    chat.mode(alice, "#a", 'S', true, None);
    chat.ask(alice, Request::Invite { nick: "bob".into(), room: "#a".into() });
    chat.join(bob, "#a");
    assert_eq!(last(&mut chat, bob), "no: #a is for people with an encrypted connection (+S)");
    chat.state.client_mut(bob).unwrap().secure = Some(Arc::default());
    chat.join(bob, "#a");
    assert_eq!(last(&mut chat, bob), "in #a: @alice bob");
}

#[test]
fn nicks_stay_where_they_are_locked_but_for_those_with_a_rank() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    let event = chat.decided(bob, Request::ChangeNick(nick("early")));
    chat.mode(alice, "#a", 'N', true, None);
    chat.heard.clear();
    chat.happens(Some(bob), event);
    chat.ask(bob, Request::ChangeNick(nick("robert")));
    assert_eq!(chat.hears(bob), ["no: nobody in #a changes the nick (+N)"; 2]);
    chat.ask(alice, Request::ChangeNick(nick("alicia")));
    chat.mode(alice, "#a", 'v', true, Some("bob"));
    chat.ask(bob, Request::ChangeNick(nick("robert")));
    assert!(chat.hears(alice).contains(&"bob is now robert".to_owned()));
}

#[test]
fn keys_and_limits_that_are_none_are_refused_and_keys_not_repeated() {
    let mut chat = Chat::new();
    let [alice] = chat.room("#a", ["alice"]);
    for key in ["", "two words", "a,b", ":a", &"k".repeat(33)] {
        chat.mode(alice, "#a", 'k', true, Some(key));
        assert_eq!(chat.hears(alice), ["no: mode k: that is not a key"], "{key:?}");
    }
    for limit in ["", "0", "-1", "abc", "4294967296"] {
        chat.mode(alice, "#a", 'l', true, Some(limit));
        assert_eq!(chat.hears(alice), ["no: mode l: the limit is a number above 0"], "{limit:?}");
    }
    chat.mode(alice, "#a", 'k', true, Some(&"k".repeat(32)));
    for param in [None, Some("wrong")] {
        chat.mode(alice, "#a", 'k', true, Some("key"));
        chat.heard.clear();
        chat.mode(alice, "#a", 'k', false, param);
        assert_eq!(chat.hears(alice), ["alice sets #a -k"]);
        chat.mode(alice, "#a", 'k', false, param);
        assert!(chat.hears(alice).is_empty(), "there is none to take away");
    }
}

#[test]
fn outside_of_a_room_its_modes_are_seen_without_the_key_and_not_at_all_if_it_is_secret() {
    let mut chat = Chat::new();
    let [alice] = chat.room("#a", ["alice"]);
    let bob = chat.client("bob");
    chat.mode(alice, "#a", 'k', true, Some("key"));
    chat.heard.clear();
    for (who, expected) in [(alice, "modes of #a: +ntk key"), (bob, "modes of #a: +ntk *")] {
        chat.ask(who, Request::RoomModes { room: "#a".into() });
        assert_eq!(chat.hears(who), [expected]);
    }
    chat.mode(bob, "#a", 'm', true, None);
    assert_eq!(chat.hears(bob), ["no: you are not in #a"]);
    chat.mode(alice, "#a", 's', true, None);
    chat.ask(bob, Request::RoomModes { room: "#a".into() });
    chat.mode(bob, "#a", 'm', true, None);
    assert_eq!(chat.hears(bob), ["no: there is no room #a"; 2]);
}

#[test]
fn a_private_room_is_in_no_list_and_answers_to_its_name() {
    let mut chat = Chat::new();
    let [alice] = chat.room("#a", ["alice"]);
    let bob = chat.client("bob");
    chat.mode(alice, "#a", 'p', true, None);
    chat.heard.clear();
    let list = Request::List { from: 0, conditions: Arc::from([]) };
    for (who, listed, whois) in [(bob, "", "alice is in "), (alice, "#a 1", "alice is in #a")] {
        chat.ask(who, list.clone());
        chat.ask(who, Request::Whois { nick: "alice".into(), via: None });
        chat.ask(who, Request::Names { room: "#a".into(), ends: true });
        chat.ask(who, Request::RoomModes { room: "#a".into() });
        assert_eq!(chat.hears(who), [listed, whois, "in #a: @alice", "modes of #a: +npt"]);
    }
}

#[test]
fn who_hears_the_identified_only_hears_operators_as_well() {
    let mut chat = Chat::new();
    let (alice, bob) = (chat.client("alice"), chat.client("bob"));
    let early = chat.decided(bob, Request::Say(Box::new(super::words("alice", "early"))));
    chat.ask(alice, Request::SetUserModes(vec![(UserMode::IdentifiedOnly, true)]));
    chat.heard.clear();
    chat.happens(Some(bob), early);
    chat.say(bob, "alice", "x");
    assert_eq!(chat.hears(bob), ["no: alice hears only people with an account (+R)"; 2]);
    chat.say(alice, "alice", "to myself");
    identify(&mut chat, bob, "bob");
    chat.say(bob, "alice", "identified");
    let carol = chat.client("carol");
    let operator =
        crate::domain::command::Operator { name: "root".into(), role: crate::domain::command::Role::Admin };
    chat.happens(None, Event::OperatorGranted { client: carol, operator: Arc::new(operator) });
    chat.say(carol, "alice", "operator");
    assert_eq!(chat.hears(alice), ["alice: to myself", "bob: identified", "carol: operator"]);
}

#[test]
fn who_takes_no_ctcp_takes_actions_and_what_operators_send() {
    let mut chat = Chat::new();
    let (alice, bob) = (chat.client("alice"), chat.client("bob"));
    let early = chat.decided(bob, Request::Say(Box::new(super::words("alice", "\u{1}PING 1\u{1}"))));
    chat.ask(alice, Request::SetUserModes(vec![(UserMode::NoCtcp, true)]));
    chat.heard.clear();
    chat.happens(Some(bob), early);
    chat.say(bob, "alice", "\u{1}VERSION\u{1}");
    assert_eq!(chat.hears(bob), ["no: alice takes no CTCP but ACTION (+T)"; 2]);
    chat.say(bob, "alice", "\u{1}ACTION waves\u{1}");
    chat.say(bob, "alice", "VERSION");
    chat.say(alice, "alice", "\u{1}PING 2\u{1}");
    let root =
        crate::domain::command::Operator { name: "root".into(), role: crate::domain::command::Role::Admin };
    chat.happens(None, Event::OperatorGranted { client: bob, operator: Arc::new(root) });
    chat.say(bob, "alice", "\u{1}PING 3\u{1}");
    let expected = ["\u{1}ACTION waves\u{1}", "VERSION", "\u{1}PING 2\u{1}", "\u{1}PING 3\u{1}"];
    let heard = chat.hears(alice);
    assert_eq!(heard.iter().map(|line| line.split_once(": ").unwrap().1).collect::<Vec<_>>(), expected);
}

#[test]
fn the_modes_of_others_are_their_own() {
    let mut chat = Chat::new();
    let alice = chat.client("alice");
    chat.client("bob");
    chat.ask(alice, Request::ModesOf("bob".into()));
    chat.ask(alice, Request::ModesOf("nobody".into()));
    assert_eq!(
        chat.hears(alice),
        ["no: these are somebody else's modes", "no: nobody here is called nobody"]
    );
}

#[test]
fn a_member_is_refused_once_however_much_it_asks_for() {
    let mut chat = Chat::new();
    let [_, bob] = chat.room("#a", ["alice", "bob"]);
    modes(&mut chat, bob, vec![ask('o', true, Some("bob")), ask('m', true, None), ask('Z', true, None)]);
    assert_eq!(chat.hears(bob), ["no: you are not an operator of #a"]);
}
