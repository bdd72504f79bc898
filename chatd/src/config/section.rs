//! Reading one table: every key is asked for once by its owner, and what nobody asked for is unknown. The list of
//! known keys so cannot disagree with the code that reads them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{Place, Problem, Wrong, nearest};
use super::value::Raw;

/// What all sections of one load share.
pub(super) struct Reader<'a> {
    /// The text of the file.
    pub(super) text: &'a str,
    /// Where relative paths in it begin.
    pub(super) base: PathBuf,
    /// `CHATD_SECTION__KEY` variables by name.
    pub(super) variables: BTreeMap<&'a str, &'a str>,
    /// The variables that would have been looked at.
    pub(super) known_variables: RefCell<Vec<String>>,
    /// What was wrong so far.
    pub(super) problems: RefCell<Vec<Problem>>,
    /// Where the keys are that somebody has given.
    pub(super) places: RefCell<BTreeMap<String, Place>>,
}

/// One table that is being read.
pub(super) struct Section<'a> {
    pub(super) reader: &'a Reader<'a>,
    path: String,
    /// For an entry of a list, its place among them.
    index: Option<usize>,
    table: Option<&'a DeTable<'a>>,
    span: Range<usize>,
    /// Entries of a list have no variables: a name could not say which one is meant.
    has_variables: bool,
    asked: Vec<&'static str>,
}

impl<'a> Section<'a> {
    /// The document itself.
    pub(super) fn root(reader: &'a Reader<'a>, table: &'a DeTable<'a>) -> Self {
        Self {
            reader,
            path: String::new(),
            index: None,
            table: Some(table),
            span: 0..0,
            has_variables: false,
            asked: Vec::new(),
        }
    }

