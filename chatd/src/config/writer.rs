//! A configuration as its keys with their values, section by section: for `--print-config`, and to tell what is in force and what
//! differs. What is written as TOML loads back equal.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chat_proto::control::ConfigValue;

use super::units;

/// The keys of a configuration, in the order in which they are written.
#[derive(Default)]
pub(super) struct Writer {
    entries: Vec<Entry>,
    section: Section,
}

/// One key.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) section: Section,
    pub(super) key: &'static str,
    pub(super) value: ConfigValue,
    pub(super) kind: Kind,
}

/// The section in which a key is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Section {
    /// Without brackets; empty for the beginning of the file.
    pub(super) name: &'static str,
    /// For one of a list of sections, its place in the list and what tells it from the others.
    pub(super) item: Option<(usize, String)>,
}

/// What is special about a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing.
    Plain,
    /// Its value must not be shown.
    Secret,
    /// It is what this file contains, which another key names, and is not written.
    Content(PathBuf),
}

impl Writer {
    /// Begins a section; `header` with its brackets.
    pub(super) fn header(&mut self, header: &'static str) -> &mut Self {
        self.section = Section { name: header.trim_matches(['[', ']']), item: None };
        self
    }

    /// Begins a section of the list `name`, which `label` tells from the others.
    pub(super) fn item(&mut self, name: &'static str, label: &str) -> &mut Self {
        let last = self.entries.iter().rev().find(|entry| entry.section.name == name);
        let last = last.and_then(|entry| entry.section.item.as_ref());
        let index = last.map_or(0, |(index, _)| index + 1);
        self.section = Section { name, item: Some((index, label.to_owned())) };
        self
    }

    pub(super) fn text(&mut self, key: &'static str, value: &str) -> &mut Self {
        self.plain(key, value)
    }

    /// An absent text is written as the empty string, which reads as absent whatever the default is.
    pub(super) fn optional_text(&mut self, key: &'static str, value: Option<&str>) -> &mut Self {
        self.text(key, value.unwrap_or_default())
    }

    /// A text that is written and never shown.
    pub(super) fn secret(&mut self, key: &'static str, value: Option<&str>) -> &mut Self {
        self.add(key, value.unwrap_or_default().into(), Kind::Secret)
    }

    /// What `file` contains, which another key names.
    pub(super) fn content(&mut self, key: &'static str, value: Option<&str>, file: &Path) -> &mut Self {
        self.add(key, value.unwrap_or_default().into(), Kind::Content(file.to_owned()))
    }

    pub(super) fn path(&mut self, key: &'static str, value: Option<&Path>) -> &mut Self {
        self.optional_text(key, value.map(|path| path.to_string_lossy()).as_deref())
    }

    pub(super) fn words<T: ToString>(&mut self, key: &'static str, values: &[T]) -> &mut Self {
        let items = values.iter().map(|value| ConfigValue::Text(value.to_string())).collect();
        self.plain(key, ConfigValue::List(items))
    }

    pub(super) fn duration(&mut self, key: &'static str, value: Duration) -> &mut Self {
        self.text(key, &units::show_duration(value))
    }

    pub(super) fn size(&mut self, key: &'static str, value: usize) -> &mut Self {
        self.text(key, &units::show_size(value))
    }

    /// A number, a flag, or a list of numbers.
    pub(super) fn plain(&mut self, key: &'static str, value: impl Into<ConfigValue>) -> &mut Self {
        self.add(key, value.into(), Kind::Plain)
    }

    fn add(&mut self, key: &'static str, value: ConfigValue, kind: Kind) -> &mut Self {
        self.entries.push(Entry { section: self.section.clone(), key, value, kind });
        self
    }

    pub(super) fn into_entries(self) -> Vec<Entry> {
        self.entries
    }

    pub(super) fn into_text(self) -> String {
        let mut text = String::new();
        let mut section = Section::default();
        for entry in self.entries.into_iter().filter(|entry| !matches!(entry.kind, Kind::Content(_))) {
            if entry.section != section {
                let gap = if text.is_empty() { "" } else { "\n" };
                let (open, close) = if entry.section.item.is_some() { ("[[", "]]") } else { ("[", "]") };
                writeln!(text, "{gap}{open}{}{close}", entry.section.name)
                    .expect("a String takes every text");
                section = entry.section;
            }
            writeln!(text, "{} = {}", entry.key, entry.value).expect("a String takes every text");
        }
        text
    }
}
