//! Single values: each function turns one raw value into a type or says what was expected.

use std::fmt;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use chat_proto::network::Network;
use toml::de::DeValue;

use super::problem::{Wrong, nearest};
use super::units;

/// A value before it is checked.
#[derive(Clone, Copy, Debug)]
pub(super) enum Raw<'a> {
    /// From the file.
    Toml(&'a DeValue<'a>),
    /// From an environment variable: text that stands for any type; a list is separated by commas.
    Text(&'a str),
}

/// What was found instead, for messages.
impl fmt::Display for Raw<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Toml(DeValue::String(text)) => write!(f, "the string {text:?}"),
            Self::Toml(DeValue::Integer(number)) => write!(f, "the number {number}"),
            Self::Toml(DeValue::Float(number)) => write!(f, "the number {number}"),
            Self::Toml(DeValue::Boolean(flag)) => write!(f, "{flag}"),
            Self::Toml(DeValue::Datetime(_)) => f.write_str("a date"),
            Self::Toml(DeValue::Array(_)) => f.write_str("a list"),
            Self::Toml(DeValue::Table(_)) => f.write_str("a table"),
        }
    }
}

impl<'a> Raw<'a> {
    /// The text of a string.
    pub(super) fn as_text(self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Toml(DeValue::String(text)) => Some(text),
            Self::Toml(_) => None,
        }
    }

    fn expected(self, what: impl fmt::Display) -> Wrong {
        Wrong::new(format!("expected {what}, found {self}"))
    }
}

/// One line of text, possibly empty.
pub(super) fn line(raw: Raw<'_>) -> Result<String, Wrong> {
    let text = raw.as_text().ok_or_else(|| raw.expected("a string"))?;
    match text.chars().find(|letter| letter.is_control()) {
        Some(letter) => {
            Err(Wrong::new(format!("expected one line without control characters, found {letter:?}")))
        }
        None => Ok(text.to_owned()),
    }
}

/// One line that is not empty.
pub(super) fn some_line(raw: Raw<'_>) -> Result<String, Wrong> {
    match line(raw)? {
        text if text.is_empty() => Err(Wrong::new("must not be empty")),
        text => Ok(text),
    }
}

/// A word: not empty, no blanks.
pub(super) fn word(raw: Raw<'_>) -> Result<String, Wrong> {
    match some_line(raw)? {
        text if text.contains(char::is_whitespace) => {
            Err(Wrong::new(format!("expected one word without blanks, found {text:?}")))
        }
        text => Ok(text),
    }
}

/// Text of any number of lines, separated by `\n`; a final one is dropped.
pub(super) fn lines(raw: Raw<'_>) -> Result<String, Wrong> {
    raw.as_text().ok_or_else(|| raw.expected("a string")).and_then(clean_lines)
}

/// Checks text that will be sent line by line: a NUL or a lone CR could not be.
pub(super) fn clean_lines(text: &str) -> Result<String, Wrong> {
    let text = text.replace("\r\n", "\n");
    if text.contains(['\r', '\0']) {
        return Err(Wrong::new("text must not contain NUL or a carriage return inside a line"));
    }
    Ok(text.trim_end_matches('\n').to_owned())
}

/// `true` or `false`.
pub(super) fn flag(raw: Raw<'_>) -> Result<bool, Wrong> {
    match raw {
        Raw::Toml(DeValue::Boolean(flag)) => Ok(*flag),
        Raw::Text("true") => Ok(true),
        Raw::Text("false") => Ok(false),
        Raw::Toml(DeValue::String(text)) if matches!(&**text, "true" | "false") => {
            Err(raw.expected("true or false").hint(format!("write {text} without quotes")))
        }
        other => Err(other.expected("true or false")),
    }
}

/// A whole number within `range`.
pub(super) fn whole<T: TryFrom<u64>>(range: RangeInclusive<u64>) -> impl Fn(Raw<'_>) -> Result<T, Wrong> {
    move |raw| {
        let number = match raw {
            Raw::Toml(DeValue::Integer(number)) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
            Raw::Text(text) => text.parse().ok(),
            Raw::Toml(_) => None,
        };
        number
            .filter(|number| range.contains(number))
            .and_then(|number| T::try_from(number).ok())
            .ok_or_else(|| expected_whole(raw, &range))
    }
}

fn expected_whole(raw: Raw<'_>, range: &RangeInclusive<u64>) -> Wrong {
    let wrong = raw.expected(format_args!("a whole number from {} to {}", range.start(), range.end()));
    match raw {
        Raw::Toml(DeValue::String(text)) if text.parse().is_ok_and(|number: u64| range.contains(&number)) => {
            wrong.hint(format!("write {text} without quotes"))
        }
        _ => wrong,
    }
}

