//! Room modes: what a room says that its modes are is what it said that they became.

use std::collections::BTreeSet;

use chat_proto::irc::Message;
use chatd::wire::irc::Irc;

use super::server::{Server, run};
use super::text;

/// Each line is what stands behind `MODE #room`. All changes that the room was told, put together as CHANMODES and PREFIX say that
/// letters and parameters go together, are the modes that the room has in the end.
pub fn modes(data: &[u8]) {
    let Some(lines) = text(data) else { return };
    let asks: String = lines.lines().take(32).map(|line| format!("MODE #room {line}\r\n")).collect();
    run(async {
        let server = Server::start();
        let mut client = server.connect::<Irc>().await;
        client.says(b"NICK alice\r\nUSER alice 0 * :alice\r\n").await;
        let welcome = client.hears().await;
        client.says(b"JOIN #room\r\nMODE #room\r\n").await;
        let mut letters = shown(&client.hears().await);
        client.says(asks.as_bytes()).await;
        let heard = client.hears().await;
        let kinds = Kinds::announced(&welcome);
        for line in heard.lines() {
            let message = Message::parse(line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
            if message.verb == "MODE" && message.param(0) == Some("#room") {
                kinds.change(&mut letters, &message.params()[1..]);
            }
        }
        client.says(b"MODE #room\r\n").await;
        assert_eq!(shown(&client.hears().await), letters, "after {heard}");
    });
}

/// The letters of the last RPL_CHANNELMODEIS (324).
fn shown(heard: &str) -> BTreeSet<char> {
    let line = heard.lines().rfind(|line| line.contains(" 324 ")).unwrap_or_default();
    let letters = line.split(' ').nth(4).unwrap_or_default();
    letters.chars().filter(|letter| letter.is_alphabetic()).collect()
}

/// Which letters take a parameter, by RPL_ISUPPORT (005).
struct Kinds {
    /// Type A of CHANMODES, and PREFIX: always with a parameter, and not among the modes of a room.
    apart: String,
    /// Type B: always with a parameter.
    always: String,
    /// Type C: with a parameter when set.
    when_set: String,
    /// Type D: never with a parameter.
    never: String,
}

impl Kinds {
    fn announced(welcome: &str) -> Self {
        let token =
            |name: &str| welcome.split(' ').find_map(|word| word.strip_prefix(name)).unwrap_or_default();
        let mut kinds = token("CHANMODES=").split(',').map(str::to_owned);
        let mut next = || kinds.next().unwrap_or_default();
        let (lists, always, when_set, never) = (next(), next(), next(), next());
        let ranks = token("PREFIX=(").split(')').next().unwrap_or_default();
        Self { apart: lists + ranks, always, when_set, never }
    }

    /// Changes `letters` as a MODE says whose target is left out.
    fn change(&self, letters: &mut BTreeSet<char>, said: &[&str]) {
        let [changes, params @ ..] = said else { panic!("a change without a letter") };
        let (mut is_on, mut params) = (true, params.iter());
        for letter in changes.chars() {
            let has_param = match letter {
                '+' | '-' => {
                    is_on = letter == '+';
                    continue;
                }
                _ if self.apart.contains(letter) || self.always.contains(letter) => true,
                _ if self.when_set.contains(letter) => is_on,
                _ => {
                    assert!(self.never.contains(letter), "{letter} is not announced");
                    false
                }
            };
            assert!(!has_param || params.next().is_some(), "{letter} lacks its parameter in {said:?}");
            match (self.apart.contains(letter), is_on) {
                (true, _) => {}
                (false, true) => drop(letters.insert(letter)),
                (false, false) => drop(letters.remove(&letter)),
            }
        }
        assert!(params.next().is_none(), "{said:?} has a parameter too many");
    }
}
