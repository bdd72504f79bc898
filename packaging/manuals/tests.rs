//! What the pages must hold, and that formatters take them as they are.

use std::io::Write;
use std::path::Path;
use std::process::{Command as Process, Stdio};

use chatd::config::{Config, Environment, parse};
use clap::Command;

use super::api::printed::PRINTED;
use super::api::source::Shape;
use super::help::{Block, blocks};
use super::{CONFIGURATION, api, chatd, configuration, files, roff, words};

/// Each list of the configuration with all that it can hold; what the defaults leave out.
const LISTS: &str = r#"
[[listen]]
protocol = "websocket"
address = "127.0.0.1:0"
proxy-from = ["127.0.0.1"]
origins = ["*"]
path = "/irc"
[[tls.certificates]]
certificate = "a"
key = "b"
names = ["a.example"]
[[control.operator]]
name = "alice"
password = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$RHpPLxVvYrGQvWGTB1uXLxlJCUmGcTCNkZDIQkkgOCw"
role = "admin"
[[webirc]]
name = "webchat"
password = "long-enough"
from = ["192.0.2.10"]
[[desk.rule]]
match = "x"
reply = "y"
"#;

/// Keys that are written nowhere when they are not set.
const UNWRITTEN: [(&str, &str); 2] = [("[server]", "motd-file"), ("[tls.sts]", "duration")];

fn source(path: &str) -> String {
    let (_, text) = files("2025-01-31").into_iter().find(|(name, _)| name == path).expect("a known file");
    String::from_utf8(text).expect("all of it is text")
}

/// `[section]` and `key` of every value in a document.
fn keys(toml: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect("", &toml.parse().expect("what was written can be read"), &mut found);
    found
}

fn collect(path: &str, table: &toml::Table, found: &mut Vec<(String, String)>) {
    for (key, value) in table {
        let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match value {
            toml::Value::Table(table) => collect(&below, table, found),
            toml::Value::Array(items) if items.first().is_some_and(toml::Value::is_table) => {
                let tables = items.iter().filter_map(toml::Value::as_table);
                found.extend(
                    tables.flat_map(toml::Table::keys).map(|key| (format!("[[{below}]]"), key.clone())),
                );
            }
            _ => found.push((format!("[{path}]"), key.clone())),
        }
    }
}

#[test]
fn every_key_of_the_configuration_has_its_place() {
    let everything = parse(Some(Path::new("lists.toml")), LISTS, &Environment::default());
    let everything = everything.map_err(|faults| faults.to_string()).unwrap();
    let unwritten = UNWRITTEN.map(|(section, key)| (section.to_owned(), key.to_owned()));
    let written = [Config::default().to_toml(), everything.to_toml(), LISTS.to_owned()];
    let written = written.iter().flat_map(|toml| keys(toml)).chain(unwritten).collect::<Vec<_>>();
    assert!(written.len() > 100, "there are more keys than these: {written:?}");
    let (_, sections) = configuration::read(CONFIGURATION);
    let page = source("man/chatd.toml.5");
    for (header, key) in written {
        let section = sections.iter().find(|section| section.header == header);
        assert!(
            section.is_some_and(|section| section.has(&key)),
            "config/chatd.toml has no {key} in {header}"
        );
        assert!(page.contains(&format!("\n{}", roff::bold(&key))), "chatd.toml(5) has no {key}");
        assert!(
            page.contains(&format!("\n.SS {}\n", roff::escaped(&header))),
            "chatd.toml(5) has no {header}"
        );
    }
}

#[test]
fn the_example_of_a_configuration_is_valid() {
    let parsed = parse(Some(Path::new("x.toml")), words::CONFIGURATION_EXAMPLE, &Environment::default());
    parsed.map_err(|faults| faults.to_string()).unwrap();
}

#[test]
fn every_command_and_option_has_its_place() {
    fn visit(page: &str, command: &Command) {
        for inner in
            command.get_subcommands().filter(|inner| inner.get_name() != "help" && !inner.is_hide_set())
        {
            let name = inner.get_bin_name().unwrap().strip_prefix("chatctl ").unwrap();
            assert!(page.contains(&format!("\n.SS {}\n", roff::escaped(name))), "{name}");
            for long in
                inner.get_arguments().filter(|arg| !arg.is_hide_set()).filter_map(|arg| arg.get_long())
            {
                assert!(page.contains(&roff::bold(&format!("--{long}"))), "{name} --{long}");
            }
            visit(page, inner);
        }
    }
    let mut command = chatctl::command();
    command.build();
    visit(&source("man/chatctl.1"), &command);
}

#[test]
fn exit_statuses_are_those_of_the_help() {
    let programs = [
        (chatd(), &words::CHATD),
        (chatctl::command(), &words::CHATCTL),
        (chat_client::command(), &words::CHAT_CLIENT),
    ];
    for (command, words) in programs {
        let help = command.get_after_help().unwrap().to_string();
        let section = blocks(&help).into_iter().find_map(|block| match block {
            Block::Section(text) if text.starts_with("Exit") => Some(text),
            _ => None,
        });
        let section = section.unwrap_or_else(|| panic!("{} tells no exit status", command.get_name()));
        let is_digit = |letter: char| letter.is_ascii_digit();
        let told = section.split(|letter| !is_digit(letter)).filter(|number| !number.is_empty());
        let documented = words.exit.iter().map(|(status, _)| *status);
        assert_eq!(told.collect::<Vec<_>>(), documented.collect::<Vec<_>>(), "{}", command.get_name());
    }
}

