//! What others learn of where somebody comes from, and what bans hold against it.

use super::{Chat, register};
use crate::domain::command::{Answer, Command, Operator, Role};
use crate::domain::decide::{self, Outcome};
use crate::domain::id::ClientId;
use crate::domain::origin::Origin;
use crate::domain::query::WhoAsk;
use crate::domain::refusal::Refusal;
use crate::domain::reply::Reply;
use crate::domain::request::Request;

/// Where bob comes from.
const IP: &str = "192.0.2.7";
const HOST: &str = "dsl-7.example.net";

fn from(chat: &mut Chat, nick: &str, origin: Origin) -> ClientId {
    let id = chat.connect();
    let Request::Register(mut ask) = register(nick) else { unreachable!("what registers is a registration") };
    ask.origin = origin;
    chat.ask(id, Request::Register(ask));
    chat.heard.clear();
    id
}

fn bob(chat: &mut Chat) -> ClientId {
    from(chat, "bob", Origin { host: Some(HOST.into()), ..Origin::of(IP.parse().unwrap()) })
}

fn cloaked() -> Chat {
    Chat::with(|config| config.cloak.key = Some("a key that nobody knows".into()))
}

fn become_operator(chat: &mut Chat, who: ClientId) {
    chat.ask(who, Request::BecomeOperator(Operator { name: "root".into(), role: Role::Admin }.into()));
    chat.heard.clear();
}

/// The answer to a question, with everything in it.
#[track_caller]
fn told(chat: &Chat, who: ClientId, request: Request) -> Reply {
    match decide::request(&chat.state, who, chat.now, request) {
        Ok(Outcome::Reply(reply)) => reply,
        other => panic!("not one answer: {other:?}"),
    }
}

#[test]
fn others_see_the_cloak_and_exempt_addresses_as_they_are() {
    let mut chat = cloaked();
    let bob = bob(&mut chat);
    let local = from(&mut chat, "local", Origin::of([127, 0, 0, 1].into()));
    let state = &chat.state;
    assert_eq!(state.client(bob).unwrap().host().split_once('.').unwrap().1, "cloak");
    assert!(state.client(bob).unwrap().is_cloaked());
    assert_eq!(&*state.client(local).unwrap().source, "local!~u@127.0.0.1");
    assert!(!state.client(local).unwrap().is_cloaked());
}

#[test]
fn without_cloaks_a_known_host_name_is_shown() {
    let mut chat = Chat::with(|config| config.cloak.enabled = false);
    let bob = bob(&mut chat);
    assert_eq!(chat.state.client(bob).unwrap().host(), HOST);
}

#[test]
fn a_ban_holds_by_cloak_host_name_address_and_network() {
    let by_mask = |mask: &str| {
        let mut chat = cloaked();
        let [alice] = chat.room("#a", ["alice"]);
        let bob = bob(&mut chat);
        let mask = mask.replace("CLOAK", chat.state.client(bob).unwrap().host());
        chat.mode(alice, "#a", 'b', true, Some(&mask));
        chat.join(bob, "#a");
        chat.hears(bob)[0] == "no: you are banned from #a (+b)"
    };
    for mask in [
        "*!*@CLOAK",
        "*!*@192.0.2.7",
        "*!*@192.0.2.0/24",
        "*!~u@192.0.2.*",
        "bob!*@dsl-7.example.net",
        "*!*@*.net",
        "192.0.2.7",
    ] {
        assert!(by_mask(mask), "{mask}");
    }
    for mask in
        ["*!*@192.0.2.8", "*!*@192.0.3.0/24", "eve!*@192.0.2.7", "*!x@192.0.2.0/24", "*!*@example.net"]
    {
        assert!(!by_mask(mask), "{mask}");
    }
}

#[test]
fn an_exception_and_an_invitation_exception_hold_by_the_address_too() {
    let mut chat = cloaked();
    let [alice] = chat.room("#a", ["alice"]);
    let bob = bob(&mut chat);
    chat.mode(alice, "#a", 'b', true, Some("*!*@*"));
    chat.mode(alice, "#a", 'i', true, None);
    chat.mode(alice, "#a", 'e', true, Some("*!*@192.0.2.0/24"));
    chat.mode(alice, "#a", 'I', true, Some("*!*@192.0.2.7"));
    chat.join(bob, "#a");
    assert_eq!(chat.hears(bob)[0], "bob joins #a");
}

#[test]
fn the_address_is_told_to_operators_and_to_the_client_itself() {
    let mut chat = cloaked();
    let (alice, bob) = (chat.client("alice"), bob(&mut chat));
    let whois = |chat: &Chat, who| match told(chat, who, Request::Whois { nick: "bob".into(), via: None }) {
        Reply::Whois { found: Some(whois), .. } => {
            whois.origin.map(|origin| (origin.ip.to_string(), origin.host().into_owned()))
        }
        other => panic!("no WHOIS: {other:?}"),
    };
    let known = Some((IP.to_owned(), HOST.to_owned()));
    assert_eq!(whois(&chat, alice), None);
    assert_eq!(whois(&chat, bob), known);
    become_operator(&mut chat, alice);
    assert_eq!(whois(&chat, alice), known);
}

