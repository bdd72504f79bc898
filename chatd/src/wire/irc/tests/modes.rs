//! What is announced about modes, compared with what the server does: each letter is held against the domain itself.

use std::sync::Arc;

use super::{alice, alice_with};
use crate::domain::apply::apply;
use crate::domain::command::{Operator, Role};
use crate::domain::decide::{self, Outcome};
use crate::domain::event::{Dated, Event};
use crate::domain::id::{ClientId, Seq, Time};
use crate::domain::mode::Rank;
use crate::domain::refusal::Refusal;
use crate::domain::reply::Reply;
use crate::domain::request::{Register, Request};
use crate::domain::state::State;
use crate::wire::irc::Irc;
use crate::wire::testing::{Session, client, nick, room, text};

/// Alice's session in front of a state: she owns #a, and bob is in it.
struct World {
    state: State,
    session: Session<Irc>,
    seq: Seq,
}

const ALICE: u32 = 1;
const BOB: u32 = 2;

impl World {
    fn new(has_owners: bool) -> Self {
        let session = alice_with(|config| config.rooms.owner_ranks = has_owners);
        let state = State::new(Arc::clone(&session.setting.config));
        let mut world = Self { state, session, seq: Seq(0) };
        for (id, name) in [(ALICE, "alice"), (BOB, "bob")] {
            world.ask(client(id), register(name));
            world.ask(client(id), Request::Join { room: room("#a"), key: None });
        }
        world
    }

    /// Decides and applies; the refusals that come of it.
    fn ask(&mut self, who: ClientId, request: Request) -> Vec<Refusal> {
        let (events, replies) = match decide::request(&self.state, who, Time(0), request) {
            Err(refusal) => return vec![refusal],
            Ok(Outcome::Nothing) => return Vec::new(),
            Ok(Outcome::Reply(reply)) => (Vec::new(), vec![reply]),
            Ok(Outcome::Replies(replies)) => (Vec::new(), replies),
            Ok(Outcome::Event(event)) => (vec![event], Vec::new()),
            Ok(Outcome::Events(events, replies)) => (events, replies),
        };
        let mut refusals: Vec<_> = replies.into_iter().filter_map(refused).collect();
        for event in events {
            self.seq = self.seq.next();
            refusals.extend(apply(&mut self.state, self.seq, &Dated { at: Time(0), event }).err());
        }
        refusals
    }

    /// What alice's line is refused for.
    fn sends(&mut self, line: &str) -> Vec<Refusal> {
        let requests = self.session.asks(line);
        requests.into_iter().flat_map(|request| self.ask(client(ALICE), request)).collect()
    }

    /// The value of a token of RPL_ISUPPORT.
    #[track_caller]
    fn announced(&mut self, token: &str) -> String {
        announced(&mut self.session, token)
    }

    /// The modes of #a as its members see them, lists and ranks but for alice's among them.
    fn modes(&self) -> String {
        let room = self.state.room_named("#a").unwrap();
        let lists: Vec<_> = room.lists.iter().flatten().map(|entry| entry.mask.as_str()).collect();
        let bob: String = room.rank(client(BOB)).unwrap_or(Rank::NONE).prefixes().collect();
        format!("{} {} {bob}", room.modes_shown(true).join(" "), lists.join(" "))
    }
}

fn refused(reply: Reply) -> Option<Refusal> {
    if let Reply::Refused(refusal) = reply { Some(refusal) } else { None }
}

fn register(name: &str) -> Request {
    Request::Register(Box::new(Register::of(Some(nick(name)))))
}

#[track_caller]
fn announced(session: &mut Session<Irc>, token: &str) -> String {
    let text = session.hears("VERSION");
    let mut values = text.split([' ', '\r']).filter_map(|word| word.strip_prefix(&format!("{token}=")));
    values.next().unwrap_or_else(|| panic!("no {token} in {text}")).to_owned()
}

fn every_letter() -> impl Iterator<Item = char> {
    ('A'..='Z').chain('a'..='z')
}

/// The letters of rooms by how they take a parameter: lists, always, when set, never; and ranks.
fn announced_rooms(world: &mut World) -> ([String; 4], String) {
    let types = world.announced("CHANMODES");
    let types: Vec<_> = types.split(',').map(str::to_owned).collect();
    let prefix = world.announced("PREFIX");
    let (letters, prefixes) = prefix.strip_prefix('(').unwrap().split_once(')').unwrap();
    assert_eq!(letters.len(), prefixes.len());
    (types.try_into().unwrap(), letters.to_owned())
}

