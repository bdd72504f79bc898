//! The verbs that are about the server and the connection itself, and what operators do to them.

use std::sync::Arc;

use chat_proto::irc::Numeric;
use chat_proto::mask::glob_matches;

use super::line::Line;
use super::pen::Pen;
use super::turn::Turn;
use super::verbs::VERBS;
use super::{Awaits, Irc, isupport, time, verbs};
use crate::config::Config;
use crate::domain::command::Operator;
use crate::domain::disconnect::Disconnect;
use crate::domain::request::Request;
use crate::wire::{Setting, Step, desk};

/// What this server runs, as VERSION and the welcome say it.
pub(super) const VERSION: &str = concat!("chatd-", env!("CARGO_PKG_VERSION"));

/// Verbs that need no answer.
pub(super) fn nothing(_: &mut Irc, _: &Line<'_>, _: &mut Turn<'_>) -> Step {
    Step::Go
}

/// `PING token`
pub(super) fn ping(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    let mut pen = irc.pen(turn.setting, &mut turn.echo);
    if line.param(0).is_empty() {
        pen.numeric(Numeric::ERR_NOORIGIN, &[]);
    } else {
        let server = pen.server();
        pen.server_line("PONG", &[server], line.param(0));
    }
    Step::Go
}

/// `QUIT :words`
pub(super) fn quit(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    turn.ask(Request::Leave(Disconnect::Quit(line.param(0).into())));
    irc.awaits = Awaits::End;
    Step::Wait
}

/// `MOTD`
pub(super) fn motd(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    for_us(irc, line, turn, |pen, setting| write_motd(pen, &setting.config))
}

/// The message of the day, or that there is none.
pub(super) fn write_motd(pen: &mut Pen<'_>, config: &Config) {
    let Some(motd) = &config.server.motd else {
        pen.numeric(Numeric::ERR_NOMOTD, &[]);
        return;
    };
    pen.numeric_with(Numeric::RPL_MOTDSTART, &[], &format!("- {} Message of the day - ", config.server.name));
    for line in motd.lines() {
        pen.numeric_with(Numeric::RPL_MOTD, &[], &format!("- {line}"));
    }
    pen.numeric(Numeric::RPL_ENDOFMOTD, &[]);
}

/// `VERSION`
pub(super) fn version(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    for_us(irc, line, turn, |pen, setting| {
        let server = pen.server();
        pen.numeric_with(Numeric::RPL_VERSION, &[VERSION, server], &setting.config.server.description);
        isupport::write(pen, &setting.config);
    })
}

/// `TIME`
pub(super) fn time(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    for_us(irc, line, turn, |pen, setting| {
        let server = pen.server();
        pen.numeric_with(Numeric::RPL_TIME, &[server], &time::text(setting.now));
    })
}

/// `INFO`
pub(super) fn info(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    for_us(irc, line, turn, |pen, setting| {
        pen.numeric_with(Numeric::RPL_INFO, &[], &setting.config.server.description);
        pen.numeric_with(Numeric::RPL_INFO, &[], &format!("This server runs {VERSION}"));
        let started = time::text(setting.started);
        pen.numeric_with(Numeric::RPL_INFO, &[], &format!("It was started {started}"));
        pen.numeric(Numeric::RPL_ENDOFINFO, &[]);
    })
}

/// `ADMIN`
pub(super) fn admin(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    for_us(irc, line, turn, |pen, setting| {
        let (server, admin) = (pen.server(), &setting.config.server.admin);
        // Whoever asks wants to reach somebody, and the desk always can be reached.
        let desk = format!("Write to {}", setting.config.desk.nick);
        let email = if admin.email.is_empty() { &desk } else { &admin.email };
        pen.numeric_with(Numeric::RPL_ADMINME, &[server], &format!("Administrative info about {server}"));
        for (numeric, text) in [
            (Numeric::RPL_ADMINLOC1, &admin.location),
            (Numeric::RPL_ADMINLOC2, &admin.organisation),
            (Numeric::RPL_ADMINEMAIL, email),
        ] {
            if !text.is_empty() {
                pen.numeric_with(numeric, &[], text);
            }
        }
    })
}

/// `HELP` or `HELP verb`
pub(super) fn help(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    let mut pen = irc.pen(turn.setting, &mut turn.echo);
    if line.param(0).is_empty() {
        let desk = &turn.setting.config.desk.nick;
        pen.numeric_with(
            Numeric::RPL_HELPSTART,
            &["*"],
            &format!("To reach a person, write to {desk}. The verbs:"),
        );
        pen.list(Numeric::RPL_HELPTXT, &["*"], VERBS.iter().map(|verb| verb.name), false);
        pen.numeric_with(Numeric::RPL_ENDOFHELP, &["*"], "HELP and a verb explains it");
    } else if let Some(verb) = verbs::find(line.param(0)) {
        let (params, purpose) = verb.help.split_once("-- ").unwrap_or((verb.help, ""));
        let usage = format!("{} {params}", verb.name);
        pen.numeric_with(Numeric::RPL_HELPSTART, &[verb.name], usage.trim_end());
        pen.numeric_with(Numeric::RPL_HELPTXT, &[verb.name], purpose);
        pen.numeric_with(Numeric::RPL_ENDOFHELP, &[verb.name], "End of help");
    } else {
        pen.numeric(Numeric::ERR_HELPNOTFOUND, &[line.param(0)]);
    }
    Step::Go
}

/// `OPER name password`
pub(super) fn oper(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    let (name, password) = (line.param(0), line.param(1));
    if turn.setting.config.control.operators.iter().any(|operator| operator.name == name) {
        return Step::CheckOperator { name: name.into(), password: password.into() };
    }
    irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_PASSWDMISMATCH, &[]);
    Step::Go
}

/// What comes of `OPER` once the password is checked.
pub(super) fn operator_checked(irc: &Irc, operator: Option<Arc<Operator>>, turn: &mut Turn<'_>) {
    match operator {
        Some(operator) => turn.ask(Request::BecomeOperator(operator)),
        None => irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_PASSWDMISMATCH, &[]),
    }
}

/// `KILL nick :reason`
pub(super) fn kill(_: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    turn.ask(Request::Kill { nick: line.param(0).into(), reason: line.param(1).into() });
    Step::Go
}

/// `REHASH`
pub(super) fn rehash(_: &mut Irc, _: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    turn.ask(Request::Rehash);
    Step::Go
}

/// Writes an answer, if the first parameter does not name another server.
fn for_us(
    irc: &Irc,
    line: &Line<'_>,
    turn: &mut Turn<'_>,
    write: impl FnOnce(&mut Pen<'_>, &Setting),
) -> Step {
    let setting = turn.setting;
    let mut pen = irc.pen(setting, &mut turn.echo);
    let (config, asked) = (&setting.config, line.param(0));
    let is_us = asked.is_empty()
        || glob_matches(asked, &config.server.name, config.server.casemapping)
        || desk::is_same(config, asked, irc.nick());
    if is_us {
        write(&mut pen, setting);
    } else {
        pen.numeric(Numeric::ERR_NOSUCHSERVER, &[asked]);
    }
    Step::Go
}
