//! Notices as a person reads them at a terminal.

use crate::domain::message::{Author, Conversation, LINE, Message, MessageKind, nick_of, whole};
use crate::domain::mode::RoomChange;
use crate::domain::notice::{Notice, What};
use crate::wire::letters::room_text;

/// Appends one line and its end.
///
/// What others wrote goes straight to somebody's terminal, where a control character is a command: ESC and the C1
/// controls move the cursor, change keys, answer for the reader. None of them passes, but for the tabulator.
pub(super) fn line(out: &mut Vec<u8>, text: &str) {
    let mut buffer = [0; 4];
    for letter in text.chars().filter(|letter| *letter == '\t' || !letter.is_control()) {
        out.extend_from_slice(letter.encode_utf8(&mut buffer).as_bytes());
    }
    out.push(b'\n');
}

/// Appends `notice`; nothing if it is nothing to people with plain lines.
pub fn notice(notice: &Notice, out: &mut Vec<u8>) {
    let text = match &notice.what {
        // Their own modes are letters that no command of plain lines changes.
        What::Connected { .. }
        | What::UserModes { .. }
        | What::Away { .. }
        | What::Account { .. }
        | What::HostChanged { .. }
        | What::RealName { .. }
        | What::Offers { .. } => return,
        What::Said(message) => return said(message, out),
        What::Quit { source, why, .. } => format!("* {} left the server ({why})", nick_of(source)),
        What::Nick { source, nick } => format!("* {} is now called {nick}", nick_of(source)),
        What::Joined { source, room, .. } => format!("* {} joined {room}", nick_of(source)),
        What::Parted { source, room, reason } => {
            format!("* {} left {room}{}", nick_of(source), in_brackets(reason))
        }
        What::Kicked { by, room, nick, reason } => {
            format!("* {nick} was put out of {room} by {}{}", by.nick(), in_brackets(reason))
        }
        What::Topic { by, room, text } if text.is_empty() => {
            format!("* {} took the topic of {room} away", by.nick())
        }
        What::Topic { by, room, text } => format!("* {} set the topic of {room}: {text}", by.nick()),
        What::Renamed { by, old, name, reason } => {
            format!("* {} renamed {old} to {name}{}", by.nick(), in_brackets(reason))
        }
        What::RoomModes { by, room, changes } => modes(by, room.as_str(), changes),
        What::Invited { by, room, .. } => format!("* {} invites you into {room}: /join {room}", by.nick()),
        What::Knocked { room, source, text, .. } => {
            format!("* {} asks to be let into {room}: {text}", nick_of(source))
        }
        What::Redacted { by, to, reason, .. } => match to {
            Conversation::Direct { .. } => {
                format!("* {} took back what it said to you{}", by.nick(), in_brackets(reason))
            }
            _ => format!(
                "* {} took back what was said in {}{}",
                by.nick(),
                to.addressee(),
                in_brackets(reason)
            ),
        },
        What::Wallops { by, text } => format!("*** <{}> {text}", by.nick()),
    };
    line(out, &text);
}

/// A message, line by line. Messages to the desk are for operators, and plain lines cannot become one.
fn said(message: &Message, out: &mut Vec<u8>) {
    if message.kind != MessageKind::Tag {
        let text = whole(&message.text);
        let texts = text.split(LINE).filter(|text| !text.is_empty());
        texts.filter_map(|text| said_in_one(message, text)).for_each(|text| line(out, &text));
    }
}

fn said_in_one(message: &Message, text: &str) -> Option<String> {
    let from = message.from.nick();
    let spoken = match text.strip_prefix("\u{1}ACTION ") {
        Some(action) => format!("* {from} {action}"),
        None => format!("<{from}> {text}"),
    };
    match &message.to {
        Conversation::Room { name, .. } => Some(format!("{name} {spoken}")),
        Conversation::Ranked { shown, .. } => Some(format!("{shown} {spoken}")),
        Conversation::Direct { .. } | Conversation::Desk { is_inbound: false, .. } => Some(spoken),
        Conversation::Desk { is_inbound: true, .. } => None,
        Conversation::Everyone => Some(format!("*** {text}")),
    }
}

fn modes(by: &Author, room: &str, changes: &[RoomChange]) -> String {
    format!("* {} changed the modes of {room}: {}", by.nick(), room_text(changes))
}

/// ` (words)`, or nothing.
fn in_brackets(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(" ({words})") }
}
