//! What happened, as the API shows it: a notice or a stored message as an [`Entry`]. A message makes the same entry by either
//! way. Decides nothing about who may see it.

use chat_proto::control::{DeskDirection, Entry, EntryKind};

use super::router::UNIX;
use super::time::rfc3339;
use crate::domain::disconnect::Disconnect;
use crate::domain::id::{Seq, Time};
use crate::domain::message::{Author, Conversation, Message, MessageKind, nick_of, whole};
use crate::domain::notice::{Notice, What};
use crate::store::{Stored, StoredConversation};
use crate::wire::letters;

/// A notice; none if it is nothing to people (messages of only tags). `desk` is the desk's nick.
pub(super) fn of_notice(notice: &Notice, desk: &str) -> Option<Entry> {
    let blank = |kind, source: &str| blank(notice.seq, notice.at, kind, nick_of(source));
    Some(match &notice.what {
        What::Connected { source, .. } => blank(EntryKind::Connect, source),
        What::Quit { source, why: Disconnect::Quit(words), .. } => {
            Entry { text: some(words), ..blank(EntryKind::Quit, source) }
        }
        What::Quit { source, why, .. } => {
            Entry { text: Some(why.to_string()), ..blank(EntryKind::Disconnect, source) }
        }
        What::Nick { source, nick } => Entry { to: Some(nick.to_string()), ..blank(EntryKind::Nick, source) },
        What::Joined { source, room, .. } => {
            Entry { conversation: Some(room.to_string()), ..blank(EntryKind::Join, source) }
        }
        What::Parted { source, room, reason } => {
            let conversation = Some(room.to_string());
            Entry { conversation, text: some(reason), ..blank(EntryKind::Part, source) }
        }
        What::Kicked { by, room, nick, reason } => {
            let (conversation, to) = (Some(room.to_string()), Some(nick.to_string()));
            Entry { conversation, to, text: some(reason), ..blank(EntryKind::Kick, &by.source) }
        }
        What::Topic { by, room, text } => {
            let conversation = Some(room.to_string());
            Entry { conversation, text: some(text), ..blank(EntryKind::Topic, &by.source) }
        }
        What::Renamed { by, old, name, reason } => {
            let (conversation, to) = (Some(old.to_string()), Some(name.to_string()));
            Entry { conversation, to, text: some(reason), ..blank(EntryKind::Rename, &by.source) }
        }
        What::RoomModes { by, room, changes } => {
            let (conversation, text) = (Some(room.to_string()), Some(letters::room_text(changes)));
            Entry { conversation, text, ..blank(EntryKind::Mode, &by.source) }
        }
        What::UserModes { nick, source, changes } => {
            let (to, text) = (Some(nick.to_string()), Some(letters::user_letters(changes)));
            Entry { to, text, ..blank(EntryKind::Mode, source) }
        }
        What::Invited { by, room, nick } => {
            let (conversation, to) = (Some(room.to_string()), Some(nick.to_string()));
            Entry { conversation, to, ..blank(EntryKind::Invite, &by.source) }
        }
        What::Knocked { room, source, text, .. } => {
            let (conversation, text) = (Some(room.to_string()), some(text));
            Entry { conversation, text, ..blank(EntryKind::Knock, source) }
        }
        What::Away { .. } | What::Account { .. } | What::HostChanged { .. } | What::RealName { .. } => {
            return of_person(notice);
        }
        // Sessions hear it; nobody did anything.
        What::Offers { .. } => return None,
        What::Redacted { by, seq, to, reason } => {
            let is_room = !matches!(to, Conversation::Direct { .. });
            let conversation = is_room.then(|| to.addressee().to_owned());
            let (to, text) = (Some(seq.0.to_string()), some(reason));
            Entry { conversation, to, text, ..blank(EntryKind::Redact, &by.source) }
        }
        What::Wallops { by, text } => {
            Entry { to: Some("wallops".into()), text: some(text), ..blank(EntryKind::Notice, &by.source) }
        }
        What::Said(message) => return of_message(notice.seq, message, desk),
    })
}

/// What became of somebody, wherever it is.
fn of_person(notice: &Notice) -> Option<Entry> {
    let blank = |kind, source: &str| blank(notice.seq, notice.at, kind, nick_of(source));
    Some(match &notice.what {
        What::Away { source, words } => {
            let kind = if words.is_some() { EntryKind::Away } else { EntryKind::Back };
            Entry { text: words.as_deref().and_then(some), ..blank(kind, source) }
        }
        What::Account { source } => {
            let to = notice.by.account.as_deref().map(Into::into);
            Entry { to, ..blank(EntryKind::Account, source) }
        }
        What::HostChanged { source, user, host } => {
            Entry { to: Some(format!("{user}@{host}")), ..blank(EntryKind::Host, source) }
        }
        What::RealName { source, real_name } => {
            Entry { text: some(real_name), ..blank(EntryKind::Name, source) }
        }
        _ => return None,
    })
}