/// A parameter that suits the letter, if it takes one.
fn param(types: &[String; 4], ranks: &str, letter: char) -> &'static str {
    match letter {
        _ if types[0].contains(letter) => " x!*@*",
        _ if types[1].contains(letter) => " key",
        _ if types[2].contains(letter) => " 7",
        _ if ranks.contains(letter) => " bob",
        _ => "",
    }
}

#[test]
fn every_announced_mode_of_rooms_can_be_set_and_taken_away_and_no_other() {
    for has_owners in [false, true] {
        let mut world = World::new(has_owners);
        let (types, ranks) = announced_rooms(&mut world);
        world.sends("MODE #a -nt");
        let nothing = world.modes();
        for letter in every_letter() {
            let param = param(&types, &ranks, letter);
            let refusals = world.sends(&format!("MODE #a +{letter}{param}"));
            if !types.concat().contains(letter) && !ranks.contains(letter) {
                assert!(matches!(refusals[..], [Refusal::UnknownRoomMode { .. }]), "{letter}: {refusals:?}");
                continue;
            }
            assert_eq!(refusals, [], "+{letter}");
            assert_ne!(world.modes(), nothing, "+{letter} did nothing");
            let param = if types[2].contains(letter) { "" } else { param };
            assert_eq!(world.sends(&format!("MODE #a -{letter}{param}")), [], "-{letter}");
            assert_eq!(world.modes(), nothing, "-{letter} did not undo +{letter}");
        }
    }
}

#[test]
fn the_prefixes_announced_are_those_that_are_shown() {
    for (has_owners, expected) in [(false, "(ohv)@%+"), (true, "(qaohv)~&@%+")] {
        let mut world = World::new(has_owners);
        assert_eq!(world.announced("PREFIX"), expected);
        let (letters, prefixes) = expected[1..].split_once(')').unwrap();
        for (letter, prefix) in letters.chars().zip(prefixes.chars()) {
            world.sends(&format!("MODE #a +{letter} bob"));
            assert!(world.modes().ends_with(&format!(" {prefix}")), "{letter}: {}", world.modes());
            world.sends(&format!("MODE #a -{letter} bob"));
        }
    }
}

#[test]
fn the_letters_of_the_welcome_are_those_of_isupport() {
    for has_owners in [false, true] {
        let mut world = World::new(has_owners);
        let (types, ranks) = announced_rooms(&mut world);
        let welcome = world.session.reads(&crate::wire::testing::welcome("alice"));
        let info = welcome.lines().find(|line| line.contains(" 004 ")).unwrap();
        let [users, rooms, with_param] = info.split(' ').skip(5).collect::<Vec<_>>().try_into().unwrap();
        let sorted = |text: &str| {
            let mut letters: Vec<char> = text.chars().collect();
            letters.sort_unstable();
            letters.into_iter().collect::<String>()
        };
        assert_eq!(rooms, sorted(&(types.concat() + &ranks)));
        assert_eq!(with_param, sorted(&(types[..3].concat() + &ranks)));
        assert_eq!(format!(",,,{users}"), world.announced("USERMODES"));
    }
}

#[test]
fn every_announced_user_mode_can_be_set_and_no_other() {
    let mut world = World::new(false);
    let letters = world.announced("USERMODES");
    let letters = letters.rsplit(',').next().unwrap();
    for letter in every_letter() {
        if !letters.contains(letter) {
            let unknown = ":irc.test 501 alice :Unknown MODE flag\r\n";
            assert_eq!(world.session.hears(format!("MODE alice +{letter}")), unknown, "{letter}");
            continue;
        }
        if letter == 'o' {
            let operator = Arc::new(Operator { name: "root".into(), role: Role::Admin });
            let granted = Event::OperatorGranted { client: client(ALICE), operator };
            apply(&mut world.state, Seq(99), &Dated { at: Time(0), event: granted }).unwrap();
        } else {
            assert_eq!(world.sends(&format!("MODE alice +{letter}")), []);
        }
        assert_eq!(world.state.client(client(ALICE)).unwrap().modes.letters(), letter.to_string());
        assert_eq!(world.sends(&format!("MODE alice -{letter}")), []);
        assert_eq!(world.state.client(client(ALICE)).unwrap().modes.letters(), "");
    }
    assert_eq!(world.announced("BOT"), "B");
}

#[test]
fn only_oper_makes_operators_and_the_attempt_is_passed_over() {
    assert!(alice().asks("MODE alice +o").is_empty());
}

