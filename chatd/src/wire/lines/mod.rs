//! Plain lines: for people with nothing but `nc`. What they type goes to the desk; what begins with `/` is a command.
//!
//! Owns the words in which a person is answered. Never lets a control character through to a terminal.

use std::sync::Arc;

use super::stranger::{foreign_protocol, irc};
use super::{Dialect, Peer, Setting, Step, password};
use crate::delivery::outbox::Labeled;
use crate::domain::command::Operator;
use crate::domain::disconnect::Disconnect;
use crate::domain::message::MessageKind;
use crate::domain::reply::Reply;
use crate::domain::request::{Register, Request, Say};
use crate::registry::Manner;

/// The word for this dialect in lists and logs.
pub const DIALECT: &str = "lines";

pub mod render;
mod reply;
#[cfg(test)]
mod tests;
mod verbs;

/// One session of plain lines.
#[derive(Debug)]
pub struct Lines {
    /// Until it has registered.
    peer: Option<Box<Peer>>,
    /// Once it has registered.
    nick: Option<Box<str>>,
    awaits: Awaits,
    /// Whether a line has come at all.
    is_heard: bool,
    /// Whether a page of the present list of rooms had any.
    has_listed: bool,
}

/// What the session waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Awaits {
    Nothing,
    /// The server's password, as the first line.
    Password,
    Registration,
    /// A page of the list of rooms.
    Page,
    End,
}

impl Lines {
    /// Asks for a guest's nick.
    fn register(&mut self, requests: &mut Vec<Request>) -> Step {
        if let Some(peer) = self.peer.take() {
            requests.push(Request::Register(Box::new(Register {
                nick: None,
                user: "~lines".into(),
                origin: peer.origin,
                real_name: "plain lines".into(),
                away: None,
                secure: peer.secure,
            })));
        }
        self.awaits = Awaits::Registration;
        Step::Wait
    }

    /// Leaves with these words.
    fn leave(&mut self, words: &str, requests: &mut Vec<Request>) -> Step {
        requests.push(Request::Leave(Disconnect::Quit(words.into())));
        self.awaits = Awaits::End;
        Step::Wait
    }

    /// Compares the first line with the server's password.
    fn password(&mut self, given: &str, setting: &Setting, requests: &mut Vec<Request>) -> Step {
        let expected = setting.config.server.password.as_deref();
        if expected.is_some_and(|expected| !password::is_equal(expected, given)) {
            return Step::Close(Disconnect::BadPassword);
        }
        self.register(requests)
    }

    /// Whether `reply` is the one that the session waits for, or ends all waiting.
    fn is_awaited(&self, reply: &Reply) -> bool {
        match reply {
            Reply::Ended(_) => true,
            Reply::Welcome(_) | Reply::Refused(_) => self.awaits == Awaits::Registration,
            _ => reply.is_page() && self.awaits == Awaits::Page,
        }
    }

    /// What to do after a reply: wait on, or read on.
    fn step(&self) -> Step {
        if matches!(self.awaits, Awaits::Nothing | Awaits::Password) { Step::Go } else { Step::Wait }
    }
}

impl Dialect for Lines {
    /// Longer than any message may be, so that a person reads what is wrong with theirs.
    const LINE_MAX: usize = 4096;
    const MANNER: &'static Manner = &Manner { dialect: DIALECT, is_pinged: false, variant: super::LINES };

    fn new(peer: Peer) -> Self {
        let peer = Some(Box::new(peer));
        Self { peer, nick: None, awaits: Awaits::Nothing, is_heard: false, has_listed: false }
    }

    fn nick(&self) -> Option<&str> {
        self.nick.as_deref()
    }

    fn hello(&mut self, setting: &Setting, requests: &mut Vec<Request>) -> Step {
        if setting.config.server.password.is_none() {
            return self.register(requests);
        }
        say_back(requests, &format!("-- {} asks for its password:", setting.config.server.name));
        self.awaits = Awaits::Password;
        Step::Go
    }

