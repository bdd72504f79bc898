//! IRC as the modern documentation states it (<https://modern.ircdocs.horse>), with IRCv3 capabilities.
//!
//! Owns the verbs, the numerics and what a session has negotiated. Never looks at the state and never sends: a verb
//! becomes requests, a reply becomes lines.

use std::sync::Arc;

use chat_proto::irc::{BODY_MAX, LineWriter, TAGS_MAX_CLIENT};

use super::stranger::foreign_protocol;
use super::{Dialect, Peer, Setting, Step};
use crate::delivery::outbox::{Answer, Labeled};
use crate::domain::command::Operator;
use crate::domain::disconnect::Disconnect;
use crate::domain::origin::Origin;
use crate::domain::reply::{Renamed, Reply};
use crate::domain::request::{Request, Variant};
use crate::registry::Manner;

mod ask;
mod batch;
mod cap;
mod charset;
mod connection;
mod help;
mod isupport;
mod label;
mod line;
mod links;
mod list;
mod mode;
mod modes;
mod msgid;
mod oper;
mod pen;
mod people;
mod redact;
mod refuse;
mod registration;
pub mod render;
mod rooms;
mod server;
mod stats;
mod tags;
mod talk;
#[cfg(test)]
mod tests;
mod time;
mod turn;
mod usage;
mod variant;
mod verbs;
mod webirc;
mod who;
mod whois;

use cap::Caps;
pub(super) use cap::changed as changed_offers;
use label::Answering;
use pen::Pen;
use registration::Registering;
use turn::Turn;
pub use usage::counts as used_verbs;
pub(super) use variant::relevant;

/// The word for this dialect in lists and logs.
pub const DIALECT: &str = "irc";

/// The same over WebSocket: what travels below it is worth knowing.
pub const DIALECT_WEBSOCKET: &str = "websocket";

/// The manner of sessions over WebSocket.
pub const OVER_WEBSOCKET: &Manner = &Manner { dialect: DIALECT_WEBSOCKET, ..*Irc::MANNER };

/// One IRC session.
#[derive(Debug)]
pub struct Irc {
    /// `nick!user@host`; `*!host` until the client is registered. Shared with the state while the nick stays.
    source: Arc<str>,
    caps: Caps,
    awaits: Awaits,
    /// What few sessions have, or not for long.
    rare: Option<Box<Rare>>,
}

/// What few sessions have, or not for long, in one place, so that it costs the others a word.
#[derive(Debug, Default)]
struct Rare {
    /// What the client has said of itself so far; gone once it is registered.
    registering: Option<Registering>,
    /// What has been answered of a line with a label.
    answering: Answering,
    /// The batch that the client is sending.
    batch: Option<Box<batch::Batch>>,
    /// The label of the line with which the client leaves.
    farewell: Option<Arc<str>>,
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
        let mut pen = Pen::new(out, &setting.config.server.name, self.nick(), time);
        pen.caps = self.caps;
        pen
    }

    /// Whether the client is registered.
    fn is_registered(&self) -> bool {
        self.registering().is_none()
    }

    /// What the client has said of itself, while it is not registered.
    fn registering(&self) -> Option<&Registering> {
        self.rare.as_ref()?.registering.as_ref()
    }

    fn registering_mut(&mut self) -> Option<&mut Registering> {
        self.rare.as_mut()?.registering.as_mut()
    }

    /// The batch that the client is sending.
    fn batch_mut(&mut self) -> Option<&mut batch::Batch> {
        self.rare.as_mut()?.batch.as_deref_mut()
    }

    /// Gives memory back that is not needed any more.
    fn tidy(&mut self) {
        let is_idle = |rare: &Rare| {
            rare.registering.is_none()
                && rare.answering.is_idle()
                && rare.batch.is_none()
                && rare.farewell.is_none()
        };
        if self.rare.as_deref().is_some_and(is_idle) {
            self.rare = None;
        }
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
        self.registering_mut().is_some_and(|registering| !std::mem::replace(&mut registering.is_heard, true))
    }

    /// Whether `reply` is the one that the session waits for, or ends all waiting.
    fn is_awaited(&self, reply: &Reply) -> bool {
        match reply {
            Reply::Ended(_) => true,
            Reply::Welcome(_) | Reply::Refused(_) => self.awaits == Awaits::Registration,
            _ => reply.is_page() && self.awaits == Awaits::Page,
        }
    }

    /// A room has another name: who does not know renaming reads what it would have read on entering. The names are asked for, so that
    /// of many members each gets the long list when it has read what was before.
    fn renamed(&self, renamed: &Renamed, setting: &Setting, out: &mut Vec<u8>, requests: &mut Vec<Request>) {
        let mut pen = self.pen(setting, out);
        render::renamed(&mut pen, renamed, self.caps, &self.source);
        if render::knows(renamed, self.caps) {
            return;
        }
        if renamed.topic.is_some() {
            let topic = Reply::Topic { room: renamed.name.clone(), topic: renamed.topic.clone() };
            render::reply(&mut pen, &topic, self.caps, setting);
        }
        if !self.caps.has(Caps::NO_IMPLICIT_NAMES) {
            requests.push(Request::Names { room: renamed.name.as_str().into(), ends: true });
        }
    }

    /// What to do after a reply: wait on, or read on.
    fn step(&self) -> Step {
        if self.awaits == Awaits::Nothing { Step::Go } else { Step::Wait }
    }
}

