//! `chatctl show`: one client or one room with everything that is known.
//!
//! Owns the two blocks; what begins like a room's name is a room.

use chat_proto::control::{ClientInfo, RoomDetail, path};
use jiff::Zoned;

use crate::client::{Call, Client, fill};
use crate::exit::Failure;
use crate::print::Screen;
use crate::print::text::{Span, plain};
use crate::print::time::{bytes, duration, stamp, stamp_and_ago};

pub(super) async fn show(client: &Client, screen: &mut Screen<'_>, what: &str) -> Result<(), Failure> {
    match is_room(what) {
        true => room(client, screen, what).await,
        false => one_client(client, screen, what).await,
    }
}

/// Whether a name begins like a room's (RFC 2812 §1.3).
pub(super) fn is_room(name: &str) -> bool {
    name.starts_with(['#', '&'])
}

async fn one_client(client: &Client, screen: &mut Screen<'_>, who: &str) -> Result<(), Failure> {
    let info: ClientInfo = client.call(Call::get(format!("show {who}"), fill(path::CLIENT, who))).await?;
    screen.one(&info, &info.id.to_string(), |screen| {
        let now = screen.now();
        screen.block(&client_rows(&info, &now))
    })?;
    Ok(())
}

fn client_rows(info: &ClientInfo, now: &Zoned) -> Vec<(&'static str, Span)> {
    let nick = info.nick.as_deref().unwrap_or("- (not registered)");
    let yes_no = |is: bool| plain(if is { "yes" } else { "no" });
    vec![
        ("id", plain(info.id.to_string())),
        ("nick", plain(nick)),
        ("mask", plain(format!("{}@{}", info.user, info.host))),
        ("address", plain(info.address.as_str())),
        ("dialect", plain(info.dialect.as_str())),
        ("tls", plain(info.tls.as_deref().unwrap_or("no"))),
        ("certificate", plain(info.certificate.as_deref().unwrap_or("-"))),
        ("connected", plain(stamp_and_ago(&info.connected_at, now))),
        ("idle", plain(duration(info.idle_ms))),
        ("queued", plain(bytes(info.queued_bytes))),
        ("lines in", plain(info.lines_in.to_string())),
        ("lines out", plain(info.lines_out.to_string())),
        ("operator", yes_no(info.is_operator)),
        ("away", yes_no(info.is_away)),
        ("modes", plain(info.modes.as_str())),
        ("rooms", plain(info.rooms.join(" "))),
    ]
}

async fn room(client: &Client, screen: &mut Screen<'_>, name: &str) -> Result<(), Failure> {
    let room: RoomDetail = client.call(Call::get(format!("show {name}"), fill(path::ROOM, name))).await?;
    screen.one(&room, &room.info.name, |screen| {
        let now = screen.now();
        screen.block(&room_rows(&room, &now))
    })?;
    Ok(())
}

fn room_rows(room: &RoomDetail, now: &Zoned) -> Vec<(&'static str, Span)> {
    let members = room.member_list.iter().map(|member| format!("{}{}", member.prefixes, member.nick));
    let mut rows = vec![
        ("name", plain(room.info.name.as_str())),
        ("topic", plain(topic(room, now))),
        ("modes", plain(room.info.modes.as_str())),
        ("created", plain(stamp_and_ago(&room.info.created_at, now))),
        ("members", plain(room.info.members.to_string())),
        ("who", plain(members.collect::<Vec<_>>().join(" "))),
    ];
    for ban in &room.bans {
        let set_at = stamp(&ban.set_at, now);
        rows.push(("ban", plain(format!("{} by {} at {set_at}", ban.mask, ban.set_by))));
    }
    rows
}

fn topic(room: &RoomDetail, now: &Zoned) -> String {
    let Some(topic) = &room.info.topic else { return "-".into() };
    match (&room.topic_by, &room.topic_at) {
        (Some(by), Some(at)) => format!("{topic} (by {by} at {})", stamp(at, now)),
        (Some(by), None) => format!("{topic} (by {by})"),
        _ => topic.clone(),
    }
}
