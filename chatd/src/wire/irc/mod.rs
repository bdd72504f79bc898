//! IRC as the modern documentation states it (<https://modern.ircdocs.horse>), with IRCv3 capabilities.
//!
//! Owns the verbs, the numerics and what a session has negotiated. Never looks at the state and never sends: a verb
//! becomes requests, a reply becomes lines.

use std::sync::Arc;

use chat_proto::irc::{BODY_MAX, LineWriter, TAGS_MAX_CLIENT};

use super::stranger::foreign_protocol;
use super::{Dialect, Peer, Setting, Step};
use crate::domain::command::Operator;
use crate::domain::disconnect::Disconnect;
use crate::domain::reply::Reply;
use crate::domain::request::Request;
use crate::registry::Manner;

mod ask;
mod cap;
mod connection;
mod help;
mod isupport;
mod line;
mod list;
mod mode;
mod oper;
mod pen;
mod people;
mod refuse;
mod registration;
pub mod render;
mod rooms;
mod server;
mod talk;
#[cfg(test)]
mod tests;
mod time;
mod turn;
mod verbs;
mod who;
mod whois;

use cap::Caps;
use pen::Pen;
use registration::Registering;
use turn::Turn;

/// The word for this dialect in lists and logs.
pub const DIALECT: &str = "irc";

/// How many shared encodings IRC sessions read.
pub const VARIANTS: usize = 4;

/// Which of the shared encodings a session reads: what it negotiated that changes lines meant for many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Variant {
    /// The tag `time` (IRCv3 server-time).
    pub time: bool,
    /// The tag `msgid`, client-only tags and TAGMSG (IRCv3 message-tags).
    pub tags: bool,
}

impl Variant {
    /// The variant with this index; bits beyond the known ones mean nothing.
    #[must_use]
    pub fn from_index(index: u8) -> Self {
        Self { time: index & 1 != 0, tags: index & 2 != 0 }
    }

    /// Its index, below [`VARIANTS`].
    #[must_use]
    pub fn index(self) -> u8 {
        u8::from(self.time) | u8::from(self.tags) << 1
    }
}

/// One IRC session.
#[derive(Debug)]
pub struct Irc {
    /// `nick!user@host`; `*!host` until the client is registered. Shared with the state while the nick stays.
    source: Arc<str>,
    caps: Caps,
    awaits: Awaits,
    /// What the client has said of itself so far; gone once it is registered.
    registering: Option<Box<Registering>>,
}

/// The reply without which the next line has no meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Awaits {
    Nothing,
    Registration,
    Page,
    End,
}

impl Irc {
    /// To write to the client with, into `out`.
    fn pen<'a>(&'a self, setting: &'a Setting, out: &'a mut Vec<u8>) -> Pen<'a> {
        let time = self.caps.has(Caps::SERVER_TIME).then_some(setting.now);
        Pen::new(out, &setting.config.server.name, self.nick(), time)
    }

    /// Whether the client is registered.
    fn is_registered(&self) -> bool {
        self.registering.is_none()
    }

    /// The nick; `*` until the client is registered.
    fn nick(&self) -> &str {
        self.halves().0
    }

    /// `user@host`; only the host until the client is registered.
    fn place(&self) -> &str {
        self.halves().1
    }

    fn halves(&self) -> (&str, &str) {
        self.source.split_once('!').unwrap_or(("*", &self.source))
    }

    /// Whether this is the first line of the session; true once.
    fn is_first_line(&mut self) -> bool {
        self.registering
            .as_mut()
            .is_some_and(|registering| !std::mem::replace(&mut registering.is_heard, true))
    }

    /// Whether `reply` is the one that the session waits for, or ends all waiting.
    fn is_awaited(&self, reply: &Reply) -> bool {
        match reply {
            Reply::Ended(_) => true,
            Reply::Welcome(_) | Reply::Refused(_) => self.awaits == Awaits::Registration,
            Reply::List { .. } => self.awaits == Awaits::Page,
            _ => false,
        }
    }

    /// What to do after a reply: wait on, or read on.
    fn step(&self) -> Step {
        if self.awaits == Awaits::Nothing { Step::Go } else { Step::Wait }
    }
}

impl Dialect for Irc {
    /// `@`, the tags, a blank, and the rest.
    const LINE_MAX: usize = 2 + TAGS_MAX_CLIENT + BODY_MAX;
    const MANNER: &'static Manner = &Manner { dialect: DIALECT, is_pinged: true, variant: 0 };

    fn new(peer: Peer) -> Self {
        Self {
            source: ["*!", &peer.origin.host()].concat().into(),
            caps: Caps::default(),
            awaits: Awaits::Nothing,
            registering: Some(Box::new(Registering::new(peer))),
        }
    }

    fn hello(&mut self, _: &Setting, _: &mut Vec<Request>) -> Step {
        Step::Go
    }

    fn line(&mut self, line: &[u8], setting: &Setting, requests: &mut Vec<Request>) -> Step {
        if self.is_first_line()
            && let Some(protocol) = foreign_protocol(line)
        {
            return Step::Close(Disconnect::WrongProtocol(protocol));
        }
        let mut turn = Turn::new(setting, requests);
        let step = line::obey(self, line, &mut turn);
        turn.finish();
        step
    }

    fn line_too_long(&mut self, setting: &Setting, requests: &mut Vec<Request>) {
        let mut turn = Turn::new(setting, requests);
        line::too_long(self, &mut turn);
        turn.finish();
    }

    fn operator_checked(
        &mut self,
        operator: Option<Arc<Operator>>,
        setting: &Setting,
        requests: &mut Vec<Request>,
    ) {
        let mut turn = Turn::new(setting, requests);
        oper::operator_checked(self, operator, &mut turn);
        turn.finish();
    }

    fn reply(
        &mut self,
        reply: &Reply,
        setting: &Setting,
        out: &mut Vec<u8>,
        requests: &mut Vec<Request>,
    ) -> Step {
        if self.is_awaited(reply) {
            self.awaits = Awaits::Nothing;
        }
        match reply {
            Reply::Ended(why) => return Step::Close(why.clone()),
            Reply::Welcome(welcome) => {
                registration::succeed(self, welcome);
                render::welcome(&mut self.pen(setting, out), welcome, setting);
            }
            Reply::Refused(refusal) => {
                registration::fail(self, refusal);
                refuse::refuse(&mut self.pen(setting, out), refusal, &setting.config);
            }
            Reply::NickIs(nick) => self.source = format!("{nick}!{}", self.place()).into(),
            Reply::List { next: Some(from), conditions, .. } => {
                render::reply(&mut self.pen(setting, out), reply, self.caps, setting);
                requests.push(Request::List { from: *from, conditions: Arc::clone(conditions) });
                self.awaits = Awaits::Page;
            }
            _ => render::reply(&mut self.pen(setting, out), reply, self.caps, setting),
        }
        self.step()
    }

    fn ping(&self, setting: &Setting, out: &mut Vec<u8>) {
        LineWriter::new(out).verb("PING").trailing(&setting.config.server.name).end();
    }

    fn farewell(&self, why: &Disconnect, _: &Setting, out: &mut Vec<u8>) {
        if let Disconnect::Killed { by, reason } = why {
            render::line(out, by, "KILL", &[self.nick()], Some(reason));
        }
        let text = format!("Closing link: ({}) [{why}]", self.place());
        LineWriter::new(out).verb("ERROR").trailing(&text).end();
    }
}
