//! The table of commands: it drives dispatch, help and completion, so that none of them can know a command that the
//! others do not.

use crate::effect::{Effect, Shown};
use crate::names::{is_room, is_target};
use crate::session::Session;

/// One command.
pub(crate) struct Command {
    /// As typed behind the slash.
    pub(crate) name: &'static str,
    /// Its arguments, for people.
    arguments: &'static str,
    /// What it does, in one line.
    summary: &'static str,
    /// How many words it needs.
    words_min: usize,
    /// Whether it works without a connection.
    works_offline: bool,
    run: fn(&mut Session, &str) -> Vec<Effect>,
}

const fn online(
    name: &'static str,
    arguments: &'static str,
    summary: &'static str,
    words_min: usize,
    run: fn(&mut Session, &str) -> Vec<Effect>,
) -> Command {
    Command { name, arguments, summary, words_min, works_offline: false, run }
}

const fn anytime(
    name: &'static str,
    arguments: &'static str,
    summary: &'static str,
    words_min: usize,
    run: fn(&mut Session, &str) -> Vec<Effect>,
) -> Command {
    Command { name, arguments, summary, words_min, works_offline: true, run }
}

/// Every command, in the order of the help.
pub(crate) const COMMANDS: &[Command] = &[
    online("msg", "NICK TEXT", "say something to one person", 2, msg),
    online("me", "TEXT", "say what you do, in the current conversation", 1, me),
    online("join", "#ROOM", "enter a room and talk to it", 1, join),
    online("part", "[#ROOM]", "leave a room; talk to the desk again", 0, part),
    anytime("to", "TARGET", "talk to this nick or room from now on", 1, to),
    anytime("desk", "", "talk to the desk from now on", 0, desk),
    online("nick", "NAME", "take another nick", 1, nick),
    online("who", "[#ROOM]", "who is there, with addresses", 0, who),
    online("names", "[#ROOM]", "the nicks in a room", 0, names),
    online("topic", "[#ROOM] [TEXT]", "show or set the topic of a room", 0, topic),
    online("raw", "LINE", "send a line of IRC as it is", 1, raw),
    anytime("help", "[COMMAND]", "this list, or one command", 0, help),
    anytime("quit", "[REASON]", "leave; so does the word exit alone", 0, quit),
];

/// Runs what was typed behind the slash.
pub(crate) fn run(session: &mut Session, typed: &str) -> Vec<Effect> {
    let (name, rest) = word(typed);
    let Some(command) = find(name) else {
        return vec![Shown::problem(format!(
            "no such command: /{name}; /help lists them, // sends a leading slash"
        ))];
    };
    if rest.split_whitespace().count() < command.words_min {
        return vec![Shown::problem(format!("usage: {}", usage(command)))];
    }
    if !command.works_offline && !session.is_ready() {
        return vec![session.not_connected()];
    }
    (command.run)(session, rest)
}

fn find(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.name.eq_ignore_ascii_case(name))
}

fn usage(command: &Command) -> String {
    format!("/{} {}", command.name, command.arguments).trim_end().to_owned()
}

/// The first word and what follows behind one space; further spaces belong to the text.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    text.split_once(' ').unwrap_or((text, ""))
}

fn msg(session: &mut Session, rest: &str) -> Vec<Effect> {
    let (target, text) = word(rest);
    if is_target(target) { session.say(target, text) } else { bad_target(target) }
}

fn me(session: &mut Session, rest: &str) -> Vec<Effect> {
    let here = session.here().to_owned();
    session.send_text(&here, rest, "\x01ACTION ", "\x01")
}

fn join(session: &mut Session, rest: &str) -> Vec<Effect> {
    let (room, key) = word(rest.trim_end());
    if !is_room(room) || !is_target(room) {
        return bad_target(room);
    }
    session.choose(room);
    vec![send(&["JOIN", room, key])]
}

fn part(session: &mut Session, rest: &str) -> Vec<Effect> {
    let Some(room) = room_or_here(session, rest) else { return no_room() };
    if session.room_here().as_deref() == Some(&room) {
        desk(session, "");
    }
    vec![send(&["PART", &room])]
}

fn to(session: &mut Session, rest: &str) -> Vec<Effect> {
    let target = rest.trim();
    if !is_target(target) {
        return bad_target(target);
    }
    session.choose(target);
    Vec::new()
}

fn desk(session: &mut Session, _rest: &str) -> Vec<Effect> {
    let desk = session.desk().to_owned();
    session.choose(&desk);
    Vec::new()
}

fn nick(_session: &mut Session, rest: &str) -> Vec<Effect> {
    let name = rest.trim();
    if is_target(name) && !is_room(name) { vec![send(&["NICK", name])] } else { bad_target(name) }
}

fn who(session: &mut Session, rest: &str) -> Vec<Effect> {
    let named = Some(rest.trim().to_owned()).filter(|name| !name.is_empty());
    let mask = named.or_else(|| session.room_here()).unwrap_or_else(|| "*".to_owned());
    if !is_target(&mask) {
        return bad_target(&mask);
    }
    session.asked_who();
    vec![send(&["WHO", &mask])]
}

fn names(session: &mut Session, rest: &str) -> Vec<Effect> {
    let Some(room) = room_or_here(session, rest) else { return no_room() };
    session.asked_names();
    vec![send(&["NAMES", &room])]
}

fn topic(session: &mut Session, rest: &str) -> Vec<Effect> {
    let (first, behind) = word(rest);
    let (room, text) =
        if is_room(first) { (Some(first.to_owned()), behind) } else { (session.room_here(), rest) };
    let Some(room) = room else { return no_room() };
    if text.trim().is_empty() {
        session.asked_topic();
        return vec![send(&["TOPIC", &room])];
    }
    vec![Effect::Send(format!("TOPIC {room} :{text}"))]
}

fn raw(session: &mut Session, rest: &str) -> Vec<Effect> {
    session.asked_anything();
    vec![Effect::Send(rest.trim().to_owned())]
}

fn help(_session: &mut Session, rest: &str) -> Vec<Effect> {
    let name = rest.trim().trim_start_matches('/');
    if name.is_empty() {
        let frame = "what you type goes to the conversation in the prompt; //TEXT sends a line that begins with a slash";
        return COMMANDS.iter().map(line_of_help).chain([Shown::answer(frame)]).collect();
    }
    match find(name) {
        Some(command) => vec![line_of_help(command)],
        None => vec![Shown::problem(format!("no such command: /{name}; /help lists them"))],
    }
}

fn line_of_help(command: &Command) -> Effect {
    Shown::answer(format!("{:<24} {}", usage(command), command.summary))
}

fn quit(session: &mut Session, rest: &str) -> Vec<Effect> {
    session.leave(rest.trim())
}

/// The room that was named, else the current conversation if it is a room.
fn room_or_here(session: &Session, rest: &str) -> Option<String> {
    let room = rest.trim();
    if room.is_empty() {
        session.room_here()
    } else {
        Some(room.to_owned()).filter(|r| is_room(r) && is_target(r))
    }
}

fn send(words: &[&str]) -> Effect {
    Effect::Send(words.join(" ").trim_end().to_owned())
}

fn bad_target(target: &str) -> Vec<Effect> {
    vec![Shown::problem(format!("not a nick or a #room: {target}"))]
}

fn no_room() -> Vec<Effect> {
    vec![Shown::problem("name a room, such as #lobby")]
}
