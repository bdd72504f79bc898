//! Writing a configuration as TOML, for `--print-config`. What is written loads back equal.

use std::fmt::{Display, Write as _};
use std::path::Path;
use std::time::Duration;

use super::units;

/// A TOML document that grows.
#[derive(Default)]
pub(super) struct Writer(String);

impl Writer {
    /// Begins a section; `header` with its brackets.
    pub(super) fn header(&mut self, header: &str) -> &mut Self {
        let gap = if self.0.is_empty() { "" } else { "\n" };
        self.raw(format_args!("{gap}{header}\n"))
    }

    pub(super) fn text(&mut self, key: &str, value: &str) -> &mut Self {
        self.plain(key, quoted(value))
    }

    /// An absent text is written as the empty string, which reads as absent whatever the default is.
    pub(super) fn optional_text(&mut self, key: &str, value: Option<&str>) -> &mut Self {
        self.text(key, value.unwrap_or_default())
    }

    pub(super) fn path(&mut self, key: &str, value: Option<&Path>) -> &mut Self {
        self.optional_text(key, value.map(|path| path.to_string_lossy()).as_deref())
    }

    pub(super) fn words(&mut self, key: &str, values: &[String]) -> &mut Self {
        let items = values.iter().map(|value| quoted(value)).collect::<Vec<_>>();
        self.plain(key, format_args!("[{}]", items.join(", ")))
    }

    pub(super) fn duration(&mut self, key: &str, value: Duration) -> &mut Self {
        self.text(key, &units::show_duration(value))
    }

    pub(super) fn size(&mut self, key: &str, value: usize) -> &mut Self {
        self.text(key, &units::show_size(value))
    }

    /// A number or a flag.
    pub(super) fn plain(&mut self, key: &str, value: impl Display) -> &mut Self {
        self.raw(format_args!("{key} = {value}\n"))
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }

    fn raw(&mut self, text: impl Display) -> &mut Self {
        write!(self.0, "{text}").expect("a String takes every text");
        self
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
