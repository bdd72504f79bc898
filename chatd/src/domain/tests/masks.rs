//! Lists of rooms: whom they cover, how their entries are written, who reads them.

use std::sync::Arc;

use super::Chat;
use super::modes::{identify, kick, last};
use crate::domain::mode::{RoomList, UserMode};
use crate::domain::request::Request;
use crate::domain::secure::{Fingerprint, Secure};

#[test]
fn the_quiet_may_enter_and_not_speak_and_an_exception_or_voice_lets_them() {
    let mut chat = Chat::new();
    let [alice] = chat.room("#a", ["alice"]);
    let bob = chat.client("bob");
    chat.mode(alice, "#a", 'q', true, Some("bob"));
    chat.join(bob, "#a");
    assert_eq!(last(&mut chat, bob), "in #a: @alice bob");
    chat.say(bob, "#a", "x");
    assert_eq!(last(&mut chat, bob), "no: you cannot speak in #a: you are muted (+q)");
    chat.mode(alice, "#a", 'e', true, Some("*!~u@h"));
    chat.heard.clear();
    chat.say(bob, "#a", "excepted");
    assert_eq!(chat.hears(alice), ["#a bob: excepted"]);
    chat.mode(alice, "#a", 'e', false, Some("*!~u@h"));
    chat.mode(alice, "#a", 'v', true, Some("bob"));
    chat.heard.clear();
    chat.say(bob, "#a", "voiced");
    assert_eq!(chat.hears(alice), ["#a bob: voiced"]);
}

#[test]
fn a_mute_silences_without_keeping_out_and_its_exception_is_for_speaking_only() {
    let mut chat = Chat::new();
    let [alice] = chat.room("#a", ["alice"]);
    let bob = chat.client("bob");
    chat.mode(alice, "#a", 'b', true, Some("~m:BOB!*@*"));
    chat.join(bob, "#a");
    chat.say(bob, "#a", "x");
    assert_eq!(last(&mut chat, bob), "no: you cannot speak in #a: you are banned (+b)");
    chat.mode(alice, "#a", 'e', true, Some("~m:*!~u@*"));
    chat.heard.clear();
    chat.say(bob, "#a", "heard");
    assert_eq!(chat.hears(alice), ["#a bob: heard"]);
    chat.mode(alice, "#a", 'b', true, Some("bob"));
    kick(&mut chat, alice, "bob");
    chat.join(bob, "#a");
    assert_eq!(
        last(&mut chat, bob),
        "no: you are banned from #a (+b)",
        "an exception for speaking opens no door"
    );
}

#[test]
fn extended_bans_cover_accounts_real_names_rooms_certificates_and_the_unidentified() {
    let fingerprint = Fingerprint([0xAB; 32]).to_string().to_uppercase();
    for (entry, covers) in [
        ("~a:bobby", true),
        ("~account:BOB*", true),
        ("~a:other", false),
        ("~a:*", true),
        ("~u:*", false),
        ("~u:alice", false),
        ("~r:re?l", true),
        ("~r:other*", false),
        ("~c:#b", true),
        ("~c:#none", false),
        (&format!("~z:{fingerprint}"), true),
        ("~z:abab", false),
    ] {
        let mut chat = Chat::new();
        let [alice] = chat.room("#a", ["alice"]);
        let [bob] = chat.room("#b", ["bob"]);
        identify(&mut chat, bob, "bobby");
        let secure = Secure { certificate: Some(Fingerprint([0xAB; 32])), ..Secure::default() };
        chat.state.client_mut(bob).unwrap().secure = Some(Arc::new(secure));
        chat.mode(alice, "#a", 'b', true, Some(entry));
        chat.join(bob, "#a");
        assert_eq!(last(&mut chat, bob).starts_with("no: you are banned"), covers, "{entry}");
    }
}

#[test]
fn an_account_ban_does_not_cover_the_nick_and_the_unidentified_are_covered_as_such() {
    let mut chat = Chat::new();
    let [alice] = chat.room("#a", ["alice"]);
    let bob = chat.client("bob");
    chat.mode(alice, "#a", 'b', true, Some("~a:bob"));
    chat.join(bob, "#a");
    assert_eq!(last(&mut chat, bob), "in #a: @alice bob");
    chat.mode(alice, "#a", 'b', true, Some("~u:*"));
    kick(&mut chat, alice, "bob");
    chat.join(bob, "#a");
    assert_eq!(last(&mut chat, bob), "no: you are banned from #a (+b)");
}