#[test]
fn the_documents_of_the_control_api_are_those_of_its_types() {
    for (path, made) in api::documents() {
        let kept = std::fs::read_to_string(api::root().join(path)).unwrap_or_default();
        assert!(kept == made, "{path} is out of date: run `cargo run --example manuals -- --docs`");
    }
}

#[test]
fn every_type_and_field_of_the_control_api_is_documented() {
    let types = api::types();
    let [(_, page), (_, schema)] = <[_; 2]>::try_from(api::documents()).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    // What the library exports, as one long list of names.
    let exported = std::fs::read_to_string(api::root().join("chat-proto/src/control.rs")).unwrap();
    let names =
        exported.split("pub use ").skip(1).flat_map(|part| part.split(';').next()).collect::<String>();
    let names = names.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    let is_type = |name: &&str| name.chars().any(char::is_lowercase) && name.starts_with(char::is_uppercase);
    let names = names.filter(is_type).collect::<Vec<_>>();
    assert!(names.len() > 40, "{names:?}");
    for name in names {
        assert!(types.iter().any(|one| one.name == name), "the type {name} was not read");
        assert!(page.contains(&format!("\n### {name}\n")), "{name}");
    }
    for one in &types {
        let Shape::Object(fields) = &one.shape else { continue };
        for field in fields.iter().filter(|field| !field.is_flat) {
            assert!(page.contains(&format!("| `{}` | ", field.name)), "{} {}", one.name, field.name);
            assert!(
                schema["$defs"][&one.name]["properties"][&field.name].is_object(),
                "{} {}",
                one.name,
                field.name
            );
        }
    }
    let text = schema.to_string();
    let mut references = text.split("\"#/$defs/").skip(1).filter_map(|rest| rest.split('"').next());
    assert!(references.all(|name| schema["$defs"][name].is_object()), "a reference leads nowhere");
}

#[test]
fn what_each_command_prints_for_programs_is_said() {
    fn leaves(command: &Command, path: &str, found: &mut Vec<String>) {
        let shown = |inner: &&Command| inner.get_name() != "help" && !inner.is_hide_set();
        for inner in command.get_subcommands().filter(shown) {
            let path = format!("{path} {}", inner.get_name());
            match inner.has_subcommands() {
                true => leaves(inner, &path, found),
                false => found.push(path.trim_start().to_owned()),
            }
        }
    }
    let mut commands = Vec::new();
    leaves(&chatctl::command(), "", &mut commands);
    for command in &commands {
        let is_said = PRINTED.iter().any(|row| row.is_of(command));
        assert!(is_said, "packaging/manuals/api/printed.rs has no row for `{command}`");
    }
    let types = api::types();
    for row in PRINTED {
        assert!(commands.iter().any(|command| row.is_of(command)), "there is no {}", row.command);
        let name = row.type_name();
        assert!(name.is_empty() || types.iter().any(|one| one.name == name), "there is no type {name}");
    }
}

#[test]
fn every_page_has_its_sections() {
    let programs = [
        "NAME",
        "SYNOPSIS",
        "DESCRIPTION",
        "OPTIONS",
        "EXIT STATUS",
        "ENVIRONMENT",
        "FILES",
        "EXAMPLES",
        "SEE ALSO",
    ];
    for page in ["chatd.8", "chatctl.1", "chat-client.1"] {
        let source = source(&format!("man/{page}"));
        let sections =
            source.lines().filter_map(|line| line.strip_prefix(".SH ")).filter(|title| *title != "COMMANDS");
        assert_eq!(sections.collect::<Vec<_>>(), programs, "{page}");
    }
}

#[test]
fn groff_has_nothing_to_say() {
    for (path, text) in files("2025-01-31").iter().filter(|(path, _)| path.starts_with("man/")) {
        let Some(complaints) = groff(text) else { return };
        assert_eq!(complaints, "", "{path}");
    }
    assert_ne!(groff(b".TH X 1\n.nosuchmacro\n").unwrap(), "", "this test would notice nothing");
}

/// What groff complains of with all warnings on; none if it is not installed, which CI does not accept.
fn groff(text: &[u8]) -> Option<String> {
    let mut groff = Process::new("groff");
    groff.args(["-ww", "-z", "-man", "-Tutf8"]).stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut child = match groff.spawn() {
        Ok(child) => child,
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "groff does not start: {error}");
            eprintln!("skipped: groff does not start: {error}");
            return None;
        }
    };
    child.stdin.take().unwrap().write_all(text).unwrap();
    Some(String::from_utf8_lossy(&child.wait_with_output().unwrap().stderr).into_owned())
}
