//! Notices and replies in plain words, so that a test reads as a conversation.

use crate::domain::message::{Conversation, Message, nick_of};
use crate::domain::mode::RoomChange;
use crate::domain::notice::{Notice, What};
use crate::domain::reply::Reply;

pub(super) fn notice(notice: &Notice) -> String {
    match &notice.what {
        What::Connected { source, .. } => format!("{} connects", nick_of(source)),
        What::Quit { source, why, .. } => format!("{} quits: {why}", nick_of(source)),
        What::Nick { source, nick } => format!("{} is now {nick}", nick_of(source)),
        What::Joined { source, room, .. } => format!("{} joins {room}", nick_of(source)),
        What::Parted { source, room, reason } => format!("{} leaves {room}: {reason}", nick_of(source)),
        What::Kicked { by, room, nick, reason } => {
            format!("{} kicks {nick} from {room}: {reason}", by.nick())
        }
        What::Topic { by, room, text } => format!("{} sets topic of {room}: {text}", by.nick()),
        What::Renamed { by, old, name, reason } => format!("{} renames {old} to {name}: {reason}", by.nick()),
        What::RoomModes { by, room, changes } => {
            let changes: Vec<_> = changes.iter().map(change).collect();
            format!("{} sets {room} {}", by.nick(), changes.join(" "))
        }
        What::UserModes { nick, changes, .. } => format!("modes of {nick}: {changes:?}"),
        What::Invited { by, room, nick } => format!("{} invites {nick} into {room}", by.nick()),
        What::Knocked { room, source, text, .. } => format!("{} knocks at {room}: {text}", nick_of(source)),
        What::Said(message) => said(message),
        What::Away { source, words: Some(words) } => format!("{} goes: {words}", nick_of(source)),
        What::Away { source, words: None } => format!("{} is back", nick_of(source)),
        What::Account { source } => match &notice.by.account {
            Some(account) => format!("{} is {account}", nick_of(source)),
            None => format!("{} is nobody", nick_of(source)),
        },
        What::RealName { source, real_name } => format!("{} is by name {real_name}", nick_of(source)),
        What::HostChanged { source, user, host } => format!("{source} is at {user}@{host}"),
        What::Offers { added, removed } => format!("offers +{added} -{removed}"),
        What::Redacted { by, seq, to, reason } => {
            format!("{} takes back {seq} in {}: {reason}", by.nick(), to.addressee())
        }
        What::Wallops { by, text } => format!("{} to all with +w: {text}", by.nick()),
    }
}

fn said(message: &Message) -> String {
    let from = message.from.nick();
    match &message.to {
        Conversation::Room { name, .. } => format!("{name} {from}: {}", message.text),
        Conversation::Ranked { shown, .. } => format!("{shown} {from}: {}", message.text),
        Conversation::Direct { .. } => format!("{from}: {}", message.text),
        Conversation::Desk { nick, is_inbound: true, .. } => format!("desk <- {nick}: {}", message.text),
        Conversation::Desk { .. } => format!("{from} says: {}", message.text),
        Conversation::Everyone => format!("to all: {}", message.text),
    }
}

fn change(change: &RoomChange) -> String {
    let sign = |on: bool| if on { '+' } else { '-' };
    match change {
        RoomChange::Flag(flag, on) => format!("{}{}", sign(*on), flag.letter()),
        RoomChange::Key(key) => format!("{}k", sign(key.is_some())),
        RoomChange::Limit(limit) => format!("{}l", sign(limit.is_some())),
        RoomChange::List(list, mask, on) => format!("{}{} {mask}", sign(*on), list.letter()),
        RoomChange::Rank(rank, nick, _, on) => {
            format!("{}{} {nick}", sign(*on), rank.prefixes().collect::<String>())
        }
    }
}

pub(super) fn reply(reply: &Reply) -> String {
    match reply {
        Reply::Welcome(welcome) => format!("welcome {}", welcome.nick),
        Reply::Refused(refusal) => format!("no: {refusal}"),
        Reply::Receipt { .. } => "received".into(),
        Reply::Names { room, members, .. } => {
            let mut names: Vec<String> = members
                .iter()
                .map(|(rank, source)| {
                    rank.prefixes().map(String::from).chain([nick_of(source).into()]).collect()
                })
                .collect();
            names.sort();
            format!("in {room}: {}", names.join(" "))
        }
        Reply::Topic { room, topic } => {
            format!("topic of {room}: {}", topic.as_ref().map_or("none", |topic| &topic.text))
        }
        Reply::RoomModes { room, modes, .. } => format!("modes of {room}: {}", modes.join(" ")),
        Reply::Away { nick, words } => format!("{nick} is away: {words}"),
        Reply::AwayIs(away) => format!("away: {away}"),
        Reply::Inviting { nick, room } => format!("{nick} is invited into {room}"),
        Reply::List { rooms, .. } => {
            rooms.iter().map(|one| format!("{} {}", one.room, one.members)).collect::<Vec<_>>().join(", ")
        }
        Reply::Who { entries, .. } => {
            let mut nicks: Vec<_> = entries.iter().map(|entry| entry.nick.as_str()).collect();
            nicks.sort_unstable();
            format!("who: {}", nicks.join(" "))
        }
        Reply::Whois { nick, found: None } => format!("{nick} is not here"),
        Reply::Whois { found: Some(whois), .. } => {
            let rooms: Vec<_> = whois.rooms.iter().map(|(_, room)| room.as_str()).collect();
            format!("{} is in {}", whois.nick, rooms.join(" "))
        }
        Reply::Whowas { entries, .. } => {
            format!("was: {}", entries.iter().map(|gone| gone.nick.as_str()).collect::<Vec<_>>().join(" "))
        }
        Reply::RoomList { entries, .. } => {
            entries.iter().map(|(mask, ..)| mask.as_ref()).collect::<Vec<_>>().join(" ")
        }
        Reply::Monitored { online, offline } => {
            let online = online.iter().map(|source| format!("+{}", nick_of(source)));
            let all: Vec<_> = online.chain(offline.iter().map(|nick| format!("-{nick}"))).collect();
            format!("watched: {}", all.join(" "))
        }
        Reply::MonitorList(nicks) => {
            format!("watches {}", nicks.iter().map(|nick| nick.as_str()).collect::<Vec<_>>().join(" "))
        }
        Reply::KnockDelivered(room) => format!("knocked at {room}"),
        Reply::Invitations(rooms) => {
            format!("invited into {}", rooms.iter().map(|room| room.as_str()).collect::<Vec<_>>().join(" "))
        }
        Reply::SilenceChanged { mask, on, .. } => format!("silence {mask}: {on}"),
        Reply::SilenceList(masks) => {
            format!("silence {}", masks.iter().map(|mask| mask.as_str()).collect::<Vec<_>>().join(" "))
        }
        Reply::Renamed(renamed) => format!("{} is {} now", renamed.old, renamed.name),
        other => format!("{other:?}"),
    }
}
