//! The repository's Rust files as the rules see them: with comments and the inside of literals blanked, and every path
//! that they spell, in full. Knows no rule.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Where Rust files are.
const PLACES: [&str; 8] =
    ["chat-proto", "chatd", "chatctl", "chat-client", "packaging", "tests", "bench", "fuzz"];

/// One Rust file.
#[derive(Clone, Debug)]
pub(super) struct File {
    /// From the root of the repository, with strokes.
    pub(super) path: String,
    pub(super) text: String,
    /// `text` with comments and the inside of literals blanked; every line stays where it was.
    pub(super) code: String,
}

impl File {
    pub(super) fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned(), code: code(text) }
    }

    /// `path:line`, for an offset into the code.
    pub(super) fn at(&self, offset: usize) -> String {
        let before = self.code.as_bytes().iter().take(offset);
        format!("{}:{}", self.path, before.filter(|byte| **byte == b'\n').count() + 1)
    }
}

/// The root of the repository.
pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the repository.
#[track_caller]
pub(super) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("cannot read {path}: {error}"))
}

/// Every Rust file of the repository, sorted by path; read once.
pub(super) fn rust_files() -> &'static [File] {
    static FILES: LazyLock<Vec<File>> = LazyLock::new(find_rust_files);
    &FILES
}

fn find_rust_files() -> Vec<File> {
    let mut paths = Vec::new();
    PLACES.iter().for_each(|place| collect(&root().join(place), &mut paths));
    paths.sort();
    let relative = |path: &PathBuf| {
        path.strip_prefix(root()).expect("it was found below the root").to_string_lossy().into_owned()
    };
    paths.iter().map(relative).map(|path| File::new(&path, &read(&path))).collect()
}

fn collect(directory: &Path, paths: &mut Vec<PathBuf>) {
    // Not every place has to exist.
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries {
        let path = entry.expect("a directory can be listed").path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

/// Blanks comments and the inside of literals. Bytes that are not ASCII are blanked with them, or are inside names.
fn code(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let (keep, length) = token(bytes, at);
        if !keep {
            out[at..at + length].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
        }
        at += length;
    }
    String::from_utf8(out).expect("only whole tokens are blanked")
}

/// Whether what begins here is code, and how long it is.
fn token(bytes: &[u8], at: usize) -> (bool, usize) {
    let rest = &bytes[at..];
    let until_line_end = || rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    match rest {
        [b'/', b'/', ..] => (false, until_line_end()),
        [b'/', b'*', ..] => (false, block_comment(rest)),
        [b'"', ..] => (false, quoted(rest, b'"')),
        [b'\'', ..] if is_char(rest) => (false, quoted(rest, b'\'')),
        [b'r', b'"' | b'#', ..] if !follows_name(bytes, at) => match raw_string(rest) {
            Some(length) => (false, length),
            None => (true, 1),
        },
        _ => (true, 1),
    }
}

/// `r` is a name's end and no prefix, except behind the `b` or `c` of `br"…"` and `cr"…"`.
fn follows_name(bytes: &[u8], at: usize) -> bool {
    let is_name = |at: usize| bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    match at.checked_sub(1).map(|before| (before, bytes[before])) {
        Some((before, b'b' | b'c')) => before.checked_sub(1).is_some_and(is_name),
        Some((before, _)) => is_name(before),
        None => false,
    }
}

fn block_comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        match &rest[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn quoted(rest: &[u8], end: u8) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            byte if byte == end => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// A character literal, and no lifetime: it is closed behind one character, or begins with a backslash.
fn is_char(rest: &[u8]) -> bool {
    let text = String::from_utf8_lossy(&rest[1..rest.len().min(6)]).into_owned();
    let mut letters = text.chars();
    letters.next() == Some('\\') || letters.next() == Some('\'')
}

fn raw_string(rest: &[u8]) -> Option<usize> {
    let hashes = rest[1..].iter().take_while(|byte| **byte == b'#').count();
    if rest.get(1 + hashes) != Some(&b'"') {
        return None;
    }
    let end: Vec<u8> = std::iter::once(b'"').chain(std::iter::repeat_n(b'#', hashes)).collect();
    let body = &rest[2 + hashes..];
    let length = body.windows(end.len()).position(|window| window == end).unwrap_or(body.len());
    Some((2 + hashes + length + end.len()).min(rest.len()))
}

/// Every path of two or more names that the code spells, with braces resolved: `use a::{b, c::d}` gives `a::b` and `a::c::d`.
/// With the offset at which each begins.
pub(super) fn paths(code: &str) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < code.len() {
        let name = name_at(code, at);
        if name.is_empty() {
            at += code[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        }
        let begin = at;
        let mut all = Vec::new();
        at = tree(code, at, &[], &mut all);
        found.extend(all.into_iter().filter(|path| path.len() > 1).map(|path| (begin, path)));
    }
    found
}

/// Reads one tree of `use`, or one path; returns where it ends.
fn tree(code: &str, mut at: usize, before: &[String], found: &mut Vec<Vec<String>>) -> usize {
    let mut path = before.to_vec();
    loop {
        let name = name_at(code, at);
        if name.is_empty() {
            break;
        }
        path.push(name.to_owned());
        at += name.len();
        let Some(rest) = code[at..].strip_prefix("::") else { break };
        at = code.len() - rest.len();
        if rest.starts_with('{') {
            return group(code, at + 1, &path, found);
        }
    }
    found.push(path);
    at
}

/// Reads what stands in braces, trees separated by commas; returns where it ends.
fn group(code: &str, mut at: usize, before: &[String], found: &mut Vec<Vec<String>>) -> usize {
    while let Some(letter) = code[at..].chars().next() {
        if letter == '}' {
            return at + 1;
        }
        if name_at(code, at).is_empty() {
            at += letter.len_utf8();
            continue;
        }
        at = tree(code, at, before, found);
        // `as other` names nothing.
        at += code[at..].find([',', '}']).unwrap_or(code.len() - at);
    }
    at
}

fn name_at(code: &str, at: usize) -> &str {
    let rest = &code[at..];
    let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
    &rest[..end]
}

#[test]
fn comments_and_literals_are_blanked_and_lines_stay() {
    let text = "a // crate::x\n/* b /* c */ d\n*/ e \"f\\\"g\" r#\"h\"i\"# br\"j\" 'k' '\\'' &'l m 'é' n";
    let code = code(text);
    assert_eq!(code.len(), text.len());
    assert_eq!(code.split_whitespace().collect::<Vec<_>>(), ["a", "e", "b", "&'l", "m", "n"]);
    assert_eq!(code.lines().count(), text.lines().count());
}

#[test]
fn paths_are_found_in_full() {
    let all = |code: &str| paths(code).into_iter().map(|(_, path)| path.join("::")).collect::<Vec<_>>();
    assert_eq!(
        all("use a::{self, b, c::{d, e as f}, g::*};\nlet x = h::i::<J>(k);"),
        ["a::self", "a::b", "a::c::d", "a::c::e", "a::g", "h::i"]
    );
    assert_eq!(all("fn a(b: &'c D) -> E {}"), [""; 0]);
    assert_eq!(paths("x y::z")[0].0, 2);
}
