//! Replies about what people keep of each other: whom they watch, whom they do not hear, where they are invited.

use std::sync::Arc;

use chat_proto::irc::Numeric;
use chat_proto::mask::Mask;
use chat_proto::name::{Nick, RoomName};

use crate::wire::irc::pen::Pen;

/// 730 and 731, as many of each as their nicks need (IRCv3 monitor).
pub(super) fn monitored(pen: &mut Pen<'_>, online: &[Arc<str>], offline: &[Nick]) {
    let room = pen.room_for_text(&[]);
    for group in groups(room, online.iter().map(AsRef::as_ref)) {
        pen.numeric_with(Numeric::RPL_MONONLINE, &[], &group);
    }
    for group in groups(room, offline.iter().map(Nick::as_str)) {
        pen.numeric_with(Numeric::RPL_MONOFFLINE, &[], &group);
    }
}

/// 732, then 733.
pub(super) fn monitor_list(pen: &mut Pen<'_>, nicks: &[Nick]) {
    for group in groups(pen.room_for_text(&[]), nicks.iter().map(Nick::as_str)) {
        pen.numeric_with(Numeric::RPL_MONLIST, &[], &group);
    }
    pen.numeric(Numeric::RPL_ENDOFMONLIST, &[]);
}

/// 734 with all nicks that were not added.
pub(in crate::wire::irc) fn monitor_full(pen: &mut Pen<'_>, limit: usize, nicks: &[Nick]) {
    let limit = limit.to_string();
    let text = Numeric::ERR_MONLISTFULL.text();
    let room = pen.room_for_text(&[&limit, text]);
    for group in groups(room, nicks.iter().map(Nick::as_str)) {
        pen.numeric_with(Numeric::ERR_MONLISTFULL, &[&limit, &group], text);
    }
}

/// Items with commas between them, in as few texts of at most `room` bytes as hold them.
fn groups<'a>(room: usize, items: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut groups: Vec<String> = Vec::new();
    for item in items {
        match groups.last_mut() {
            Some(group) if group.len() + 1 + item.len() <= room => {
                group.push(',');
                group.push_str(item);
            }
            _ => groups.push(item.to_owned()),
        }
    }
    groups
}

/// `SILENCE +mask`, as those servers say it that know the verb.
pub(super) fn silence_changed(pen: &mut Pen<'_>, source: &str, mask: &Mask, on: bool) {
    let sign = if on { '+' } else { '-' };
    pen.line_of(source, "SILENCE", &[&format!("{sign}{mask}")]);
}

/// 271 for each mask, then 272.
pub(super) fn silences(pen: &mut Pen<'_>, masks: &[Mask]) {
    let nick = pen.nick();
    for mask in masks {
        pen.numeric_plain(Numeric::RPL_SILELIST, &[nick, mask.as_str()]);
    }
    pen.numeric(Numeric::RPL_ENDOFSILELIST, &[nick]);
}

/// 336 for each room, then 337.
pub(super) fn invitations(pen: &mut Pen<'_>, rooms: &[RoomName]) {
    for room in rooms {
        pen.numeric_plain(Numeric::RPL_INVITELIST, &[room.as_str()]);
    }
    pen.numeric(Numeric::RPL_ENDOFINVITELIST, &[]);
}
