//! How a connection becomes a client.

use std::sync::Arc;
use std::time::Duration;

use super::alice;
use crate::config::Sts;
use crate::domain::disconnect::Disconnect;
use crate::domain::refusal::Refusal;
use crate::domain::reply::Reply;
use crate::domain::request::{Adapt, Register, Request};
use crate::domain::secure::Secure;
use crate::wire::irc::{Irc, variant};
use crate::wire::testing::{Session, nick, origin, text, welcome};
use crate::wire::{Dialect as _, Peer, Step};

fn fresh() -> Session<Irc> {
    Session::with(|_| {})
}

fn register(name: &str, user: &str) -> Vec<Request> {
    let (user, origin, real_name) = (user.into(), origin(), "Alice A.".into());
    vec![Request::Register(Box::new(Register { user, origin, real_name, ..Register::of(Some(nick(name))) }))]
}

#[test]
fn nick_and_user_in_any_order_ask_for_registration_and_wait() {
    for lines in [["NICK alice", "USER al 0 * :Alice A."], ["USER al 0 * :Alice A.", "NICK alice"]] {
        let mut session = fresh();
        assert_eq!(session.sends(lines[0]), (Step::Go, vec![]));
        assert_eq!(session.sends(lines[1]), (Step::Wait, register("alice", "~al")));
    }
}

#[test]
fn user_names_are_marked_cut_and_made_safe() {
    for (typed, expected) in
        [("abcdefghijkl", "~abcdefghi"), ("a!b@c*", "~abc"), ("!", "~user"), ("ä.b-c_d", "~.b-c_d")]
    {
        let mut session = fresh();
        session.sends("NICK alice");
        assert_eq!(session.asks(format!("USER {typed} 0 * :Alice A.")), register("alice", expected));
    }
}

#[test]
fn bad_names_are_refused_at_once() {
    for (line, expected) in [
        ("NICK", "431 * :No nickname given"),
        ("NICK :", "431 * :No nickname given"),
        ("NICK 1a", "432 * 1a :Erroneous nickname"),
        ("USER u 0 *", "461 * USER :Not enough parameters"),
        ("USER u 0 * :", "461 * USER :Not enough parameters"),
    ] {
        assert_eq!(fresh().hears(line), format!(":irc.test {expected}\r\n"));
    }
    let nick_of = |len: usize| format!("NICK {}", "a".repeat(len));
    assert_eq!(fresh().hears(nick_of(30)), "");
    assert!(fresh().hears(nick_of(31)).contains(" 432 * "));
}

#[test]
fn after_a_taken_nick_only_a_new_one_tries_again() {
    let mut session = fresh();
    session.sends("NICK alice");
    session.sends("USER al 0 * :Alice A.");
    let refusal = Reply::Refused(Refusal::NickInUse("alice".into()));
    assert_eq!(session.reads(&refusal), ":irc.test 433 * alice :Nickname is already in use\r\n");
    assert_eq!(session.sends("PING x").0, Step::Go);
    assert_eq!(session.sends("NICK bob"), (Step::Wait, register("bob", "~al")));
}

#[test]
fn echoes_that_come_first_do_not_end_the_wait_for_registration() {
    let mut session = fresh();
    session.sends("NICK alice");
    session.sends("USER al 0 * :Alice A.");
    assert_eq!(session.after(&Reply::Echo(Box::default())).0, Step::Wait);
    assert_eq!(session.after(&welcome("alice")).0, Step::Go);
}

#[test]
fn the_server_s_password_is_compared_at_the_end() {
    for (pass, is_right) in [("PASS secret", true), ("PASS wrong", false), ("PING x", false)] {
        let mut session = Session::<Irc>::with(|config| config.server.password = Some("secret".into()));
        session.sends(pass);
        session.sends("NICK alice");
        let (step, requests) = session.sends("USER al 0 * :Alice A.");
        if is_right {
            assert_eq!((step, requests), (Step::Wait, register("alice", "~al")));
        } else {
            assert_eq!(text(&requests[..1]), ":irc.test 464 * :Password incorrect\r\n");
            assert_eq!((step, &requests[1..]), (Step::Wait, &[Request::Leave(Disconnect::BadPassword)][..]));
        }
    }
}