/// Whether a notice is what two clients say to each other alone.
pub(super) fn is_direct(notice: &Notice) -> bool {
    let to = match &notice.what {
        What::Said(message) => &message.to,
        What::Redacted { to, .. } => to,
        _ => return false,
    };
    matches!(to, Conversation::Direct { .. })
}

fn of_message(seq: Seq, message: &Message, desk: &str) -> Option<Entry> {
    let said = Said {
        seq,
        at: message.at,
        kind: kind(message.kind)?,
        nick: message.from.nick(),
        operator: operator(&message.from),
        text: &message.text,
    };
    Some(match &message.to {
        Conversation::Room { name, .. } => said.in_room(name.as_str()),
        Conversation::Ranked { shown, .. } => said.in_part_of_room(shown),
        Conversation::Direct { nick, .. } => Entry { to: Some(nick.to_string()), ..said.blank() },
        Conversation::Desk { id, nick, is_inbound, .. } => {
            said.at_desk(id.0, nick.as_str(), *is_inbound, desk)
        }
        Conversation::Everyone => said.to_everyone(),
    })
}

/// A stored message. `desk` is the desk's nick.
pub(super) fn of_stored(stored: Stored, desk: &str) -> Entry {
    let said = Said {
        seq: stored.seq,
        at: stored.at,
        kind: kind(stored.kind).unwrap_or(EntryKind::Message),
        nick: nick_of(&stored.sender),
        operator: stored.operator.as_deref(),
        text: &stored.text,
    };
    match &stored.conversation {
        StoredConversation::Room(name) => said.in_room(name),
        StoredConversation::Desk { id, nick } => said.at_desk(id.0, nick, stored.is_inbound, desk),
        StoredConversation::Everyone => said.to_everyone(),
    }
}

/// What stored and living messages have in common.
struct Said<'a> {
    seq: Seq,
    at: Time,
    kind: EntryKind,
    nick: &'a str,
    operator: Option<&'a str>,
    text: &'a str,
}

impl Said<'_> {
    fn blank(&self) -> Entry {
        Entry { text: Some(whole(self.text).into_owned()), ..blank(self.seq, self.at, self.kind, self.nick) }
    }

    /// `@#room`: it belongs to the room, and was said to some of it.
    fn in_part_of_room(&self, shown: &str) -> Entry {
        let name = shown.trim_start_matches(|letter| letter != '#');
        Entry { to: Some(shown.to_owned()), ..self.in_room(name) }
    }

    fn in_room(&self, name: &str) -> Entry {
        Entry { conversation: Some(name.to_owned()), ..self.blank() }
    }

    fn at_desk(&self, id: u64, guest: &str, is_inbound: bool, desk: &str) -> Entry {
        let (from, to, direction) = match is_inbound {
            true => (self.nick, desk, DeskDirection::FromGuest),
            false => (self.person(), guest, DeskDirection::FromDesk),
        };
        Entry {
            conversation: Some(format!("desk:{id}")),
            desk_id: Some(id),
            from: Some(from.to_owned()),
            to: Some(to.to_owned()),
            direction: Some(direction),
            ..self.blank()
        }
    }

    fn to_everyone(&self) -> Entry {
        Entry { kind: EntryKind::Announce, from: Some(self.person().to_owned()), ..self.blank() }
    }

    /// The operator's own name, or whoever spoke without one (a rule of the desk).
    fn person(&self) -> &str {
        self.operator.map_or(self.nick, |name| name.strip_prefix(UNIX).unwrap_or(name))
    }
}

fn operator(author: &Author) -> Option<&str> {
    author.operator.as_deref()
}

fn kind(kind: MessageKind) -> Option<EntryKind> {
    match kind {
        MessageKind::Privmsg => Some(EntryKind::Message),
        MessageKind::Notice => Some(EntryKind::Notice),
        MessageKind::Tag => None,
    }
}

fn blank(seq: Seq, at: Time, kind: EntryKind, from: &str) -> Entry {
    Entry {
        seq: seq.0,
        time: rfc3339(at),
        kind,
        conversation: None,
        desk_id: None,
        from: Some(from.to_owned()),
        to: None,
        text: None,
        direction: None,
    }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
