//! WHO and WHOX: what is asked for, and how the answer is written.

use std::net::Ipv6Addr;

use super::alice;
use crate::domain::mode::Rank;
use crate::domain::query::{Facts, WhoAsk, WhoForm};
use crate::domain::reply::{Reply, WhoEntry};
use crate::domain::request::Request;
use crate::wire::Step;
use crate::wire::testing::{nick, room};

fn asked(line: &str) -> WhoAsk {
    match alice().asks(line).remove(0) {
        Request::Who(ask) => *ask,
        other => panic!("{line}: {other:?}"),
    }
}

fn form(columns: &str, token: &str) -> Option<WhoForm> {
    Some(WhoForm { columns: columns.into(), token: token.into() })
}

fn bob() -> WhoEntry {
    WhoEntry {
        room: Some(room("#a")),
        rank: Rank::OPERATOR.with(Rank::VOICE, true),
        nick: nick("bob"),
        user: "~b".into(),
        host: "h".into(),
        real_name: "Bob B.".into(),
        is_away: true,
        is_operator: true,
        is_bot: true,
        account: None,
        address: None,
        idle_s: 7,
    }
}

/// What is written for bob when alice has asked with `line`.
fn reads(line: &str, entry: WhoEntry) -> String {
    let reply = Reply::Who { ask: Box::new(asked(line)), entries: vec![entry], next: None };
    alice().reads(&reply)
}

#[test]
fn without_a_mask_all_are_meant_and_what_was_typed_stays() {
    for (line, mask) in [("WHO", "*"), ("WHO :", "*"), ("WHO *", "*"), ("WHO 0", "0"), ("WHO Bo*", "Bo*")] {
        assert_eq!(asked(line), WhoAsk::of(mask), "{line}");
    }
}

#[test]
fn options_choose_operators_and_what_the_mask_is_compared_with() {
    assert_eq!(asked("WHO #a o"), WhoAsk { operators_only: true, ..WhoAsk::of("#a") });
    assert_eq!(asked("WHO b* xyz"), WhoAsk::of("b*"));
    let both = Facts::USER.with(Facts::HOST);
    assert_eq!(asked("WHO b* uh"), WhoAsk { facts: both, ..WhoAsk::of("b*") });
    let ask =
        WhoAsk { operators_only: true, facts: Facts::ACCOUNT, form: form("na", "0"), ..WhoAsk::of("b*") };
    assert_eq!(asked("WHO b* ao%na"), ask);
}

#[test]
fn a_token_has_three_digits_at_most_and_else_it_is_0() {
    for (typed, token) in
        [("%tn,1", "1"), ("%tn,042", "042"), ("%tn,1234", "0"), ("%tn,1x", "0"), ("%tn,", "0"), ("%tn", "0")]
    {
        assert_eq!(asked(&format!("WHO bob {typed}")).form, form("tn", token), "{typed}");
    }
}

#[test]
fn the_usual_answer_is_exact() {
    let expected = ":irc.test 352 alice #a ~b h irc.test bob G*B@ :0 Bob B.\r\n:irc.test 315 alice #A :End of WHO list\r\n";
    assert_eq!(reads("WHO #A", bob()), expected);
    let ask = || Box::new(WhoAsk::of("#a"));
    let mut session = alice();
    session.sends("CAP REQ multi-prefix");
    assert!(
        session.reads(&Reply::Who { ask: ask(), entries: vec![bob()], next: None }).contains(" bob G*B@+ :")
    );
    assert_eq!(
        session.reads(&Reply::Who { ask: ask(), entries: vec![], next: None }),
        ":irc.test 315 alice #a :End of WHO list\r\n"
    );
}

#[test]
fn columns_come_in_their_own_order_and_only_those_asked_for() {
    let all = "123 #a ~b 255.255.255.255 h irc.test bob G*B@ 0 7 0 n/a :Bob B.";
    let plain = WhoEntry {
        room: None,
        rank: Rank::NONE,
        is_away: false,
        is_operator: false,
        is_bot: false,
        account: Some("acc".into()),
        address: Some(Ipv6Addr::LOCALHOST.into()),
        real_name: "".into(),
        ..bob()
    };
    for (columns, entry, expected) in [
        ("%tcuihsnfdlaor,123", bob(), all),
        ("%roaldfnshiuct,123", bob(), all),
        ("%tn,321", bob(), "321 bob"),
        ("%na", bob(), "bob 0"),
        ("%n?!z", bob(), "bob"),
        ("%cafinr", plain.clone(), "* 0::1 bob H acc :"),
        ("%t", plain, "0"),
    ] {
        let expected =
            format!(":irc.test 354 alice {expected}\r\n:irc.test 315 alice bob :End of WHO list\r\n");
        assert_eq!(reads(&format!("WHO bob {columns}"), entry), expected, "{columns}");
    }
}

#[test]
fn an_answer_goes_on_page_by_page_and_has_one_end() {
    let mut session = alice();
    let (step, requests) = session.sends("WHO b*");
    assert_eq!((step, &requests[..]), (Step::Wait, &[Request::Who(Box::new(WhoAsk::of("b*")))][..]));
    let page = |next| Reply::Who { ask: Box::new(WhoAsk::of("b*")), entries: vec![bob()], next };
    let next = Request::Who(Box::new(WhoAsk::of("b*").go_on(1000, 1)));
    assert_eq!(session.after(&page(Some(1000))), (Step::Wait, vec![next]));
    assert_eq!(session.after(&page(None)), (Step::Go, vec![]));
    let row = ":irc.test 352 alice #a ~b h irc.test bob G*B@ :0 Bob B.\r\n";
    assert_eq!(session.reads(&page(Some(1000))), row);
    assert_eq!(session.reads(&page(None)), format!("{row}:irc.test 315 alice b* :End of WHO list\r\n"));
}
