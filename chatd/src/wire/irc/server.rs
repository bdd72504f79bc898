//! The verbs that ask what the server is: MOTD, VERSION, TIME, INFO, ADMIN.

use chat_proto::irc::Numeric;
use chat_proto::mask::glob_matches;

use super::line::Line;
use super::pen::Pen;
use super::turn::Turn;
use super::{Irc, isupport, time};
use crate::config::Config;
use crate::domain::request::{Guard, Request};
use crate::wire::{Setting, Step, desk};

/// What this server runs, as VERSION and the welcome say it.
pub(super) const VERSION: &str = concat!("chatd-", env!("CARGO_PKG_VERSION"));

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

/// `ISUPPORT` (IRCv3 extended-isupport)
pub(super) fn isupport(irc: &mut Irc, _: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    isupport::write(&mut irc.pen(turn.setting, &mut turn.echo), &turn.setting.config);
    Step::Go
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

/// `ADMIN`: all four lines, because clients wait for them. Whoever asks wants to reach somebody, and the desk always can be reached.
pub(super) fn admin(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    for_us(irc, line, turn, |pen, setting| {
        let (server, config) = (pen.server(), &setting.config.server);
        let desk = format!("Write to {}", setting.config.desk.nick);
        pen.numeric_with(Numeric::RPL_ADMINME, &[server], &format!("Administrative info about {server}"));
        for (numeric, text, instead) in [
            (Numeric::RPL_ADMINLOC1, &config.admin.location, &config.description),
            (Numeric::RPL_ADMINLOC2, &config.admin.organisation, &config.network),
            (Numeric::RPL_ADMINEMAIL, &config.admin.email, &desk),
        ] {
            pen.numeric_with(numeric, &[], if text.is_empty() { instead } else { text });
        }
    })
}

/// Answers, if the first parameter does not name another server. It may name anybody who is here (RFC 2812 §3.4), which only
/// the state knows.
fn for_us(
    irc: &Irc,
    line: &Line<'_>,
    turn: &mut Turn<'_>,
    write: impl FnOnce(&mut Pen<'_>, &Setting),
) -> Step {
    let (setting, asked) = (turn.setting, line.param(0));
    if asked.is_empty() || is_this(irc, setting, asked) {
        write(&mut irc.pen(setting, &mut turn.echo), setting);
        return Step::Go;
    }
    let mut bytes = Vec::new();
    write(&mut irc.pen(setting, &mut bytes), setting);
    turn.ask(Request::EchoIf { guard: Guard::Here(asked.into()), bytes: bytes.into() });
    Step::Go
}

/// Whether `name` means this server: its name, a mask that fits it, or the client itself, which is here.
pub(super) fn is_this(irc: &Irc, setting: &Setting, name: &str) -> bool {
    let server = &setting.config.server;
    glob_matches(name, &server.name, server.casemapping) || desk::is_same(&setting.config, name, irc.nick())
}
