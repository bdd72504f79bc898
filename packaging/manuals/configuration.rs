//! chatd.toml(5), from `config/chatd.toml`: the file that holds every key with its default and its comment.
//!
//! Owns reading that file's comments. It must never explain a key itself: what is missing there is missing here.

use super::program::see_also;
use super::roff::{Roff, bold, italic};
use super::words;

/// One table of the configuration.
pub(super) struct Section {
    /// With its brackets: `[server]`, `[[listen]]`.
    pub(super) header: String,
    comment: Vec<String>,
    groups: Vec<Group>,
}

/// Keys that share a comment.
struct Group {
    keys: Vec<Key>,
    comment: Vec<String>,
}

/// One key.
struct Key {
    name: String,
    value: String,
    /// Whether the value is in force when nothing is said; else it is an example.
    is_default: bool,
}

impl Section {
    /// Whether the section explains this key.
    #[cfg(test)]
    pub(super) fn has(&self, key: &str) -> bool {
        self.groups.iter().flat_map(|group| &group.keys).any(|known| known.name == key)
    }
}

/// What stands before the first section, and the sections.
pub(super) fn read(file: &str) -> (Vec<String>, Vec<Section>) {
    let mut reader = Reader::default();
    file.lines().for_each(|line| reader.line(line));
    (reader.preface, reader.sections)
}

/// The page; `file` is the text of `config/chatd.toml`.
pub(super) fn page(file: &str, date: &str) -> String {
    let (preface, sections) = read(file);
    let mut page = Roff::new("chatd.toml", 5, date, "File Formats");
    page.section("NAME");
    page.paragraph("chatd.toml - the configuration of chatd");
    page.section("SYNOPSIS");
    page.synopsis(&[bold("/etc/chatd/chatd.toml")]);
    page.section("DESCRIPTION");
    words::CONFIGURATION.iter().for_each(|text| page.paragraph(text));
    // Its first line is about the file.
    print_comment(&mut page, preface.get(1..).unwrap_or_default());
    page.section("KEYS");
    page.paragraph("Each key is shown with its default.");
    for section in &sections {
        page.subsection(&section.header);
        print_comment(&mut page, &section.comment);
        section.groups.iter().for_each(|group| print_group(&mut page, group));
    }
    page.section("FILES");
    for (label, text) in words::CONFIGURATION_FILES {
        page.tagged(&[bold(label)], &[(*text).to_owned()]);
    }
    page.section("EXAMPLES");
    page.paragraph("A server for everybody, encrypted, with a group of operators:");
    page.verbatim(&words::CONFIGURATION_EXAMPLE.lines().map(str::to_owned).collect::<Vec<_>>());
    see_also(&mut page, &[("chatd", 8), ("chatctl", 1), ("chat-client", 1)]);
    page.into_source()
}

fn print_group(page: &mut Roff, group: &Group) {
    let label = |key: &Key| match key.is_default {
        true => format!("{} = {}", bold(&key.name), italic(&key.value)),
        false => bold(&key.name),
    };
    let mut paragraphs = paragraphs(&group.comment);
    for key in group.keys.iter().filter(|key| !key.is_default) {
        paragraphs.push(format!("No default; for instance `{} = {}`.", key.name, key.value));
    }
    page.tagged(&group.keys.iter().map(label).collect::<Vec<_>>(), &paragraphs);
}

fn print_comment(page: &mut Roff, comment: &[String]) {
    for part in comment.chunk_by(|a, b| is_verbatim(a) == is_verbatim(b)) {
        match is_verbatim(&part[0]) {
            true => page.verbatim(&part.iter().map(|line| line.trim().to_owned()).collect::<Vec<_>>()),
            false => paragraphs(part).iter().for_each(|text| page.paragraph(text)),
        }
    }
}

fn is_verbatim(line: &str) -> bool {
    line.starts_with("  ")
}

/// Lines joined; empty ones separate.
fn paragraphs(lines: &[String]) -> Vec<String> {
    let parts = lines.split(|line| line.is_empty()).filter(|part| !part.is_empty());
    parts.map(|part| part.join(" ")).collect()
}

