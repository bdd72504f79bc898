//! Taking back what was said: who may, where, how long, and who learns of it.

use super::{Chat, ClientId, Request, Seq, words};
use crate::domain::message::MessageKind;
use crate::domain::mode::UserMode;
use crate::domain::request::{Redact, Say};

impl Chat {
    fn redact(&mut self, who: ClientId, to: &str, seq: Seq) {
        let (to, id) = (to.into(), format!("{seq}").into());
        self.ask(who, Request::Redact(Box::new(Redact { to, seq, id, reason: "why".into() })));
    }

    /// The place of what was said last.
    fn last(&self) -> Seq {
        self.log.last().unwrap().seq
    }

    /// Says something that nobody is asked about.
    fn said(&mut self, who: ClientId, to: &str) -> Seq {
        self.say(who, to, "x");
        self.heard.clear();
        self.last()
    }

    #[track_caller]
    fn refuses(&mut self, who: ClientId, to: &str, seq: Seq, words: &str) {
        let notices = self.log.len();
        self.redact(who, to, seq);
        assert_eq!(self.hears(who), [format!("no: {words}")]);
        assert_eq!(self.log.len(), notices);
    }
}

const UNKNOWN: &str = "this message does not exist or is too old";
const FORBIDDEN: &str = "you are not authorised to take this message back";

fn outside(to: &str) -> String {
    format!("you cannot take back what was said to {to}")
}

#[test]
fn authors_take_back_what_they_said_and_operators_what_anybody_said_in_their_room() {
    let mut chat = Chat::new();
    let [alice, bob, carol] = chat.room("#a", ["alice", "bob", "carol"]);
    let seq = chat.said(bob, "#a");
    chat.refuses(carol, "#a", seq, FORBIDDEN);
    chat.redact(bob, "#A", seq);
    assert_eq!(chat.hears(carol), [format!("bob takes back {seq} in #a: why")]);
    assert_eq!(chat.hears(alice), [format!("bob takes back {seq} in #a: why")]);
    chat.refuses(bob, "#a", seq, UNKNOWN);
    let seq = chat.said(bob, "#a");
    chat.redact(alice, "#a", seq);
    assert_eq!(chat.hears(bob), [format!("alice takes back {seq} in #a: why")]);
    chat.ask(bob, Request::Say(Box::new(Say { kind: MessageKind::Tag, ..words("#a", "") })));
    let seq = chat.last();
    chat.redact(bob, "#a", seq);
    assert!(chat.hears(carol).contains(&format!("bob takes back {seq} in #a: why")));
}

/// Ergo GHSA-8cmp-fc56-7g44.
#[test]
fn whoever_may_take_back_in_one_room_may_not_in_another_by_naming_the_own() {
    let mut chat = Chat::new();
    let [alice] = chat.room("#own", ["alice"]);
    let [_, bob] = chat.room("#other", ["root", "bob"]);
    let seq = chat.said(bob, "#other");
    chat.refuses(alice, "#own", seq, UNKNOWN);
    chat.refuses(alice, "#other", seq, &outside("#other"));
    chat.join(alice, "#other");
    chat.heard.clear();
    chat.refuses(alice, "#own", seq, UNKNOWN);
    chat.refuses(alice, "#other", seq, FORBIDDEN);
    chat.refuses(alice, "bob", seq, UNKNOWN);
    chat.redact(bob, "#other", seq);
    assert_eq!(chat.hears(alice).len(), 1, "it was still there");
}

#[test]
fn whoever_is_outside_hears_the_same_whatever_there_is() {
    let mut chat = Chat::new();
    let [_, bob] = chat.room("#open", ["alice", "bob"]);
    let [carol] = chat.room("#secret", ["carol"]);
    chat.mode(carol, "#secret", 's', true, None);
    let (open, secret) = (chat.said(bob, "#open"), chat.said(carol, "#secret"));
    let dora = chat.client("dora");
    for (room, seq) in [("#open", open), ("#secret", secret), ("#nowhere", secret)] {
        chat.refuses(dora, room, seq, &outside(room));
        chat.refuses(dora, room, Seq(0), &outside(room));
    }
    chat.refuses(dora, "nobody", open, &outside("nobody"));
    chat.refuses(dora, "desk", open, &outside("desk"));
}

#[test]
fn what_was_said_to_one_is_taken_back_by_its_author_only() {
    let mut chat = Chat::new();
    let (alice, bob, root) = (chat.client("alice"), chat.client("bob"), chat.client("root"));
    chat.operator(root);
    let seq = chat.said(alice, "bob");
    chat.refuses(bob, "alice", seq, UNKNOWN);
    chat.refuses(root, "bob", seq, UNKNOWN);
    chat.refuses(alice, "root", seq, UNKNOWN);
    chat.redact(alice, "bob", seq);
    assert_eq!(chat.hears(bob), [format!("alice takes back {seq} in bob: why")]);
    assert_eq!(chat.hears(root), [""; 0]);
}

