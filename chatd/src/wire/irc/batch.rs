//! Batches that clients send (IRCv3 client-batch): the verb BATCH, and what becomes of the lines in one. There is one type, messages
//! of several lines (IRCv3 multiline), and one batch at a time.
//!
//! Holds of a batch no more than its message, which has its bounds, and that no longer than until the client says anything else
//! or, after [`TIMEOUT_MS`], anything at all; who says nothing is ended by the owner's PING.

use std::sync::Arc;

use chat_proto::irc::Numeric;

use super::cap::Caps;
use super::line::Line;
use super::turn::Turn;
use super::{Irc, label, tags};
use crate::domain::id::Time;
use crate::domain::message::{JOINED, LINE, MessageKind, whole};
use crate::domain::request::{Request, Say};
use crate::wire::{Step, desk};

/// The type of batch that is a message of several lines, which is also the name of its capability.
pub(super) const MULTILINE: &str = "draft/multiline";

/// The tag of a line that goes on with the one before.
pub(super) const CONCAT: &str = "draft/multiline-concat";

/// The longest name of a batch, in bytes.
const NAME_MAX: usize = 64;

/// How long a client may take from one line of a batch to the next, in milliseconds.
const TIMEOUT_MS: u64 = 30_000;

/// A batch that a client has begun and not ended.
#[derive(Debug)]
pub(super) struct Batch {
    name: Box<str>,
    /// Nothing once it was refused: what still comes of it is neither done nor answered.
    open: Option<Open>,
}

/// What has come of a batch.
#[derive(Debug)]
struct Open {
    /// As typed.
    to: Box<str>,
    /// That of its lines, once there is one.
    kind: Option<MessageKind>,
    text: String,
    lines: usize,
    /// Of the message, as its bound counts them.
    bytes: usize,
    tags: Option<Box<str>>,
    label: Option<Arc<str>>,
    /// When the last line came.
    heard_at: Time,
}

/// Why a batch is refused: a code of the specification with its parameters, and words.
struct Fault {
    code: &'static str,
    params: Vec<String>,
    text: &'static str,
}

impl Fault {
    fn invalid(text: &'static str) -> Self {
        Self { code: "MULTILINE_INVALID", params: Vec::new(), text }
    }
}

/// `BATCH +name draft/multiline to`, `BATCH -name`; unknown to those who have not negotiated it.
pub(super) fn batch(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    if !irc.caps.has(Caps::MULTILINE) {
        irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_UNKNOWNCOMMAND, &[line.verb]);
        return Step::Go;
    }
    let done = match line.param(0).split_at_checked(1) {
        Some(("+", name)) => begin(irc, name, line, turn),
        Some(("-", name)) => end(irc, name, turn),
        _ => Err(Fault::invalid("the name of a batch comes after + or -")),
    };
    if let Err(fault) = done {
        refuse(irc, turn, &fault);
    }
    Step::Go
}

