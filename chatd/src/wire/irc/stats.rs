//! STATS: figures of the server, a letter for each kind.

use chat_proto::irc::Numeric;

use super::line::Line;
use super::server::is_this;
use super::turn::Turn;
use super::{Irc, usage};
use crate::domain::request::{Guard, Request};
use crate::wire::Step;

/// Answers one letter, without its end.
type Answer = fn(&Irc, &mut Turn<'_>);

/// The letters that answer something. `o` is for operators, the others for everybody.
const LETTERS: [(char, Answer); 4] = [('m', verbs), ('o', logins), ('p', operators), ('u', uptime)];

/// `STATS letter server` (RFC 2812 §3.4.4): what a letter stands for, and always its end.
pub(super) fn stats(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    let Some(letter) = line.param(0).chars().next() else {
        irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_NEEDMOREPARAMS, &[line.verb]);
        return Step::Go;
    };
    let server = line.param(1);
    if !server.is_empty() && !is_this(irc, turn.setting, server) {
        irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_NOSUCHSERVER, &[server]);
        return Step::Go;
    }
    if let Some((_, answer)) = LETTERS.iter().find(|(known, _)| *known == letter.to_ascii_lowercase()) {
        answer(irc, turn);
    }
    let letter = letter.to_string();
    irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::RPL_ENDOFSTATS, &[&letter]);
    Step::Go
}

/// How often each verb was used.
fn verbs(irc: &Irc, turn: &mut Turn<'_>) {
    let mut pen = irc.pen(turn.setting, &mut turn.echo);
    for (verb, count) in usage::counts().filter(|(_, count)| *count > 0) {
        pen.numeric_plain(Numeric::RPL_STATSCOMMANDS, &[verb, &count.to_string()]);
    }
}

/// Who may become operator with OPER; for operators.
fn logins(irc: &Irc, turn: &mut Turn<'_>) {
    let mut bytes = Vec::new();
    let mut pen = irc.pen(turn.setting, &mut bytes);
    for login in &turn.setting.config.control.operators {
        pen.numeric_plain(Numeric::RPL_STATSOLINE, &["O", "*", "*", &login.name, login.role.as_str()]);
    }
    turn.ask(Request::EchoIf { guard: Guard::Operator, bytes: bytes.into() });
}

/// Which operators are here.
fn operators(_: &Irc, turn: &mut Turn<'_>) {
    turn.ask(Request::Operators);
}

/// Since when the server runs.
fn uptime(irc: &Irc, turn: &mut Turn<'_>) {
    let up_s = turn.setting.now.since_ms(turn.setting.started) / 1000;
    let (days, hours, minutes, seconds) = (up_s / 86_400, up_s / 3_600 % 24, up_s / 60 % 60, up_s % 60);
    let text = format!("Server Up {days} days {hours}:{minutes:02}:{seconds:02}");
    irc.pen(turn.setting, &mut turn.echo).numeric_with(Numeric::RPL_STATSUPTIME, &[], &text);
}