#[test]
fn an_account_can_be_excepted_and_let_in() {
    let mut chat = Chat::new();
    let [alice] = chat.room("#a", ["alice"]);
    let bob = chat.client("bob");
    identify(&mut chat, bob, "bob");
    chat.mode(alice, "#a", 'b', true, Some("*"));
    chat.mode(alice, "#a", 'e', true, Some("~a:bob"));
    chat.mode(alice, "#a", 'i', true, None);
    chat.join(bob, "#a");
    assert_eq!(last(&mut chat, bob), "no: #a is open to invited people only (+i)");
    chat.mode(alice, "#a", 'I', true, Some("~a:bob"));
    chat.join(bob, "#a");
    assert_eq!(last(&mut chat, bob), "in #a: @alice bob");
}

#[test]
fn masks_that_explode_cost_a_speaker_no_more_than_others() {
    // Tried again at every star, the first of these alone would take more steps than there are atoms.
    let mut chat = Chat::with(|config| config.limits.room_list_entries = 200);
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    for number in 0..200 {
        let mask = format!("{}{number}!*@*", "*?".repeat(45));
        chat.mode(alice, "#a", 'b', true, Some(&mask));
    }
    assert_eq!(chat.hears(bob).len(), 200);
    for _ in 0..100 {
        chat.say(bob, "#a", "heard");
    }
    assert_eq!(chat.hears(alice).len(), 300);
}

#[test]
fn a_ban_by_room_tells_nothing_that_may_not_be_asked() {
    for hide in ['s', 'p', '-'] {
        let mut chat = Chat::new();
        let [alice] = chat.room("#a", ["alice"]);
        let [bob] = chat.room("#hidden", ["bob"]);
        if hide == '-' {
            chat.ask(bob, Request::SetUserModes(vec![(UserMode::Invisible, true)]));
        } else {
            chat.mode(bob, "#hidden", hide, true, None);
        }
        chat.mode(alice, "#a", 'b', true, Some("~c:#hidden"));
        chat.join(bob, "#a");
        assert_eq!(last(&mut chat, bob), "in #a: @alice bob", "{hide}");
    }
}

#[test]
fn entries_are_completed_once_and_found_in_any_case() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    for (on, mask) in
        [(true, "BOB"), (true, "bob!*@*"), (true, "~account:x"), (true, "~a:X"), (false, "none")]
    {
        chat.mode(alice, "#a", 'b', on, Some(mask));
    }
    assert_eq!(chat.hears(bob), ["alice sets #a +b BOB!*@*", "alice sets #a +b ~a:x"]);
    chat.mode(alice, "#a", 'b', false, Some("bob!*@*"));
    assert_eq!(chat.hears(bob), ["alice sets #a -b BOB!*@*"], "members hear of the entry as they know it");
    chat.heard.clear();
    chat.mode(alice, "#a", 'b', true, Some("~x:y"));
    assert_eq!(chat.hears(alice), ["no: mode b: there is no such extended ban"]);
}

#[test]
fn bans_are_for_everybody_to_read_and_exceptions_for_who_makes_them() {
    let mut chat = Chat::new();
    let [alice, bob, carol] = chat.room("#a", ["alice", "bob", "carol"]);
    let out = chat.client("out");
    for letter in ['b', 'q', 'e', 'I'] {
        chat.mode(alice, "#a", letter, true, Some("x"));
    }
    chat.mode(alice, "#a", 'h', true, Some("carol"));
    chat.heard.clear();
    for list in [RoomList::Ban, RoomList::Quiet, RoomList::Exception, RoomList::InviteException] {
        let request = Request::RoomList { room: "#a".into(), list };
        let is_open = matches!(list, RoomList::Ban | RoomList::Quiet);
        for (who, no) in [
            (bob, "no: you are not an operator of #a"),
            (out, "no: you are not in #a"),
            (carol, "x!*@*"),
            (alice, "x!*@*"),
        ] {
            chat.ask(who, request.clone());
            assert_eq!(last(&mut chat, who), if is_open { "x!*@*" } else { no });
        }
    }
}