/// What stands for the source of somebody who has no nick yet.
fn unregistered(origin: &Origin) -> Arc<str> {
    ["*!", &origin.host()].concat().into()
}

impl Dialect for Irc {
    /// `@`, the tags, a blank, and the rest.
    const LINE_MAX: usize = 2 + TAGS_MAX_CLIENT + BODY_MAX;
    const MANNER: &'static Manner = &Manner { dialect: DIALECT, is_pinged: true, variant: Variant(0) };

    fn new(peer: Peer) -> Self {
        Self {
            source: unregistered(&peer.origin),
            caps: Caps::default(),
            awaits: Awaits::Nothing,
            rare: Some(Box::new(Rare { registering: Some(Registering::new(peer)), ..Rare::default() })),
        }
    }

    fn nick(&self) -> Option<&str> {
        Some(self.halves().0).filter(|_| self.is_registered())
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
        let label = turn.label.clone();
        // What comes of a password or after a page is answered later, with the same label.
        let is_later = matches!(step, Step::CheckOperator { .. }) || self.awaits == Awaits::Page;
        turn.finish(!is_later);
        match step {
            Step::CheckOperator { name, password, .. } => Step::CheckOperator { name, password, label },
            _ => step,
        }
    }

    fn line_too_long(&mut self, setting: &Setting, requests: &mut Vec<Request>) {
        let mut turn = Turn::new(setting, requests);
        line::too_long(self, &mut turn);
        turn.finish(true);
    }

    fn operator_checked(
        &mut self,
        operator: Option<Arc<Operator>>,
        label: Option<Arc<str>>,
        setting: &Setting,
        requests: &mut Vec<Request>,
    ) {
        let mut turn = Turn::new(setting, requests);
        turn.label = label;
        oper::operator_checked(self, operator, &mut turn);
        turn.finish(true);
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
            Reply::SourceIs(source) => {
                self.source = Arc::clone(source);
                render::reply(&mut self.pen(setting, out), reply, self.caps, setting);
            }
            Reply::NickIs(nick) => self.source = format!("{nick}!{}", self.place()).into(),
            Reply::Renamed(renamed) => self.renamed(renamed, setting, out, requests),
            _ => render::reply(&mut self.pen(setting, out), reply, self.caps, setting),
        }
        if let Some(next) = reply.next_page() {
            requests.push(next);
            self.awaits = Awaits::Page;
        }
        self.step()
    }

    fn labeled(
        &mut self,
        Labeled { label, answer }: &Labeled,
        setting: &Setting,
        out: &mut Vec<u8>,
        requests: &mut Vec<Request>,
    ) -> Step {
        let (server, begin) = (&setting.config.server.name, requests.len());
        let reply = match answer {
            Answer::Lines(lines) => {
                self.rare.get_or_insert_default().answering.put(server, label, lines.bytes(), out);
                return self.step();
            }
            Answer::Reply(reply) => reply,
        };
        let mut rendered = Vec::new();
        let step = self.reply(reply, setting, &mut rendered, requests);
        // What follows on a new name comes later than all answers, as it does for the others in the room.
        if !matches!(reply, Reply::Renamed(_)) {
            label::wrap(requests, begin, label, false);
        }
        // What is asked for page by page ends with the last one.
        let is_last = match reply {
            Reply::EndOfLabel => true,
            page => page.is_page() && page.next_page().is_none(),
        };
        let answering = &mut self.rare.get_or_insert_default().answering;
        answering.put(server, label, &rendered, out);
        if is_last {
            answering.finish(server, label, out);
            self.tidy();
        }
        step
    }

    fn ping(&self, setting: &Setting, out: &mut Vec<u8>) {
        LineWriter::new(out).verb("PING").trailing(&setting.config.server.name).end();
    }

    fn farewell(&self, why: &Disconnect, _: &Setting, out: &mut Vec<u8>) {
        if let Disconnect::Killed { by, reason } = why {
            render::line(out, by, "KILL", &[self.nick()], Some(reason));
        }
        let text = format!("Closing link: ({}) [{why}]", self.place());
        let line = LineWriter::new(out);
        let line = match self.rare.as_ref().and_then(|rare| rare.farewell.as_ref()) {
            Some(label) => line.raw_tag(&format!("label={label}")),
            None => line,
        };
        line.verb("ERROR").trailing(&text).end();
    }
}
