//! The first lines a client reads once it is registered, in the order in which clients expect them.

use chat_proto::irc::Numeric;

use super::people;
use crate::domain::mode::{Rank, RoomFlag, RoomList, UserMode};
use crate::domain::reply::Welcome;
use crate::wire::irc::pen::Pen;
use crate::wire::irc::server::{VERSION, write_motd};
use crate::wire::irc::{isupport, time};
use crate::wire::{Setting, desk};

/// Writes 001 to 005, the counts, the message of the day and the desk's greeting.
pub(in crate::wire::irc) fn welcome(pen: &mut Pen<'_>, welcome: &Welcome, setting: &Setting) {
    let config = &setting.config;
    let server = pen.server();
    let text = format!("Welcome to the {} Network, {}", config.server.network, welcome.source);
    pen.numeric_with(Numeric::RPL_WELCOME, &[], &text);
    pen.numeric_with(
        Numeric::RPL_YOURHOST,
        &[],
        &format!("Your host is {server}, running version {VERSION}"),
    );
    let started = time::text(setting.started);
    pen.numeric_with(Numeric::RPL_CREATED, &[], &format!("This server was created {started}"));
    let (room_letters, with_param) = room_letters();
    pen.numeric_plain(Numeric::RPL_MYINFO, &[server, VERSION, &user_letters(), &room_letters, &with_param]);
    isupport::write(pen, config);
    people::lusers(pen, &welcome.counts);
    write_motd(pen, config);
    let desk = desk::source(config);
    for line in config.desk.greeting.lines() {
        pen.notice(&desk, line);
    }
}

fn user_letters() -> String {
    UserMode::TABLE.iter().map(|(letter, _)| *letter).collect()
}

/// All letters of room modes, and those of them that take a parameter.
fn room_letters() -> (String, String) {
    let lists = RoomList::TABLE.iter().map(|(letter, _)| *letter);
    let ranks = Rank::TABLE.iter().map(|(letter, ..)| *letter);
    let mut with_param: Vec<char> = lists.chain(ranks).chain(['k', 'l']).collect();
    let mut all: Vec<char> = RoomFlag::TABLE.iter().map(|(letter, _)| *letter).collect();
    all.extend(&with_param);
    with_param.sort_unstable();
    all.sort_unstable();
    (all.into_iter().collect(), with_param.into_iter().collect())
}
