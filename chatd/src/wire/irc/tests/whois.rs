//! WHOIS, WHOWAS and the short questions.

use super::alice;
use crate::domain::id::Time;
use crate::domain::mode::Rank;
use crate::domain::origin::Origin;
use crate::domain::reply::{Gone, Reply, Whois};
use crate::domain::request::Request;
use crate::domain::secure::{Fingerprint, Secure};
use crate::wire::testing::{nick, room};

fn lines(expected: &[&str]) -> String {
    expected.iter().map(|line| format!(":irc.test {line}\r\n")).collect()
}

fn check(reply: &Reply, expected: &[&str]) {
    assert_eq!(alice().reads(reply), lines(expected));
}

#[test]
fn whois_asks_for_each_nick_and_for_the_server_of_another() {
    let ask = |nick: &str, via: Option<&str>| Request::Whois { nick: nick.into(), via: via.map(Into::into) };
    for (line, expected) in [
        ("WHOIS bob", vec![ask("bob", None)]),
        ("WHOIS bob,,carol", vec![ask("bob", None), ask("carol", None)]),
        ("WHOIS irc.test bob", vec![ask("bob", None)]),
        ("WHOIS *.test bob", vec![ask("bob", None)]),
        ("WHOIS Alice bob", vec![ask("bob", None)]),
        ("WHOIS bob bob", vec![ask("bob", Some("bob"))]),
        ("WHOIS other.test a,b", vec![ask("a", Some("other.test")), ask("b", Some("other.test"))]),
    ] {
        assert_eq!(alice().asks(line), expected, "{line}");
    }
}

#[test]
fn whowas_asks_for_nicks_with_a_count() {
    let ask = |nicks: &str, count| vec![Request::Whowas { nicks: nicks.into(), count }];
    for (line, expected) in [
        ("WHOWAS bob", ask("bob", 0)),
        ("WHOWAS bob 2", ask("bob", 2)),
        ("WHOWAS bob -1", ask("bob", 0)),
        ("WHOWAS bob x", ask("bob", 0)),
        ("WHOWAS bob,carol 1 irc.test", ask("bob,carol", 1)),
    ] {
        assert_eq!(alice().asks(line), expected, "{line}");
    }
}

#[test]
fn without_a_nick_and_with_too_many_nobody_is_looked_for() {
    let many = "407 alice e :Too many targets; at most 4 at once (limits.targets)";
    for (line, expected) in [
        ("WHOIS", "431 alice :No nickname given"),
        ("WHOIS :", "431 alice :No nickname given"),
        ("WHOIS irc.test ,", "431 alice :No nickname given"),
        ("WHOIS a,b,c,d,e", many),
        ("WHOWAS", "431 alice :No nickname given"),
        ("WHOWAS a,b,c,d,e", many),
        ("WHOWAS a 1 other.test", "402 alice other.test :No such server"),
    ] {
        assert_eq!(alice().hears(line), lines(&[expected]), "{line}");
    }
    assert_eq!(alice().asks("WHOIS a,b,c,d").len(), 4);
}

#[test]
fn whois_is_exact_and_has_its_end_also_for_nobody() {
    let whois = Whois {
        nick: nick("bob"),
        user: "~b".into(),
        host: "h".into(),
        real_name: "Bob B.".into(),
        rooms: vec![(Rank::OPERATOR, room("#a")), (Rank::NONE, room("#b"))],
        away: Some("lunch".into()),
        is_operator: true,
        is_bot: true,
        account: Some("bobby".into()),
        idle_s: 4,
        signed_on: Time(8_000),
        modes: Some("io".into()),
        origin: Some(Origin { gateway: Some("web".into()), ..Origin::named("host.example") }),
        secure: Some(Secure {
            version: Some("TLSv1_3"),
            cipher: Some("TLS13_AES_256_GCM_SHA384"),
            certificate: Some(Fingerprint([0xa5; 32])),
        }),
    };
    let certificate = format!("276 alice bob :has client certificate fingerprint {}", "a5".repeat(32));
    check(
        &Reply::Whois { nick: "BOB".into(), found: Some(Box::new(whois)) },
        &[
            "311 alice bob ~b h * :Bob B.",
            "319 alice bob :@#a #b",
            "312 alice bob irc.test :a chat server",
            "301 alice bob :lunch",
            "313 alice bob :is an IRC operator",
            "335 alice bob :is a bot",
            "330 alice bob bobby :is logged in as",
            "378 alice bob :is connecting from *@host.example 127.0.0.1 through the gateway web",
            "671 alice bob :is using a secure connection [TLSv1_3, TLS13_AES_256_GCM_SHA384]",
            &certificate,
            "379 alice bob :is using modes +io",
            "317 alice bob 4 8 :seconds idle, signon time",
            "318 alice BOB :End of /WHOIS list",
        ],
    );
    let nobody = ["401 alice bob :No such nick/channel", "318 alice bob :End of /WHOIS list"];
    check(&Reply::Whois { nick: "bob".into(), found: None }, &nobody);
}

#[test]
fn whowas_ison_and_userhost_are_exact() {
    let gone = Gone {
        nick: nick("bob"),
        user: "~b".into(),
        host: "h".into(),
        origin: Some(Origin::of([0, 0, 0, 0, 0, 0, 0, 1].into())),
        real_name: "Bob B.".into(),
        at: Time(0),
    };
    check(
        &Reply::Whowas { nicks: "bob".into(), entries: vec![gone] },
        &[
            "314 alice bob ~b h * :Bob B.",
            "378 alice bob :was connecting from *@0::1 0::1",
            "312 alice bob irc.test :1970-01-01T00:00:00.000Z",
            "369 alice bob :End of WHOWAS",
        ],
    );
    check(
        &Reply::Whowas { nicks: "bob".into(), entries: vec![] },
        &["406 alice bob :There was no such nickname", "369 alice bob :End of WHOWAS"],
    );
    check(&Reply::Ison(vec!["bob".into(), "carol".into()]), &["303 alice :bob carol"]);
    check(&Reply::Ison(vec![]), &["303 alice :"]);
    check(
        &Reply::Userhost(vec![
            (nick("bob"), true, true, "~b@h".into()),
            (nick("al"), false, false, "~a@h".into()),
        ]),
        &["302 alice :bob*=-~b@h al=+~a@h"],
    );
}

#[test]
fn the_desk_is_somebody_to_ask_about() {
    let expected = [
        "311 alice desk desk irc.test * :Whoever runs irc.test reads and answers here",
        "312 alice desk irc.test :a chat server",
        "313 alice desk :is an IRC operator",
        "318 alice desk :End of /WHOIS list",
    ];
    assert_eq!(alice().hears("WHOIS Desk"), lines(&expected));
}
