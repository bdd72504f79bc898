//! What may stand at the cursor: commands, options, values, nicks and rooms.
//!
//! Owns reading an unfinished command line by the table of commands. The shell of chatctl and the completion scripts of bash, zsh
//! and fish (`chatctl __complete`) offer the same, because both ask here. It must never print.

pub(crate) mod names;

use clap::builder::PossibleValue;
use clap::{Arg, Command};

use names::Kind;

/// Something that may stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// The whole word.
    pub(crate) word: String,
    /// What it means, in a few words; may be empty.
    pub(crate) help: String,
}

/// What kinds of names each argument takes, by its id in the table of commands.
const NAMED: [(&str, &[Kind]); 4] = [
    ("who", &[Kind::Nick]),
    ("nick", &[Kind::Nick]),
    ("what", &[Kind::Nick, Kind::Room]),
    // Those of `say`: whom, then what.
    ("words", &[Kind::Nick, Kind::Room]),
];

/// Everything that may stand in place of `current` behind `words`, which are those before the cursor without the program's
/// name. `names` gives the names of a kind.
pub(crate) fn candidates(
    root: Command,
    words: &[String],
    current: &str,
    names: &mut dyn FnMut(Kind) -> Vec<String>,
) -> Vec<Candidate> {
    let mut root = root;
    root.build();
    let place = Place::behind(&root, words);
    let all = match (place.wants_value, current.split_once('=')) {
        (Some(arg), _) => values(arg, 0, names),
        (None, Some((option, _))) if option.starts_with("--") => behind_equals(&place, option, names),
        (None, _) if current.starts_with('-') && !place.is_literal => options(place.command),
        (None, _) => {
            let mut all = if place.positional == 0 { subcommands(place.command) } else { Vec::new() };
            all.extend(place.argument().map(|arg| values(arg, place.positional, names)).unwrap_or_default());
            all
        }
    };
    all.into_iter().filter(|candidate| begins(&candidate.word, current)).collect()
}

/// Where in the table an unfinished command line has come to.
struct Place<'a> {
    command: &'a Command,
    /// An option that its value is missing of.
    wants_value: Option<&'a Arg>,
    /// How many arguments without a name the command has already.
    positional: usize,
    /// Whether `--` came, or the first word of a text: nothing is an option any more.
    is_literal: bool,
}

impl<'a> Place<'a> {
    fn behind(root: &'a Command, words: &[String]) -> Self {
        let mut place = Self { command: root, wants_value: None, positional: 0, is_literal: false };
        words.iter().for_each(|word| place.step(word));
        place
    }

    fn step(&mut self, word: &str) {
        match word {
            // bash makes three words of `--output=json`.
            "=" => {}
            _ if self.wants_value.is_some() => self.wants_value = None,
            "--" => self.is_literal = true,
            _ if !self.is_literal && word.len() > 1 && word.starts_with('-') => {
                self.wants_value = self.option(word).filter(|arg| arg.get_action().takes_values());
            }
            _ => match self.command.find_subcommand(word).filter(|_| self.positional == 0) {
                Some(inner) => self.command = inner,
                None => {
                    self.is_literal |= self.argument().is_some_and(Arg::is_trailing_var_arg_set);
                    self.positional += 1;
                }
            },
        }
    }

    /// The option that `--name`, `-n` or `-qn` ends with; none with its value behind an equals sign.
    fn option(&self, word: &str) -> Option<&'a Arg> {
        let mut arguments = self.command.get_arguments();
        match word.strip_prefix("--") {
            Some(long) => arguments.find(|arg| arg.get_long() == Some(long)),
            None => arguments.find(|arg| arg.get_short() == word.chars().last()),
        }
    }

    /// The argument without a name that comes next; the last one may come again.
    fn argument(&self) -> Option<&'a Arg> {
        let all = self.command.get_positionals().collect::<Vec<_>>();
        let repeats = |arg: &&&Arg| arg.get_num_args().is_some_and(|count| count.max_values() > 1);
        all.get(self.positional).or_else(|| all.last().filter(repeats)).copied()
    }
}

