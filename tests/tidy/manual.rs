//! What docs/irc.md says must be shown by tests that exist. Whether it names everything is asked where the tables are
//! (`chatd/src/wire/irc/tests/manual.rs`).

use super::source::File;

/// Rows of tables whose last column names no test, or one that does not exist. A name is `path::to::test`; the test's own name is
/// what is compared, with every function in `files`. A path to a script is a file.
pub(super) fn unshown(manual: &str, files: &[File], exists: impl Fn(&str) -> bool) -> Vec<String> {
    let is_known = |name: &str| match name.rsplit_once("::") {
        Some((_, test)) => files.iter().any(|file| file.text.contains(&format!("fn {test}("))),
        None => exists(name),
    };
    rows(manual)
        .flat_map(|row| {
            let names = quoted(row.rsplit('|').next().unwrap_or_default());
            let unknown: Vec<_> = names.iter().filter(|name| !is_known(name)).collect();
            let none = names.is_empty().then(|| format!("docs/irc.md names no test: {row}"));
            let unknown = unknown.iter().map(|name| format!("docs/irc.md: there is no test {name}: {row}"));
            unknown.chain(none).collect::<Vec<_>>()
        })
        .collect()
}

/// Rows of those tables whose last column is headed "test", without their outer strokes.
fn rows(manual: &str) -> impl Iterator<Item = &str> {
    let mut is_inside = false;
    manual.lines().filter_map(move |line| {
        let row = line.strip_prefix('|').and_then(|line| line.trim_end().strip_suffix('|'));
        let Some(row) = row else {
            is_inside = false;
            return None;
        };
        let is_heading = row.rsplit('|').next().is_some_and(|last| last.trim() == "test");
        is_inside |= is_heading;
        (is_inside && !is_heading && !row.starts_with("---")).then_some(row)
    })
}

/// What stands between backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn a_row_without_a_test_or_with_one_that_does_not_exist_is_caught() {
    let file = File::new("a.rs", "fn it_works() {}");
    let manual = "| item | words | test |\n|---|---|---|\n| A | x | `a::it_works`, `run` |\n| B | x | |\n\
                  | C | x | `a::it_fails` |\n\n| other | table |\n|---|---|\n| D | |\n";
    let found = unshown(manual, &[file], |name| name == "run");
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("names no test") && found[1].contains("no test a::it_fails"), "{found:?}");
}
