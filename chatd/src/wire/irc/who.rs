//! WHO, with the options and columns of WHOX.

use super::line::Line;
use super::turn::Turn;
use super::{Awaits, Irc};
use crate::domain::query::{Facts, WhoAsk, WhoForm};
use crate::domain::request::Request;
use crate::wire::Step;

/// Longest token of a WHOX, in digits.
const TOKEN_MAX: usize = 3;

/// With what a mask is compared, by letter (as ircu and its heirs have them; the specification leaves them to the server).
const FACTS: [(char, Facts); 6] = [
    ('a', Facts::ACCOUNT),
    ('h', Facts::HOST),
    ('i', Facts::ORIGIN),
    ('n', Facts::NICK),
    ('r', Facts::REAL_NAME),
    ('u', Facts::USER),
];

/// `WHO mask options%columns,token` (RFC 2812 §3.6.1, IRCv3 WHOX)
pub(super) fn who(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    // Without a mask all are meant. What was typed stays as it was: the end of the answer repeats it.
    let mask = Some(line.param(0)).filter(|mask| !mask.is_empty()).unwrap_or("*");
    let (options, form) = match line.param(1).split_once('%') {
        Some((options, form)) => (options, Some(read_form(form))),
        None => (line.param(1), None),
    };
    turn.ask(Request::Who(Box::new(WhoAsk {
        operators_only: options.contains('o'),
        facts: read_facts(options),
        form,
        ..WhoAsk::of(mask)
    })));
    irc.awaits = Awaits::Page;
    Step::Wait
}

/// The facts that the options name; the usual ones if they name none. Letters without a meaning are passed over.
fn read_facts(options: &str) -> Facts {
    let named = FACTS.into_iter().filter(|(letter, _)| options.contains(*letter));
    match named.fold(Facts::NONE, |facts, (_, fact)| facts.with(fact)) {
        Facts::NONE => Facts::USUAL,
        facts => facts,
    }
}

/// What stands behind the `%`. A token that is none is `0`, so that the number of columns is the one asked for.
fn read_form(form: &str) -> WhoForm {
    let (columns, token) = form.split_once(',').unwrap_or((form, ""));
    let is_token =
        (1..=TOKEN_MAX).contains(&token.len()) && token.bytes().all(|digit| digit.is_ascii_digit());
    WhoForm { columns: columns.into(), token: if is_token { token.into() } else { "0".into() } }
}
