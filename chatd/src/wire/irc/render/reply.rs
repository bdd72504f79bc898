//! Replies: what one client reads because it asked.

use std::sync::Arc;

use chat_proto::irc::Numeric;
use chat_proto::source::Source;

use super::{lists, people, who, whois};
use crate::domain::id::Time;
use crate::domain::message::nick_of;
use crate::domain::mode::{Rank, RoomList};
use crate::domain::reply::{ListedRoom, Privacy, Reply, TopicInfo};
use crate::wire::irc::cap::Caps;
use crate::wire::irc::pen::Pen;
use crate::wire::{Setting, desk};

/// Writes one reply. Those that change the session are handled there ([`super::super::Irc`]).
pub(in crate::wire::irc) fn reply(pen: &mut Pen<'_>, reply: &Reply, caps: Caps, setting: &Setting) {
    let config = &setting.config;
    let is_multi = caps.has(Caps::MULTI_PREFIX);
    match reply {
        // Each of these has written its lines already, or has none.
        Reply::Welcome(_)
        | Reply::Refused(_)
        | Reply::NickIs(_)
        | Reply::Renamed(_)
        | Reply::EndOfLabel
        | Reply::Ended(_) => {}
        Reply::SourceIs(source) => {
            pen.numeric(Numeric::RPL_HOSTHIDDEN, &[Source::split(source).host]);
        }
        Reply::Echo(bytes) => pen.raw(bytes),
        Reply::Receipt { seq } => {
            pen.notice(&desk::source(config), &config.desk.receipt.replace("{id}", &seq.to_string()));
        }
        Reply::Away { nick, words } => pen.numeric_with(Numeric::RPL_AWAY, &[nick.as_str()], words),
        Reply::AwayIs(true) => pen.numeric(Numeric::RPL_NOWAWAY, &[]),
        Reply::AwayIs(false) => pen.numeric(Numeric::RPL_UNAWAY, &[]),
        Reply::Who { ask, entries, next } => {
            who::who(pen, ask, entries, is_multi);
            if next.is_none() {
                pen.numeric(Numeric::RPL_ENDOFWHO, &[&ask.mask]);
            }
        }
        Reply::Whois { nick, found } => {
            whois::whois(pen, nick, found.as_deref(), &config.server.description);
        }
        Reply::Whowas { nicks, entries } => whois::whowas(pen, nicks, entries),
        Reply::Ison(nicks) => pen.list(Numeric::RPL_ISON, &[], nicks, true),
        Reply::Userhost(entries) => people::userhost(pen, entries),
        Reply::Operators(operators) => people::operators(pen, operators),
        Reply::Lusers(counts) => people::lusers(pen, counts),
        Reply::UserModes(letters) => pen.numeric_plain(Numeric::RPL_UMODEIS, &[&format!("+{letters}")]),
        Reply::OperatorIs(_) => pen.numeric(Numeric::RPL_YOUREOPER, &[]),
        Reply::Rehashing => pen.numeric(Numeric::RPL_REHASHING, &["chatd.toml"]),
        Reply::Monitored { online, offline } => lists::monitored(pen, online, offline),
        Reply::MonitorList(nicks) => lists::monitor_list(pen, nicks),
        Reply::SilenceChanged { source, mask, on } => lists::silence_changed(pen, source, mask, *on),
        Reply::SilenceList(masks) => lists::silences(pen, masks),
        _ => room_reply(pen, reply, caps),
    }
}

