//! The text below the options in a program's help, taken apart.
//!
//! Owns its conventions: blocks are separated by empty lines; one that begins with `Example:` or `Examples:` holds commands, one
//! a line; lines that are indented stay as they are. It must never print.

/// One part of that text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// Commands to be typed.
    Examples(Vec<String>),
    /// Lines that stay as they are.
    Verbatim(Vec<String>),
    /// A paragraph.
    Text(String),
    /// What a page has a section of its own for.
    Section(String),
}

/// How blocks begin that a page has a section of its own for.
const SECTIONS: [&str; 3] = ["Exit status:", "Exit codes:", "Environment:"];

/// The blocks of a help's end.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    text.split("\n\n").flat_map(block).collect()
}

fn block(text: &str) -> Vec<Block> {
    let text = text.trim_end();
    if SECTIONS.iter().any(|begin| text.starts_with(begin)) {
        return vec![Block::Section(text.to_owned())];
    }
    if let Some(examples) = text.strip_prefix("Examples:").or(text.strip_prefix("Example:")) {
        let lines = examples.lines().map(str::trim).filter(|line| !line.is_empty());
        return vec![Block::Examples(lines.map(str::to_owned).collect())];
    }
    lines_of(text)
}

/// Runs of indented lines and runs of others, in turn.
fn lines_of(text: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match (found.last_mut(), line.strip_prefix("  ")) {
            (Some(Block::Verbatim(lines)), Some(line)) => lines.push(line.to_owned()),
            (_, Some(line)) => found.push(Block::Verbatim(vec![line.to_owned()])),
            (Some(Block::Text(text)), None) => {
                text.push(' ');
                text.push_str(line);
            }
            (_, None) => found.push(Block::Text(line.to_owned())),
        }
    }
    found
}

#[test]
fn the_end_of_a_help_is_taken_apart() {
    let text = "Examples: a b\n          c\n\nOne\ntwo\n  <x>  y\nthree\n\nExit codes:\n  0  well";
    let expected = [
        Block::Examples(vec!["a b".into(), "c".into()]),
        Block::Text("One two".into()),
        Block::Verbatim(vec!["<x>  y".into()]),
        Block::Text("three".into()),
        Block::Section("Exit codes:\n  0  well".into()),
    ];
    assert_eq!(blocks(text), expected);
}