/// What an argument may be: its possible values, or names. What comes behind the one that `say` speaks to is text.
fn values(arg: &Arg, position: usize, names: &mut dyn FnMut(Kind) -> Vec<String>) -> Vec<Candidate> {
    let id = arg.get_id().as_str();
    let possible = arg.get_possible_values();
    if !possible.is_empty() {
        return possible.iter().filter(|value| !value.is_hide_set()).map(possible_value).collect();
    }
    let kinds = NAMED.iter().find(|(name, _)| *name == id).map_or(&[][..], |(_, kinds)| kinds);
    if id == "words" && position > 0 {
        return Vec::new();
    }
    kinds
        .iter()
        .flat_map(|kind| names(*kind).into_iter().map(|word| Candidate { word, help: kind.help().into() }))
        .collect()
}

fn possible_value(value: &PossibleValue) -> Candidate {
    let help = value.get_help().map(ToString::to_string).unwrap_or_default();
    Candidate { word: value.get_name().into(), help }
}

fn behind_equals(
    place: &Place<'_>,
    option: &str,
    names: &mut dyn FnMut(Kind) -> Vec<String>,
) -> Vec<Candidate> {
    let found = place.option(option).map(|arg| values(arg, 0, names)).unwrap_or_default();
    found
        .into_iter()
        .map(|one| Candidate { word: format!("{option}={}", one.word), help: one.help })
        .collect()
}

fn options(command: &Command) -> Vec<Candidate> {
    let shown = command.get_arguments().filter(|arg| !arg.is_hide_set());
    let one = |arg: &Arg| {
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        arg.get_long().map(|long| Candidate { word: format!("--{long}"), help })
    };
    shown.filter_map(one).collect()
}

fn subcommands(command: &Command) -> Vec<Candidate> {
    let shown = command.get_subcommands().filter(|inner| !inner.is_hide_set());
    let help = |inner: &Command| inner.get_about().map(ToString::to_string).unwrap_or_default();
    shown.map(|inner| Candidate { word: inner.get_name().into(), help: help(inner) }).collect()
}

/// Names are found in whatever case they are typed.
fn begins(word: &str, typed: &str) -> bool {
    word.get(..typed.len()).is_some_and(|head| head.eq_ignore_ascii_case(typed))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::names::Kind;
    use super::{NAMED, candidates};
    use crate::args::Args;

    /// What is offered at the end of the line.
    fn offered(line: &str) -> Vec<String> {
        let mut words = line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let current = words.pop().unwrap();
        let mut names = |kind| match kind {
            Kind::Nick => vec!["Alice".to_owned(), "bob".to_owned()],
            Kind::Room => vec!["#lobby".to_owned()],
        };
        let all = candidates(Args::command(), &words, &current, &mut names);
        all.into_iter().map(|candidate| candidate.word).collect()
    }

    #[test]
    fn each_place_offers_what_may_stand_there() {
        let cases: [(&str, &[&str]); 18] = [
            ("sta", &["status"]),
            ("list ", &["clients", "rooms", "desk", "audit"]),
            ("list r", &["rooms"]),
            ("-o json list r", &["rooms"]),
            ("-o ", &["text", "json"]),
            ("--output=j", &["--output=json"]),
            ("--output = j", &["json"]),
            ("list -o j", &["json"]),
            ("list -qo j", &["json"]),
            ("kick ", &["Alice", "bob"]),
            ("kick al", &["Alice"]),
            ("kick alice ", &[]),
            ("show ", &["Alice", "bob", "#lobby"]),
            ("say ", &["Alice", "bob", "#lobby"]),
            ("say alice #", &[]),
            ("watch #lobby b", &["bob"]),
            ("desk re", &["reply"]),
            ("nonsense ", &[]),
        ];
        for (line, expected) in cases {
            assert_eq!(offered(line), expected, "{line:?}");
        }
        assert!(offered("list --co").contains(&"--count".to_owned()));
        assert!(offered("list --").contains(&"--socket".to_owned()), "also what holds for every command");
        assert!(!offered("").contains(&"__complete".to_owned()));
        assert_eq!(offered("show -- --"), [""; 0], "behind `--` nothing is an option");
        assert!(offered("say --a").contains(&"--all".to_owned()));
        assert_eq!(offered("say alice --a"), [""; 0], "nor in a text");
    }

    #[test]
    fn every_argument_that_is_named_so_is_offered_names() {
        fn visit(command: &clap::Command, found: &mut Vec<String>) {
            found.extend(command.get_arguments().map(|arg| arg.get_id().to_string()));
            command.get_subcommands().for_each(|inner| visit(inner, found));
        }
        let mut found = Vec::new();
        visit(&Args::command(), &mut found);
        for (id, _) in NAMED {
            assert!(found.iter().any(|known| known == id), "no argument is called {id} any more");
        }
    }
}