/// A duration of at least `least`.
pub(super) fn duration(least: Duration) -> impl Fn(Raw<'_>) -> Result<Duration, Wrong> {
    move |raw| {
        let duration = with_unit(raw, "a duration such as \"30s\"", "s", units::parse_duration)?;
        at_least(raw, duration, least, units::show_duration)
    }
}

/// A size of at least `least` bytes.
pub(super) fn size(least: usize) -> impl Fn(Raw<'_>) -> Result<usize, Wrong> {
    move |raw| {
        let size = with_unit(raw, "a size such as \"64KiB\"", "B", units::parse_size)?;
        at_least(raw, size, least, units::show_size)
    }
}

fn at_least<T: PartialOrd + Copy>(
    raw: Raw<'_>,
    value: T,
    least: T,
    show: fn(T) -> String,
) -> Result<T, Wrong> {
    if value < least {
        return Err(raw.expected(format_args!("at least \"{}\"", show(least))));
    }
    Ok(value)
}

fn with_unit<T>(
    raw: Raw<'_>,
    what: &str,
    unit: &str,
    parse: fn(&str) -> Result<T, Wrong>,
) -> Result<T, Wrong> {
    match raw {
        Raw::Toml(DeValue::Integer(number)) => {
            Err(raw.expected(what).hint(format!("give it a unit: \"{number}{unit}\"")))
        }
        _ => parse(raw.as_text().ok_or_else(|| raw.expected(what))?),
    }
}

/// One of a few words.
pub(super) fn choice<T: Copy>(names: &'static [(&'static str, T)]) -> impl Fn(Raw<'_>) -> Result<T, Wrong> {
    move |raw| {
        let known = || names.iter().map(|(name, _)| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        let wrong = || raw.expected(format_args!("one of {}", known()));
        let text = raw.as_text().ok_or_else(wrong)?;
        let found = names.iter().find(|(name, _)| *name == text);
        found.map(|(_, value)| *value).ok_or_else(|| {
            match nearest(text, names.iter().map(|(name, _)| *name)) {
                Some(name) => wrong().hint(format!("did you mean \"{name}\"?")),
                None => wrong(),
            }
        })
    }
}

/// The word for a value of [`choice`].
pub(super) fn name_of<T: PartialEq>(names: &'static [(&'static str, T)], value: &T) -> &'static str {
    names.iter().find(|(_, known)| known == value).map_or("", |(name, _)| name)
}

/// A list of words.
pub(super) fn words(raw: Raw<'_>) -> Result<Vec<String>, Wrong> {
    list(raw, "strings", word)
}

/// A list of whole numbers within `range`.
pub(super) fn wholes<T: TryFrom<u64>>(raw: Raw<'_>, range: RangeInclusive<u64>) -> Result<Vec<T>, Wrong> {
    list(raw, "whole numbers", whole(range))
}

/// A list of networks, or of addresses that stand for themselves.
pub(super) fn networks(raw: Raw<'_>) -> Result<Vec<Network>, Wrong> {
    list(raw, "networks", |raw| {
        let text = word(raw)?;
        text.parse().map_err(|error| Wrong::new(format!("{text:?} {error}")))
    })
}

fn list<T>(raw: Raw<'_>, what: &str, item: impl Fn(Raw<'_>) -> Result<T, Wrong>) -> Result<Vec<T>, Wrong> {
    match raw {
        Raw::Text(text) => {
            text.split(',').filter(|text| !text.is_empty()).map(|text| item(Raw::Text(text))).collect()
        }
        Raw::Toml(DeValue::Array(items)) => {
            items.iter().map(|value| item(Raw::Toml(value.get_ref()))).collect()
        }
        Raw::Toml(_) => {
            let wrong = raw.expected(format_args!("a list of {what}"));
            Err(wrong.hint(format!("write [{}]", quoted_or_empty(raw))))
        }
    }
}

fn quoted_or_empty(raw: Raw<'_>) -> String {
    raw.as_text().map(|text| format!("{text:?}")).unwrap_or_default()
}

/// An absolute path: the daemon's working directory says nothing to whoever reads the file.
pub(super) fn absolute_path(raw: Raw<'_>) -> Result<PathBuf, Wrong> {
    let path = PathBuf::from(some_line(raw)?);
    if path.is_absolute() {
        return Ok(path);
    }
    Err(raw.expected("an absolute path").hint(format!("for instance \"/{}\"", path.display())))
}