    fn line(&mut self, line: &[u8], setting: &Setting, requests: &mut Vec<Request>) -> Step {
        if !std::mem::replace(&mut self.is_heard, true)
            && let Some(protocol) = foreign_protocol(line).or_else(|| irc(line))
        {
            return Step::Close(Disconnect::WrongProtocol(protocol));
        }
        let Ok(text) = std::str::from_utf8(line) else {
            say_back(requests, "-- that line is not UTF-8; nothing was sent");
            return Step::Go;
        };
        if text.contains(['\0', '\r']) {
            say_back(requests, "-- that line contains a control character; nothing was sent");
            return Step::Go;
        }
        if self.awaits == Awaits::Password {
            return self.password(text, setting, requests);
        }
        match text.strip_prefix('/') {
            _ if text.trim().is_empty() => {}
            _ if text.trim_end() == "exit" => return self.leave("", requests),
            // Two strokes stand for a text that begins with one.
            Some(command) if !command.starts_with('/') => {
                return verbs::obey(self, command, setting, requests);
            }
            rest => say(&setting.config.desk.nick, rest.unwrap_or(text), setting, requests),
        }
        Step::Go
    }

    fn line_too_long(&mut self, _: &Setting, requests: &mut Vec<Request>) {
        say_back(
            requests,
            &format!("-- that line is longer than {} bytes; nothing was sent", Self::LINE_MAX),
        );
    }

    fn operator_checked(
        &mut self,
        _: Option<Arc<Operator>>,
        _: Option<Arc<str>>,
        _: &Setting,
        _: &mut Vec<Request>,
    ) {
    }

    /// Nothing: plain lines have no labels.
    fn labeled(&mut self, _: &Labeled, _: &Setting, _: &mut Vec<u8>, _: &mut Vec<Request>) -> Step {
        Step::Go
    }

    fn reply(
        &mut self,
        reply: &Reply,
        setting: &Setting,
        out: &mut Vec<u8>,
        requests: &mut Vec<Request>,
    ) -> Step {
        let was_registering = self.awaits == Awaits::Registration;
        if self.is_awaited(reply) {
            self.awaits = Awaits::Nothing;
        }
        match reply {
            Reply::Ended(why) => return Step::Close(why.clone()),
            Reply::Welcome(welcome) => self.nick = Some(welcome.nick.as_str().into()),
            Reply::NickIs(nick) => self.nick = Some(nick.as_str().into()),
            // There is no command with which a person could try again.
            Reply::Refused(refusal) if was_registering => {
                return Step::Close(Disconnect::Broken(refusal.to_string().into()));
            }
            Reply::List { rooms, is_first, next, .. } => {
                self.has_listed = !rooms.is_empty() || (self.has_listed && !is_first);
                if next.is_none() && !self.has_listed {
                    render::line(out, "-- there are no such rooms");
                }
            }
            Reply::Who { ask, entries, next } => {
                self.has_listed = !entries.is_empty() || (self.has_listed && ask.from > 0);
                if next.is_none() && !self.has_listed {
                    render::line(out, &format!("-- nobody fits {}", ask.mask));
                }
            }
            _ => {}
        }
        reply::reply(reply, setting, out);
        if let Some(next) = reply.next_page() {
            requests.push(next);
            self.awaits = Awaits::Page;
        }
        self.step()
    }

    /// Nothing: a person cannot answer a PING. The session must count this dialect's silence as life and leave it to
    /// TCP keepalive to find connections that are gone.
    fn ping(&self, _: &Setting, _: &mut Vec<u8>) {}

    fn farewell(&self, why: &Disconnect, _: &Setting, out: &mut Vec<u8>) {
        render::line(out, &format!("-- closed: {why}"));
    }
}

/// Says `text` to `to`.
fn say(to: &str, text: &str, setting: &Setting, requests: &mut Vec<Request>) {
    requests.push(Request::Say(Box::new(Say {
        to: to.into(),
        kind: MessageKind::Privmsg,
        text: text.into(),
        tags: None,
        rule_reply: super::desk::rule_reply(&setting.config, to, text),
    })));
}

/// One line of the session itself.
fn say_back(requests: &mut Vec<Request>, text: &str) {
    let mut out = Vec::with_capacity(text.len() + 1);
    render::line(&mut out, text);
    requests.push(Request::Echo(out.into()));
}
