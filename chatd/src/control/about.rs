//! Which lines of the log somebody wants to see who names clients and rooms. Knows the fields of lines, nothing else; what a
//! line says in words does not count.

use std::collections::{BTreeSet, VecDeque};

use chat_proto::control::LogLine;
use chat_proto::name::CaseMapping;

use super::problem::Failure;

/// Names in one request.
const NAMES_MAX: usize = 64;

/// Clients that are followed by their ids; beyond, the one that was found first is forgotten.
const FOLLOWED_MAX: usize = 1024;

/// What is asked for. Who is named by a nick stays the same client under the next nick.
#[derive(Debug)]
pub(super) struct About {
    /// Empty for everything.
    names: Vec<Name>,
    /// The ids of clients that were found, each once, and in the order in which they were.
    ids: BTreeSet<u32>,
    order: VecDeque<u32>,
    folding: CaseMapping,
}

#[derive(Debug, PartialEq, Eq)]
enum Name {
    Room(String),
    /// A nick, an id or an address, as typed.
    Client(String),
}

impl About {
    /// Reads `#room,nick,17,192.0.2.7`.
    pub(super) fn parse(what: &str, folding: CaseMapping) -> Result<Self, Failure> {
        let names = what.split(',').map(str::trim).filter(|name| !name.is_empty());
        let names = names.map(|name| match name.starts_with(['#', '&']) {
            true => Name::Room(name.to_owned()),
            false => Name::Client(name.to_owned()),
        });
        let names: Vec<_> = names.collect();
        if names.len() > NAMES_MAX {
            let detail =
                format!("{} names are more than the {NAMES_MAX} that one watch may have", names.len());
            return Err(Failure::bad_request(detail).hint("watch everything and select afterwards"));
        }
        Ok(Self { names, ids: BTreeSet::new(), order: VecDeque::new(), folding })
    }

    /// What names clients, as typed.
    pub(super) fn people(&self) -> Vec<String> {
        let name = |name: &Name| match name {
            Name::Client(who) => Some(who.clone()),
            Name::Room(_) => None,
        };
        self.names.iter().filter_map(name).collect()
    }

    /// Follows clients with these ids.
    pub(super) fn follow(&mut self, ids: impl IntoIterator<Item = u32>) {
        for id in ids {
            if self.ids.insert(id) {
                self.order.push_back(id);
            }
            if self.order.len() > FOLLOWED_MAX {
                self.order.pop_front().map(|oldest| self.ids.remove(&oldest));
            }
        }
    }

    /// Whether a line is asked for. If it names somebody who is, they are followed from now on.
    pub(super) fn takes(&mut self, line: &LogLine) -> bool {
        if self.names.is_empty() {
            return true;
        }
        let id = line.fields.get("client").and_then(|id| id.parse().ok());
        let found = self.names.iter().find(|name| name.is_in(line, self.folding));
        let (is_named, is_person) = (found.is_some(), matches!(found, Some(Name::Client(_))));
        self.follow(id.filter(|_| is_person));
        is_named || id.is_some_and(|id| self.ids.contains(&id))
    }
}

impl Name {
    fn is_in(&self, line: &LogLine, folding: CaseMapping) -> bool {
        let field = |name: &str| line.fields.get(name).map(String::as_str);
        match self {
            Self::Room(room) => field("room").is_some_and(|named| folding.same(named, room)),
            Self::Client(who) => {
                let is_nick = |named: &str| folding.same(named, who);
                field("client") == Some(who)
                    || ["nick", "new"].iter().any(|name| field(name).is_some_and(is_nick))
                    || field("peer").is_some_and(|peer| peer == who || is_from(peer, who))
            }
        }
    }
}

/// Whether `peer`, an address with its port, is from this address.
fn is_from(peer: &str, address: &str) -> bool {
    let host = peer.rsplit_once(':').map_or(peer, |(host, _)| host);
    host.trim_start_matches('[').trim_end_matches(']') == address
}

#[cfg(test)]
mod tests {
    use super::About;
    use chat_proto::control::LogLine;
    use chat_proto::name::CaseMapping;

    fn about(what: &str) -> About {
        About::parse(what, CaseMapping::Rfc1459).unwrap()
    }

    fn line(fields: &[(&str, &str)]) -> LogLine {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let text = || "x".to_owned();
        LogLine { time: text(), level: text(), target: text(), message: text(), fields }
    }

    #[test]
    fn lines_are_found_by_nick_id_address_and_room() {
        let joined = line(&[("client", "17"), ("nick", "Alice"), ("room", "#Lobby")]);
        let came = line(&[("client", "18"), ("peer", "192.0.2.7:4000")]);
        let from_six = line(&[("client", "19"), ("peer", "[2001:db8::1]:4000")]);
        for (what, of_joined, of_came, of_six) in [
            ("", true, true, true),
            ("alice", true, false, false),
            ("17", true, false, false),
            ("7", false, false, false),
            ("#lobby", true, false, false),
            ("#other", false, false, false),
            ("192.0.2.7", false, true, false),
            ("192.0.2.7:4000", false, true, false),
            ("192.0.2.7:4", false, false, false),
            ("2001:db8::1", false, false, true),
            ("#lobby, 18", true, true, false),
        ] {
            assert_eq!(about(what).takes(&joined), of_joined, "{what:?}");
            assert_eq!(about(what).takes(&came), of_came, "{what:?}");
            assert_eq!(about(what).takes(&from_six), of_six, "{what:?}");
        }
        assert!(!about("alice").takes(&line(&[])), "a line about nobody");
    }

    #[test]
    fn whoever_is_found_by_a_nick_is_followed_through_others() {
        let mut about = about("alice");
        assert!(!about.takes(&line(&[("client", "17"), ("nick", "bob")])));
        assert!(about.takes(&line(&[("client", "17"), ("nick", "bob"), ("new", "alice")])));
        assert!(about.takes(&line(&[("client", "17"), ("nick", "carol")])));
        assert!(about.takes(&line(&[("client", "17")])));
        // Who is in a room with somebody is not followed.
        let mut room = self::about("#lobby");
        assert!(room.takes(&line(&[("client", "17"), ("room", "#lobby")])));
        assert!(!room.takes(&line(&[("client", "17"), ("room", "#other")])));
    }

    #[test]
    fn those_who_are_followed_are_bounded_and_the_oldest_goes_first() {
        let mut about = about("nobody");
        about.follow(0..1024);
        assert!(about.takes(&line(&[("client", "0")])));
        about.follow([1024]);
        assert!(!about.takes(&line(&[("client", "0")])) && about.takes(&line(&[("client", "1")])));
    }

    #[test]
    fn a_watch_has_at_most_64_names() {
        assert!(About::parse(&vec!["a"; 64].join(","), CaseMapping::Ascii).is_ok());
        assert!(About::parse(&vec!["a"; 65].join(","), CaseMapping::Ascii).is_err());
    }
}
