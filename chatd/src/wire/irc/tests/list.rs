//! LIST and NAMES: what is asked for, and how the answer is written.

use std::sync::Arc;

use super::alice;
use crate::domain::id::Seq;
use crate::domain::mode::Rank;
use crate::domain::query::RoomCondition;
use crate::domain::reply::{ListedRoom, Privacy, Reply};
use crate::domain::request::Request;
use crate::wire::Step;
use crate::wire::testing::{room, text};

fn lines(lines: &[&str]) -> String {
    lines.iter().map(|line| format!(":irc.test {line}\r\n")).collect()
}

fn named(mask: &str) -> RoomCondition {
    RoomCondition::Named(mask.into())
}

#[test]
fn several_rooms_have_one_answer_with_one_end() {
    let ask = |room: &str, ends| Request::Names { room: room.into(), ends };
    assert_eq!(alice().asks("NAMES #a"), [ask("#a", true)]);
    let requests = alice().asks("NAMES #a,,#b");
    assert_eq!(requests[..2], [ask("#a", false), ask("#b", false)]);
    assert_eq!(text(&requests[2..]), lines(&["366 alice #a,,#b :End of /NAMES list"]));
    for line in ["NAMES", "NAMES :", "NAMES ,"] {
        assert_eq!(alice().hears(line), lines(&["366 alice * :End of /NAMES list"]));
    }
    let members = vec![(Rank::NONE, "bob!b@h".into())];
    let part = Reply::Names {
        room: "#a".into(),
        privacy: Privacy::Public,
        members,
        is_implicit: false,
        ends: false,
    };
    assert_eq!(alice().reads(&part), lines(&["353 alice = #a :bob"]));
}

#[test]
fn conditions_of_a_list_are_names_numbers_and_ages() {
    for (line, expected) in [
        ("LIST", vec![]),
        ("LIST :", vec![]),
        ("LIST #a,*b*", vec![named("#a"), named("*b*")]),
        ("LIST >3,<100", vec![RoomCondition::MoreThan(3), RoomCondition::FewerThan(100)]),
        ("LIST #a >3", vec![named("#a"), RoomCondition::MoreThan(3)]),
        ("LIST !*a*", vec![RoomCondition::NotNamed("*a*".into())]),
        ("LIST C<5,C>6", vec![RoomCondition::CreatedWithin(5), RoomCondition::CreatedBefore(6)]),
        ("LIST T<7,T>8", vec![RoomCondition::TopicWithin(7), RoomCondition::TopicBefore(8)]),
        ("LIST #a irc.test", vec![named("#a")]),
        ("LIST #a *.test", vec![named("#a")]),
    ] {
        let expected = Request::List { from: 0, conditions: expected.into() };
        assert_eq!(alice().sends(line), (Step::Wait, vec![expected]), "{line}");
    }
}

#[test]
fn a_condition_that_is_none_and_another_server_are_refused() {
    for (line, part) in [
        ("LIST >x", ">x"),
        ("LIST #a,C<", "C<"),
        ("LIST !", "!"),
        ("LIST <-1", "<-1"),
        ("LIST T>1.5", "T>1.5"),
    ] {
        let expected = [&format!("521 alice :Bad condition: {part}"), "323 alice :End of /LIST"];
        assert_eq!(alice().hears(line), lines(&expected), "{line}");
    }
    assert_eq!(alice().hears("LIST #a other.test"), lines(&["402 alice other.test :No such server"]));
}

#[test]
fn names_show_the_highest_rank_or_all_of_it() {
    let both = Rank::OPERATOR.with(Rank::VOICE, true);
    let source = |nick: &str| format!("{nick}!{nick}@host.test").into();
    let members = vec![(both, source("bob")), (Rank::VOICE, source("carol")), (Rank::NONE, source("dan"))];
    let reply =
        Reply::Names { room: "#a".into(), privacy: Privacy::Public, members, is_implicit: true, ends: true };
    let mut session = alice();
    let end = "366 alice #a :End of /NAMES list";
    assert_eq!(session.reads(&reply), lines(&["353 alice = #a :@bob +carol dan", end]));
    session.sends("CAP REQ multi-prefix");
    assert_eq!(session.reads(&reply), lines(&["353 alice = #a :@+bob +carol dan", end]));
    session.sends("CAP REQ userhost-in-names");
    let whole = "353 alice = #a :@+bob!bob@host.test +carol!carol@host.test dan!dan@host.test";
    assert_eq!(session.reads(&reply), lines(&[whole, end]));
    session.sends("CAP REQ no-implicit-names");
    assert_eq!(session.reads(&reply), "");
}

#[test]
fn names_say_whether_the_room_is_public_private_or_secret() {
    for (privacy, symbol) in [(Privacy::Public, "="), (Privacy::Private, "*"), (Privacy::Secret, "@")] {
        let members = vec![(Rank::HALFOP, "bob!b@h".into())];
        let reply = Reply::Names { room: "#a".into(), privacy, members, is_implicit: false, ends: false };
        assert_eq!(alice().reads(&reply), lines(&[&format!("353 alice {symbol} #a :%bob")]));
    }
}

#[test]
fn long_lists_of_names_are_cut_into_lines_without_losing_one() {
    let members: Vec<_> = (0..500).map(|number| (Rank::NONE, format!("member{number}!u@h").into())).collect();
    let names =
        Reply::Names { room: "#a".into(), privacy: Privacy::Secret, members, is_implicit: false, ends: true };
    let text = alice().reads(&names);
    assert!(text.lines().all(|line| line.len() <= 510));
    let heard: usize = text
        .lines()
        .filter_map(|line| line.strip_prefix(":irc.test 353 alice @ #a :"))
        .map(|names| names.split(' ').count())
        .sum();
    assert_eq!(heard, 500);
}

#[test]
fn a_list_goes_on_page_by_page() {
    let mut session = alice();
    session.sends("LIST #*");
    let listed = vec![ListedRoom { room: room("#a"), members: 3, topic: "news".into() }];
    let conditions: Arc<[RoomCondition]> = [named("#*")].into();
    let page = |is_first, next| Reply::List {
        rooms: listed.clone(),
        is_first,
        next,
        conditions: conditions.clone(),
    };
    assert_eq!(session.after(&Reply::Receipt { seq: Seq(1) }).0, Step::Wait);
    let next = vec![Request::List { from: 9, conditions: conditions.clone() }];
    assert_eq!(session.after(&page(true, Some(9))), (Step::Wait, next));
    assert_eq!(session.after(&page(false, None)), (Step::Go, vec![]));
    let first = lines(&["321 alice Channel :Users  Name", "322 alice #a 3 :news"]);
    assert_eq!(session.reads(&page(true, Some(9))), first);
    assert_eq!(
        session.reads(&page(false, None)),
        lines(&["322 alice #a 3 :news", "323 alice :End of /LIST"])
    );
}

#[test]
fn masks_of_rooms_are_few_and_short() {
    let mut session = alice();
    let end = ":irc.test 323 alice :End of /LIST\r\n";
    let masks = |count| vec!["#a*"; count].join(",");
    let many = format!(":irc.test 407 alice LIST :Too many masks; at most 10 at once\r\n{end}");
    assert_eq!(session.hears(format!("LIST {}", masks(11))), many);
    let long = format!(":irc.test 407 alice LIST :A mask is longer than 100 bytes\r\n{end}");
    assert_eq!(session.hears(format!("LIST {}", "a".repeat(101))), long);
    assert_eq!(session.asks(format!("LIST {},{}", masks(9), "a".repeat(100))).len(), 1);
}
