//! Conversations in IRC: lines in, requests out; replies in, lines out.

mod batch;
mod every_verb;
mod labels;
mod line;
mod list;
mod manual;
mod modes;
mod multiline;
mod notice;
mod oper;
mod people;
mod redact;
mod refuse;
mod register;
mod rename;
mod reply;
mod server;
mod stage;
mod talk;
mod verb;
mod visibility;
mod webirc;
mod who;
mod whois;

use super::Irc;
use crate::config::Config;
use crate::wire::testing::{Session, welcome};

/// A session that is registered as alice, of a daemon with this configuration.
fn alice_with(change: impl FnOnce(&mut Config)) -> Session<Irc> {
    let mut session = Session::with(change);
    session.sends("NICK alice");
    session.sends("USER u 0 * :Alice");
    session.reads(&welcome("alice"));
    session
}

/// A session that is registered as alice.
fn alice() -> Session<Irc> {
    alice_with(|_| {})
}
