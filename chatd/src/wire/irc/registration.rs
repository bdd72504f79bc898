//! How a connection becomes a client: PASS, NICK, USER and the moment at which all of them are there.

use std::sync::Arc;

use chat_proto::irc::Numeric;
use chat_proto::name::Nick;

use super::line::Line;
use super::turn::Turn;
use super::{Awaits, Irc, refuse};
use crate::domain::disconnect::Disconnect;
use crate::domain::refusal::Refusal;
use crate::domain::reply::Welcome;
use crate::domain::request::{Register, Request};
use crate::wire::{Peer, Step, password};

/// The longest user name with its mark, announced as USERLEN.
pub(super) const USER_MAX: usize = 10;

/// What an unregistered client has said of itself so far.
#[derive(Debug)]
pub(super) struct Registering {
    /// Whether it has sent a line at all.
    pub(super) is_heard: bool,
    /// Whether it is negotiating capabilities: registration waits for `CAP END`.
    pub(super) is_negotiating: bool,
    password: Option<Box<str>>,
    nick: Option<Nick>,
    user: Option<Box<str>>,
    real_name: Box<str>,
    /// Its words, if it is away from the beginning.
    away: Option<Box<str>>,
    /// Who connected.
    pub(super) peer: Peer,
}

impl Registering {
    /// Of somebody who has said nothing yet.
    pub(super) fn new(peer: Peer) -> Self {
        Self {
            is_heard: false,
            is_negotiating: false,
            password: None,
            nick: None,
            user: None,
            real_name: "".into(),
            away: None,
            peer,
        }
    }
}

/// `PASS password`
pub(super) fn pass(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    if line.param(0).is_empty() {
        irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_NEEDMOREPARAMS, &[line.verb]);
    } else if let Some(registering) = irc.registering_mut() {
        registering.password = Some(line.param(0).into());
    }
    Step::Go
}

/// `NICK nick`
pub(super) fn nick(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    let wish = line.param(0);
    if wish.is_empty() {
        irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_NONICKNAMEGIVEN, &[]);
        return Step::Go;
    }
    let Ok(nick) = Nick::parse(wish, turn.setting.config.limits.nick_length) else {
        irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_ERRONEUSNICKNAME, &[wish]);
        return Step::Go;
    };
    if let Some(registering) = irc.registering_mut() {
        registering.nick = Some(nick);
        return complete(irc, turn);
    }
    turn.ask(Request::ChangeNick(nick));
    Step::Go
}

/// `USER user 0 * :real name`
pub(super) fn user(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    if line.param(0).is_empty() || line.param(3).is_empty() {
        irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_NEEDMOREPARAMS, &[line.verb]);
        return Step::Go;
    }
    if let Some(registering) = irc.registering_mut() {
        registering.user = Some(user_name(line.param(0)));
        let (name, limit) = (line.param(3), turn.setting.config.limits.real_name_length);
        registering.real_name = name[..name.floor_char_boundary(limit)].into();
    }
    complete(irc, turn)
}

/// `AWAY :words` of somebody who is still registering (IRCv3 pre-away); says whether it was one.
pub(super) fn away(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> bool {
    let limit = turn.setting.config.limits.away_length;
    let Some(registering) = irc.registering_mut() else { return false };
    let words = line.param(0);
    if words.len() > limit {
        let refusal = Refusal::TooLong { what: "away message", limit, setting: "limits.away-length" };
        refuse::refuse(&mut irc.pen(turn.setting, &mut turn.echo), &refusal, &turn.setting.config);
        return true;
    }
    registering.away = (!words.is_empty()).then(|| words.into());
    let numeric = if words.is_empty() { Numeric::RPL_UNAWAY } else { Numeric::RPL_NOWAWAY };
    irc.pen(turn.setting, &mut turn.echo).numeric(numeric, &[]);
    true
}

/// Says to a registered client that it is.
pub(super) fn already(irc: &Irc, turn: &mut Turn<'_>) {
    irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_ALREADYREGISTERED, &[]);
}

/// Asks to be registered, once everything that this takes has been said.
pub(super) fn complete(irc: &mut Irc, turn: &mut Turn<'_>) -> Step {
    let Some(registering) = irc.registering() else { return Step::Go };
    let (Some(nick), Some(user), false) = (&registering.nick, &registering.user, registering.is_negotiating)
    else {
        return Step::Go;
    };
    let expected = turn.setting.config.server.password.as_deref();
    if expected.is_some_and(|expected| {
        !password::is_equal(expected, registering.password.as_deref().unwrap_or_default())
    }) {
        irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_PASSWDMISMATCH, &[]);
        // Leaving is asked for like anything else, so that the numeric is written before the farewell.
        turn.ask(Request::Leave(Disconnect::BadPassword));
        irc.awaits = Awaits::End;
        return Step::Wait;
    }
    turn.ask(Request::Register(Box::new(Register {
        nick: Some(nick.clone()),
        user: user.clone(),
        origin: registering.peer.origin.clone(),
        real_name: registering.real_name.clone(),
        away: registering.away.clone(),
        secure: registering.peer.secure.clone(),
    })));
    irc.awaits = Awaits::Registration;
    Step::Wait
}

/// The connection is a client now.
pub(super) fn succeed(irc: &mut Irc, welcome: &Welcome) {
    if let Some(rare) = &mut irc.rare {
        rare.registering = None;
    }
    irc.tidy();
    irc.source = Arc::clone(&welcome.source);
}

/// A nick that is refused before registration is forgotten, so that only a new `NICK` tries again.
pub(super) fn fail(irc: &mut Irc, refusal: &Refusal) {
    if let (Some(registering), Refusal::NickInUse(_) | Refusal::NickReserved(_)) =
        (irc.registering_mut(), refusal)
    {
        registering.nick = None;
    }
}

/// A user name as others see it: marked with `~` because nobody has checked it, cut, and only with characters that
/// cannot be mistaken for a part of a mask or source.
fn user_name(typed: &str) -> Box<str> {
    let is_safe = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '_');
    let mut name = String::with_capacity(USER_MAX);
    name.push('~');
    name.extend(typed.chars().filter(is_safe).take(USER_MAX - 1));
    if name.len() == 1 {
        name.push_str("user");
    }
    name.into()
}
