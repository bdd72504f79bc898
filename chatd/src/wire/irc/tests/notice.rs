//! Notices: exact lines, in every variant that differs.

use std::sync::Arc;

use crate::domain::disconnect::Disconnect;
use crate::domain::message::{Conversation, MessageKind};
use crate::domain::mode::{ListMask, Rank, RoomChange, RoomFlag, RoomList, UserMode};
use crate::domain::notice::{Badge, Notice, What};
use crate::domain::request::Variant;
use crate::wire::irc::variant;
use crate::wire::testing::{author, client, encoded, in_room, nick, notice, room, said, to_desk};
use crate::wire::{encode, relevant};

const DESK: &str = "desk!desk@irc.test";
const PLAIN: Variant = Variant(0);
const TAGS: Variant = variant::TAGS;
const ALL: Variant = variant::TIME.with(variant::TAGS);

fn read(notice: &Notice, variant: Variant) -> Option<String> {
    encoded(|out| encode(notice, variant, DESK, out))
}

fn check(what: What, expected: &str) {
    assert_eq!(read(&notice(what), PLAIN), Some(format!("{expected}\r\n")));
}

#[test]
fn comings_and_goings_are_exact() {
    let source: Arc<str> = "alice!~u@host.test".into();
    let reason: Box<str> = "see you".into();
    check(joined(None), ":alice!~u@host.test JOIN #a");
    let parted = |reason| What::Parted { source: source.clone(), room: room("#a"), reason };
    check(parted(reason.clone()), ":alice!~u@host.test PART #a :see you");
    check(parted("".into()), ":alice!~u@host.test PART #a");
    let quit = What::Quit { client: client(1), source: source.clone(), why: Disconnect::Quit(reason) };
    check(quit, ":alice!~u@host.test QUIT :Quit: see you");
    check(What::Nick { source: source.clone(), nick: nick("al") }, ":alice!~u@host.test NICK :al");
    let kicked = |reason: &str| What::Kicked {
        by: author("alice"),
        room: room("#a"),
        nick: nick("bob"),
        reason: reason.into(),
    };
    check(kicked("spam"), ":alice!~u@host.test KICK #a bob :spam");
    check(kicked(""), ":alice!~u@host.test KICK #a bob :alice");
    assert_eq!(read(&notice(What::Connected { client: client(1), source }), ALL), None);
}

#[test]
fn changes_are_exact() {
    let topic = |text: &str| What::Topic { by: author("alice"), room: room("#a"), text: text.into() };
    check(topic("news"), ":alice!~u@host.test TOPIC #a :news");
    check(topic(""), ":alice!~u@host.test TOPIC #a :");
    let invited = What::Invited { by: author("alice"), room: room("#a"), nick: nick("bob") };
    check(invited, ":alice!~u@host.test INVITE bob #a");
    let knocked = What::Knocked {
        by: crate::domain::message::Author { client: None, source: "irc.test".into(), operator: None },
        room: room("#a"),
        source: "bob!~b@h".into(),
        text: "let me in".into(),
    };
    check(knocked, ":irc.test 710 #a #a bob!~b@h :let me in");
    check(What::Wallops { by: author("alice"), text: "hear".into() }, ":alice!~u@host.test WALLOPS :hear");
    let changes: Arc<[_]> =
        [(UserMode::Invisible, true), (UserMode::Bot, true), (UserMode::Wallops, false)].into();
    let modes = What::UserModes { nick: nick("alice"), source: "alice!~u@host.test".into(), changes };
    check(modes, ":alice!~u@host.test MODE alice +iB-w");
}

#[test]
fn changes_of_a_room_s_modes_are_one_line() {
    let changes = [
        RoomChange::Rank(Rank::OPERATOR, "bob".into(), client(2), true),
        RoomChange::Flag(RoomFlag::Moderated, true),
        RoomChange::Rank(Rank::VOICE, "carol".into(), client(3), false),
        RoomChange::Key(None),
        RoomChange::Key(Some("key".into())),
        RoomChange::Limit(Some(5)),
        RoomChange::List(RoomList::Ban, ListMask::parse("x", RoomList::Ban, 99).unwrap(), true),
        RoomChange::Limit(None),
    ];
    let modes = What::RoomModes { by: author("alice"), room: room("#a"), changes: Arc::from(changes) };
    check(modes, ":alice!~u@host.test MODE #a +om-vk+klb-l bob carol * key 5 x!*@*");
}

#[test]
fn changes_of_modes_that_are_too_long_for_one_line_lose_nothing() {
    let masks: Vec<_> = (0..20).map(|number| format!("{}{number}!*@*", "n".repeat(60))).collect();
    let change = |mask: &String| {
        RoomChange::List(RoomList::Ban, ListMask::parse(mask, RoomList::Ban, 99).unwrap(), true)
    };
    let changes: Vec<_> = masks.iter().map(change).collect();
    let modes = What::RoomModes { by: author("alice"), room: room("#a"), changes: changes.into() };
    let text = read(&notice(modes), PLAIN).unwrap();
    assert!(text.lines().count() > 1 && text.lines().all(|line| line.len() <= 510));
    assert!(masks.iter().all(|mask| text.contains(mask)));
    assert_eq!(text.matches('b').count(), 20);
}

