//! Who may use whom.

use std::collections::BTreeSet;

use super::source::{File, paths};

/// The layers of `chatd`, each of which uses only those before it.
const LAYERS: [&str; 13] = [
    "access",
    "config",
    "telemetry",
    "health",
    "domain",
    "meter",
    "delivery",
    "store",
    "log",
    "registry",
    "wire",
    "control",
    "daemon",
];

/// The module of `chatd` to which a path belongs; none for the root (`lib.rs`, `main.rs`) and for other crates.
fn module(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("chatd/src/")?;
    let name = inside.split('/').next()?.trim_end_matches(".rs");
    (name != "lib" && name != "main").then_some(name)
}

fn rank(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| *layer == module)
}

/// Modules of `chatd` use lower layers; `cli` uses `config`.
pub(super) fn order(file: &File) -> Vec<String> {
    let Some(own) = module(&file.path) else { return Vec::new() };
    let used = paths(&file.code).into_iter().filter_map(|(at, path)| Some((at, at_root(&file.path, &path)?)));
    used.filter(|(_, used)| used != own && !may_use(own, used))
        .map(|(at, used)| format!("{}: `{own}` must not use `{used}`", file.at(at)))
        .collect()
}

fn may_use(own: &str, used: &str) -> bool {
    match (rank(own), rank(used)) {
        (Some(own), Some(used)) => used < own,
        (None, _) => own == "cli" && used == "config",
        // What is no layer is the root itself, or `cli`: the top.
        (Some(_), None) => false,
    }
}

/// The module at the crate's root that `path` names, by `crate` or by enough `super`s.
fn at_root(file: &str, path: &[String]) -> Option<String> {
    let mut names = path.iter();
    if path.first().is_some_and(|first| first == "crate") {
        return path.get(1).cloned();
    }
    let supers = names.by_ref().take_while(|name| *name == "super").count();
    // One more from a module inside the file; then what follows must be a layer to count.
    let depth = depth(file);
    let name = path.get(supers)?;
    (supers >= depth && depth > 0 && rank(name).is_some()).then(|| name.clone())
}

/// How deep below the root the module of a file is.
fn depth(file: &str) -> usize {
    let inside = file.strip_prefix("chatd/src/").unwrap_or_default();
    inside.split('/').count() - usize::from(inside.ends_with("/mod.rs"))
}

fn uses(file: &File, forbidden: &[&str], why: &str) -> Vec<String> {
    let is_forbidden = |path: &[String]| {
        let spelled = path.join("::");
        forbidden.iter().any(|bad| {
            let mut rest = spelled.strip_prefix(bad).into_iter();
            rest.any(|rest| rest.is_empty() || rest.starts_with("::"))
        })
    };
    let found = paths(&file.code).into_iter().filter(|(_, path)| is_forbidden(path));
    found.map(|(at, path)| format!("{}: `{}`: {why}", file.at(at), path.join("::"))).collect()
}

/// `chat-proto` must never do input or output. Addresses are values: `core::net` has them without sockets.
pub(super) fn protocol_without_io(file: &File) -> Vec<String> {
    if !file.path.starts_with("chat-proto/src/") {
        return Vec::new();
    }
    let forbidden =
        ["std::net", "std::fs", "std::io", "std::process", "std::os", "std::thread", "std::env", "tokio"];
    uses(file, &forbidden, "chat-proto does no input or output")
}

/// The domain gets its time and its chance with the request.
pub(super) fn pure_domain(file: &File) -> Vec<String> {
    if !file.path.starts_with("chatd/src/domain/") {
        return Vec::new();
    }
    let clocks = ["std::time::Instant", "std::time::SystemTime", "jiff::Timestamp", "jiff::Zoned"];
    let waiting = ["tokio", "std::sync::Mutex", "std::sync::RwLock", "std::sync::mpsc", "std::thread"];
    let outside =
        ["rand", "getrandom", "std::net::TcpStream", "std::fs", "std::io", "std::process", "std::env"];
    let forbidden = [&clocks[..], &waiting, &outside].concat();
    uses(file, &forbidden, "the domain is a pure function of its requests")
}

/// Numerics belong to the IRC dialect.
pub(super) fn numerics_in_irc(file: &File) -> Vec<String> {
    if !file.path.starts_with("chatd/src/") || file.path.starts_with("chatd/src/wire/irc/") {
        return Vec::new();
    }
    let found = paths(&file.code).into_iter().filter(|(_, path)| path.iter().any(|name| name == "Numeric"));
    found.map(|(at, _)| format!("{}: only wire/irc speaks in numerics", file.at(at))).collect()
}

/// Numerics that nothing says yet, by the letters that they begin with, and what they wait for.
const LATER: [(&str, &str); 4] = [
    ("RPL_LOGGED", "accounts"),
    ("RPL_SASL", "accounts"),
    ("ERR_SASL", "accounts"),
    ("ERR_NICKLOCKED", "accounts"),
];

