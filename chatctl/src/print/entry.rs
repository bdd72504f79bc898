//! One line of text for one thing that happened, and more only for what was said in several.
//!
//! Owns the wording of history and watch; it must never print.

use chat_proto::control::{DeskDirection, Entry, EntryKind};
use jiff::Zoned;

use super::text::{Span, Style, plain, styled};
use super::time::stamp;

/// `12:03:44 #lobby  alice: hello`. What has several lines stands below each other, all but the first as far in as what is said.
pub(crate) fn lines(entry: &Entry, now: &Zoned) -> Vec<Vec<Span>> {
    let mut first = line(entry, now);
    let Some(last) = first.pop() else { return Vec::new() };
    let mut texts = last.text.split('\n');
    first.push(Span { style: last.style, text: texts.next().unwrap_or_default().to_owned() });
    let indent = " ".repeat(stamp(&entry.time, now).len() + 1);
    let more = texts.map(|text| vec![plain(format!("{indent}{text}"))]);
    std::iter::once(first).chain(more).collect()
}

fn line(entry: &Entry, now: &Zoned) -> Vec<Span> {
    let time = styled(Style::Dim, format!("{} ", stamp(&entry.time, now)));
    match said(entry) {
        Some((place, what)) => vec![time, styled(Style::Cyan, format!("{place}  ")), plain(what)],
        None => vec![time, styled(Style::Dim, format!("-- {}", happened(entry)))],
    }
}

/// Where something was said, and who said what; none if it was nothing said.
fn said(entry: &Entry) -> Option<(&str, String)> {
    let (from, text) = (entry.from.as_deref().unwrap_or("?"), entry.text.as_deref().unwrap_or(""));
    let to = entry.to.as_deref().unwrap_or("?");
    let room = entry.conversation.as_deref().filter(|_| entry.desk_id.is_none());
    // Who in a room is meant, if not all of it: `@#room`.
    let place = entry.to.as_deref().or(room).unwrap_or("?");
    match (entry.kind, entry.direction, room) {
        (EntryKind::Announce, _, room) => Some((room.unwrap_or("all"), format!("{from}: {text}"))),
        (EntryKind::Message, direction, room) if action(text).is_some() => {
            let text = action(text).unwrap_or_default();
            match (direction, room) {
                (Some(DeskDirection::FromGuest), _) => Some(("desk", format!("* {from} {text}"))),
                (Some(DeskDirection::FromDesk), _) => Some(("desk", format!("→ {to}: * {text}"))),
                (None, Some(_)) => Some((place, format!("* {from} {text}"))),
                (None, None) => Some(("direct", format!("→ {to}: * {from} {text}"))),
            }
        }
        (EntryKind::Message | EntryKind::Notice, Some(DeskDirection::FromGuest), _) => {
            Some(("desk", format!("{from} → {text}")))
        }
        (EntryKind::Message | EntryKind::Notice, Some(DeskDirection::FromDesk), _) => {
            Some(("desk", format!("→ {to}: {text}")))
        }
        (EntryKind::Message, None, Some(_)) => Some((place, format!("{from}: {text}"))),
        (EntryKind::Notice, None, Some(_)) => Some((place, format!("-{from}- {text}"))),
        (EntryKind::Message, None, None) => Some(("direct", format!("{from} → {to}: {text}"))),
        (EntryKind::Notice, None, None) => Some(("direct", format!("-{from}- → {to}: {text}"))),
        _ => None,
    }
}

/// What somebody does instead of saying something: `\x01ACTION waves\x01` (ctcp.horse, "ACTION"); the end may be missing.
fn action(text: &str) -> Option<&str> {
    let inside = text.strip_prefix("\u{1}ACTION")?;
    let inside = inside.strip_suffix('\u{1}').unwrap_or(inside);
    inside.strip_prefix(' ').or(inside.is_empty().then_some(""))
}