#[test]
fn capabilities_are_listed_and_hold_registration_until_the_end() {
    let mut session = fresh();
    let requests = session.asks("CAP LS 302");
    assert_eq!(requests[0], Request::Adapt(Adapt { variant: variant::CAP_NOTIFY, echo: false }));
    let offered = text(&requests[1..]);
    assert!(offered.starts_with(":irc.test CAP * LS :account-notify account-tag "), "{offered}");
    assert_eq!(session.hears("CAP LIST"), ":irc.test CAP * LIST :cap-notify\r\n");
    session.sends("NICK alice");
    assert_eq!(session.sends("USER al 0 * :Alice A."), (Step::Go, vec![]));
    assert_eq!(session.sends("CAP END"), (Step::Wait, register("alice", "~al")));
}

#[test]
fn a_request_for_capabilities_is_granted_whole_or_not_at_all() {
    let mut session = fresh();
    let adapt = |variant, echo| Request::Adapt(Adapt { variant, echo });
    let requests = session.asks("CAP REQ :server-time message-tags");
    assert_eq!(text(&requests[..1]), ":irc.test CAP * ACK :server-time message-tags\r\n");
    assert_eq!(requests[1..], [adapt(variant::TIME.with(variant::TAGS), false)]);
    assert_eq!(session.hears("CAP REQ :echo-message nosuch"), ":irc.test CAP * NAK :echo-message nosuch\r\n");
    assert_eq!(session.hears("CAP LIST"), ":irc.test CAP * LIST :message-tags server-time\r\n");
    let requests = session.asks("CAP REQ :-server-time echo-message");
    assert_eq!(requests[1..], [adapt(variant::TAGS, true)]);
    assert_eq!(session.hears("CAP REQ multi-prefix"), ":irc.test CAP * ACK :multi-prefix\r\n");
}

#[test]
fn cap_notify_cannot_be_laid_down_by_those_of_version_302() {
    let mut session = fresh();
    session.sends("CAP LS");
    assert_eq!(text(&session.asks("CAP REQ :cap-notify")[..1]), ":irc.test CAP * ACK :cap-notify\r\n");
    assert_eq!(text(&session.asks("CAP REQ :-cap-notify")[..1]), ":irc.test CAP * ACK :-cap-notify\r\n");
    session.sends("CAP LS 302");
    assert_eq!(session.hears("CAP REQ :-cap-notify"), ":irc.test CAP * NAK :-cap-notify\r\n");
}

/// What is offered to a client of a daemon with a policy of strict transport security.
fn offered_sts(secure: Option<Secure>, version: &str) -> Option<String> {
    let mut session = Session::<Irc>::with(|config| {
        config.tls.sts = Sts { duration: Some(Duration::from_hours(1)), port: 6697, preload: true };
    });
    session.dialect = Irc::new(Peer { origin: origin(), secure: secure.map(Arc::new) });
    let requests = session.asks(format!("CAP LS {version}"));
    let echoes: Vec<_> = requests.into_iter().filter(|ask| matches!(ask, Request::Echo(_))).collect();
    let offers = text(&echoes);
    offers.split([' ', '\r']).find(|word| word.starts_with("sts")).map(str::to_owned)
}

#[test]
fn a_policy_of_strict_transport_names_the_port_to_those_in_the_clear_and_is_never_asked_for() {
    let clear = offered_sts(None, "302");
    assert_eq!(clear.as_deref(), Some("sts=port=6697,duration=3600,preload"));
    assert_eq!(offered_sts(Some(Secure::default()), "302").as_deref(), Some("sts=duration=3600,preload"));
    assert_eq!(offered_sts(None, ""), None, "without values it would mean nothing");
    let mut session =
        Session::<Irc>::with(|config| config.tls.sts = Sts { duration: Some(Duration::ZERO), ..sts() });
    assert_eq!(session.hears("CAP REQ :sts"), ":irc.test CAP * NAK :sts\r\n");
    assert!(!fresh().asks("CAP LS 302").iter().any(|ask| format!("{ask:?}").contains("sts=")), "no policy");
}

