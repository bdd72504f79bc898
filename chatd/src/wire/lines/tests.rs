//! Conversations in plain lines: what is typed, what is asked for, what stands at the terminal.

use std::sync::Arc;

use super::Lines;
use crate::config::DeskRule;
use crate::domain::disconnect::Disconnect;
use crate::domain::id::{Seq, Time};
use crate::domain::message::{Conversation, MessageKind};
use crate::domain::mode::{Rank, RoomChange, RoomFlag, UserMode};
use crate::domain::notice::{Notice, What};
use crate::domain::query::{RoomCondition, WhoAsk};
use crate::domain::refusal::Refusal;
use crate::domain::reply::{ListedRoom, Privacy, Reply, TopicInfo, WhoEntry};
use crate::domain::request::{Register, Request, Say};
use crate::wire::testing::{
    Session, author, client, encoded, in_room, nick, notice, origin, room, said, text, to_desk, welcome,
};
use crate::wire::{Dialect, LINES, Step, encode};

fn fresh() -> Session<Lines> {
    Session::with(|_| {})
}

/// A session that is registered as guest7.
fn guest() -> Session<Lines> {
    let mut session = fresh();
    hello(&mut session);
    session.reads(&welcome("guest7"));
    session
}

fn hello(session: &mut Session<Lines>) -> (Step, Vec<Request>) {
    let mut requests = Vec::new();
    let step = session.dialect.hello(&session.setting, &mut requests);
    (step, requests)
}

fn register() -> Request {
    let (user, origin, real_name) = ("~lines".into(), origin(), "plain lines".into());
    Request::Register(Box::new(Register { user, origin, real_name, ..Register::of(None) }))
}

fn say(to: &str, text: &str) -> Request {
    let (to, text) = (to.into(), text.into());
    Request::Say(Box::new(Say { to, kind: MessageKind::Privmsg, text, tags: None, rule_reply: None }))
}

fn read(notice: &Notice) -> Option<String> {
    encoded(|out| encode(notice, LINES, "desk!desk@irc.test", out))
}

#[test]
fn a_guest_is_registered_at_once_and_greeted() {
    let mut session = fresh();
    assert_eq!(hello(&mut session), (Step::Wait, vec![register()]));
    assert_eq!(
        session.reads(&welcome("guest7")),
        "-- irc.test: you are guest7\n\
         -- what you write goes to desk; exit leaves, /help lists commands\n\
         <desk> Whatever you write here reaches the people who run this server.\n"
    );
}

#[test]
fn a_guest_who_cannot_be_registered_is_told_why_and_closed() {
    let mut session = fresh();
    hello(&mut session);
    let (step, _) = session.after(&Reply::Refused(Refusal::Overtaken));
    let why = "something changed meanwhile; nothing was done";
    assert_eq!(step, Step::Close(Disconnect::Broken(why.into())));
}

#[test]
fn a_password_of_the_server_is_asked_for_first() {
    let with_password = || Session::<Lines>::with(|config| config.server.password = Some("secret".into()));
    let mut session = with_password();
    let (step, requests) = hello(&mut session);
    assert_eq!((step, text(&requests).as_str()), (Step::Go, "-- irc.test asks for its password:\n"));
    assert_eq!(session.after(&Reply::Echo(Box::default())).0, Step::Go);
    assert_eq!(session.sends("secret"), (Step::Wait, vec![register()]));
    let mut session = with_password();
    hello(&mut session);
    assert_eq!(session.sends("/nick bob"), (Step::Close(Disconnect::BadPassword), vec![]));
}

#[test]
fn what_is_typed_goes_to_the_desk() {
    let mut session = guest();
    for (line, expected) in
        [("hello there", "hello there"), ("//tmp is full", "/tmp is full"), ("exit now", "exit now")]
    {
        assert_eq!(session.sends(line), (Step::Go, vec![say("desk", expected)]));
    }
    assert_eq!(session.sends("  "), (Step::Go, vec![]));
}