fn happened(entry: &Entry) -> String {
    let who = entry.from.as_deref().unwrap_or("somebody");
    let to = entry.to.as_deref().unwrap_or("somebody");
    let room = entry.conversation.as_deref().unwrap_or("?");
    let text = entry.text.as_deref().unwrap_or("");
    let reason = if text.is_empty() { String::new() } else { format!(" ({text})") };
    match entry.kind {
        EntryKind::Join => format!("{who} joined {room}"),
        EntryKind::Part => format!("{who} left {room}{reason}"),
        EntryKind::Quit => format!("{who} quit{reason}"),
        EntryKind::Nick => format!("{who} is now {to}"),
        EntryKind::Topic if text.is_empty() => format!("{who} removed the topic of {room}"),
        EntryKind::Topic => format!("{who} set the topic of {room}: {text}"),
        EntryKind::Kick => format!("{who} kicked {to} from {room}{reason}"),
        EntryKind::Mode => {
            format!("{who} set mode {text} on {}", entry.conversation.as_deref().unwrap_or(to))
        }
        EntryKind::Invite => format!("{who} invited {to} to {room}"),
        EntryKind::Knock => format!("{who} asked to be let into {room}{reason}"),
        EntryKind::Away => format!("{who} is away{reason}"),
        EntryKind::Back => format!("{who} is back"),
        EntryKind::Account if entry.to.is_none() => format!("{who} logged out"),
        EntryKind::Account => format!("{who} logged in as {to}"),
        EntryKind::Name => format!("{who} is by name {text}"),
        EntryKind::Host => format!("{who} is now at {to}"),
        EntryKind::Redact => format!(
            "{who} took back what was said in {} (entry {to}){reason}",
            entry.conversation.as_deref().unwrap_or("private")
        ),
        EntryKind::Rename => format!("{who} renamed {room} to {to}{reason}"),
        EntryKind::Connect => format!("{who} connected{reason}"),
        EntryKind::Disconnect => format!("{who} disconnected{reason}"),
        EntryKind::Message | EntryKind::Notice | EntryKind::Announce | EntryKind::Other => {
            format!("{who} did something that this chatctl does not know{reason}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::lines;
    use chat_proto::control::Entry;
    use serde_json::{Value, json};

    fn shown(fields: Value) -> String {
        let mut entry = json!({"seq": 1, "time": "2025-01-31T12:03:44.000Z"});
        entry.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let entry: Entry = serde_json::from_value(entry).unwrap();
        let now = "2025-01-31T12:04:00+00:00[UTC]".parse().unwrap();
        let lines = lines(&entry, &now).into_iter();
        let lines = lines.map(|line| line.iter().map(|span| span.render(false)).collect::<String>());
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_is_said_stands_after_its_place() {
        let cases = [
            (
                json!({"kind": "message", "conversation": "#lobby", "from": "alice", "text": "hello"}),
                "#lobby  alice: hello",
            ),
            (
                json!({"kind": "message", "conversation": "desk:3", "desk_id": 3, "from": "alice", "text": "hi", "direction": "from-guest"}),
                "desk  alice → hi",
            ),
            (
                json!({"kind": "message", "conversation": "desk:3", "desk_id": 3, "from": "root", "to": "alice", "text": "answer", "direction": "from-desk"}),
                "desk  → alice: answer",
            ),
            (
                json!({"kind": "message", "from": "alice", "to": "bob", "text": "hi"}),
                "direct  alice → bob: hi",
            ),
            (
                json!({"kind": "notice", "conversation": "#lobby", "from": "bot", "text": "hi"}),
                "#lobby  -bot- hi",
            ),
            (
                json!({"kind": "message", "conversation": "#lobby", "to": "@#lobby", "from": "alice", "text": "hi"}),
                "@#lobby  alice: hi",
            ),
            (
                json!({"kind": "message", "conversation": "#lobby", "from": "alice", "text": "one\n\ntwo\u{1b}"}),
                "#lobby  alice: one\n         \n         two\\x1b",
            ),
            (json!({"kind": "announce", "from": "root", "text": "noon"}), "all  root: noon"),
            (
                json!({"kind": "message", "conversation": "#a", "from": "alice", "text": "\u{1}ACTION waves\u{1}"}),
                "#a  * alice waves",
            ),
            (
                json!({"kind": "message", "conversation": "desk:3", "desk_id": 3, "from": "alice", "text": "\u{1}ACTION waits", "direction": "from-guest"}),
                "desk  * alice waits",
            ),
            (
                json!({"kind": "message", "from": "alice", "to": "bob", "text": "\u{1}ACTION nods\u{1}"}),
                "direct  → bob: * alice nods",
            ),
            (
                json!({"kind": "message", "conversation": "#a", "from": "al", "text": "\u{1}ACTIONS\u{1}"}),
                "#a  al: \\x01ACTIONS\\x01",
            ),
        ];
        for (fields, expected) in cases {
            assert_eq!(shown(fields), format!("12:03:44 {expected}"));
        }
    }

    #[test]
    fn what_happens_is_a_sentence() {
        let cases = [
            (json!({"kind": "join", "conversation": "#lobby", "from": "alice"}), "alice joined #lobby"),
            (
                json!({"kind": "part", "conversation": "#lobby", "from": "alice", "text": "tea"}),
                "alice left #lobby (tea)",
            ),
            (json!({"kind": "nick", "from": "alice", "to": "bob"}), "alice is now bob"),
            (json!({"kind": "kick", "conversation": "#a", "from": "x", "to": "y"}), "x kicked y from #a"),
            (
                json!({"kind": "disconnect", "from": "alice", "text": "ping timeout"}),
                "alice disconnected (ping timeout)",
            ),
            (
                json!({"kind": "yodel", "from": "alice"}),
                "alice did something that this chatctl does not know",
            ),
        ];
        for (fields, expected) in cases {
            assert_eq!(shown(fields), format!("12:03:44 -- {expected}"));
        }
    }

    #[test]
    fn a_nasty_nick_and_text_are_escaped() {
        let nasty =
            json!({"kind": "message", "conversation": "#a", "from": "\u{1b}[2J", "text": "a\u{9b}b\r"});
        assert_eq!(shown(nasty), "12:03:44 #a  \\x1b[2J: a\\u{9b}b\\r");
    }
}
