//! Labels in the session: which requests carry one, and what is written for what comes back with one.

use std::sync::Arc;

use super::alice_with;
use crate::delivery::outbox::{Answer, Labeled};
use crate::domain::disconnect::Disconnect;
use crate::domain::query::WhoAsk;
use crate::domain::refusal::Refusal;
use crate::domain::reply::Reply;
use crate::domain::request::{self, Request};
use crate::wire::irc::Irc;
use crate::wire::testing::Session;
use crate::wire::{Dialect as _, Step};

/// Alice with labels.
fn alice() -> Session<Irc> {
    let mut alice = alice_with(|_| {});
    alice.sends("CAP REQ :labeled-response message-tags batch");
    alice
}

fn labeled(label: &str, request: Request) -> Request {
    Request::Labeled(Box::new(request::Labeled { label: label.into(), request }))
}

/// What is written for replies that come back with a label, and what is asked for in turn.
fn answered(session: &mut Session<Irc>, label: &str, replies: Vec<Reply>) -> (String, Vec<Request>) {
    let (mut out, mut requests) = (Vec::new(), Vec::new());
    let label: Arc<str> = label.into();
    for reply in replies {
        let labeled = Labeled { label: Arc::clone(&label), answer: Answer::Reply(reply) };
        session.dialect.labeled(&labeled, &session.setting, &mut out, &mut requests);
    }
    (String::from_utf8(out).unwrap(), requests)
}

#[test]
fn all_that_a_line_asks_for_has_its_label_and_an_end() {
    let expected = [labeled("a\\sb", Request::Lusers), labeled("a\\sb", Request::EndOfLabel)];
    assert_eq!(alice().asks("@label=a\\sb LUSERS"), expected);
    let requests = alice().asks("@label=x PART #a,#b");
    assert_eq!(requests.len(), 3);
    assert_eq!(requests[2], labeled("x", Request::EndOfLabel));
}

#[test]
fn a_line_without_effect_and_one_that_is_wrong_have_an_end_too() {
    assert_eq!(alice().asks("@label=x PONG x"), [labeled("x", Request::EndOfLabel)]);
    for wrong in ["NOSUCH", "NO_SUCH", "\u{e4}", ":alice", "PRIVMSG bob :a\0b", "PRIVMSG bob :a\rb"] {
        let requests = alice().asks(format!("@label=x {wrong}"));
        let is_echo =
            matches!(&requests[0], Request::Labeled(one) if matches!(one.request, Request::Echo(_)));
        assert!(is_echo || wrong == ":alice", "{wrong:?}: {requests:?}");
        assert_eq!(requests.last(), Some(&labeled("x", Request::EndOfLabel)), "{wrong:?}");
    }
}

#[test]
fn what_is_no_label_or_not_negotiated_is_none() {
    assert_eq!(alice_with(|_| {}).asks("@label=x LUSERS"), [Request::Lusers]);
    assert_eq!(alice().asks("@label=a\rb NO_SUCH").len(), 1, "a label cannot end a line");
    for tag in ["label", "label=", "+label=x", "Label=x"] {
        assert_eq!(alice().asks(format!("@{tag} LUSERS")), [Request::Lusers], "{tag}");
    }
    let at_limit = "x".repeat(64);
    assert_eq!(alice().asks(format!("@label={at_limit} LUSERS")).len(), 2);
    assert_eq!(alice().asks(format!("@label={at_limit}x LUSERS")), [Request::Lusers]);
}

#[test]
fn answers_are_an_ack_a_line_or_a_batch() {
    let mut alice = alice();
    let (nothing, _) = answered(&mut alice, "x", vec![Reply::EndOfLabel]);
    assert_eq!(nothing, "@label=x :irc.test ACK\r\n");
    let refused = Reply::Refused(Refusal::NoSuchNick("bob".into()));
    let (one, _) = answered(&mut alice, "y", vec![refused, Reply::EndOfLabel]);
    assert!(one.starts_with("@label=y :irc.test 401 alice bob :"), "{one}");
    let (many, _) = answered(&mut alice, "z", vec![Reply::Lusers(Default::default()), Reply::EndOfLabel]);
    assert!(
        many.starts_with("@label=z :irc.test BATCH +l1 labeled-response\r\n@batch=l1 :irc.test 251 "),
        "{many}"
    );
    assert!(many.ends_with("\r\n:irc.test BATCH -l1\r\n"), "{many}");
}

