//! The table of commands. A command is here, with its help, or it does not exist.

use chat_proto::name::{Nick, RoomName};

use super::{Awaits, Lines, render, say, say_back};
use crate::domain::query::{RoomCondition, WhoAsk};
use crate::domain::request::Request;
use crate::wire::{Setting, Step, masks};

/// What a command does with the words behind it.
type Run = fn(&mut Lines, &str, &Setting, &mut Vec<Request>) -> Step;

/// One command.
#[derive(Debug)]
struct Verb {
    name: &'static str,
    /// Whether it means nothing without words behind it.
    needs_words: bool,
    run: Run,
    /// What is written behind its name.
    params: &'static str,
    /// What it is for.
    purpose: &'static str,
}

const fn verb(
    name: &'static str,
    needs_words: bool,
    run: Run,
    params: &'static str,
    purpose: &'static str,
) -> Verb {
    Verb { name, needs_words, run, params, purpose }
}

/// Every command, sorted.
static VERBS: [Verb; 12] = [
    verb("away", false, away, "[TEXT]", "say that you are away; without a text, that you are back"),
    verb("help", false, help, "[COMMAND]", "list all commands, or explain one"),
    verb("join", true, join, "#ROOM [KEY]", "enter a room, or create it"),
    verb("me", true, me, "TO TEXT", "say to a nick or a room what you are doing"),
    verb("msg", true, msg, "TO TEXT", "say something to a nick or a room instead of the desk"),
    verb("nick", true, nick, "NAME", "take another nick"),
    verb("part", true, part, "#ROOM [WORDS]", "leave a room"),
    verb("quit", false, quit, "[WORDS]", "leave the server; the word exit alone does the same"),
    verb("rooms", false, rooms, "[MASK]", "list the rooms, or those that fit a mask such as #a*"),
    verb("say", true, msg, "TO TEXT", "the same as /msg"),
    verb("topic", true, topic, "#ROOM [TEXT]", "see a room's topic, or change it"),
    verb("who", false, who, "[#ROOM or NICK]", "list who is here, in a room, or about one nick"),
];

fn find(name: &str) -> Option<&'static Verb> {
    let name = name.to_ascii_lowercase();
    VERBS.binary_search_by(|verb| verb.name.cmp(&name)).ok().and_then(|at| VERBS.get(at))
}

/// Runs one command, given without its stroke.
pub(super) fn obey(lines: &mut Lines, command: &str, setting: &Setting, requests: &mut Vec<Request>) -> Step {
    let (name, words) = split(command);
    let Some(verb) = find(name) else {
        say_back(requests, &format!("-- there is no command /{name}; /help lists all"));
        return Step::Go;
    };
    // What people try first when they do not know how a command works.
    if words.eq_ignore_ascii_case("help") && !matches!(verb.name, "msg" | "say" | "quit" | "away") {
        explain(verb, requests);
        return Step::Go;
    }
    if verb.needs_words && words.is_empty() {
        usage(verb, requests);
        return Step::Go;
    }
    (verb.run)(lines, words, setting, requests)
}

/// The first word and what follows it.
fn split(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    text.split_once(' ').map_or((text.trim_end(), ""), |(word, rest)| (word, rest.trim()))
}

fn usage(verb: &Verb, requests: &mut Vec<Request>) {
    say_back(requests, &format!("-- usage: /{} {}", verb.name, verb.params));
}

fn explain(verb: &Verb, requests: &mut Vec<Request>) {
    say_back(requests, &format!("-- /{} {}: {}", verb.name, verb.params, verb.purpose));
}

fn help(_: &mut Lines, words: &str, setting: &Setting, requests: &mut Vec<Request>) -> Step {
    if words.is_empty() {
        let mut out = Vec::new();
        let desk = &setting.config.desk.nick;
        render::line(
            &mut out,
            &format!("-- what you write goes to {desk}; a person reads it and answers here"),
        );
        for verb in &VERBS {
            let usage = format!("/{} {}", verb.name, verb.params);
            render::line(&mut out, &format!("--   {usage:<24} {}", verb.purpose));
        }
        render::line(&mut out, "-- a text that begins with a stroke is written with two: //text");
        requests.push(Request::Echo(out.into()));
        return Step::Go;
    }
    let name = words.trim_start_matches('/');
    match find(name) {
        Some(verb) => explain(verb, requests),
        None => say_back(requests, &format!("-- there is no command /{name}; /help lists all")),
    }
    Step::Go
}

