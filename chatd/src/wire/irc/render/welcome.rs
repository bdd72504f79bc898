//! The first lines a client reads once it is registered, in the order in which clients expect them.

use std::cell::RefCell;
use std::sync::Arc;

use chat_proto::irc::Numeric;
use chat_proto::source::Source;

use super::fixed::FixedLines;
use super::people;
use crate::config::Config;
use crate::domain::id::Time;
use crate::domain::reply::Welcome;
use crate::wire::irc::pen::Pen;
use crate::wire::irc::server::{VERSION, write_motd};
use crate::wire::irc::{isupport, modes, time};
use crate::wire::{Setting, desk};

/// Room for the lines that depend on the client.
const OWN_LINES: usize = 1024;

/// What every welcome has in common under one configuration.
#[derive(Debug)]
struct Common {
    config: Arc<Config>,
    started: Time,
    about: FixedLines,
    motd: FixedLines,
}

thread_local! {
    /// What the last welcome of this thread was made with: a mass of clients that come back at once all read the same.
    static COMMON: RefCell<Option<Common>> = const { RefCell::new(None) };
}

impl Common {
    fn new(setting: &Setting) -> Self {
        let server = &setting.config.server.name;
        Self {
            config: Arc::clone(&setting.config),
            started: setting.started,
            about: FixedLines::new(server, |pen| about(pen, setting)),
            motd: FixedLines::new(server, |pen| write_motd(pen, &setting.config)),
        }
    }

    fn is_of(&self, setting: &Setting) -> bool {
        Arc::ptr_eq(&self.config, &setting.config) && self.started == setting.started
    }
}

/// Writes 001 to 005, the counts, the host that others see if it is not the real one (396), the message of the day and the desk's greeting.
pub(in crate::wire::irc) fn welcome(pen: &mut Pen<'_>, welcome: &Welcome, setting: &Setting) {
    COMMON.with_borrow_mut(|kept| {
        let common = match kept {
            Some(common) if common.is_of(setting) => common,
            kept => kept.insert(Common::new(setting)),
        };
        pen.reserve(OWN_LINES + common.about.room() + common.motd.room());
        greet(pen, welcome, setting);
        if isupport::is_batched(pen) || !common.about.write(pen) {
            about(pen, setting);
        }
        people::lusers(pen, &welcome.counts);
        if welcome.is_cloaked {
            pen.numeric(Numeric::RPL_HOSTHIDDEN, &[Source::split(&welcome.source).host]);
        }
        if !common.motd.write(pen) {
            write_motd(pen, &setting.config);
        }
    });
    let desk = desk::source(&setting.config);
    for line in setting.config.desk.greeting.lines() {
        pen.notice(&desk, line);
    }
}

/// 001
fn greet(pen: &mut Pen<'_>, welcome: &Welcome, setting: &Setting) {
    let text = ["Welcome to the ", &setting.config.server.network, " Network, ", &welcome.source].concat();
    pen.numeric_with(Numeric::RPL_WELCOME, &[], &text);
}

/// 002 to 005
fn about(pen: &mut Pen<'_>, setting: &Setting) {
    let server = pen.server();
    pen.numeric_with(
        Numeric::RPL_YOURHOST,
        &[],
        &format!("Your host is {server}, running version {VERSION}"),
    );
    let started = time::text(setting.started);
    pen.numeric_with(Numeric::RPL_CREATED, &[], &format!("This server was created {started}"));
    let (users, rooms, with_param) = modes::my_info(&setting.config);
    pen.numeric_plain(Numeric::RPL_MYINFO, &[server, VERSION, &users, &rooms, &with_param]);
    isupport::write(pen, &setting.config);
}
