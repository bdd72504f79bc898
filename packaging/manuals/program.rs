//! The page of a program, from the table that its arguments are parsed by and a few words that no table has.
//!
//! Owns the order of sections. It must never name an option or a command itself: those are the table's.

use clap::builder::PossibleValue;
use clap::{Arg, Command};

use super::api::printed::PRINTED;
use super::help::{Block, blocks};
use super::roff::{Roff, bold, escaped, italic};
use super::words::Words;

/// The page of one program.
pub(super) fn page(mut command: Command, words: &Words, date: &str) -> String {
    // Makes the table complete: names of commands below commands, options that hold for all.
    command.build();
    let name = command.get_name().to_owned();
    let mut page = Roff::new(&name, words.section, date, words.manual);
    page.section("NAME");
    page.paragraph(&format!("{name} - {}", lower_first(&about(&command))));
    page.section("SYNOPSIS");
    page.synopsis(&usage(&mut command));
    page.section("DESCRIPTION");
    words.description.iter().for_each(|text| page.paragraph(text));
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    explain(&mut page, &after);
    page.section("OPTIONS");
    command.get_arguments().filter(|arg| !arg.is_hide_set()).for_each(|arg| argument(&mut page, arg));
    if command.has_subcommands() {
        page.section("COMMANDS");
        command.get_subcommands_mut().for_each(|inner| subcommand(&mut page, inner));
    }
    table(&mut page, "EXIT STATUS", words.exit);
    table(&mut page, "ENVIRONMENT", words.environment);
    table(&mut page, "FILES", words.files);
    page.section("EXAMPLES");
    for (sentence, command) in words.examples {
        page.paragraph(sentence);
        page.verbatim(&[(*command).to_owned()]);
    }
    see_also(&mut page, words.see_also);
    page.into_source()
}

/// The section SEE ALSO.
pub(super) fn see_also(page: &mut Roff, pages: &[(&str, u8)]) {
    page.section("SEE ALSO");
    let all = pages.iter().map(|(name, section)| format!("`{name}`({section})"));
    page.paragraph(&all.collect::<Vec<_>>().join(", "));
}

fn table(page: &mut Roff, title: &str, rows: &[(&str, &str)]) {
    page.section(title);
    for (label, text) in rows {
        page.tagged(&[bold(label)], &[(*text).to_owned()]);
    }
}

/// A command, and after it those below it.
fn subcommand(page: &mut Roff, command: &mut Command) {
    // clap adds `help` by itself; the page is the help.
    if command.is_hide_set() || command.get_name() == "help" {
        return;
    }
    let name = command.get_bin_name().unwrap_or(command.get_name()).to_owned();
    page.subsection(name.split_once(' ').map_or(name.as_str(), |(_, command)| command));
    page.synopsis(&usage(command));
    page.paragraph(&format!("{}.", command.get_long_about().map_or(about(command), ToString::to_string)));
    command.get_arguments().filter(|arg| is_own(arg)).for_each(|arg| argument(page, arg));
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    explain(page, &after);
    for_programs(page, &name);
    command.get_subcommands_mut().for_each(|inner| subcommand(page, inner));
}

/// What a command of chatctl prints for programs.
fn for_programs(page: &mut Roff, name: &str) {
    let rows = PRINTED.iter().filter(|row| name.strip_prefix("chatctl ").is_some_and(|name| row.is_of(name)));
    for row in rows.filter(|row| !(row.json.is_empty() && row.quiet.is_empty())) {
        let json =
            if row.json.is_empty() { "nothing".into() } else { format!("lines of type {}", row.type_name()) };
        let quiet = if row.quiet.is_empty() { "nothing" } else { row.quiet };
        page.paragraph(&format!("`{}` prints with `-o json` {json}, with `-q` {quiet}.", row.command));
    }
}

/// Not one that holds for every command, and no `--help`.
fn is_own(arg: &Arg) -> bool {
    !arg.is_hide_set() && !arg.is_global_set() && !matches!(arg.get_id().as_str(), "help" | "version")
}