#[test]
fn a_nick_that_was_taken_over_takes_nothing_back() {
    let mut chat = Chat::new();
    let [_, bob] = chat.room("#a", ["alice", "bob"]);
    let seq = chat.said(bob, "#a");
    chat.ask(bob, Request::ChangeNick(super::nick("robert")));
    let other = chat.client("bob");
    chat.join(other, "#a");
    chat.heard.clear();
    chat.refuses(other, "#a", seq, FORBIDDEN);
    chat.redact(bob, "#a", seq);
    assert_eq!(chat.hears(other), [format!("robert takes back {seq} in #a: why")]);
}

#[test]
fn what_was_said_to_a_rank_is_known_to_that_rank_only() {
    let mut chat = Chat::new();
    let [alice, bob, carol] = chat.room("#a", ["alice", "bob", "carol"]);
    let seq = chat.said(bob, "@#a");
    chat.refuses(carol, "@#a", seq, UNKNOWN);
    chat.refuses(carol, "#a", seq, UNKNOWN);
    chat.refuses(alice, "#a", seq, UNKNOWN);
    chat.redact(bob, "@#a", seq);
    assert_eq!(chat.hears(alice), [format!("bob takes back {seq} in @#a: why")]);
    assert_eq!(chat.hears(carol), [""; 0]);
}

#[test]
fn what_operators_alone_heard_is_taken_back_from_them_alone() {
    let mut chat = Chat::new();
    let [alice, bob, carol] = chat.room("#a", ["alice", "bob", "carol"]);
    chat.mode(alice, "#a", 'U', true, None);
    let seq = chat.said(bob, "#a");
    chat.refuses(carol, "#a", seq, UNKNOWN);
    chat.redact(bob, "#a", seq);
    assert_eq!(chat.hears(alice), [format!("bob takes back {seq} in #a: why")]);
    assert_eq!(chat.hears(carol), [""; 0]);
}

#[test]
fn an_operator_of_the_server_does_it_anywhere_at_any_time_and_the_audit_knows() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    let root = chat.client("root");
    chat.operator(root);
    let seq = chat.said(bob, "#a");
    chat.now.0 += 15 * 60 * 1000;
    chat.redact(alice, "#a", seq);
    assert_eq!(chat.hears(bob).len(), 1, "at the end of the window");
    let seq = chat.said(bob, "#a");
    chat.now.0 += 15 * 60 * 1000 + 1;
    let late = "messages can be taken back for 900 seconds (irc.redact-window)";
    chat.refuses(bob, "#a", seq, late);
    chat.refuses(alice, "#a", seq, late);
    let asked = Redact { to: "#a".into(), seq, id: "id".into(), reason: "".into() };
    let decided =
        crate::domain::decide::request(&chat.state, root, chat.now, Request::Redact(Box::new(asked)));
    let Ok(crate::domain::decide::Outcome::Events(events, _)) = decided else { panic!("{decided:?}") };
    let audit = matches!(&events[0], crate::domain::event::Event::Audited(audit)
        if (&*audit.action, &*audit.target, &*audit.detail) == ("redact", "#a", "id"));
    assert!(audit && events[1].is_durable(true) && !events[1].is_durable(false), "{events:?}");
    events.into_iter().for_each(|event| chat.happens(Some(root), event));
    assert_eq!(chat.hears(bob), [format!("root takes back {seq} in #a: ")]);
}

#[test]
fn two_who_take_back_the_same_are_one_event() {
    let mut chat = Chat::new();
    let [alice, bob] = chat.room("#a", ["alice", "bob"]);
    let seq = chat.said(bob, "#a");
    let asked = |who| {
        let ask = Redact { to: "#a".into(), seq, id: "id".into(), reason: "".into() };
        (who, Request::Redact(Box::new(ask)))
    };
    let events = [asked(alice), asked(bob)].map(|(who, request)| (who, chat.decided(who, request)));
    for (who, event) in events {
        chat.happens(Some(who), event);
    }
    assert_eq!(chat.hears(bob).len(), 2, "the notice and a refusal");
}

#[test]
fn while_nothing_can_be_taken_back_nothing_is_remembered() {
    let mut chat = Chat::with(|config| config.irc.redact_window = std::time::Duration::ZERO);
    let [_, bob] = chat.room("#a", ["alice", "bob"]);
    let seq = chat.said(bob, "#a");
    assert_eq!(chat.state.recent().find(seq), None);
    chat.ask(bob, Request::SetUserModes(vec![(UserMode::Bot, true)]));
}
