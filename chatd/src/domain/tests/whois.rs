//! WHOIS, WHOWAS, and questions that depend on who is here.

use super::{Chat, nick};
use crate::domain::disconnect::Disconnect;
use crate::domain::mode::UserMode;
use crate::domain::request::{Guard, Request};

fn whois(nick: &str, via: Option<&str>) -> Request {
    Request::Whois { nick: nick.into(), via: via.map(Into::into) }
}

#[test]
fn whoever_is_here_may_stand_for_the_server() {
    let mut chat = Chat::new();
    let [alice, _bob] = chat.room("#a", ["alice", "bob"]);
    for via in [None, Some("bob"), Some("ALICE"), Some("desk")] {
        chat.ask(alice, whois("BOB", via));
    }
    chat.ask(alice, whois("bob", Some("nobody")));
    chat.ask(alice, whois("nobody", None));
    let here = "bob is in #a";
    assert_eq!(
        chat.hears(alice),
        [here, here, here, here, "no: there is no server nobody", "nobody is not here"]
    );
}

#[test]
fn the_latest_comes_first_of_all_who_had_one_of_the_nicks() {
    let mut chat = Chat::new();
    let asker = chat.client("asker");
    for name in ["one", "two", "one"] {
        let id = chat.client(name);
        chat.ask(id, Request::Leave(Disconnect::Closed));
    }
    let changed = chat.client("three");
    chat.ask(changed, Request::ChangeNick(nick("four")));
    for (nicks, count, expected) in [
        ("one", 0, "was: one one"),
        ("ONE", 1, "was: one"),
        ("two,one", 0, "was: one two one"),
        ("two,one", 2, "was: one two"),
        ("three", 0, "was: three"),
        ("four", 0, "was: "),
    ] {
        chat.ask(asker, Request::Whowas { nicks: nicks.into(), count });
        assert_eq!(chat.hears(asker), [expected], "{nicks} {count}");
    }
}

#[test]
fn an_answer_that_is_ready_waits_for_what_it_depends_upon() {
    let mut chat = Chat::new();
    let (alice, _bob) = (chat.client("alice"), chat.client("bob"));
    let echo = |guard| Request::EchoIf { guard, bytes: Box::new(*b"x") };
    chat.ask(alice, echo(Guard::Here("BOB".into())));
    chat.ask(alice, echo(Guard::Here("nobody".into())));
    chat.ask(alice, echo(Guard::Operator));
    let echoed = "Echo([120])";
    let refused = ["no: there is no server nobody", "no: only operators may do that"];
    assert_eq!(chat.hears(alice), [echoed, refused[0], refused[1]]);
    chat.operator(alice);
    chat.ask(alice, echo(Guard::Operator));
    assert_eq!(chat.hears(alice), [echoed]);
}

#[test]
fn operators_are_listed_but_for_the_invisible() {
    let mut chat = Chat::new();
    let [alice, bob, ghost] = ["alice", "bob", "ghost"].map(|nick| chat.client(nick));
    chat.operator(bob);
    chat.operator(ghost);
    chat.ask(ghost, Request::SetUserModes(vec![(UserMode::Invisible, true)]));
    chat.heard.clear();
    chat.ask(alice, Request::Operators);
    assert_eq!(chat.hears(alice), [r#"Operators([(Nick("bob"), "~u@h", 0)])"#]);
    chat.ask(bob, Request::Operators);
    assert_eq!(chat.hears(bob)[0].matches("~u@h").count(), 2);
}
