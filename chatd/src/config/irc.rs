//! `[irc]`: which of the protocol's extensions are spoken. Speaks none of them.

use std::time::Duration;

use super::problem::Wrong;
use super::section::Section;
use super::value::{self, Raw};
use super::writer::Writer;

/// What is spoken beyond what every server speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Irc {
    /// Whether extensions are offered that are still drafts (IRCv3, names that begin with `draft/`).
    pub drafts: bool,
    /// Where clients find a picture of this network, announced as `draft/ICON`; empty for none (IRCv3 network-icon).
    pub icon: String,
    /// How long what was said can be taken back (IRCv3 message-redaction); 0 for never.
    pub redact_window: Duration,
    /// Client-only tags that are not passed on, without their `+`; `*` for all, `-name` for an exception (ISUPPORT
    /// `CLIENTTAGDENY`).
    pub client_tags_denied: Vec<String>,
}

impl Default for Irc {
    fn default() -> Self {
        Self {
            drafts: true,
            icon: String::new(),
            redact_window: Duration::from_secs(15 * 60),
            client_tags_denied: Vec::new(),
        }
    }
}

impl Irc {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let default = Self::default();
        let irc = Self {
            drafts: section.value("drafts", default.drafts, value::flag),
            icon: section.value("icon", default.icon, address),
            redact_window: section.value(
                "redact-window",
                default.redact_window,
                value::duration(Duration::ZERO),
            ),
            client_tags_denied: section.value("client-tags-denied", default.client_tags_denied, value::words),
        };
        section.finish();
        irc
    }

    /// Whether anything that was said can be taken back.
    #[must_use]
    pub fn may_redact(&self) -> bool {
        self.drafts && !self.redact_window.is_zero()
    }

    /// Whether a client-only tag goes on to others; `name` is without `+`.
    #[must_use]
    pub fn passes_on(&self, name: &str) -> bool {
        let has = |word: &str| self.client_tags_denied.iter().any(|denied| denied == word);
        if has("*") { has(&format!("-{name}")) } else { !has(name) }
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.header("[irc]")
            .plain("drafts", self.drafts)
            .text("icon", &self.icon)
            .duration("redact-window", self.redact_window);
        out.words("client-tags-denied", &self.client_tags_denied);
    }
}

/// A picture's address (IRCv3 network-icon): clients load it over https only; nothing is none.
fn address(raw: Raw<'_>) -> Result<String, Wrong> {
    let text = value::line(raw)?;
    if text.is_empty() || (text.starts_with("https://") && !text.contains(' ')) {
        return Ok(text);
    }
    let wrong = Wrong::new(format!("expected an https address, found {text:?}"));
    Err(wrong.hint("for instance \"https://chat.example.org/icon.svg\""))
}
