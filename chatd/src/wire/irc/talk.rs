//! The verbs that say something to somebody.

use chat_proto::irc::Numeric;

use super::cap::Caps;
use super::line::Line;
use super::tags::{self, Passed};
use super::turn::Turn;
use super::{Irc, registration};
use crate::domain::message::MessageKind;
use crate::domain::request::{Request, Say};
use crate::wire::{Step, desk};

/// `PRIVMSG to,to :text`
pub(super) fn privmsg(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    say(irc, line, turn, MessageKind::Privmsg);
    Step::Go
}

/// `NOTICE to,to :text`
pub(super) fn notice(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    say(irc, line, turn, MessageKind::Notice);
    Step::Go
}

/// `@+tag=value TAGMSG to,to`; unknown to those who have not negotiated tags (IRCv3 message-tags).
pub(super) fn tagmsg(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    if irc.caps.has(Caps::MESSAGE_TAGS) {
        say(irc, line, turn, MessageKind::Tag);
    } else {
        irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_UNKNOWNCOMMAND, &[line.verb]);
    }
    Step::Go
}

/// `AWAY :text` or `AWAY`
pub(super) fn away(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    let words = line.param(0);
    if !registration::away(irc, line, turn) {
        turn.ask(Request::Away((!words.is_empty()).then(|| words.into())));
    }
    Step::Go
}

/// `WALLOPS :text`
pub(super) fn wallops(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    if line.param(0).is_empty() {
        irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_NOTEXTTOSEND, &[]);
    } else {
        turn.ask(Request::Wallops(line.param(0).into()));
    }
    Step::Go
}

fn say(irc: &Irc, line: &Line<'_>, turn: &mut Turn<'_>, kind: MessageKind) {
    let config = &turn.setting.config;
    let limit = config.limits.targets;
    let mut pen = irc.pen(turn.setting, &mut turn.echo);
    let text = if kind == MessageKind::Tag { "" } else { line.param(1) };
    if line.list(0).next().is_none() {
        pen.numeric_with(Numeric::ERR_NORECIPIENT, &[], &format!("No recipient given ({})", line.verb));
        return;
    }
    if let Some(beyond) = line.list(0).nth(limit) {
        let text = format!("Too many recipients; nothing was sent, at most {limit} at once (limits.targets)");
        pen.numeric_with(Numeric::ERR_TOOMANYTARGETS, &[beyond], &text);
        return;
    }
    if kind != MessageKind::Tag && text.is_empty() {
        pen.numeric(Numeric::ERR_NOTEXTTOSEND, &[]);
        return;
    }
    let Passed { tags, is_denied } = tags::passed_on(irc, line, config);
    if kind == MessageKind::Tag && is_denied {
        return; // Nothing is left of it.
    }
    let targets: Vec<_> = line.list(0).collect();
    for (index, to) in targets.iter().enumerate() {
        // Nobody reads a line twice, even if its author names them twice.
        if targets[..index].iter().any(|before| desk::is_same(config, before, to)) {
            continue;
        }
        let rule_reply = if kind == MessageKind::Privmsg { desk::rule_reply(config, to, text) } else { None };
        let say = Say { to: (*to).into(), kind, text: text.into(), tags: tags.clone(), rule_reply };
        turn.ask(Request::Say(Box::new(say)));
    }
}