/// A numeric that nobody says is a promise to clients' authors that nobody keeps.
pub(super) fn silent_numerics(table: &File, speakers: &[&File]) -> Vec<String> {
    let names =
        table.code.split_whitespace().filter(|word| word.starts_with("RPL_") || word.starts_with("ERR_"));
    let said: BTreeSet<String> =
        speakers.iter().flat_map(|file| paths(&file.code)).flat_map(|(_, path)| path).collect();
    names
        .filter(|name| !LATER.iter().any(|(later, _)| name.starts_with(later)) && !said.contains(*name))
        .map(|name| format!("{}: nothing says {name}", table.path))
        .collect()
}

#[test]
fn a_numeric_that_nothing_says_is_caught() {
    let table = File::new(
        "table.rs",
        "\"<client>\" 401 ERR_ONE \"x\"\n\"<client>\" 402 ERR_TWO \"y\"\n 903 RPL_SASLSUCCESS",
    );
    let speaker =
        File::new("chatd/src/wire/irc/x.rs", "fn f() { pen.numeric(Numeric::ERR_TWO, &[]) } // ERR_ONE");
    assert_eq!(silent_numerics(&table, &[&speaker]), ["table.rs: nothing says ERR_ONE"]);
}

#[test]
fn a_use_of_a_higher_layer_is_caught_however_it_is_spelled() {
    let violations = |path: &str, text: &str| order(&File::new(path, text));
    for text in [
        "use crate::registry::Registry;",
        "use crate::{config::Config, registry::{Registry}};",
        "fn f() { crate::registry::now() }",
        "use super::registry;",
        "mod tests { use super::super::registry::now; }",
        "pub(in crate::registry) fn f() {}",
        "use crate::cli;",
        "use crate::EX_CONFIG;",
    ] {
        assert_eq!(violations("chatd/src/store.rs", text).len(), 1, "{text}");
    }
    assert_eq!(
        violations("chatd/src/domain/decide/talk.rs", "use super::super::super::wire::line;").len(),
        1
    );
    assert_eq!(
        violations("chatd/src/domain/mod.rs", "\n\nuse super::wire;"),
        ["chatd/src/domain/mod.rs:3: `domain` must not use `wire`"]
    );
    assert_eq!(violations("chatd/src/cli.rs", "use crate::domain::id;").len(), 1);
}

#[test]
fn a_use_of_lower_layers_is_allowed_and_words_are_not_uses() {
    let violations = |path: &str, text: &str| order(&File::new(path, text));
    for text in [
        "use crate::domain::id::Seq; use crate::config::{Config, History}; use crate::store::row;",
        "// crate::registry\nconst A: &str = \"crate::registry::now\";",
        "use other::registry; use super::worker; use self::registry;",
        "use self::wire::x;",
    ] {
        assert!(violations("chatd/src/store/row.rs", text).is_empty(), "{text}");
    }
    assert!(violations("chatd/src/lib.rs", "use crate::daemon::run;").is_empty());
    assert!(violations("chatctl/src/lib.rs", "use crate::print;").is_empty());
    assert!(violations("chatd/src/cli.rs", "use crate::config::Source;").is_empty());
}

#[test]
fn io_in_the_protocol_is_caught() {
    let found = |path: &str, text: &str| protocol_without_io(&File::new(path, text)).len();
    assert_eq!(found("chat-proto/src/line.rs", "use std::io::Read;"), 1);
    assert_eq!(found("chat-proto/src/line.rs", "use std::{fmt, fs::File, net};"), 2);
    assert_eq!(found("chat-proto/src/line.rs", "async fn f() { tokio::task::yield_now() }"), 1);
    assert_eq!(found("chat-proto/src/line.rs", "use std::iter; use core::net::IpAddr; use std::ioctl;"), 0);
    assert_eq!(found("chat-proto/tests/vectors.rs", "use std::fs;"), 0);
}

#[test]
fn a_clock_or_a_lock_in_the_domain_is_caught() {
    let found = |path: &str, text: &str| pure_domain(&File::new(path, text)).len();
    assert_eq!(found("chatd/src/domain/state.rs", "use std::time::{Duration, Instant};"), 1);
    assert_eq!(found("chatd/src/domain/state.rs", "let now = std::time::SystemTime::now();"), 1);
    assert_eq!(found("chatd/src/domain/state.rs", "use std::sync::{Arc, Mutex}; use tokio::sync::mpsc;"), 2);
    assert_eq!(found("chatd/src/domain/state.rs", "let a = rand::random::<u8>();"), 1);
    assert_eq!(found("chatd/src/domain/state.rs", "use std::time::Duration; use std::sync::Arc;"), 0);
    assert_eq!(found("chatd/src/registry/mod.rs", "use std::time::Instant;"), 0);
}

#[test]
fn a_numeric_outside_of_irc_is_caught() {
    let text = "let n = Numeric::RPL_WELCOME;";
    let found = |path: &str| numerics_in_irc(&File::new(path, text)).len();
    assert_eq!(found("chatd/src/domain/refusal.rs"), 1);
    assert_eq!(found("chatd/src/wire/lines/render.rs"), 1);
    assert_eq!(found("chatd/src/wire/irc/refuse.rs"), 0);
    assert_eq!(found("chat-client/src/session/numerics.rs"), 0);
}
