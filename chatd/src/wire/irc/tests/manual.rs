//! docs/irc.md names everything that the tables have: whoever adds a verb, a mode, a capability, a token or a numeric adds its row.

use chat_proto::irc::Numeric;

use super::alice;
use crate::wire::irc::cap::CAPS;
use crate::wire::irc::verbs::VERBS;

const MANUAL: &str = include_str!("../../../../../docs/irc.md");

/// Everything between backticks in the first columns of all tables.
fn named() -> Vec<&'static str> {
    let rows = MANUAL.lines().filter_map(|line| line.strip_prefix("| "));
    let first = rows.filter_map(|row| row.split(" | ").next());
    first.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect()
}

#[track_caller]
fn all_named<'a>(what: &str, wanted: impl IntoIterator<Item = &'a str>) {
    let named = named();
    let missing: Vec<_> = wanted.into_iter().filter(|name| !named.contains(name)).collect();
    assert!(missing.is_empty(), "docs/irc.md has no row for these {what}: {missing:?}");
}

#[test]
fn every_verb_has_a_row() {
    all_named("verbs", VERBS.iter().map(|verb| verb.name));
}

#[test]
fn every_capability_has_a_row() {
    all_named("capabilities", CAPS.iter().map(|cap| cap.name));
}

#[test]
fn every_token_of_isupport_has_a_row() {
    let lines = alice().hears("ISUPPORT");
    let tokens = lines.lines().flat_map(|line| {
        let tokens = line.split(" :").next().unwrap_or_default().split(' ').skip(3);
        tokens.map(|token| token.split('=').next().unwrap_or_default().trim_start_matches(':'))
    });
    all_named("tokens", tokens.filter(|token| !token.is_empty()));
}

#[test]
fn every_numeric_has_a_row() {
    // The numerics of accounts wait for them.
    let codes: Vec<String> = (0..900)
        .filter_map(Numeric::from_code)
        .map(|numeric| String::from_utf8_lossy(&numeric.code()).into())
        .collect();
    all_named("numerics", codes.iter().map(String::as_str));
}
