//! Replies as a person reads them at a terminal. What the daemon says by itself begins with `--`.

use super::render::line;
use crate::domain::message::nick_of;
use crate::domain::mode::Rank;
use crate::domain::reply::{ListedRoom, Reply, Welcome, WhoEntry};
use crate::wire::Setting;

/// Appends one reply; nothing for those that answer what plain lines have no command for.
pub(super) fn reply(reply: &Reply, setting: &Setting, out: &mut Vec<u8>) {
    match reply {
        Reply::Welcome(welcome) => greet(welcome, setting, out),
        Reply::Echo(bytes) => out.extend_from_slice(bytes),
        Reply::Receipt { seq } => {
            let receipt = setting.config.desk.receipt.replace("{id}", &seq.to_string());
            line(out, &format!("-- {receipt}"));
        }
        Reply::Refused(refusal) => line(out, &format!("-- {refusal}")),
        Reply::Away { nick, words } => line(out, &format!("-- {nick} is away: {words}")),
        Reply::AwayIs(true) => line(out, "-- you are away now; /away alone says that you are back"),
        Reply::AwayIs(false) => line(out, "-- you are back"),
        Reply::Topic { room, topic } => {
            line(
                out,
                &match topic {
                    Some(topic) => format!("-- the topic of {room}: {}", topic.text),
                    None => format!("-- {room} has no topic"),
                },
            );
        }
        Reply::Names { room, members, .. } => {
            let members = members.iter().map(|(rank, source)| prefix(*rank) + nick_of(source));
            let members: Vec<_> = members.collect();
            line(out, &format!("-- in {room}: {}", members.join(" ")));
        }
        Reply::List { rooms, .. } => list(rooms, out),
        Reply::Who { entries, .. } => who(entries, out),
        Reply::NickIs(_)
        | Reply::SourceIs(_)
        | Reply::Renamed(_)
        | Reply::EndOfLabel
        | Reply::RoomModes { .. }
        | Reply::RoomList { .. }
        | Reply::UserModes(_)
        | Reply::Inviting { .. }
        | Reply::Invitations(_)
        | Reply::KnockDelivered(_)
        | Reply::Monitored { .. }
        | Reply::MonitorList(_)
        | Reply::SilenceChanged { .. }
        | Reply::SilenceList(_)
        | Reply::Whois { .. }
        | Reply::Whowas { .. }
        | Reply::Ison(_)
        | Reply::Userhost(_)
        | Reply::Operators(_)
        | Reply::Lusers(_)
        | Reply::OperatorIs(_)
        | Reply::Rehashing
        | Reply::Ended(_) => {}
    }
}

/// Who the server is, who the person is, where their words go and how to leave; then what the desk says to everybody.
fn greet(welcome: &Welcome, setting: &Setting, out: &mut Vec<u8>) {
    let (server, desk) = (&setting.config.server, &setting.config.desk);
    line(out, &format!("-- {}: you are {}", server.name, welcome.nick));
    line(out, &format!("-- what you write goes to {}; exit leaves, /help lists commands", desk.nick));
    for text in desk.greeting.lines() {
        line(out, &format!("<{}> {text}", desk.nick));
    }
}

/// Any of its pages may be empty, so that only the session knows whether the list was.
fn list(rooms: &[ListedRoom], out: &mut Vec<u8>) {
    for listed in rooms {
        let topic = if listed.topic.is_empty() { String::new() } else { format!(": {}", listed.topic) };
        line(out, &format!("-- {} ({}){topic}", listed.room, listed.members));
    }
}

/// Likewise.
fn who(entries: &[WhoEntry], out: &mut Vec<u8>) {
    for entry in entries {
        let room = entry.room.as_ref().map_or(String::new(), |room| format!(" in {room}"));
        let away = if entry.is_away { ", away" } else { "" };
        let operator = if entry.is_operator { ", operator" } else { "" };
        let nick = format!("{}{}", prefix(entry.rank), entry.nick);
        line(
            out,
            &format!("-- {nick} ({}@{}){room}{operator}{away}: {}", entry.user, entry.host, entry.real_name),
        );
    }
}

fn prefix(rank: Rank) -> String {
    rank.prefixes().take(1).collect()
}