fn sts() -> Sts {
    Sts { port: 6697, ..Sts::default() }
}

#[test]
fn an_unknown_subcommand_of_cap_is_named() {
    assert_eq!(alice().hears("CAP FOO"), ":irc.test 410 alice FOO :Invalid CAP command\r\n");
    assert_eq!(alice().hears("CAP"), ":irc.test 461 alice CAP :Not enough parameters\r\n");
}

#[test]
fn the_farewell_names_who_and_why() {
    let session = alice();
    let mut out = Vec::new();
    session.dialect.farewell(&Disconnect::PingTimeout { silent_s: 60 }, &session.setting, &mut out);
    session.dialect.ping(&session.setting, &mut out);
    let expected = "ERROR :Closing link: (~u@host.test) [Ping timeout: 60 seconds]\r\nPING :irc.test\r\n";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn an_absence_before_registration_needs_its_capability_and_goes_along() {
    let mut session = fresh();
    assert_eq!(session.hears("AWAY :tea"), ":irc.test 451 * :You have not registered\r\n");
    session.sends("CAP REQ draft/pre-away");
    assert_eq!(session.hears("AWAY :tea"), ":irc.test 306 * :You have been marked as being away\r\n");
    let long = "x".repeat(301);
    assert!(session.hears(format!("AWAY :{long}")).contains("limits.away-length"));
    session.sends("NICK alice");
    session.sends("USER al 0 * :Alice A.");
    let (_, requests) = session.sends("CAP END");
    let [Request::Register(register)] = &requests[..] else { panic!("{requests:?}") };
    assert_eq!(register.away.as_deref(), Some("tea"));
}

#[test]
fn the_picture_of_the_network_is_announced_as_the_draft_it_is() {
    let icon = "https://chat.example.org/icon.svg";
    for drafts in [true, false] {
        let mut alice = super::alice_with(|config| {
            config.irc.icon = icon.into();
            config.irc.drafts = drafts;
        });
        assert_eq!(alice.hears("ISUPPORT").contains(&format!(" draft/ICON={icon} ")), drafts);
    }
}

#[test]
fn a_list_of_capabilities_that_needs_several_lines_is_marked_so_for_those_who_understand() {
    let name = "n".repeat(49);
    let mut session = Session::<Irc>::with(|config| config.server.name = format!("{name}.test"));
    let all = text(&session.asks("CAP LS 302")[1..]);
    let lines: Vec<_> = all.lines().collect();
    assert!(lines.iter().all(|line| line.len() <= 510), "{all}");
    let (last, first) = lines.split_last().unwrap();
    assert!(first.iter().all(|line| line.contains(" CAP * LS * :")) && last.contains(" CAP * LS :"), "{all}");
}

/// Every order of the lines in `lines`.
fn orders<'a>(lines: &[&'a str]) -> Vec<Vec<&'a str>> {
    if lines.is_empty() {
        return vec![vec![]];
    }
    (0..lines.len())
        .flat_map(|at| {
            let mut rest = lines.to_vec();
            let first = rest.remove(at);
            orders(&rest).into_iter().map(move |order| [vec![first], order].concat())
        })
        .collect()
}

#[test]
fn registration_takes_its_lines_in_any_order_and_ends_with_the_last_of_them() {
    for order in orders(&["CAP LS 302", "NICK alice", "USER al 0 * :Alice A."]) {
        let mut session = fresh();
        let negotiates = order[2] != "CAP LS 302";
        assert_eq!(session.sends(order[0]).0, Step::Go);
        let second = session.sends(order[1]);
        if negotiates {
            assert_eq!((second.0, session.sends(order[2]).0), (Step::Go, Step::Go));
            assert_eq!(session.sends("CAP END"), (Step::Wait, register("alice", "~al")), "{order:?}");
        } else {
            // Whoever has said all of it before asking for capabilities waits for the welcome already.
            assert_eq!(second, (Step::Wait, register("alice", "~al")), "{order:?}");
        }
    }
    for order in orders(&["PASS secret", "NICK alice", "USER al 0 * :Alice A."]) {
        let mut session = Session::<Irc>::with(|config| config.server.password = Some("secret".into()));
        let last = order.iter().fold((Step::Go, vec![]), |_, line| session.sends(line));
        if order[2] == "PASS secret" {
            // It comes too late: the two before it have been refused already.
            assert_eq!(last, (Step::Go, vec![]));
        } else {
            assert_eq!(last, (Step::Wait, register("alice", "~al")), "{order:?}");
        }
    }
}