fn nick(_: &mut Lines, words: &str, setting: &Setting, requests: &mut Vec<Request>) -> Step {
    match Nick::parse(words, setting.config.limits.nick_length) {
        Ok(nick) => requests.push(Request::ChangeNick(nick)),
        Err(error) => say_back(requests, &format!("-- {words} cannot be a nick: {error}")),
    }
    Step::Go
}

fn msg(lines: &mut Lines, words: &str, setting: &Setting, requests: &mut Vec<Request>) -> Step {
    with_text(lines, words, setting, requests, str::to_owned)
}

/// As other dialects write it (CTCP ACTION).
fn me(lines: &mut Lines, words: &str, setting: &Setting, requests: &mut Vec<Request>) -> Step {
    with_text(lines, words, setting, requests, |text| format!("\u{1}ACTION {text}\u{1}"))
}

fn with_text(
    _: &mut Lines,
    words: &str,
    setting: &Setting,
    requests: &mut Vec<Request>,
    form: fn(&str) -> String,
) -> Step {
    match split(words) {
        (to, "") => say_back(requests, &format!("-- there is no text to send to {to}")),
        (to, text) => say(to, &form(text), setting, requests),
    }
    Step::Go
}

fn join(_: &mut Lines, words: &str, setting: &Setting, requests: &mut Vec<Request>) -> Step {
    let (name, key) = split(words);
    match RoomName::parse(name, setting.config.limits.room_name_length) {
        Ok(room) => requests.push(Request::Join { room, key: (!key.is_empty()).then(|| key.into()) }),
        Err(error) => say_back(requests, &format!("-- {name} cannot be a room: {error}; rooms begin with #")),
    }
    Step::Go
}

fn part(_: &mut Lines, words: &str, _: &Setting, requests: &mut Vec<Request>) -> Step {
    let (room, reason) = split(words);
    requests.push(Request::Part { room: room.into(), reason: reason.into() });
    Step::Go
}

fn topic(_: &mut Lines, words: &str, _: &Setting, requests: &mut Vec<Request>) -> Step {
    let (room, text) = split(words);
    let room = room.into();
    let ask =
        if text.is_empty() { Request::Topic { room } } else { Request::SetTopic { room, text: text.into() } };
    requests.push(ask);
    Step::Go
}

fn who(lines: &mut Lines, words: &str, _: &Setting, requests: &mut Vec<Request>) -> Step {
    let mask = if words.is_empty() { "*" } else { words };
    requests.push(Request::Who(Box::new(WhoAsk::of(mask))));
    lines.awaits = Awaits::Page;
    Step::Wait
}

fn rooms(lines: &mut Lines, words: &str, _: &Setting, requests: &mut Vec<Request>) -> Step {
    let masks = match masks::read(words.split_whitespace()) {
        Ok(masks) => masks,
        Err(text) => {
            say_back(requests, &format!("-- {text}"));
            return Step::Go;
        }
    };
    let conditions = masks.into_iter().map(RoomCondition::Named).collect();
    requests.push(Request::List { from: 0, conditions });
    lines.awaits = Awaits::Page;
    Step::Wait
}

fn away(_: &mut Lines, words: &str, _: &Setting, requests: &mut Vec<Request>) -> Step {
    requests.push(Request::Away((!words.is_empty()).then(|| words.into())));
    Step::Go
}

fn quit(lines: &mut Lines, words: &str, _: &Setting, requests: &mut Vec<Request>) -> Step {
    lines.leave(words, requests)
}

#[cfg(test)]
mod tests {
    use super::{VERBS, find};

    #[test]
    fn the_table_is_sorted_and_every_command_in_it_is_found_and_has_help() {
        assert!(VERBS.is_sorted_by(|one, other| one.name < other.name));
        for verb in &VERBS {
            assert_eq!(find(&verb.name.to_uppercase()).map(|found| found.name), Some(verb.name));
            assert!(!verb.purpose.is_empty());
        }
        assert!(find("nosuch").is_none());
    }
}