#[derive(Default)]
struct Reader {
    preface: Vec<String>,
    sections: Vec<Section>,
    /// The section that is being read; a list that comes again is read into the first of its name.
    at: usize,
    /// Comment lines whose key has not come yet.
    pending: Vec<String>,
    /// Whether the line before was a key whose comment another one shares.
    follows_key: bool,
}

impl Reader {
    fn line(&mut self, line: &str) {
        let (bare, is_default) = match line.strip_prefix('#') {
            Some(comment) => (comment.strip_prefix(' ').unwrap_or(comment), false),
            None => (line, true),
        };
        if bare.starts_with('[') && bare.ends_with(']') {
            self.header(bare);
        } else if let Some(key) = key(bare, is_default).filter(|_| !self.sections.is_empty()) {
            self.key(key);
        } else if is_default {
            self.end_of_block();
        } else {
            self.pending.push(bare.to_owned());
            self.follows_key = false;
        }
    }

    /// An empty line: a comment before it belongs to no key.
    fn end_of_block(&mut self) {
        self.follows_key = false;
        let comment = std::mem::take(&mut self.pending);
        match self.sections.get_mut(self.at) {
            Some(section) => extend(&mut section.comment, comment),
            None => extend(&mut self.preface, comment),
        }
    }

    fn header(&mut self, header: &str) {
        self.follows_key = false;
        let comment = std::mem::take(&mut self.pending);
        self.at = self.sections.iter().position(|section| section.header == header).unwrap_or_else(|| {
            let new = Section { header: header.into(), comment: Vec::new(), groups: Vec::new() };
            self.sections.push(new);
            self.sections.len() - 1
        });
        extend(&mut self.sections[self.at].comment, comment);
    }

    fn key(&mut self, key: Key) {
        let comment = std::mem::take(&mut self.pending);
        let shares = std::mem::replace(&mut self.follows_key, true) && comment.is_empty();
        let groups = &mut self.sections[self.at].groups;
        let is_known = |group: &&mut Group| group.keys.iter().any(|known| known.name == key.name);
        if let Some(known) = groups.iter_mut().find(is_known) {
            // The same key in another example of a list: what is said of it there is said as well.
            extend(&mut known.comment, comment);
            self.follows_key = false;
        } else if let Some(last) = groups.last_mut().filter(|_| shares) {
            last.keys.push(key);
        } else {
            groups.push(Group { keys: vec![key], comment });
        }
    }
}

/// Another paragraph.
fn extend(text: &mut Vec<String>, more: Vec<String>) {
    if !text.is_empty() && !more.is_empty() {
        text.push(String::new());
    }
    text.extend(more);
}

/// `name = value`, with what is said behind two blanks and a `#` left away.
fn key(line: &str, is_default: bool) -> Option<Key> {
    let (name, value) = line.split_once(" = ")?;
    let is_name = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
    let value = value.split("  #").next().unwrap_or(value).trim();
    is_name.then(|| Key { name: name.into(), value: value.into(), is_default })
}

#[test]
fn keys_share_comments_and_lists_come_once() {
    let file = "# Every key.\n\n# What is said.\n[a]\n# Both.\nx = 1\ny = 2\n# z = 3\n# Words = of prose\n# w = 4   # only\n\n\
                [[b]]\n# One.\nk = 1\n\n# [[b]]\n# Two.\n# k = 2\n# l = 3\n";
    let (preface, sections) = read(file);
    assert_eq!(preface, ["Every key."]);
    let shown = |section: &Section| {
        let group = |group: &Group| {
            let keys = group.keys.iter().map(|key| format!("{}={}", key.name, key.value));
            format!("{}: {}", keys.collect::<Vec<_>>().join(" "), group.comment.join("/"))
        };
        section.groups.iter().map(group).collect::<Vec<_>>()
    };
    assert_eq!(sections.len(), 2);
    assert_eq!(sections[0].comment, ["What is said."]);
    assert_eq!(shown(&sections[0]), ["x=1 y=2 z=3: Both.", "w=4: Words = of prose"]);
    assert_eq!(shown(&sections[1]), ["k=1: One.//Two.", "l=3: "]);
}
