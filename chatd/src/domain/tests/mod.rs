//! Conversations without sockets: what is asked for goes through deciding and applying, and each client remembers in plain
//! words what it heard.

mod crowd;
mod desk;
mod hear;
mod length;
mod list;
mod masks;
mod members;
mod modes;
mod operators;
mod origins;
mod overtaken;
mod peers;
mod people;
mod ranked;
mod redact;
mod rename;
mod rooms;
mod secure;
mod talk;
mod who;
mod whois;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::apply::apply;
use super::command::{Answer, Command, Operator, Role};
use super::decide::{self, Outcome};
use super::event::{Dated, Event};
use super::id::{ClientId, Seq, Time};
use super::message::MessageKind;
use super::notice::{Ear, Notice};
use super::refusal::Refusal;
use super::request::{ModeAsk, Register, Request, Say};
use super::state::State;
use crate::config::Config;

/// A server in memory.
struct Chat {
    state: State,
    seq: Seq,
    now: Time,
    serial: u32,
    heard: HashMap<ClientId, VecDeque<String>>,
    log: Vec<Notice>,
}

impl Chat {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        change(&mut config);
        let state = State::new(Arc::new(config));
        Self { state, seq: Seq(0), now: Time(1_000), serial: 0, heard: HashMap::new(), log: Vec::new() }
    }

    fn connect(&mut self) -> ClientId {
        self.serial += 1;
        ClientId { slot: self.serial, serial: self.serial }
    }

    /// A registered client that has heard nothing yet.
    #[track_caller]
    fn client(&mut self, nick: &str) -> ClientId {
        let id = self.connect();
        self.ask(id, register(nick));
        assert_eq!(self.hears(id), [format!("welcome {nick}")]);
        id
    }

    /// Clients in a room, the first of them its operator, that have heard nothing yet.
    #[track_caller]
    fn room<const N: usize>(&mut self, room: &str, nicks: [&str; N]) -> [ClientId; N] {
        let all = nicks.map(|nick| self.client(nick));
        for id in all {
            self.join(id, room);
        }
        self.heard.clear();
        all
    }

    fn ask(&mut self, who: ClientId, request: Request) {
        match decide::request(&self.state, who, self.now, request) {
            Err(refusal) => self.hear(who, format!("no: {refusal}")),
            Ok(Outcome::Nothing) => {}
            Ok(Outcome::Reply(reply)) => self.hear(who, hear::reply(&reply)),
            Ok(Outcome::Replies(replies)) => {
                replies.iter().for_each(|reply| self.hear(who, hear::reply(reply)));
            }
            Ok(Outcome::Event(event)) => self.happens(Some(who), event),
            Ok(Outcome::Events(events, replies)) => {
                replies.iter().for_each(|reply| self.hear(who, hear::reply(reply)));
                events.into_iter().for_each(|event| self.happens(Some(who), event));
            }
        }
    }

    /// The one event that a request leads to, before it is applied: what is on its way through the log.
    #[track_caller]
    fn decided(&self, who: ClientId, request: Request) -> Event {
        match decide::request(&self.state, who, self.now, request) {
            Ok(Outcome::Event(event)) => event,
            Ok(Outcome::Events(mut events, _)) if events.len() == 1 => events.remove(0),
            other => panic!("not one event: {other:?}"),
        }
    }

    fn command(&mut self, role: Role, command: Command, targets: &[ClientId]) -> Result<Answer, Refusal> {
        let by = Operator { name: "root".into(), role };
        let (events, answer) = decide::command(&self.state, &by, self.now, command, targets)?;
        events.into_iter().for_each(|event| self.happens(None, event));
        Ok(answer)
    }

    /// Applies an event as the log would hand it back.
    fn happens(&mut self, asker: Option<ClientId>, event: Event) {
        self.seq = self.seq.next();
        let applied = match apply(&mut self.state, self.seq, &Dated { at: self.now, event }) {
            Ok(applied) => applied,
            Err(refusal) => {
                return asker.into_iter().for_each(|asker| self.hear(asker, format!("no: {refusal}")));
            }
        };
        if let Some((audience, notice)) = applied.notice {
            let mut hearers = Vec::new();
            audience.visit(&self.state, |id, ear| {
                if ear == Ear::Hears {
                    hearers.push(id);
                }
            });
            for id in hearers {
                self.hear(id, hear::notice(&notice));
            }
            self.log.push(notice);
        }
        for (id, reply) in applied.replies {
            self.hear(id, hear::reply(&reply));
        }
        if let Some((id, why)) = applied.ended {
            self.hear(id, format!("ended: {why}"));
        }
    }

    /// Makes `who` an operator; what that tells others is forgotten.
    fn operator(&mut self, who: ClientId) {
        let operator = Operator { name: "op".into(), role: Role::Operator };
        self.ask(who, Request::BecomeOperator(Arc::new(operator)));
        self.heard.clear();
    }

    fn hear(&mut self, who: ClientId, what: String) {
        self.heard.entry(who).or_default().push_back(what);
    }

    /// What a client heard since it was last asked.
    fn hears(&mut self, who: ClientId) -> Vec<String> {
        self.heard.remove(&who).unwrap_or_default().into()
    }

    fn join(&mut self, who: ClientId, room: &str) {
        self.ask(who, Request::Join { room: room_name(room), key: None });
    }

    fn say(&mut self, who: ClientId, to: &str, text: &str) {
        self.ask(who, Request::Say(Box::new(words(to, text))));
    }

    fn mode(&mut self, who: ClientId, room: &str, letter: char, on: bool, param: Option<&str>) {
        let ask = ModeAsk { letter, on, param: param.map(Into::into) };
        self.ask(who, Request::SetRoomModes { room: room.into(), changes: vec![ask] });
    }
}

fn words(to: &str, text: &str) -> Say {
    Say { to: to.into(), kind: MessageKind::Privmsg, text: text.into(), tags: None, rule_reply: None }
}

fn room_name(name: &str) -> chat_proto::name::RoomName {
    chat_proto::name::RoomName::parse(name, 64).unwrap()
}

fn nick(name: &str) -> chat_proto::name::Nick {
    chat_proto::name::Nick::parse(name, 30).unwrap()
}

fn register(name: &str) -> Request {
    let nick = (!name.is_empty()).then(|| nick(name));
    Request::Register(Box::new(Register::of(nick)))
}
