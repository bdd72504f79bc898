//! Several IRC sessions and the state together, without sockets: lines in, lines out, as the daemon would say them. What the owner
//! adds by itself (labels, batches of many, timeouts) is not here.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::config::Config;
use crate::domain::apply::{Applied, apply};
use crate::domain::command::{Operator, Role};
use crate::domain::decide::{self, Outcome};
use crate::domain::disconnect::Disconnect;
use crate::domain::event::{Dated, Event};
use crate::domain::id::{ClientId, Seq, Time};
use crate::domain::notice::Ear;
use crate::domain::reply::Reply;
use crate::domain::request::{Request, Variant};
use crate::domain::state::State;
use crate::wire::irc::{Irc, render};
use crate::wire::testing::{NOW, Session, client};
use crate::wire::{Dialect as _, Step, desk};

/// A daemon with its clients.
pub(super) struct Stage {
    state: State,
    seq: Seq,
    pub(super) now: Time,
    sessions: BTreeMap<ClientId, Session<Irc>>,
    heard: BTreeMap<ClientId, String>,
}

impl Stage {
    pub(super) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(super) fn with(change: impl FnOnce(&mut Config)) -> Self {
        let config = Session::<Irc>::with(change).setting.config;
        let state = State::new(config);
        Self { state, seq: Seq(0), now: NOW, sessions: BTreeMap::new(), heard: BTreeMap::new() }
    }

    /// Somebody who has not said anything yet.
    pub(super) fn connect(&mut self) -> ClientId {
        let id = client(u32::try_from(self.sessions.len()).unwrap() + 1);
        let mut session = Session::<Irc>::with(|_| {});
        session.setting.config = Arc::new(self.state.config().clone());
        self.sessions.insert(id, session);
        id
    }

    /// A registered client that has heard nothing yet.
    pub(super) fn client(&mut self, nick: &str) -> ClientId {
        let id = self.connect();
        self.says(id, &format!("NICK {nick}"));
        let welcome = self.says(id, &format!("USER {nick} 0 * :{nick} the tester"));
        assert!(welcome.contains(&format!(" 001 {nick} ")), "{welcome}");
        id
    }

    /// As [`Self::client`], an operator of the server.
    pub(super) fn operator(&mut self, nick: &str) -> ClientId {
        let id = self.client(nick);
        let operator = Operator { name: "root".into(), role: Role::Admin };
        self.ask(id, Request::BecomeOperator(Arc::new(operator)));
        self.heard.clear();
        id
    }

    /// Says a line: what its author hears of it. What others hear waits for [`Self::hears`].
    pub(super) fn says(&mut self, who: ClientId, line: &str) -> String {
        let (step, requests) = self.sessions.get_mut(&who).unwrap().sends(line);
        requests.into_iter().for_each(|request| self.ask(who, request));
        if let Step::Close(why) = step {
            self.end(who, &why);
        }
        self.hears(who)
    }

    /// What a client has heard since it was last asked.
    pub(super) fn hears(&mut self, who: ClientId) -> String {
        self.heard.remove(&who).unwrap_or_default()
    }

    fn ask(&mut self, who: ClientId, request: Request) {
        match decide::request(&self.state, who, self.now, request) {
            Err(refusal) => self.reply(who, &Reply::Refused(refusal)),
            Ok(Outcome::Nothing) => {}
            Ok(Outcome::Reply(reply)) => self.reply(who, &reply),
            Ok(Outcome::Replies(replies)) => replies.iter().for_each(|reply| self.reply(who, reply)),
            Ok(Outcome::Event(event)) => self.happens(who, event),
            Ok(Outcome::Events(events, replies)) => {
                replies.iter().for_each(|reply| self.reply(who, reply));
                events.into_iter().for_each(|event| self.happens(who, event));
            }
        }
    }

    fn happens(&mut self, asker: ClientId, event: Event) {
        self.seq = self.seq.next();
        match apply(&mut self.state, self.seq, &Dated { at: self.now, event }) {
            Ok(applied) => self.tell(applied),
            Err(refusal) => self.reply(asker, &Reply::Refused(refusal)),
        }
    }

    fn tell(&mut self, applied: Applied) {
        if let Some((audience, notice)) = applied.notice {
            let mut hearers = Vec::new();
            audience.visit(&self.state, |id, ear| hearers.extend((ear == Ear::Hears).then_some(id)));
            let mut bytes = Vec::new();
            render::notice(&notice, Variant(0), &desk::source(self.state.config()), &mut bytes);
            hearers.into_iter().for_each(|id| self.hear(id, &bytes));
        }
        applied.replies.iter().for_each(|(id, reply)| self.reply(*id, reply));
        if let Some((id, why)) = applied.ended {
            self.end(id, &why);
        }
    }

    fn end(&mut self, who: ClientId, why: &Disconnect) {
        let (session, mut bytes) = (&self.sessions[&who], Vec::new());
        session.dialect.farewell(why, &session.setting, &mut bytes);
        self.hear(who, &bytes);
    }

    /// A reply, and what the session asks for because of it.
    fn reply(&mut self, who: ClientId, reply: &Reply) {
        let session = self.sessions.get_mut(&who).unwrap();
        let (mut out, mut requests) = (Vec::new(), Vec::new());
        session.dialect.reply(reply, &session.setting, &mut out, &mut requests);
        self.hear(who, &out);
        requests.into_iter().for_each(|request| self.ask(who, request));
    }

    fn hear(&mut self, who: ClientId, bytes: &[u8]) {
        self.heard.entry(who).or_default().push_str(std::str::from_utf8(bytes).unwrap());
    }
}