    /// The value of `key`, or `default` if it is absent or wrong.
    pub(super) fn value<T>(
        &mut self,
        key: &'static str,
        default: T,
        parse: impl Fn(Raw<'_>) -> Result<T, Wrong>,
    ) -> T {
        self.asked.push(key);
        if self.has_variables {
            self.reader.known_variables.borrow_mut().push(self.variable(key));
        }
        if self.is_set(key) {
            self.reader.places.borrow_mut().insert(numbered(&self.path, self.index, key), self.place(key));
        }
        self.raw(key).and_then(|raw| self.check(key, parse(raw))).unwrap_or(default)
    }

    /// The value of `key`; the empty string means none.
    pub(super) fn optional<T>(
        &mut self,
        key: &'static str,
        default: Option<T>,
        parse: impl Fn(Raw<'_>) -> Result<T, Wrong>,
    ) -> Option<T> {
        self.value(key, default, |raw| match raw.as_text() {
            Some("") => Ok(None),
            _ => parse(raw).map(Some),
        })
    }

    /// The value of a key without which the entry makes no sense.
    pub(super) fn required<T>(
        &mut self,
        key: &'static str,
        example: &str,
        parse: impl Fn(Raw<'_>) -> Result<T, Wrong>,
    ) -> Option<T> {
        if !self.is_set(key) {
            self.problem(key, Wrong::new("is missing").hint(format!("add {key} = {example}")));
        }
        self.value(key, None, |raw| parse(raw).map(Some))
    }

    /// The table `key` below this one.
    pub(super) fn section(&mut self, key: &'static str) -> Self {
        self.asked.push(key);
        let found = self.entry(key).map(|(_, value)| value);
        let table = found.and_then(|value| value.get_ref().as_table());
        if found.is_some() && table.is_none() {
            let path = self.full_key(key);
            self.problem(key, Wrong::new("expected a section").hint(format!("write [{path}]")));
        }
        let span = found.map_or(0..0, Spanned::span);
        self.child(key, None, table, span)
    }

    /// The tables of the list `key`; `None` if it is absent.
    pub(super) fn sections(&mut self, key: &'static str) -> Option<Vec<Self>> {
        self.asked.push(key);
        let (_, found) = self.entry(key)?;
        let tables = found.get_ref().as_array().and_then(|items| {
            items
                .iter()
                .map(|item| Some((item.get_ref().as_table()?, item.span())))
                .collect::<Option<Vec<_>>>()
        });
        if tables.is_none() {
            let path = self.full_key(key);
            self.problem(key, Wrong::new("expected a list of sections").hint(format!("write [[{path}]]")));
        }
        let tables = tables.unwrap_or_default().into_iter().enumerate();
        Some(tables.map(|(index, (table, span))| self.child(key, Some(index), Some(table), span)).collect())
    }

    /// A key or section of a later version.
    pub(super) fn unavailable(&mut self, key: &'static str, hint: &str) {
        self.asked.push(key);
        if let Some((name, _)) = self.entry(key) {
            let wrong = Wrong::new("not available in this version").hint(hint);
            self.report(self.at(name.span().start), self.full_key(key), wrong);
        }
    }

    /// Whether file or environment give `key`.
    pub(super) fn is_set(&self, key: &str) -> bool {
        self.raw(key).is_some()
    }

    /// Reports something about `key`; if it is not given, at the section.
    pub(super) fn problem(&self, key: &str, wrong: Wrong) {
        self.report(self.place(key), self.full_key(key), wrong);
    }

    /// Reports a relation between keys, at the first of them that is given.
    pub(super) fn relation(&self, keys: &[&str], wrong: Wrong) {
        if let Some(key) = keys.iter().find(|key| self.is_set(key)) {
            self.problem(key, wrong);
        }
    }

    /// Reports the keys nobody asked for.
    pub(super) fn finish(self) {
        for (key, value) in self.table.into_iter().flatten() {
            if !self.asked.contains(&&**key.get_ref()) {
                self.unknown(key, value.get_ref());
            }
        }
    }

    fn unknown(&self, key: &Spanned<std::borrow::Cow<'_, str>>, value: &DeValue<'_>) {
        let name = key.get_ref();
        let what = if matches!(value, DeValue::Table(_)) || self.path.is_empty() { "section" } else { "key" };
        let wrong = Wrong::new(format!("unknown {what}"));
        let wrong = match nearest(name, self.asked.iter().copied()) {
            Some(known) => wrong.hint(format!("did you mean `{known}`?")),
            None => wrong.hint(format!("known here are: {}", self.asked.join(", "))),
        };
        self.report(self.at(key.span().start), self.full_key(name), wrong);
    }

    fn child(
        &self,
        key: &str,
        index: Option<usize>,
        table: Option<&'a DeTable<'a>>,
        span: Range<usize>,
    ) -> Self {
        let (reader, path) = (self.reader, self.full_key(key));
        Self { reader, path, index, table, span, has_variables: index.is_none(), asked: Vec::new() }
    }

    fn check<T>(&self, key: &str, parsed: Result<T, Wrong>) -> Option<T> {
        parsed.map_err(|wrong| self.problem(key, wrong)).ok()
    }

    fn raw(&self, key: &str) -> Option<Raw<'a>> {
        if let Some(text) = self.override_of(key) {
            return Some(Raw::Text(text));
        }
        self.entry(key).map(|(_, value)| Raw::Toml(value.get_ref()))
    }

    fn entry(&self, key: &str) -> Option<(&'a Spanned<std::borrow::Cow<'a, str>>, &'a Spanned<DeValue<'a>>)> {
        self.table?.iter().find(|(name, _)| name.get_ref() == key)
    }

    fn override_of(&self, key: &str) -> Option<&'a str> {
        self.has_variables.then(|| self.reader.variables.get(&*self.variable(key)).copied()).flatten()
    }

    fn variable(&self, key: &str) -> String {
        format!("CHATD_{}", self.full_key(key).to_uppercase().replace('.', "__").replace('-', "_"))
    }

    fn full_key(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn place(&self, key: &str) -> Place {
        if self.override_of(key).is_some() {
            return Place::Variable(self.variable(key));
        }
        let start = self.entry(key).map_or(self.span.start, |(_, value)| value.span().start);
        self.at(start)
    }

    fn at(&self, offset: usize) -> Place {
        Place::of_offset(self.reader.text, offset)
    }

    fn report(&self, place: Place, key: String, Wrong { message, hint }: Wrong) {
        self.reader.problems.borrow_mut().push(Problem { place, key, message, hint });
    }
}

/// The name of a key by which its place is found again: `limits.clients`, `listen[0].address`.
pub(super) fn numbered(section: &str, index: Option<usize>, key: &str) -> String {
    match (section, index) {
        ("", _) => key.to_owned(),
        (section, None) => format!("{section}.{key}"),
        (section, Some(index)) => format!("{section}[{index}].{key}"),
    }
}