/// What stands below the options in the help; parts that have a section of their own are left to it.
fn explain(page: &mut Roff, after_help: &str) {
    for block in blocks(after_help) {
        match block {
            Block::Examples(lines) => {
                page.paragraph(if lines.len() == 1 { "Example:" } else { "Examples:" });
                page.verbatim(&lines);
            }
            Block::Verbatim(lines) => page.verbatim(&lines),
            Block::Text(text) => page.paragraph(&text),
            Block::Section(_) => {}
        }
    }
}

fn argument(page: &mut Roff, arg: &Arg) {
    let mut paragraphs = vec![arg.get_long_help().or(arg.get_help()).map(sentence).unwrap_or_default()];
    let values: Vec<_> = arg.get_possible_values().into_iter().filter(|value| !value.is_hide_set()).collect();
    // Flags have the values true and false.
    if arg.get_action().takes_values() && !values.is_empty() {
        paragraphs.push(possible(&values));
    }
    let default: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if arg.get_action().takes_values() && !default.is_empty() {
        paragraphs.push(format!("Default: `{}`.", default.join(" ")));
    }
    page.tagged(&[label(arg)], &paragraphs);
}

fn possible(values: &[PossibleValue]) -> String {
    let value = |value: &PossibleValue| match value.get_help() {
        Some(help) => format!("`{}` ({})", value.get_name(), lower_first(&help.to_string())),
        None => format!("`{}`", value.get_name()),
    };
    format!("One of {}.", values.iter().map(value).collect::<Vec<_>>().join(", "))
}

/// `-o, --output FORMAT`, or the name of a positional argument.
fn label(arg: &Arg) -> String {
    let short = arg.get_short().map(|short| bold(&format!("-{short}")));
    let long = arg.get_long().map(|long| bold(&format!("--{long}")));
    let names = arg.get_value_names().unwrap_or_default().iter().map(|name| italic(name));
    let values = names.collect::<Vec<_>>().join(" ");
    let names = [short, long].into_iter().flatten().collect::<Vec<_>>().join(", ");
    match (names.is_empty(), arg.get_action().takes_values()) {
        (true, _) => values,
        (false, true) => format!("{names} {values}"),
        (false, false) => names,
    }
}

/// The lines of the usage: the program's name in bold, what is to be replaced in italics.
fn usage(command: &mut Command) -> Vec<String> {
    let name = command.get_bin_name().unwrap_or(command.get_name()).to_owned();
    let mut text = command.render_usage().to_string();
    // Those that hold for every command are said once.
    if !command.get_arguments().any(|arg| is_own(arg) && !arg.is_positional()) {
        text = text.replace("[OPTIONS] ", "").replace(" [OPTIONS]", "");
    }
    let lines = text.trim_start_matches("Usage:").lines().map(str::trim).filter(|line| !line.is_empty());
    let line = |line: &str| match line.strip_prefix(&name) {
        Some(rest) => format!("{}{}", bold(&name), placeholders(rest)),
        None => placeholders(line),
    };
    lines.map(line).collect()
}

/// Words in capitals, or between `<` and `>`, in italics.
fn placeholders(text: &str) -> String {
    let is_inside = |letter: char| letter.is_ascii_uppercase() || matches!(letter, '_' | '#' | '|');
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (piece, after) = match first {
            '<' => rest[1..].split_once('>').unwrap_or((&rest[1..], "")),
            _ => rest.split_at(rest.find(|letter| !is_inside(letter)).unwrap_or(rest.len())),
        };
        if piece.is_empty() {
            out.push_str(&escaped(&first.to_string()));
            rest = &rest[first.len_utf8()..];
        } else {
            out.push_str(&italic(piece));
            rest = after;
        }
    }
    out
}

fn about(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default().trim_end_matches('.').to_owned()
}

fn sentence(help: &clap::builder::StyledStr) -> String {
    let text = help.to_string();
    if text.ends_with(['.', '?', '!']) { text } else { format!("{text}.") }
}

/// A sentence that goes on behind a dash; names in capitals stay.
fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

#[test]
fn what_is_to_be_replaced_is_in_italics() {
    assert_eq!(placeholders(" [OPTIONS] <WHO|#ROOM> say"), r" [\fIOPTIONS\fR] \fIWHO|#ROOM\fR say");
}
