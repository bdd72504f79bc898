//! `[irc]`: which of the protocol's extensions are spoken. Speaks none of them.

use super::section::Section;
use super::value;
use super::writer::Writer;

/// What is spoken beyond what every server speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Irc {
    /// Whether extensions are offered that are still drafts (IRCv3, names that begin with `draft/`).
    pub drafts: bool,
    /// Where clients find a picture of this network, announced as `draft/ICON`; empty for none (IRCv3 network-icon).
    pub icon: String,
}

impl Default for Irc {
    fn default() -> Self {
        Self { drafts: true, icon: String::new() }
    }
}

impl Irc {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let default = Self::default();
        let irc = Self {
            drafts: section.value("drafts", default.drafts, value::flag),
            icon: section.value("icon", default.icon, value::line),
        };
        section.finish();
        irc
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.header("[irc]").plain("drafts", self.drafts).text("icon", &self.icon);
    }
}