#[test]
fn a_message_has_the_tags_of_its_variant() {
    let notice = said(in_room("#a"), MessageKind::Privmsg, "hello there", Some("+a=b;+c"));
    let body = ":alice!~u@host.test PRIVMSG #a :hello there\r\n";
    assert_eq!(read(&notice, PLAIN).unwrap(), body);
    assert_eq!(read(&notice, TAGS).unwrap(), format!("@msgid=zz;+a=b;+c {body}"));
    assert_eq!(read(&notice, variant::TIME).unwrap(), format!("@time=2024-12-31T23:59:59.001Z {body}"));
    assert_eq!(
        read(&notice, ALL).unwrap(),
        format!("@time=2024-12-31T23:59:59.001Z;msgid=zz;+a=b;+c {body}")
    );
}

#[test]
fn a_tagmsg_is_for_those_with_tags_only() {
    let notice = said(in_room("#a"), MessageKind::Tag, "", Some("+typing=active"));
    assert_eq!(read(&notice, PLAIN), None);
    assert_eq!(read(&notice, TAGS).unwrap(), "@msgid=zz;+typing=active :alice!~u@host.test TAGMSG #a\r\n");
}

#[test]
fn messages_are_addressed_to_the_hearer() {
    let direct = Conversation::Direct { to: client(2), nick: nick("bob") };
    for (to, kind, expected) in [
        (direct, MessageKind::Notice, "NOTICE bob :x"),
        (to_desk(false), MessageKind::Privmsg, "PRIVMSG alice :x"),
        (Conversation::Everyone, MessageKind::Privmsg, "NOTICE $$* :x"),
    ] {
        let expected = format!(":alice!~u@host.test {expected}\r\n");
        assert_eq!(read(&said(to, kind, "x", None), PLAIN), Some(expected));
    }
}

#[test]
fn a_message_to_the_desk_is_told_to_operators_by_the_desk_and_echoed_as_said() {
    let notice = said(to_desk(true), MessageKind::Privmsg, "help me", None);
    assert_eq!(read(&notice, PLAIN).unwrap(), ":desk!desk@irc.test NOTICE * :alice> help me\r\n");
    let echo = |variant: Variant| read(&notice, variant.with(Variant::OWN)).unwrap();
    assert_eq!(echo(PLAIN), ":alice!~u@host.test PRIVMSG desk :help me\r\n");
    assert_eq!(echo(TAGS), "@msgid=zz :alice!~u@host.test PRIVMSG desk :help me\r\n");
    let in_room = said(in_room("#a"), MessageKind::Privmsg, "x", None);
    assert_eq!(read(&in_room, ALL.with(Variant::OWN)), read(&in_room, ALL));
}

#[test]
fn a_long_message_to_the_desk_reaches_operators_whole() {
    let words = "ä".repeat(240);
    let text = read(&said(to_desk(true), MessageKind::Privmsg, &words, None), PLAIN).unwrap();
    assert!(text.lines().count() == 2 && text.lines().all(|line| line.len() <= 510));
    assert_eq!(text.matches('ä').count(), 240);
}

#[test]
fn a_message_to_a_desk_whose_name_fills_the_line_harms_nobody() {
    for length in 480..=520 {
        let mut out = Vec::new();
        let message = said(to_desk(true), MessageKind::Privmsg, "äöü\u{1F600}", None);
        super::super::render::notice(&message, PLAIN, &"d".repeat(length), &mut out);
        assert!(out.split(|byte| *byte == b'\n').all(|line| line.len() <= 511), "{length}");
    }
}

/// Alice comes into #a.
fn joined(away: Option<&str>) -> What {
    let (source, away) = ("alice!~u@host.test".into(), away.map(Into::into));
    What::Joined { source, room: room("#a"), real_name: "Alice A.".into(), away }
}

/// What alice did as somebody with an account who says that she is a program.
fn by_a_bot(what: What) -> Notice {
    Notice { by: Badge { account: Some("al".into()), is_bot: true }, ..notice(what) }
}

#[test]
fn account_and_bot_are_tags_for_those_who_asked_for_them() {
    let topic = by_a_bot(What::Topic { by: author("alice"), room: room("#a"), text: "x".into() });
    let body = ":alice!~u@host.test TOPIC #a :x\r\n";
    assert_eq!(read(&topic, PLAIN).unwrap(), body);
    assert_eq!(read(&topic, variant::ACCOUNT_TAG).unwrap(), format!("@account=al {body}"));
    assert_eq!(read(&topic, TAGS).unwrap(), format!("@bot {body}"));
}

