//! Replies: exact lines.

use super::{alice, alice_with};
use crate::domain::id::{Seq, Time};
use crate::domain::mode::RoomList;
use crate::domain::reply::{Reply, TopicInfo};
use crate::wire::irc::Irc;
use crate::wire::testing::{Session, nick, room, welcome};

/// Lines of the server to alice.
fn lines(expected: &[&str]) -> String {
    expected.iter().map(|line| format!(":irc.test {line}\r\n")).collect()
}

fn check(reply: &Reply, expected: &[&str]) {
    assert_eq!(alice().reads(reply), lines(expected));
}

#[test]
fn who_has_a_cloak_is_told_after_the_counts() {
    let mut session = Session::<Irc>::with(|_| {});
    let Reply::Welcome(mut plain) = welcome("alice") else { unreachable!("a welcome is a welcome") };
    assert!(!session.reads(&Reply::Welcome(plain.clone())).contains(" 396 "));
    plain.is_cloaked = true;
    plain.source = "alice!~u@abc.cloak".into();
    let text = session.reads(&Reply::Welcome(plain));
    let lines: Vec<_> = text.lines().collect();
    let place = lines.iter().position(|line| line.contains(" 396 ")).unwrap();
    assert_eq!(lines[place], ":irc.test 396 alice abc.cloak :is now your displayed host");
    assert!(lines[place - 1].contains(" 266 ") && lines[place + 1].contains(" 375 "), "{text}");
}

#[test]
fn the_welcome_has_all_that_clients_look_for_in_their_order() {
    let mut session = Session::<Irc>::with(|config| config.desk.greeting = "Hello.\nAsk away.".into());
    let text = session.reads(&welcome("alice"));
    let version = format!("chatd-{}", env!("CARGO_PKG_VERSION"));
    assert!(
        text.starts_with(&lines(&[
            "001 alice :Welcome to the TestNet Network, alice!~u@host.test",
            &format!("002 alice :Your host is irc.test, running version {version}"),
            "003 alice :This server was created 1970-01-01T00:00:00.000Z",
            &format!("004 alice irc.test {version} BRTiow CIMNRSTUbcehiklmnopqstv Ibehkloqv"),
        ])),
        "{text}"
    );
    assert!(
        text.contains("005 alice ACCOUNTEXTBAN=a,account AWAYLEN=300 BOT=B CASEMAPPING=rfc1459 "),
        "{text}"
    );
    assert!(text.ends_with(&(lines(&[
        "251 alice :There are 2 users and 1 invisible on 1 servers",
        "252 alice 1 :operator(s) online",
        "253 alice 0 :unknown connection(s)",
        "254 alice 2 :channels formed",
        "255 alice :I have 3 clients and 0 servers",
        "265 alice 3 5 :Current local users 3, max 5",
        "266 alice 3 5 :Current global users 3, max 5",
        "375 alice :- irc.test Message of the day - ",
        "372 alice :- Welcome.",
        "376 alice :End of /MOTD command.",
    ]) + ":desk!desk@irc.test NOTICE alice :Hello.\r\n:desk!desk@irc.test NOTICE alice :Ask away.\r\n")), "{text}");
}

#[test]
fn every_line_of_isupport_has_13_tokens_at_most() {
    let text = alice().hears("VERSION");
    let tokens =
        text.lines().filter(|line| line.contains(" 005 ")).map(|line| line.split(" :").next().unwrap());
    assert!(tokens.map(|line| line.trim_start_matches(':').split(' ').count()).all(|words| words <= 3 + 13));
}

#[test]
fn replies_about_rooms_are_exact() {
    let topic = TopicInfo { text: "news".into(), by: "bob!b@h".into(), at: Time(5_999) };
    check(
        &Reply::Topic { room: room("#a"), topic: Some(topic) },
        &["332 alice #a :news", "333 alice #a bob!b@h 5"],
    );
    check(&Reply::Topic { room: room("#a"), topic: None }, &["331 alice #a :No topic is set"]);
    let modes =
        Reply::RoomModes { room: room("#a"), modes: vec!["+kn".into(), "key".into()], created: Time(7_000) };
    check(&modes, &["324 alice #a +kn key", "329 alice #a 7"]);
    check(&Reply::Inviting { nick: nick("bob"), room: room("#a") }, &["341 alice bob #a"]);
    for (list, entry, end) in [
        (RoomList::Ban, "367 alice #a", "368 alice #a :End of channel ban list"),
        (RoomList::Exception, "348 alice #a", "349 alice #a :End of channel exception list"),
        (RoomList::InviteException, "346 alice #a", "347 alice #a :End of channel invite exception list"),
        (RoomList::Quiet, "728 alice #a q", "729 alice #a q :End of channel quiet list"),
    ] {
        let entries = vec![("x!*@*".into(), "bob!b@h".into(), Time(9_000))];
        let expected = format!("{entry} x!*@* bob!b@h 9");
        check(&Reply::RoomList { room: room("#a"), list, entries }, &[&expected, end]);
    }
}

#[test]
fn replies_about_oneself_are_exact() {
    check(&Reply::Away { nick: nick("bob"), words: "lunch".into() }, &["301 alice bob :lunch"]);
    check(&Reply::AwayIs(true), &["306 alice :You have been marked as being away"]);
    check(&Reply::AwayIs(false), &["305 alice :You are no longer marked as being away"]);
    check(&Reply::UserModes("iw".into()), &["221 alice +iw"]);
    check(&Reply::Rehashing, &["382 alice chatd.toml :Rehashing"]);
    let mut session = alice();
    assert_eq!(session.reads(&Reply::NickIs(nick("bob"))), "");
    assert_eq!(session.hears("NICK"), ":irc.test 431 bob :No nickname given\r\n");
}

#[test]
fn a_receipt_is_a_notice_of_the_desk_with_its_place_and_time() {
    let mut session = alice_with(|config| config.desk.receipt = "kept as {id}".into());
    let receipt = Reply::Receipt { seq: Seq(1295) };
    assert_eq!(session.reads(&receipt), ":desk!desk@irc.test NOTICE alice :kept as 1295\r\n");
    session.sends("CAP REQ server-time");
    let expected = "@time=2024-12-31T23:59:59.001Z :desk!desk@irc.test NOTICE alice :kept as 1295\r\n";
    assert_eq!(session.reads(&receipt), expected);
}