/// Takes a line that belongs to a batch, or must not come while one is open; says whether it did, and then nobody else does
/// what the line says.
pub(super) fn takes(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> bool {
    let tag = if line.tags.is_empty() { None } else { line.tags.raw_value("batch") };
    if tag.is_none() && irc.batch_mut().is_none() {
        return false;
    }
    forget_old(irc, turn);
    let done = match (irc.batch_mut(), tag) {
        (Some(Batch { name, open }), Some(tag)) if **name == *tag => match open {
            Some(open) => add(open, line, turn),
            None => Ok(()),
        },
        (_, Some(_)) => Err(Fault::invalid("there is no such batch")),
        (Some(Batch { open: Some(_), .. }), None) if !may_come_between(line.verb) => {
            Err(Fault::invalid("a batch is open; this was not done, and the batch is dropped"))
        }
        _ => return false,
    };
    if let Err(fault) = done {
        refuse(irc, turn, &fault);
    }
    true
}

/// What keeps or ends a connection, and what ends the batch itself.
fn may_come_between(verb: &str) -> bool {
    matches!(verb, "BATCH" | "PING" | "PONG" | "QUIT")
}

/// A batch that was left open for too long is none any more (IRCv3 client-batch).
fn forget_old(irc: &mut Irc, turn: &mut Turn<'_>) {
    let Some(Batch { name, open: Some(open) }) = irc.batch_mut() else { return };
    if turn.setting.now.0.saturating_sub(open.heard_at.0) > TIMEOUT_MS {
        let params = vec![name.to_string()];
        refuse(irc, turn, &Fault { code: "TIMEOUT", params, text: "The batch was left open for too long" });
    }
}

fn begin(irc: &mut Irc, name: &str, line: &Line<'_>, turn: &mut Turn<'_>) -> Result<(), Fault> {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if name.is_empty() || name.len() > NAME_MAX || !name.bytes().all(is_of_name) {
        return Err(Fault::invalid("the name of a batch is letters, digits and hyphens, at most 64"));
    }
    let has_open = irc.batch_mut().is_some_and(|batch| batch.open.is_some());
    let (kind, to) = (line.param(1), line.param(2));
    let fault = match () {
        () if has_open => "a batch is open already; both are dropped",
        () if kind != MULTILINE => "there is no such type of batch",
        () if to.is_empty() => "a message needs somebody to read it",
        () => "",
    };
    let open = if fault.is_empty() {
        Some(Open {
            to: to.into(),
            kind: None,
            text: String::new(),
            lines: 0,
            bytes: 0,
            tags: tags::passed_on(irc, line, &turn.setting.config).tags,
            // What answers the message answers this line.
            label: turn.label.take(),
            heard_at: turn.setting.now,
        })
    } else {
        refuse(irc, turn, &Fault::invalid(fault));
        None
    };
    irc.rare.get_or_insert_default().batch = Some(Box::new(Batch { name: name.into(), open }));
    Ok(())
}

/// One line of an open batch.
fn add(open: &mut Open, line: &Line<'_>, turn: &Turn<'_>) -> Result<(), Fault> {
    let config = &turn.setting.config;
    let kind = match line.verb {
        "PRIVMSG" => MessageKind::Privmsg,
        "NOTICE" => MessageKind::Notice,
        _ => return Err(Fault::invalid("only PRIVMSG or NOTICE can be in this batch")),
    };
    let [to, text] = *line.params else { return Err(Fault::invalid("a line says for whom it is and what")) };
    if !desk::is_same(config, to, &open.to) {
        let (code, params) = ("MULTILINE_INVALID_TARGET", vec![open.to.to_string(), to.to_owned()]);
        return Err(Fault { code, params, text: "Invalid multiline target" });
    }
    if *open.kind.get_or_insert(kind) != kind {
        return Err(Fault::invalid("all lines of a batch have one verb"));
    }
    let is_joined = line.tags.raw_value(CONCAT).is_some();
    if is_joined && text.is_empty() {
        return Err(Fault::invalid("a blank line cannot go on with the one before"));
    }
    let separator = (open.lines > 0).then_some(if is_joined { JOINED } else { LINE });
    open.lines += 1;
    open.bytes += text.len() + usize::from(separator == Some(LINE));
    let limits = &config.limits;
    for (code, has, limit, text) in [
        ("MULTILINE_MAX_LINES", open.lines, limits.multiline_lines, "Multiline batch max-lines exceeded"),
        ("MULTILINE_MAX_BYTES", open.bytes, limits.multiline_bytes, "Multiline batch max-bytes exceeded"),
    ] {
        if has > limit {
            return Err(Fault { code, params: vec![limit.to_string()], text });
        }
    }
    open.text.extend(separator);
    open.text.push_str(text);
    open.heard_at = turn.setting.now;
    Ok(())
}

/// The batch is complete: it becomes one message.
fn end(irc: &mut Irc, name: &str, turn: &mut Turn<'_>) -> Result<(), Fault> {
    let ended = irc.rare.as_mut().and_then(|rare| rare.batch.take_if(|batch| *batch.name == *name));
    let Some(batch) = ended else { return Err(Fault::invalid("there is no such batch")) };
    irc.tidy();
    let Some(Open { to, kind, text, tags, label, .. }) = batch.open else { return Ok(()) };
    let Some(kind) = kind.filter(|_| text.contains(|letter| !matches!(letter, LINE | JOINED))) else {
        fail(irc, turn, label.as_ref(), &Fault::invalid("there is nothing in this batch"));
        return Ok(());
    };
    let is_question = kind == MessageKind::Privmsg;
    let rule_reply =
        if is_question { desk::rule_reply(&turn.setting.config, &to, &whole(&text)) } else { None };
    answer(
        turn,
        label.as_ref(),
        Request::Say(Box::new(Say { to, kind, text: text.into(), tags, rule_reply })),
    );
    Ok(())
}

/// Refuses what has come of the batch, and all that still comes.
fn refuse(irc: &mut Irc, turn: &mut Turn<'_>, fault: &Fault) {
    let label = irc.batch_mut().and_then(|batch| batch.open.take()).and_then(|open| open.label);
    fail(irc, turn, label.as_ref(), fault);
}

/// Says what is wrong (IRCv3 standard-replies).
fn fail(irc: &Irc, turn: &mut Turn<'_>, label: Option<&Arc<str>>, fault: &Fault) {
    let params: Vec<&str> =
        ["BATCH", fault.code].into_iter().chain(fault.params.iter().map(String::as_str)).collect();
    let mut line = Vec::new();
    irc.pen(turn.setting, &mut line).server_line("FAIL", &params, fault.text);
    answer(turn, label, Request::Echo(line.into()));
}

/// Asks for what answers the line that began the batch, and nothing else does.
fn answer(turn: &mut Turn<'_>, label: Option<&Arc<str>>, request: Request) {
    match label {
        None => turn.ask(request),
        Some(label) => {
            turn.ask(label::labeled(label, request));
            turn.ask(label::labeled(label, Request::EndOfLabel));
        }
    }
}