#[test]
fn a_rule_of_the_desk_answers() {
    let mut session = Session::<Lines>::with(|config| {
        let regex = regex::Regex::new("hours").unwrap();
        config.desk.rules = vec![DeskRule { regex, source: "hours".into(), reply: "nine to five".into() }];
    });
    let reply = |request: &Request| match request {
        Request::Say(say) => say.rule_reply.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(reply(&session.asks("your hours?")[0]), Some(Arc::from("nine to five")));
    assert_eq!(reply(&session.asks("/msg bob your hours?")[0]), None);
}

#[test]
fn commands_become_requests() {
    let cases = [
        ("/nick bob", Request::ChangeNick(nick("bob"))),
        ("/NICK bob", Request::ChangeNick(nick("bob"))),
        ("/msg bob hello  there", say("bob", "hello  there")),
        ("/say #a hi", say("#a", "hi")),
        ("/msg bob help", say("bob", "help")),
        ("/me #a waves", say("#a", "\u{1}ACTION waves\u{1}")),
        ("/join #a", Request::Join { room: room("#a"), key: None }),
        ("/join #a key", Request::Join { room: room("#a"), key: Some("key".into()) }),
        ("/part #a see you", Request::Part { room: "#a".into(), reason: "see you".into() }),
        ("/topic #a", Request::Topic { room: "#a".into() }),
        ("/topic #a new one", Request::SetTopic { room: "#a".into(), text: "new one".into() }),
        ("/away at lunch", Request::Away(Some("at lunch".into()))),
        ("/away", Request::Away(None)),
    ];
    for (line, expected) in cases {
        assert_eq!(guest().sends(line), (Step::Go, vec![expected]), "{line}");
    }
    let conditions = [RoomCondition::Named("#a*".into())].into();
    for (line, mask) in [("/who", "*"), ("/who #a", "#a")] {
        assert_eq!(
            guest().sends(line),
            (Step::Wait, vec![Request::Who(Box::new(WhoAsk::of(mask)))]),
            "{line}"
        );
    }
    assert_eq!(guest().sends("/rooms #a*"), (Step::Wait, vec![Request::List { from: 0, conditions }]));
}

#[test]
fn exit_alone_and_quit_leave() {
    let leave = |words: &str| (Step::Wait, vec![Request::Leave(Disconnect::Quit(words.into()))]);
    assert_eq!(guest().sends("exit"), leave(""));
    assert_eq!(guest().sends("exit "), leave(""));
    assert_eq!(guest().sends("/quit good night"), leave("good night"));
    assert_eq!(
        guest().after(&Reply::Ended(Disconnect::Stopping)),
        (Step::Close(Disconnect::Stopping), vec![])
    );
}

#[test]
fn lines_that_mean_nothing_are_explained_and_nothing_is_sent() {
    for (line, expected) in [
        (&b"\xff\xfe"[..], "that line is not UTF-8; nothing was sent"),
        (b"a\0b", "that line contains a control character; nothing was sent"),
        (b"/nosuch x", "there is no command /nosuch; /help lists all"),
        (b"/nick", "usage: /nick NAME"),
        (b"/nick 1a", "1a cannot be a nick: it may not begin with '1'"),
        (b"/join a", "a cannot be a room: it may not begin with 'a'; rooms begin with #"),
        (b"/msg bob", "there is no text to send to bob"),
        (b"/help nosuch", "there is no command /nosuch; /help lists all"),
        (b"/help /join", "/join #ROOM [KEY]: enter a room, or create it"),
        (b"/join help", "/join #ROOM [KEY]: enter a room, or create it"),
    ] {
        assert_eq!(guest().hears(line), format!("-- {expected}\n"));
    }
}

#[test]
fn a_line_that_is_too_long_is_said_to_be() {
    let session = &mut guest();
    let mut requests = Vec::new();
    session.dialect.line_too_long(&session.setting, &mut requests);
    assert_eq!(text(&requests), "-- that line is longer than 4096 bytes; nothing was sent\n");
}

#[test]
fn help_lists_every_command() {
    let help = guest().hears("/help");
    for name in ["away", "help", "join", "me", "msg", "nick", "part", "quit", "rooms", "say", "topic", "who"]
    {
        assert!(help.contains(&format!("--   /{name} ")), "{name}: {help}");
    }
}

#[test]
fn http_and_tls_end_the_session_as_first_words_only() {
    for (line, protocol) in [(&b"GET / HTTP/1.1"[..], "HTTP"), (b"\x16\x03\x01\x02", "TLS")] {
        assert_eq!(guest().sends(line), (Step::Close(Disconnect::WrongProtocol(protocol)), vec![]));
    }
    let mut session = guest();
    session.sends("hello");
    assert_eq!(session.sends("GET / HTTP/1.1"), (Step::Go, vec![say("desk", "GET / HTTP/1.1")]));
    assert_eq!(guest().sends("GET well soon"), (Step::Go, vec![say("desk", "GET well soon")]));
}

#[test]
fn messages_say_who_and_where() {
    let direct = || Conversation::Direct { to: client(2), nick: nick("bob") };
    for (to, words, expected) in [
        (in_room("#a"), "hello", Some("#a <alice> hello\n")),
        (in_room("#a"), "\u{1}ACTION waves\u{1}", Some("#a * alice waves\n")),
        (direct(), "hello", Some("<alice> hello\n")),
        (direct(), "a\tb", Some("<alice> a\tb\n")),
        (to_desk(false), "hello", Some("<alice> hello\n")),
        (to_desk(true), "hello", None),
        (Conversation::Everyone, "hello", Some("*** hello\n")),
    ] {
        assert_eq!(read(&said(to, MessageKind::Privmsg, words, None)).as_deref(), expected);
    }
    assert_eq!(read(&said(direct(), MessageKind::Tag, "", Some("+a"))), None);
}

#[test]
fn nothing_that_steers_a_terminal_passes() {
    let evil = "\u{1b}[2Jx\u{7}\u{8}\u{9b}31m\u{90}q\u{9d}0;t\u{9c}\u{7f}éy";
    let harmless = "[2Jx31mq0;téy";
    let direct = Conversation::Direct { to: client(2), nick: nick("bob") };
    let spoken = read(&said(direct, MessageKind::Privmsg, evil, None));
    assert_eq!(spoken, Some(format!("<alice> {harmless}\n")));
    let topic = What::Topic { by: author("alice"), room: room("#a"), text: evil.into() };
    assert_eq!(read(&notice(topic)), Some(format!("* alice set the topic of #a: {harmless}\n")));
    let quit = Disconnect::Quit(evil.into());
    let quit = What::Quit { client: client(1), source: "alice!~u@h".into(), why: quit };
    assert_eq!(read(&notice(quit)), Some(format!("* alice left the server (Quit: {harmless})\n")));
    let away = Reply::Away { nick: nick("bob"), words: evil.into() };
    assert_eq!(guest().reads(&away), format!("-- bob is away: {harmless}\n"));
    assert_eq!(guest().hears("/\u{1b}[2J"), "-- there is no command /[2J; /help lists all\n");
}

#[test]
fn other_notices_are_sentences() {
    let source: Arc<str> = "alice!~u@host.test".into();
    let kicked = |reason: &str| What::Kicked {
        by: author("alice"),
        room: room("#a"),
        nick: nick("bob"),
        reason: reason.into(),
    };
    let changes = [RoomChange::Flag(RoomFlag::Moderated, true), RoomChange::Limit(Some(5))];
    let cases = [
        (
            What::Joined { source: source.clone(), room: room("#a"), real_name: "".into(), away: None },
            "* alice joined #a\n",
        ),
        (What::Parted { source: source.clone(), room: room("#a"), reason: "".into() }, "* alice left #a\n"),
        (
            What::Parted { source: source.clone(), room: room("#a"), reason: "bye".into() },
            "* alice left #a (bye)\n",
        ),
        (What::Nick { source, nick: nick("al") }, "* alice is now called al\n"),
        (kicked(""), "* bob was put out of #a by alice\n"),
        (kicked("spam"), "* bob was put out of #a by alice (spam)\n"),
        (
            What::Topic { by: author("alice"), room: room("#a"), text: "".into() },
            "* alice took the topic of #a away\n",
        ),
        (
            What::RoomModes { by: author("alice"), room: room("#a"), changes: Arc::from(changes) },
            "* alice changed the modes of #a: +ml 5\n",
        ),
        (
            What::Invited { by: author("alice"), room: room("#a"), nick: nick("bob") },
            "* alice invites you into #a: /join #a\n",
        ),
    ];
    for (what, expected) in cases {
        assert_eq!(read(&notice(what)).as_deref(), Some(expected));
    }
    let changes: Arc<[_]> = Arc::from([(UserMode::Bot, true)]);
    let modes = What::UserModes { nick: nick("al"), source: "al!u@h".into(), changes };
    assert_eq!(read(&notice(modes)), None);
}

#[test]
fn replies_are_lines_that_begin_with_two_dashes() {
    let topic = TopicInfo { text: "news".into(), by: "bob!b@h".into(), at: Time(0) };
    let entry = WhoEntry {
        room: Some(room("#a")),
        rank: Rank::OPERATOR,
        nick: nick("bob"),
        user: "~b".into(),
        host: "h".into(),
        real_name: "Bob B.".into(),
        is_away: true,
        is_operator: false,
        is_bot: false,
        account: None,
        address: None,
        idle_s: 0,
    };
    let listed = |topic: &str| ListedRoom { room: room("#a"), members: 3, topic: topic.into() };
    let rooms = vec![listed("news"), listed("")];
    let members = vec![(Rank::OPERATOR, "bob!b@h".into()), (Rank::NONE, "carol!c@h".into())];
    let cases = [
        (Reply::Receipt { seq: Seq(5) }, "received, a person will answer here\n"),
        (Reply::Refused(Refusal::NoSuchNick("bob".into())), "nobody here is called bob\n"),
        (Reply::AwayIs(false), "you are back\n"),
        (Reply::Topic { room: room("#a"), topic: Some(topic) }, "the topic of #a: news\n"),
        (Reply::Topic { room: room("#a"), topic: None }, "#a has no topic\n"),
        (
            Reply::Names {
                room: "#a".into(),
                privacy: Privacy::Public,
                members,
                is_implicit: false,
                ends: true,
            },
            "in #a: @bob carol\n",
        ),
        (Reply::Who { ask: Box::new(WhoAsk::of("x")), entries: vec![], next: None }, "nobody fits x\n"),
        (
            Reply::Who { ask: Box::new(WhoAsk::of("#a")), entries: vec![entry], next: None },
            "@bob (~b@h) in #a, away: Bob B.\n",
        ),
        (
            Reply::List { rooms, is_first: true, next: None, conditions: [].into() },
            "#a (3): news\n-- #a (3)\n",
        ),
        (
            Reply::List { rooms: vec![], is_first: true, next: None, conditions: [].into() },
            "there are no such rooms\n",
        ),
    ];
    for (reply, expected) in cases {
        assert_eq!(guest().reads(&reply), format!("-- {expected}"));
    }
}

#[test]
fn a_list_goes_on_page_by_page() {
    let mut session = guest();
    session.sends("/rooms");
    let page = |next| Reply::List { rooms: vec![], is_first: next == Some(9), next, conditions: [].into() };
    let next = vec![Request::List { from: 9, conditions: [].into() }];
    assert_eq!(session.after(&page(Some(9))), (Step::Wait, next));
    assert_eq!(session.after(&Reply::Receipt { seq: Seq(1) }).0, Step::Wait);
    assert_eq!(session.after(&page(None)), (Step::Go, vec![]));
}

#[test]
fn that_no_room_fits_is_said_once_and_behind_the_last_page() {
    let mut session = guest();
    let page = |is_first, next, rooms| Reply::List { rooms, is_first, next, conditions: [].into() };
    let listed = ListedRoom { room: room("#a"), members: 3, topic: "".into() };
    assert_eq!(session.reads(&page(true, Some(9), vec![listed])), "-- #a (3)\n");
    assert_eq!(session.reads(&page(false, None, vec![])), "");
    assert_eq!(session.reads(&page(true, Some(9), vec![])), "");
    assert_eq!(session.reads(&page(false, None, vec![])), "-- there are no such rooms\n");
}

#[test]
fn that_nobody_fits_is_said_once_and_behind_the_last_page() {
    let mut session = guest();
    session.sends("/who x*");
    let first = || Box::new(WhoAsk::of("x*"));
    let next = first().go_on(1000, 0);
    let page = |ask, next| Reply::Who { ask, entries: vec![], next };
    let asked = vec![Request::Who(Box::new(next.clone()))];
    assert_eq!(session.after(&page(first(), Some(1000))), (Step::Wait, asked));
    assert_eq!(session.reads(&page(Box::new(next), None)), "-- nobody fits x*\n");
    assert_eq!(session.after(&page(first(), None)).0, Step::Go);
}

#[test]
fn masks_of_rooms_are_few_and_short() {
    let mut session = guest();
    let masks = |count| vec!["#a*"; count].join(" ");
    assert_eq!(session.hears(format!("/rooms {}", masks(11))), "-- Too many masks; at most 10 at once\n");
    assert_eq!(session.hears(format!("/rooms {}", "a".repeat(101))), "-- A mask is longer than 100 bytes\n");
    assert_eq!(session.asks(format!("/rooms {} {}", masks(9), "a".repeat(100))).len(), 1);
}

#[test]
fn a_person_is_not_pinged_and_reads_why_the_end_came() {
    let session = guest();
    let mut out = Vec::new();
    session.dialect.ping(&session.setting, &mut out);
    assert!(out.is_empty());
    let why = Disconnect::Kicked { by: "desk".into(), reason: "go\u{1b}".into() };
    session.dialect.farewell(&why, &session.setting, &mut out);
    assert_eq!(String::from_utf8(out).unwrap(), "-- closed: Kicked by desk: go\n");
}
