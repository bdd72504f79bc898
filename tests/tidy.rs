//! The rules of the house, checked against the tree: layers, file sizes, habits, the code map, the defaults.
//!
//! Each rule is a function from a path and a text to violations, with a test beside it that plants one. Here the rules meet
//! the real files. Builds nothing, runs nothing.

mod documents;
mod habits;
mod layers;
mod manual;
mod source;

use std::fs;
use std::path::Path;

use chatd::config::{Config, Environment, parse};

use source::{File, read, root, rust_files};

/// Runs a rule on every Rust file of the repository.
fn everywhere(rule: fn(&File) -> Vec<String>) -> Vec<String> {
    rust_files().iter().flat_map(rule).collect()
}

#[track_caller]
fn none(violations: &[String]) {
    assert!(violations.is_empty(), "{} violations:\n  {}", violations.len(), violations.join("\n  "));
}

/// Names of what stands in a directory, sorted; directories with a stroke at their end.
fn names_in(directory: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(directory)).unwrap_or_else(|error| panic!("{directory}: {error}"));
    let name = |entry: fs::DirEntry| {
        let end = if entry.path().is_dir() { "/" } else { "" };
        format!("{}{end}", entry.file_name().to_string_lossy())
    };
    let mut names: Vec<_> = entries.map(|entry| name(entry.expect("a directory can be listed"))).collect();
    names.sort();
    names
}

#[test]
fn the_tree_is_found() {
    let files = rust_files();
    for path in ["chat-proto/src/lib.rs", "chatd/src/domain/mod.rs", "tests/tidy.rs"] {
        assert!(files.iter().any(|file| file.path == path), "{path} is missing among {} files", files.len());
    }
}

#[test]
fn every_module_uses_only_lower_layers() {
    none(&everywhere(layers::order));
}

#[test]
fn what_daemon_and_tools_share_does_no_input_or_output() {
    none(&everywhere(layers::protocol_without_io));
}

#[test]
fn the_domain_has_no_clock_no_locks_no_chance_and_no_runtime() {
    none(&everywhere(layers::pure_domain));
}

#[test]
fn numerics_are_spelled_in_one_dialect_only() {
    none(&everywhere(layers::numerics_in_irc));
}

#[test]
fn every_numeric_of_the_table_is_said() {
    let files = rust_files();
    let table = files.iter().find(|file| file.path == "chat-proto/src/irc/numeric/table.rs");
    let speaks =
        |file: &&File| file.path.starts_with("chatd/src/wire/irc/") && !file.path.contains("/tests/");
    let speakers: Vec<&File> = files.iter().filter(speaks).collect();
    none(&layers::silent_numerics(table.expect("the table is there"), &speakers));
}

#[test]
fn no_file_is_too_long_without_a_reason() {
    none(&everywhere(habits::size));
}

#[test]
fn every_reason_for_a_long_file_is_still_needed() {
    none(&habits::stale_reasons(rust_files()));
}

#[test]
fn nothing_is_left_undone_ignored_unbounded_or_locked_across_an_await() {
    none(&everywhere(habits::forbidden));
}

#[test]
fn every_module_says_what_it_owns() {
    none(&everywhere(habits::opening));
}

#[test]
fn every_test_file_is_declared() {
    let names: Vec<_> = names_in("tests").into_iter().filter(|name| name.ends_with(".rs")).collect();
    none(&habits::undeclared(&read("tests/main.rs"), &names));
}

#[test]
fn the_configuration_file_holds_the_defaults() {
    let config =
        parse(Some(Path::new("config/chatd.toml")), &read("config/chatd.toml"), &Environment::default());
    assert_eq!(config.expect("config/chatd.toml is valid"), Config::default());
}

#[test]
fn the_code_map_names_what_exists_and_exists_as_it_is_named() {
    let map = documents::code_map(&read("ARCHITECTURE.md"));
    none(&documents::unknown_paths(&map, |path| root().join(path).exists()));
    none(&documents::unnamed(&map, "chatd/src", &names_in("chatd/src")));
    for module in names_in("chatd/src").iter().filter_map(|name| name.strip_suffix('/')) {
        // A module whose file stands beside its directory is one thing on the map.
        let directory = format!("chatd/src/{module}");
        if root().join(&directory).join("mod.rs").exists() {
            none(&documents::unnamed(&map, &directory, &names_in(&directory)));
        }
    }
    for member in ["chat-proto", "chatctl", "chat-client", "packaging", "tests", "bench", "fuzz"] {
        assert!(map.iter().any(|path| path.starts_with(member)), "the code map says nothing of {member}");
    }
}

#[test]
fn everything_in_the_manual_of_irc_is_shown_by_a_test_that_exists() {
    none(&manual::unshown(&read("docs/irc.md"), rust_files(), |path| root().join(path).exists()));
}

#[test]
fn the_readme_has_two_commands_and_ci_runs_the_second() {
    let commands = documents::set_up_commands(&read("README.md"));
    assert_eq!(commands.len(), 2, "README.md, section \"Set up\": {commands:?}");
    let ci = read(".ci/run");
    let test = &commands[1];
    assert!(ci.lines().any(|line| line.ends_with(test)), "`.ci/run` does not run `{test}`");
}