#[test]
fn those_who_left_are_told_from_where_to_operators_only() {
    let mut chat = cloaked();
    let (alice, bob) = (chat.client("alice"), bob(&mut chat));
    chat.ask(bob, Request::Leave(crate::domain::disconnect::Disconnect::Closed));
    let origins = |chat: &Chat| {
        let whowas = Request::Whowas { nicks: "bob".into(), count: 0 };
        match told(chat, alice, whowas) {
            Reply::Whowas { entries, .. } => entries[0].origin.clone(),
            other => panic!("no WHOWAS: {other:?}"),
        }
    };
    assert_eq!(origins(&chat), None);
    become_operator(&mut chat, alice);
    assert_eq!(origins(&chat).unwrap().ip.to_string(), IP);
}

#[test]
fn only_an_operator_finds_somebody_by_the_address() {
    let mut chat = cloaked();
    let (alice, _) = (chat.client("alice"), bob(&mut chat));
    let masks = ["192.0.2.7", "192.*", "192.0.2.0/24", "dsl-7.example.net", "*.net"];
    let who = |chat: &mut Chat, mask: &str| {
        chat.ask(alice, Request::Who(Box::new(WhoAsk::of(mask))));
        chat.hears(alice).pop().unwrap()
    };
    for mask in masks {
        assert_eq!(who(&mut chat, mask), "who: ", "{mask}");
    }
    become_operator(&mut chat, alice);
    for mask in masks {
        assert_eq!(who(&mut chat, mask), "who: bob", "{mask}");
    }
}

#[test]
fn userhost_tells_everybody_the_own_address_only() {
    let mut chat = cloaked();
    let (alice, bob) = (chat.client("alice"), bob(&mut chat));
    let place = |who| match told(&chat, who, Request::Userhost(vec!["bob".into()])) {
        Reply::Userhost(entries) => entries[0].3.clone(),
        other => panic!("no USERHOST: {other:?}"),
    };
    assert_eq!(place(bob), format!("~u@{HOST}"));
    assert!(place(alice).ends_with(".cloak"));
}

#[test]
fn the_welcome_says_whether_there_is_a_cloak() {
    let mut chat = cloaked();
    for (ip, is_cloaked) in [("192.0.2.9", true), ("127.0.0.1", false)] {
        let id = chat.connect();
        let Request::Register(mut ask) = register(&format!("n{}", id.serial)) else { unreachable!() };
        ask.origin = Origin::of(ip.parse().unwrap());
        let event = chat.decided(id, Request::Register(ask));
        let dated = crate::domain::event::Dated { at: chat.now, event };
        let applied = crate::domain::apply::apply(&mut chat.state, chat.seq.next(), &dated).unwrap();
        let Reply::Welcome(welcome) = &applied.replies[0].1 else { panic!("no welcome") };
        assert_eq!(welcome.is_cloaked, is_cloaked, "{ip}");
    }
}

#[test]
fn an_operator_gives_a_host_and_bans_on_what_was_shown_before_still_hold() {
    let mut chat = cloaked();
    let [alice] = chat.room("#a", ["alice"]);
    let bob = bob(&mut chat);
    let cloak = chat.state.client(bob).unwrap().host().to_owned();
    let host = |host: Option<&str>| Command::SetHost { who: "bob".into(), host: host.map(Into::into) };
    let set = chat.command(Role::Operator, host(Some("staff/bob")), &[bob]).unwrap();
    assert_eq!(set, Answer::HostSet { nick: "bob".into(), host: "staff/bob".into() });
    assert_eq!(&*chat.state.client(bob).unwrap().source, "bob!~u@staff/bob");
    chat.command(Role::Operator, host(Some("staff.example")), &[bob]).unwrap();
    chat.heard.clear();
    chat.mode(alice, "#a", 'b', true, Some(&format!("*!*@{cloak}")));
    chat.join(bob, "#a");
    assert_eq!(chat.hears(bob)[0], "no: you are banned from #a (+b)");
    chat.command(Role::Operator, host(None), &[bob]).unwrap();
    assert_eq!(chat.state.client(bob).unwrap().host(), cloak);
    let bad = chat.command(Role::Operator, host(Some("a b")), &[bob]);
    assert_eq!(bad, Err(Refusal::BadHost("a b".into())));
    assert!(chat.command(Role::Viewer, host(None), &[bob]).is_err());
    assert!(chat.command(Role::Operator, host(None), &[]).is_err());
}
