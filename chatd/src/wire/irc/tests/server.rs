//! What the server tells of itself, and what it says to the verbs of networks.

use super::{alice, alice_with};
use crate::config::{LoginRole, OperatorLogin};
use crate::domain::id::Time;
use crate::domain::reply::Reply;
use crate::domain::request::{Guard, Request};
use crate::wire::testing::{nick, text};

fn lines(expected: &[&str]) -> String {
    expected.iter().map(|line| format!(":irc.test {line}\r\n")).collect()
}

#[test]
fn help_comes_from_the_table_of_verbs() {
    assert_eq!(
        alice().hears("HELP topic"),
        ":irc.test 704 alice TOPIC :TOPIC #room [:text]\r\n\
         :irc.test 705 alice TOPIC :see or change a topic\r\n\
         :irc.test 706 alice TOPIC :End of help\r\n"
    );
    let all = alice().hears("HELP");
    assert!(
        all.contains(" PRIVMSG ") && all.ends_with(":irc.test 706 alice * :HELP and a verb explains it\r\n")
    );
}

#[test]
fn the_server_tells_about_itself() {
    let mut session = alice_with(|config| {
        config.server.motd = None;
        config.server.admin.email = "root@irc.test".into();
    });
    assert_eq!(session.hears("MOTD"), ":irc.test 422 alice :MOTD File is missing\r\n");
    assert_eq!(
        session.hears("ADMIN irc.test"),
        lines(&[
            "256 alice irc.test :Administrative info about irc.test",
            "257 alice :a chat server",
            "258 alice :TestNet",
            "259 alice :root@irc.test",
        ])
    );
    assert!(session.hears("INFO").ends_with(":irc.test 374 alice :End of INFO list\r\n"));
    let version = session.hears("VERSION");
    assert!(version.starts_with(":irc.test 351 alice chatd-") && version.contains(" AWAYLEN=300 "));
}

#[test]
fn the_server_is_also_asked_by_a_mask_and_by_the_names_of_those_who_are_here() {
    let time = lines(&["391 alice irc.test :2024-12-31T23:59:59.001Z"]);
    for line in ["TIME", "TIME :", "TIME irc.test", "TIME *.test", "TIME ALICE"] {
        assert_eq!(alice().hears(line), time, "{line}");
    }
    for verb in ["TIME", "MOTD", "VERSION", "INFO", "ADMIN"] {
        let mut answer = alice().asks(format!("{verb} bob"));
        let Some(Request::EchoIf { guard, bytes }) = answer.pop() else { panic!("{verb}: {answer:?}") };
        assert_eq!(guard, Guard::Here("bob".into()));
        assert_eq!(String::from_utf8_lossy(&bytes), alice().hears(verb));
        assert!(answer.is_empty());
    }
}

#[test]
fn links_tell_of_the_only_server() {
    let one = "364 alice irc.test irc.test :0 a chat server";
    let end = |mask: &str| format!("365 alice {mask} :End of /LINKS list");
    for (line, expected) in [
        ("LINKS", lines(&[one, &end("*")])),
        ("LINKS *.test", lines(&[one, &end("*.test")])),
        ("LINKS other.test", lines(&[&end("other.test")])),
        ("LINKS irc.test *", lines(&[one, &end("*")])),
        ("LINKS other.test *", lines(&["402 alice other.test :No such server"])),
    ] {
        assert_eq!(alice().hears(line), expected, "{line}");
    }
}

#[test]
fn what_only_networks_do_is_refused_without_effect() {
    let no_server = lines(&["402 alice other.test :No such server"]);
    for line in ["CONNECT other.test 6667", "SQUIT other.test :bye", "SQUIT other.test"] {
        let guarded = Request::EchoIf { guard: Guard::Operator, bytes: no_server.as_bytes().into() };
        assert_eq!(alice().asks(line), [guarded], "{line}");
    }
    for (line, expected) in [
        ("SUMMON bob", "445 alice :SUMMON has been disabled"),
        ("USERS", "446 alice :USERS has been disabled"),
        ("SERVER irc.test 1 :x", "421 alice SERVER :Unknown command"),
        ("SERVICE a b c d e :f", "421 alice SERVICE :Unknown command"),
        ("NJOIN #a :@alice", "421 alice NJOIN :Unknown command"),
        ("DIE", "421 alice DIE :Unknown command"),
        ("RESTART", "421 alice RESTART :Unknown command"),
        ("TRACE", "421 alice TRACE :Unknown command"),
        ("001 x", "421 alice 001 :Unknown command"),
    ] {
        assert_eq!(alice().hears(line), lines(&[expected]), "{line}");
    }
}

#[test]
fn stats_have_a_letter_for_each_kind_and_always_an_end() {
    let mut session = alice_with(|config| {
        let (name, password) = ("root".into(), "$argon2id$".into());
        config.control.operators = vec![OperatorLogin { name, password, role: LoginRole::Admin }];
    });
    session.setting.started = Time(session.setting.now.0 - 93_784_000);
    let end = |letter: &str| format!("219 alice {letter} :End of /STATS report");
    for (line, expected) in [
        ("STATS u", lines(&["242 alice :Server Up 1 days 2:03:04", &end("u")])),
        ("STATS UPTIME irc.test", lines(&["242 alice :Server Up 1 days 2:03:04", &end("U")])),
        ("STATS z", lines(&[&end("z")])),
        ("STATS ß", lines(&[&end("ß")])),
        ("STATS u other.test", lines(&["402 alice other.test :No such server"])),
        ("STATS", lines(&["461 alice STATS :Not enough parameters"])),
        ("STATS :", lines(&["461 alice STATS :Not enough parameters"])),
    ] {
        assert_eq!(session.hears(line), expected, "{line}");
    }
    let requests = session.asks("STATS o");
    let bytes = lines(&["243 alice O * * root admin"]);
    assert_eq!(requests[0], Request::EchoIf { guard: Guard::Operator, bytes: bytes.as_bytes().into() });
    assert_eq!(text(&requests[1..]), lines(&[&end("o")]));
    let requests = session.asks("STATS p");
    assert_eq!((&requests[0], text(&requests[1..])), (&Request::Operators, lines(&[&end("p")])));
    let operators = Reply::Operators(vec![(nick("bob"), "~b@h".into(), 5)]);
    assert_eq!(session.reads(&operators), lines(&["249 alice p :bob (~b@h) idle 5 s"]));
    let usage = session.hears("STATS m");
    assert!(usage.starts_with(":irc.test 212 alice ") && usage.ends_with(&lines(&[&end("m")])), "{usage}");
    assert!(usage.contains(" 212 alice STATS ") && !usage.contains("NOSUCH"), "{usage}");
}

#[test]
fn lusers_are_those_of_this_server() {
    for line in ["LUSERS", "LUSERS *", "LUSERS * irc.test"] {
        assert_eq!(alice().asks(line), [Request::Lusers], "{line}");
    }
    assert_eq!(alice().hears("LUSERS * other.test"), lines(&["402 alice other.test :No such server"]));
}
