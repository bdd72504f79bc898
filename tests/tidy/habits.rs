//! Habits that every file keeps: its size, its opening, what must not be in it.

use super::source::File;

/// Where a second concept is to be suspected.
const LINES_MAX: usize = 400;

/// Files that may be longer, and why.
const REASONS: [(&str, &str); 0] = [];

/// No file is longer than [`LINES_MAX`] without a reason.
pub(super) fn size(file: &File) -> Vec<String> {
    let lines = file.text.lines().count();
    if lines <= LINES_MAX || REASONS.iter().any(|(path, _)| *path == file.path) {
        return Vec::new();
    }
    vec![format!("{}: {lines} lines, more than {LINES_MAX}; which second concept lives here?", file.path)]
}

/// Entries of the table whose file is short again, or gone.
pub(super) fn stale_reasons(files: &[File]) -> Vec<String> {
    let is_long =
        |path: &str| files.iter().any(|file| file.path == path && file.text.lines().count() > LINES_MAX);
    let stale = REASONS.iter().filter(|(path, why)| why.is_empty() || !is_long(path));
    stale.map(|(path, _)| format!("{path} needs no reason any more")).collect()
}

/// What is never in a source file, and why.
const FORBIDDEN: [(&str, &str); 9] = [
    ("todo!", "finish it or leave it out"),
    ("unimplemented!", "finish it or leave it out"),
    ("#[ignore", "a test that does not run proves nothing"),
    ("unbounded_channel(", "every queue has a bound"),
    ("unbounded_channel::<", "every queue has a bound"),
    (".lock().await", "a lock that is waited for delays whoever stands behind it"),
    (".write().await", "a lock that is waited for delays whoever stands behind it"),
    ("#[allow(", "say `#[expect(…, reason = …)]`, which tells when it is not needed any more"),
    ("#![allow(", "say `#[expect(…, reason = …)]`, which tells when it is not needed any more"),
];

/// Nothing of [`FORBIDDEN`] is in the code. Blanks count for nothing, so that formatting hides nothing.
pub(super) fn forbidden(file: &File) -> Vec<String> {
    let dense: Vec<(usize, char)> =
        file.code.char_indices().filter(|(_, letter)| !letter.is_whitespace()).collect();
    let text: String = dense.iter().map(|(_, letter)| *letter).collect();
    let mut violations = Vec::new();
    for (bad, why) in FORBIDDEN {
        for (at, _) in text.match_indices(bad) {
            let place = dense.get(text[..at].chars().count()).map_or(0, |(place, _)| *place);
            violations.push(format!("{}: `{bad}`: {why}", file.at(place)));
        }
    }
    violations
}

/// Every file opens with what it owns and must never do.
pub(super) fn opening(file: &File) -> Vec<String> {
    if file.text.trim_start().starts_with("//! ") {
        return Vec::new();
    }
    vec![format!("{}: does not open with `//!` and a sentence about what it owns", file.path)]
}

/// Test files that `main.rs` does not declare would silently not run.
pub(super) fn undeclared(main: &str, names: &[String]) -> Vec<String> {
    let main = File::new("tests/main.rs", main);
    let is_declared = |module: &str| main.code.lines().any(|line| line.trim() == format!("mod {module};"));
    let modules = names.iter().filter_map(|name| name.strip_suffix(".rs")).filter(|name| *name != "main");
    modules
        .filter(|module| !is_declared(module))
        .map(|module| format!("tests/{module}.rs: tests/main.rs has no `mod {module};`"))
        .collect()
}

#[test]
fn a_file_of_400_lines_is_allowed_and_one_of_401_is_not() {
    let file = |lines: usize| File::new("chatd/src/x.rs", &"x\n".repeat(lines));
    assert!(size(&file(400)).is_empty());
    assert_eq!(size(&file(401)).len(), 1);
}

#[test]
fn what_is_forbidden_is_caught_with_its_line() {
    for (bad, _) in FORBIDDEN {
        let text = format!("fn f() {{\n    x{bad}\n}}");
        let found = forbidden(&File::new("chatd/src/x.rs", &text));
        assert!(found.iter().any(|one| one.starts_with("chatd/src/x.rs:2: ")), "{bad}: {found:?}");
    }
    let split = "let a = b\n    .lock()\n    .await;";
    assert_eq!(forbidden(&File::new("chatd/src/x.rs", split)).len(), 1);
}

#[test]
fn what_is_forbidden_may_be_spoken_of() {
    let text = "// todo!() and unbounded_channel()\nlet a = \"#[ignore] .lock().await\"; b.lock(); c.await;";
    assert_eq!(forbidden(&File::new("chatd/src/x.rs", text)), [""; 0]);
}

#[test]
fn a_file_without_an_opening_is_caught() {
    assert_eq!(opening(&File::new("a.rs", "use std::fmt;\n")).len(), 1);
    assert_eq!(opening(&File::new("a.rs", "// A comment.\n")).len(), 1);
    assert!(opening(&File::new("a.rs", "//! Owns nothing.\n")).is_empty());
}

#[test]
fn an_undeclared_test_file_is_caught() {
    let names = ["main.rs", "rooms.rs", "desk.rs"].map(String::from);
    let missing = undeclared("mod rooms;\n// mod desk;\n", &names);
    assert_eq!(missing, ["tests/desk.rs: tests/main.rs has no `mod desk;`"]);
    assert!(undeclared("mod desk;\nmod rooms;\n", &names).is_empty());
}