#[test]
fn who_enters_a_room_is_told_with_account_name_and_absence() {
    let both = variant::EXTENDED_JOIN.with(variant::AWAY);
    let read = |what: What, variant| read(&by_a_bot(what), variant).unwrap();
    assert_eq!(read(joined(None), both), ":alice!~u@host.test JOIN #a al :Alice A.\r\n");
    assert_eq!(read(joined(Some("tea")), variant::EXTENDED_JOIN), read(joined(None), both));
    let away = ":alice!~u@host.test AWAY :tea\r\n";
    assert_eq!(read(joined(Some("tea")), variant::AWAY), format!(":alice!~u@host.test JOIN #a\r\n{away}"));
    let nobody = notice(joined(None));
    let extended = encoded(|out| encode(&nobody, both, DESK, out)).unwrap();
    assert_eq!(extended, ":alice!~u@host.test JOIN #a * :Alice A.\r\n");
}

#[test]
fn what_needs_a_capability_is_nothing_without_it() {
    let source: Arc<str> = "alice!~u@host.test".into();
    let away = |words: Option<&str>| What::Away { source: source.clone(), words: words.map(Into::into) };
    let (user, host) = ("u2".into(), "h2".into());
    let offers = What::Offers { added: "a=1 b".into(), removed: "c".into() };
    for (what, bit, expected) in [
        (away(Some("tea")), variant::AWAY, ":alice!~u@host.test AWAY :tea\r\n"),
        (away(None), variant::AWAY, ":alice!~u@host.test AWAY\r\n"),
        (What::Account { source: source.clone() }, variant::ACCOUNT, ":alice!~u@host.test ACCOUNT *\r\n"),
        (
            What::HostChanged { source: source.clone(), user, host },
            variant::CHGHOST,
            ":alice!~u@host.test CHGHOST u2 h2\r\n",
        ),
        (
            What::RealName { source: source.clone(), real_name: "Alice L".into() },
            variant::SETNAME,
            ":alice!~u@host.test SETNAME :Alice L\r\n",
        ),
        (offers, variant::CAP_NOTIFY, ":irc.test CAP * NEW :a=1 b\r\n:irc.test CAP * DEL :c\r\n"),
    ] {
        let notice = notice(what);
        assert_eq!(read(&notice, bit).as_deref(), Some(expected));
        assert_eq!(read(&notice, PLAIN), None, "{expected}");
    }
}

#[test]
fn an_invitation_is_overheard_with_invite_notify_only() {
    let invited = notice(What::Invited { by: author("alice"), room: room("#a"), nick: nick("bob") });
    let line = Some(":alice!~u@host.test INVITE bob #a\r\n".to_owned());
    assert_eq!(read(&invited, Variant::OVERHEARD), None);
    assert_eq!(read(&invited, Variant::OVERHEARD.with(variant::INVITE)), line);
    assert_eq!(read(&invited, PLAIN), line);
}

/// What is not relevant is not looked at when lines are shared: then it must not be seen in them either.
#[test]
fn bits_that_are_not_relevant_change_nothing() {
    let notices = [
        by_a_bot(joined(Some("tea"))),
        notice(joined(None)),
        said(in_room("#a"), MessageKind::Privmsg, "x", Some("+a")),
        said(to_desk(true), MessageKind::Privmsg, "x", None),
        notice(What::Wallops { by: author("alice"), text: "x".into() }),
        notice(What::Invited { by: author("alice"), room: room("#a"), nick: nick("bob") }),
        notice(What::Away { source: "a!b@c".into(), words: None }),
    ];
    for notice in &notices {
        for bits in (0..=u16::MAX).map(Variant) {
            assert_eq!(read(notice, bits), read(notice, bits.only(relevant(notice))), "{bits:?} {notice:?}");
        }
    }
}

#[test]
fn who_watches_a_nick_reads_what_it_negotiated_and_nothing_without_extended_monitor() {
    let source: Arc<str> = "alice!~u@host.test".into();
    let (user, host) = ("u2".into(), "h2".into());
    for (what, bit) in [
        (What::Away { source: source.clone(), words: None }, variant::AWAY),
        (What::Account { source: source.clone() }, variant::ACCOUNT),
        (What::HostChanged { source: source.clone(), user, host }, variant::CHGHOST),
        (What::RealName { source: source.clone(), real_name: "x".into() }, variant::SETNAME),
    ] {
        let (notice, overheard) = (notice(what), bit.with(Variant::OVERHEARD));
        assert!(read(&notice, overheard.with(variant::EXTENDED_MONITOR)).is_some());
        assert_eq!(read(&notice, overheard), None);
        assert_eq!(read(&notice, Variant::OVERHEARD.with(variant::EXTENDED_MONITOR)), None);
    }
}