#[test]
fn every_announced_extended_ban_is_taken_and_no_other() {
    let mut world = World::new(false);
    let token = world.announced("EXTBAN");
    let (prefix, letters) = token.split_once(',').unwrap();
    for letter in every_letter() {
        let param = if letter == 'c' { "#b" } else { "x" };
        let refusals = world.sends(&format!("MODE #a +b {prefix}{letter}:{param}"));
        match letters.contains(letter) {
            true => assert_eq!(refusals, [], "{letter}"),
            false => assert!(matches!(refusals[..], [Refusal::BadModeParam { .. }]), "{letter}"),
        }
    }
    let entries = world.state.room_named("#a").unwrap().lists.iter().flatten().count();
    assert_eq!(entries, letters.len());
    for name in world.announced("ACCOUNTEXTBAN").split(',') {
        assert_eq!(world.sends(&format!("MODE #a +b {prefix}{name}:bob")), []);
    }
    assert_eq!(world.state.room_named("#a").unwrap().lists.iter().flatten().count(), letters.len() + 1);
}

#[test]
fn lists_and_keys_hold_what_is_announced_and_nothing_more() {
    let session = alice_with(|config| config.limits.room_list_entries = 3);
    let mut world = World { state: State::new(Arc::clone(&session.setting.config)), session, seq: Seq(0) };
    world.ask(client(ALICE), register("alice"));
    world.ask(client(ALICE), Request::Join { room: room("#a"), key: None });
    let lists = world.announced("MAXLIST");
    let letters: String = lists.split(',').map(|list| list.split(':').next().unwrap()).collect();
    assert_eq!(letters, world.announced("CHANMODES").split(',').next().unwrap());
    for list in lists.split(',') {
        let (letter, limit) = list.split_once(':').unwrap();
        let limit: usize = limit.parse().unwrap();
        for number in 0..limit {
            assert_eq!(world.sends(&format!("MODE #a +{letter} n{number}")), []);
        }
        let refusals = world.sends(&format!("MODE #a +{letter} more"));
        assert!(matches!(refusals[..], [Refusal::ListFull { .. }]), "{refusals:?}");
        assert_eq!(world.sends(&format!("MODE #a +{letter} N0")), [], "what is there already is no more");
    }
    assert_eq!((world.announced("EXCEPTS"), world.announced("INVEX")), ("e".into(), "I".into()));
    let longest: usize = world.announced("KEYLEN").parse().unwrap();
    assert_eq!(world.sends(&format!("MODE #a +k {}", "k".repeat(longest))), []);
    assert_eq!(world.sends(&format!("MODE #a +k {}", "k".repeat(longest + 1))).len(), 1);
}

#[test]
fn as_many_changes_as_announced_are_made_at_once() {
    let most: usize = announced(&mut alice(), "MODES").parse().unwrap();
    for (count, is_cut) in [(most, false), (most + 1, true), (most + 9, true)] {
        let line = format!("MODE #a m+{}{}", "v".repeat(count), " bob".repeat(count));
        let (changes, told): (Vec<_>, Vec<_>) = alice()
            .asks(line)
            .into_iter()
            .partition(|request| matches!(request, Request::SetRoomModes { .. }));
        let [Request::SetRoomModes { changes, .. }] = &changes[..] else { panic!("{changes:?}") };
        assert_eq!(changes.len(), 1 + most);
        assert_eq!(text(&told).contains(" FAIL MODE TOO_MANY_MODES #a :"), is_cut, "{count}");
    }
}

#[test]
fn the_modes_of_others_are_for_the_domain_to_refuse() {
    assert_eq!(alice().asks("MODE bob +i"), [Request::ModesOf("bob".into())]);
    assert_eq!(alice().asks("MODE bob"), [Request::ModesOf("bob".into())]);
    let reads = |refusal| alice().reads(&Reply::Refused(refusal));
    assert_eq!(reads(Refusal::NotYourModes), ":irc.test 502 alice :Cant change mode for other users\r\n");
}

#[test]
fn an_unknown_letter_is_answered_once_and_its_neighbours_are_set() {
    let mut world = World::new(false);
    let refusals = world.sends("MODE #a +ZmZY");
    let letter = |refusal: &Refusal| match refusal {
        Refusal::UnknownRoomMode { letter, .. } => *letter,
        other => panic!("{other:?}"),
    };
    assert_eq!(refusals.iter().map(letter).collect::<Vec<_>>(), ['Z', 'Y']);
    assert!(world.modes().starts_with("+mnt"));
}
