//! Which entries a watcher wants. Knows names only; what a role may see is decided elsewhere.

use chat_proto::control::Entry;
use chat_proto::name::CaseMapping;

use super::problem::Failure;

/// Names in one request.
const NAMES_MAX: usize = 256;

/// What a watcher has asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Selection {
    /// Empty for everything.
    names: Vec<Wanted>,
    folding: CaseMapping,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    /// All desk conversations.
    Desk,
    /// One conversation, by its name in entries: a room, or `desk:ID`.
    Conversation(String),
    /// Whatever somebody says or does, and what is said or done to them.
    Nick(String),
}

impl Selection {
    /// Reads `#room,nick,desk,desk:ID`.
    pub(super) fn parse(what: &str, folding: CaseMapping) -> Result<Self, Failure> {
        let names = what.split(',').map(str::trim).filter(|name| !name.is_empty());
        let names = names.map(Wanted::parse).collect::<Result<Vec<_>, _>>()?;
        if names.len() > NAMES_MAX {
            let detail =
                format!("{} names are more than the {NAMES_MAX} that one watch may have", names.len());
            return Err(Failure::bad_request(detail).hint("watch everything and select afterwards"));
        }
        Ok(Self { names, folding })
    }

    /// Whether an entry is asked for.
    pub(super) fn takes(&self, entry: &Entry) -> bool {
        let is = |name: &Option<String>, wanted: &str| {
            name.as_deref().is_some_and(|name| self.folding.same(name, wanted))
        };
        let takes = |wanted: &Wanted| match wanted {
            Wanted::Desk => entry.desk_id.is_some(),
            Wanted::Conversation(name) => is(&entry.conversation, name),
            Wanted::Nick(nick) => is(&entry.from, nick) || is(&entry.to, nick),
        };
        self.names.is_empty() || self.names.iter().any(takes)
    }
}

impl Wanted {
    fn parse(name: &str) -> Result<Self, Failure> {
        match name.strip_prefix("desk:") {
            _ if name == "desk" => Ok(Self::Desk),
            Some(id) if id.parse::<u64>().is_ok() => Ok(Self::Conversation(name.to_owned())),
            Some(_) => Err(Failure::bad_request(format!("{name:?} is not desk:ID with a number"))),
            None if name.starts_with(['#', '&']) => Ok(Self::Conversation(name.to_owned())),
            None => Ok(Self::Nick(name.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Selection;
    use chat_proto::control::Entry;
    use chat_proto::name::CaseMapping;
    use serde_json::{Value, json};

    fn takes(what: &str, fields: Value) -> bool {
        let mut entry = json!({"seq": 1, "time": "t", "kind": "message"});
        entry.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let entry: Entry = serde_json::from_value(entry).unwrap();
        Selection::parse(what, CaseMapping::Rfc1459).unwrap().takes(&entry)
    }

    #[test]
    fn rooms_desks_and_nicks_select_what_belongs_to_them() {
        let room = json!({"conversation": "#Lobby", "from": "alice"});
        let desk = json!({"conversation": "desk:7", "desk_id": 7, "from": "bob", "to": "desk"});
        for (what, of_room, of_desk) in [
            ("", true, true),
            ("#lobby", true, false),
            ("desk", false, true),
            ("desk:7", false, true),
            ("desk:8", false, false),
            ("ALICE", true, false),
            ("bob,#lobby", true, true),
            ("#other, carol", false, false),
        ] {
            assert_eq!(takes(what, room.clone()), of_room, "{what} of the room");
            assert_eq!(takes(what, desk.clone()), of_desk, "{what} of the desk");
        }
    }

    #[test]
    fn a_watch_has_at_most_256_names() {
        let names = |count| vec!["a"; count].join(",");
        assert!(Selection::parse(&names(256), CaseMapping::Ascii).is_ok());
        assert!(Selection::parse(&names(257), CaseMapping::Ascii).is_err());
        assert!(Selection::parse("desk:x", CaseMapping::Ascii).is_err());
    }
}
