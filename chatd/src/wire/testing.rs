//! Conversations with one dialect, without a socket, a clock or a state.

use std::sync::Arc;

use chat_proto::name::{Nick, RoomName};

use super::{Dialect, Peer, Setting, Step};
use crate::config::Config;
use crate::domain::id::{ClientId, DeskId, RoomId, Seq, Time};
use crate::domain::message::{Author, Conversation, Message, MessageKind};
use crate::domain::notice::{Badge, Notice, What};
use crate::domain::origin::Origin;
use crate::domain::reply::{Counts, Reply, Welcome};
use crate::domain::request::Request;

/// 2024-12-31T23:59:59.001Z
pub(super) const NOW: Time = Time(1_735_689_599_001);

/// One session and what it knows of the daemon.
pub(super) struct Session<D> {
    pub(super) dialect: D,
    pub(super) setting: Setting,
}

impl<D: Dialect> Session<D> {
    /// A session of a daemon with this configuration.
    pub(super) fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        config.server.name = "irc.test".into();
        config.server.network = "TestNet".into();
        change(&mut config);
        let setting = Setting { config: Arc::new(config), now: NOW, started: Time(0) };
        let peer = Peer { origin: origin(), secure: None };
        Self { dialect: D::new(peer), setting }
    }

    /// Sends a line: what to do next, and what is asked for.
    pub(super) fn sends(&mut self, line: impl AsRef<[u8]>) -> (Step, Vec<Request>) {
        let mut requests = Vec::new();
        let step = self.dialect.line(line.as_ref(), &self.setting, &mut requests);
        (step, requests)
    }

    /// Sends a line that is answered by the session alone: the answer.
    pub(super) fn hears(&mut self, line: impl AsRef<[u8]>) -> String {
        let (step, requests) = self.sends(line);
        assert_eq!(step, Step::Go);
        text(&requests)
    }

    /// Sends a line that asks for something: what it asks for, nothing else said.
    pub(super) fn asks(&mut self, line: impl AsRef<[u8]>) -> Vec<Request> {
        self.sends(line).1
    }

    /// What is written for a reply.
    pub(super) fn reads(&mut self, reply: &Reply) -> String {
        let (mut out, mut requests) = (Vec::new(), Vec::new());
        self.dialect.reply(reply, &self.setting, &mut out, &mut requests);
        String::from_utf8(out).unwrap()
    }

    /// What the session does after a reply, and what it asks for then.
    pub(super) fn after(&mut self, reply: &Reply) -> (Step, Vec<Request>) {
        let (mut out, mut requests) = (Vec::new(), Vec::new());
        let step = self.dialect.reply(reply, &self.setting, &mut out, &mut requests);
        (step, requests)
    }
}

/// All echoes as text; anything else is a fault.
pub(super) fn text(requests: &[Request]) -> String {
    let bytes = requests.iter().flat_map(|request| match request {
        Request::Echo(bytes) => bytes.to_vec(),
        other => panic!("not an echo: {other:?}"),
    });
    String::from_utf8(bytes.collect()).unwrap()
}

pub(super) fn nick(text: &str) -> Nick {
    Nick::parse(text, 30).unwrap()
}

pub(super) fn room(text: &str) -> RoomName {
    RoomName::parse(text, 64).unwrap()
}

pub(super) fn client(serial: u32) -> ClientId {
    ClientId { slot: serial, serial }
}

/// What is written, if anything is.
pub(super) fn encoded(write: impl FnOnce(&mut Vec<u8>)) -> Option<String> {
    let mut out = Vec::new();
    write(&mut out);
    (!out.is_empty()).then(|| String::from_utf8(out).unwrap())
}

/// The welcome of `name`.
pub(super) fn welcome(name: &str) -> Reply {
    Reply::Welcome(Box::new(Welcome {
        client: client(1),
        nick: nick(name),
        source: format!("{name}!~u@host.test").into(),
        is_cloaked: false,
        counts: Counts { clients: 3, invisible: 1, operators: 1, rooms: 2, clients_max: 5, unregistered: 0 },
    }))
}

/// Where every session comes from.
pub(super) fn origin() -> Origin {
    Origin::named("host.test")
}

/// `name` as an author.
pub(super) fn author(name: &str) -> Author {
    Author { client: Some(client(1)), source: format!("{name}!~u@host.test").into(), operator: None }
}

pub(super) fn notice(what: What) -> Notice {
    Notice { seq: Seq(1295), at: NOW, by: Badge::default(), what }
}

/// A message of alice.
pub(super) fn said(to: Conversation, kind: MessageKind, text: &str, tags: Option<&str>) -> Notice {
    let tags = tags.map(Into::into);
    notice(What::Said(Arc::new(Message {
        at: NOW,
        from: author("alice"),
        to,
        kind,
        text: text.into(),
        tags,
    })))
}

pub(super) fn in_room(name: &str) -> Conversation {
    Conversation::Room { id: RoomId { slot: 0, serial: 1 }, name: room(name) }
}

pub(super) fn to_desk(is_inbound: bool) -> Conversation {
    Conversation::Desk { id: DeskId(7), guest: client(1), nick: nick("alice"), is_inbound }
}