#[test]
fn a_list_of_several_pages_is_one_batch() {
    let mut alice = alice();
    let requests = alice.asks("@label=x LIST");
    assert!(
        matches!(&requests[..], [Request::Labeled(_)]),
        "the end comes after the last page: {requests:?}"
    );
    let page = |is_first, next| Reply::List { rooms: vec![], is_first, next, conditions: Arc::default() };
    let (first, requests) = answered(&mut alice, "x", vec![page(true, Some(200))]);
    assert_eq!(requests, [labeled("x", Request::List { from: 200, conditions: Arc::default() })]);
    let (last, requests) = answered(&mut alice, "x", vec![page(false, None)]);
    assert_eq!(requests, []);
    let batch = "@label=x :irc.test BATCH +l1 labeled-response\r\n@batch=l1 :irc.test 321 ";
    assert!(format!("{first}{last}").starts_with(batch) && last.ends_with("BATCH -l1\r\n"), "{first}{last}");
}

#[test]
fn who_in_several_pages_is_one_batch() {
    let mut alice = alice();
    let ask = || Box::new(WhoAsk::of("b*"));
    assert_eq!(alice.asks("@label=x WHO b*"), [labeled("x", Request::Who(ask()))]);
    let page = |next| Reply::Who { ask: ask(), entries: vec![], next };
    let (first, requests) = answered(&mut alice, "x", vec![page(Some(1000))]);
    assert_eq!((&*first, requests.len()), ("", 1));
    let (last, requests) = answered(&mut alice, "x", vec![page(None)]);
    assert_eq!(requests, []);
    assert_eq!(last, "@label=x :irc.test 315 alice b* :End of WHO list\r\n");
}

#[test]
fn the_check_of_a_password_keeps_the_label() {
    let login = crate::config::OperatorLogin {
        name: "root".into(),
        password: "hash".into(),
        role: crate::config::LoginRole::Admin,
    };
    let mut alice = alice_with(|config| config.control.operators = vec![login]);
    alice.sends("CAP REQ :labeled-response");
    let (step, requests) = alice.sends("@label=x OPER root pw");
    let label = Some("x".into());
    assert_eq!(
        step,
        Step::CheckOperator { name: "root".into(), password: "pw".into(), label: label.clone() }
    );
    assert_eq!(requests, []);
    let mut requests = Vec::new();
    alice.dialect.operator_checked(None, label, &alice.setting, &mut requests);
    assert!(requests.len() == 2 && requests.iter().all(|one| matches!(one, Request::Labeled(_))));
}

#[test]
fn what_is_answered_before_the_farewell_is_complete_before_it() {
    let mut session = Session::<Irc>::with(|config| config.server.password = Some("secret".into()));
    for line in ["CAP REQ :labeled-response batch", "NICK alice", "USER u 0 * :Alice"] {
        session.sends(line);
    }
    let (step, requests) = session.sends("@label=x CAP END");
    assert_eq!(step, Step::Wait);
    let Request::Labeled(first) = &requests[0] else { panic!("{requests:?}") };
    assert!(matches!(&first.request, Request::Echo(bytes) if bytes.starts_with(b":irc.test 464 ")));
    let rest = [labeled("x", Request::EndOfLabel), Request::Leave(Disconnect::BadPassword)];
    assert_eq!(requests[1..], rest);
    let mut out = Vec::new();
    session.dialect.farewell(&Disconnect::BadPassword, &session.setting, &mut out);
    assert!(out.starts_with(b"ERROR :"), "the label is answered");
}

#[test]
fn the_farewell_answers_the_line_that_asked_for_it() {
    let mut alice = alice();
    let (step, requests) = alice.sends("@label=x QUIT :bye");
    assert_eq!(step, Step::Wait);
    assert_eq!(requests, [Request::Leave(Disconnect::Quit("bye".into()))]);
    let mut out = Vec::new();
    alice.dialect.farewell(&Disconnect::Quit("bye".into()), &alice.setting, &mut out);
    assert!(out.starts_with(b"@label=x ERROR :Closing link: "));
}