/// The replies that are about rooms.
fn room_reply(pen: &mut Pen<'_>, reply: &Reply, caps: Caps) {
    match reply {
        Reply::Topic { room, topic } => write_topic(pen, room.as_str(), topic.as_ref()),
        // IRCv3 no-implicit-names.
        Reply::Names { is_implicit: true, .. } if caps.has(Caps::NO_IMPLICIT_NAMES) => {}
        Reply::Names { room, privacy, members, ends, .. } => {
            write_names(pen, room, *privacy, members, caps);
            if *ends {
                pen.numeric(Numeric::RPL_ENDOFNAMES, &[room]);
            }
        }
        Reply::List { rooms, is_first, next, .. } => write_list(pen, rooms, *is_first, next.is_none()),
        Reply::RoomModes { room, modes, created } => {
            let mut params = vec![room.as_str()];
            params.extend(modes.iter().map(String::as_str));
            pen.numeric_plain(Numeric::RPL_CHANNELMODEIS, &params);
            let created = created.seconds().to_string();
            pen.numeric_plain(Numeric::RPL_CREATIONTIME, &[room.as_str(), &created]);
        }
        Reply::RoomList { room, list, entries } => write_masks(pen, room.as_str(), *list, entries),
        Reply::Inviting { nick, room } => {
            pen.numeric_plain(Numeric::RPL_INVITING, &[nick.as_str(), room.as_str()]);
        }
        Reply::Invitations(rooms) => lists::invitations(pen, rooms),
        Reply::KnockDelivered(room) => pen.numeric(Numeric::RPL_KNOCKDLVR, &[room.as_str()]),
        _ => {}
    }
}

/// Members with their prefixes: all of these for those with multi-prefix, and `nick!user@host` instead of the nick for those with
/// userhost-in-names (both IRCv3).
fn write_names(pen: &mut Pen<'_>, room: &str, privacy: Privacy, members: &[(Rank, Arc<str>)], caps: Caps) {
    let symbol = match privacy {
        Privacy::Public => "=",
        Privacy::Private => "*",
        Privacy::Secret => "@",
    };
    let (is_multi, is_whole) = (caps.has(Caps::MULTI_PREFIX), caps.has(Caps::USERHOST_IN_NAMES));
    let name = |source| if is_whole { source } else { nick_of(source) };
    let members = members.iter().map(|(rank, source)| people::prefix(*rank, is_multi) + name(source));
    pen.list(Numeric::RPL_NAMREPLY, &[symbol, room], members, false);
}

fn write_topic(pen: &mut Pen<'_>, room: &str, topic: Option<&TopicInfo>) {
    let Some(topic) = topic else {
        pen.numeric(Numeric::RPL_NOTOPIC, &[room]);
        return;
    };
    pen.numeric_with(Numeric::RPL_TOPIC, &[room], &topic.text);
    let at = topic.at.seconds().to_string();
    pen.numeric_plain(Numeric::RPL_TOPICWHOTIME, &[room, &topic.by, &at]);
}

fn write_list(pen: &mut Pen<'_>, rooms: &[ListedRoom], is_first: bool, is_last: bool) {
    if is_first {
        pen.numeric(Numeric::RPL_LISTSTART, &["Channel"]);
    }
    for listed in rooms {
        let members = listed.members.to_string();
        pen.numeric_with(Numeric::RPL_LIST, &[listed.room.as_str(), &members], &listed.topic);
    }
    if is_last {
        pen.numeric(Numeric::RPL_LISTEND, &[]);
    }
}

fn write_masks(pen: &mut Pen<'_>, room: &str, list: RoomList, entries: &[(Box<str>, Box<str>, Time)]) {
    // Only the list of the quiet says which list it is: other servers use its numerics for more lists than one.
    let (entry, end, head) = match list {
        RoomList::Ban => (Numeric::RPL_BANLIST, Numeric::RPL_ENDOFBANLIST, &[room][..]),
        RoomList::Exception => (Numeric::RPL_EXCEPTLIST, Numeric::RPL_ENDOFEXCEPTLIST, &[room][..]),
        RoomList::InviteException => (Numeric::RPL_INVEXLIST, Numeric::RPL_ENDOFINVEXLIST, &[room][..]),
        RoomList::Quiet => (Numeric::RPL_QUIETLIST, Numeric::RPL_ENDOFQUIETLIST, &[room, "q"][..]),
    };
    for (mask, by, at) in entries {
        let at = at.seconds().to_string();
        pen.numeric_plain(entry, &[head, &[mask, by, &at]].concat());
    }
    pen.numeric(end, head);
}
