//! The configuration, key by key: what is in force and where each value comes from, and what differs.
//!
//! Owns the shapes and how a value is written; it must never know which keys there are. Secrets are not in here: where one is set,
//! its value is `"(secret)"`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What stands for the value of a secret that is set; an empty text is one that is not.
pub const SECRET: &str = "(secret)";

/// Query of `GET /v1/config`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigQuery {
    /// Only keys that begin with this, `limits` or `limits.ping`.
    pub prefix: Option<String>,
}

/// The configuration in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigView {
    /// The file, or `built-in defaults`.
    pub source: String,
    /// When it was read.
    pub loaded_at: String,
    /// Every key, section by section.
    pub settings: Vec<ConfigSetting>,
}

/// One key of the configuration in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigSetting {
    /// `limits.clients`; in a list of sections with what tells its entries apart, `listen[127.0.0.1:6667].tls`.
    pub key: String,
    /// Its value.
    pub value: ConfigValue,
    /// Whether the value is hidden.
    #[serde(default)]
    pub is_secret: bool,
    /// Where the value comes from.
    pub origin: ConfigOrigin,
}

/// The value of a key as the configuration has it; `Display` writes it as TOML, in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ConfigValue {
    /// `true` or `false`.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A text; durations and sizes are texts with their unit.
    Text(String),
    /// A list of values.
    List(Vec<Self>),
}

/// Where a value comes from; `Display` writes `default`, `FILE:LINE` or the variable's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "kebab-case")]
pub enum ConfigOrigin {
    /// Nobody has set it.
    Default,
    /// The configuration file.
    File {
        /// Its path, as the daemon was given it.
        file: String,
        /// The line, from 1.
        line: usize,
    },
    /// An environment variable of the daemon.
    Variable {
        /// Its name.
        name: String,
    },
    /// A later version's.
    #[serde(other)]
    Other,
}

/// A key whose value differs between two configurations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigChange {
    /// As in [`ConfigSetting::key`].
    pub key: String,
    /// The value before; none if there was no such key, in an entry that is added.
    pub old: Option<ConfigValue>,
    /// The value after; none if there is no such key any more.
    pub new: Option<ConfigValue>,
    /// Whether both values are hidden.
    #[serde(default)]
    pub is_secret: bool,
    /// Whether it is a list of sections whose order alone differs, `desk.rule`; its values are what tells the entries apart.
    #[serde(default)]
    pub is_order: bool,
    /// Where the new value comes from, or the old one if there is no new one.
    pub origin: ConfigOrigin,
}

/// With what the configuration in force is compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConfigAgainst {
    /// The file as it is on disk now: the file is the new one.
    #[default]
    File,
    /// The built-in defaults: what is in force is the new one.
    Defaults,
}

/// Query of `GET /v1/config/diff`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigDiffQuery {
    /// With what to compare.
    #[serde(default)]
    pub against: ConfigAgainst,
}

/// What differs between the configuration in force and another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigDiff {
    /// What it was compared with.
    pub against: ConfigAgainst,
    /// The file, or `built-in defaults`.
    pub source: String,
    /// Keys that differ; against the file, those that a reload would put in force.
    pub changed: Vec<ConfigChange>,
    /// Against the file, keys that only a restart would put in force.
    pub restart_needed: Vec<ConfigChange>,
}

/// Body of `POST /v1/reload`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReloadRequest {
    /// Undo the reload unless it is confirmed within this time.
    pub confirm_within_ms: Option<u64>,
}

/// What a reload, or undoing one, did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReloadResult {
    /// Keys whose new value is in force.
    pub changed: Vec<ConfigChange>,
    /// Files whose certificate is another one than before; it is shown from now on.
    #[serde(default)]
    pub renewed: Vec<String>,
    /// Keys that differ but take effect only at the next start.
    pub restart_needed: Vec<ConfigChange>,
    /// What is not wrong and should not be so.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// Until when it has to be confirmed, if it has to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<PendingReload>,
}

/// A reload that undoes itself unless it is confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingReload {
    /// When it was done.
    pub began_at: String,
    /// When it is undone.
    pub until_at: String,
    /// How many keys it has changed.
    pub changed: usize,
    /// Why it could not be undone when it was time; it is tried again and again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo_failed: Option<String>,
}

/// Answer to `POST /v1/reload/confirm`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmed {
    /// The reload that stays.
    pub confirmed: PendingReload,
}

impl From<bool> for ConfigValue {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<&str> for ConfigValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<T: Into<Self>> From<Vec<T>> for ConfigValue {
    fn from(values: Vec<T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

macro_rules! from_numbers {
    ($($number:ty),*) => {$(
        impl From<$number> for ConfigValue {
            fn from(number: $number) -> Self {
                // TOML has no larger ones, so that no configuration has.
                Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
    )*};
}

from_numbers!(u8, u16, u32, u64, usize);

impl fmt::Display for ConfigValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write_text(f, text),
            Self::List(values) => {
                f.write_str("[")?;
                for (index, value) in values.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{value}")?;
                }
                f.write_str("]")
            }
        }
    }
}

/// A basic string (TOML 1.0.0, "String").
fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for letter in text.chars() {
        match letter {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            letter if letter.is_control() => write!(f, "\\u{:04x}", u32::from(letter))?,
            letter => write!(f, "{letter}")?,
        }
    }
    f.write_str("\"")
}

impl fmt::Display for ConfigOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { file, line } => write!(f, "{file}:{line}"),
            Self::Variable { name } => f.write_str(name),
            Self::Other => f.write_str("elsewhere"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ConfigOrigin, ConfigValue};

    #[test]
    fn a_value_is_plain_json_and_one_line_of_toml() {
        let list = ConfigValue::from(vec!["a", "b \"c\"\n\\\u{7f}\t"]);
        for (value, json, toml) in [
            (ConfigValue::from(true), "true", "true"),
            (ConfigValue::from(20_u32), "20", "20"),
            (list, "[\"a\",\"b \\\"c\\\"\\n\\\\\u{7f}\\t\"]", "[\"a\", \"b \\\"c\\\"\\n\\\\\\u007f\\t\"]"),
        ] {
            assert_eq!(serde_json::to_string(&value).unwrap(), json);
            assert_eq!(serde_json::from_str::<ConfigValue>(json).unwrap(), value);
            assert_eq!(value.to_string(), toml);
        }
    }

    #[test]
    fn an_origin_of_a_later_version_is_read_as_another() {
        let file = ConfigOrigin::File { file: "/etc/x.toml".into(), line: 7 };
        let json = serde_json::to_string(&file).unwrap();
        assert_eq!(json, r#"{"from":"file","file":"/etc/x.toml","line":7}"#);
        assert_eq!(file.to_string(), "/etc/x.toml:7");
        let later: ConfigOrigin = serde_json::from_str(r#"{"from":"network","url":"x"}"#).unwrap();
        assert_eq!(later, ConfigOrigin::Other);
    }
}