#[test]
fn what_is_said_twice_before_registration_counts_as_it_was_said_last() {
    let mut session = Session::<Irc>::with(|config| config.server.password = Some("secret".into()));
    for line in ["CAP LS", "PASS wrong", "PASS secret", "NICK bob", "NICK alice", "USER x 0 * :X"] {
        assert_eq!(session.sends(line).0, Step::Go, "{line}");
    }
    session.sends("USER al 0 * :Alice A.");
    session.sends("CAP REQ :server-time");
    assert_eq!(session.sends("CAP END"), (Step::Wait, register("alice", "~al")));
}

#[test]
fn lines_that_are_not_enough_change_nothing_of_what_was_said() {
    let mut session = fresh();
    session.sends("NICK alice");
    for (line, expected) in [
        ("PASS", "461 * PASS :Not enough parameters"),
        ("PASS :", "461 * PASS :Not enough parameters"),
        ("USER", "461 * USER :Not enough parameters"),
        ("USER al", "461 * USER :Not enough parameters"),
        ("USER al 0 *", "461 * USER :Not enough parameters"),
        ("USER  : 0 * x", "461 * USER :Not enough parameters"),
        ("USER al 0 * :", "461 * USER :Not enough parameters"),
        ("NICK :a b", "432 * a_b :Erroneous nickname"),
        ("NICK *", "432 * * :Erroneous nickname"),
        ("NICK älice", "432 * älice :Erroneous nickname"),
        ("NICK irc.test", "432 * irc.test :Erroneous nickname"),
        ("NICK a!b", "432 * a!b :Erroneous nickname"),
        ("NICK #a", "432 * #a :Erroneous nickname"),
        ("NICK 0", "432 * 0 :Erroneous nickname"),
        ("CAP", "461 * CAP :Not enough parameters"),
        ("JOIN #a", "451 * :You have not registered"),
        ("STATS", "451 * :You have not registered"),
        ("NOSUCH", "421 * NOSUCH :Unknown command"),
        ("PONG x", ""),
    ] {
        let expected = if expected.is_empty() { String::new() } else { format!(":irc.test {expected}\r\n") };
        assert_eq!(session.hears(line), expected, "{line}");
    }
    assert_eq!(session.sends("USER al 0 * :Alice A."), (Step::Wait, register("alice", "~al")));
}

#[test]
fn more_parameters_than_needed_are_passed_over() {
    let mut session = fresh();
    assert_eq!(session.hears("NICK alice 1"), "");
    assert_eq!(session.sends("USER al 8 unused :Alice A."), (Step::Wait, register("alice", "~al")));
    assert_eq!(alice().asks("NICK bob 1"), [Request::ChangeNick(nick("bob"))]);
}

#[test]
fn a_connection_that_has_not_registered_may_leave_with_words() {
    for lines in [&["QUIT"][..], &["NICK alice", "QUIT :bye"], &["CAP LS", "USER al 0 * :A", "QUIT"]] {
        let mut session = fresh();
        let (step, requests) = lines.iter().fold((Step::Go, vec![]), |_, line| session.sends(line));
        assert_eq!(step, Step::Wait);
        assert!(matches!(requests[..], [Request::Leave(Disconnect::Quit(_))]), "{requests:?}");
    }
}

#[test]
fn nobody_registers_twice() {
    for line in ["PASS x", "PASS", "USER a 0 * :b", "USER", "USER a"] {
        assert_eq!(alice().hears(line), ":irc.test 462 alice :You may not reregister\r\n", "{line}");
    }
}
