//! `[[webirc]]`: the gateways that may say for whom they connect (IRCv3 WEBIRC). Compares no password.

use chat_proto::network::Network;

use super::problem::Wrong;
use super::section::Section;
use super::value::{self, Raw};
use super::writer::Writer;

/// A web chat or a bouncer whose word about the address of its users is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gateway {
    /// The name it gives with WEBIRC, shown to operators.
    pub name: String,
    /// Its password in plain text: every connection is compared with it, and a hash that is slow on purpose would hold all of
    /// them up. Never log it.
    pub password: String,
    /// Where it connects from.
    pub from: Vec<Network>,
}

/// A shorter one could be found by trying.
const PASSWORD_BYTES: usize = 8;

/// Reads all gateways of the file.
pub(super) fn read_all(root: &mut Section<'_>) -> Vec<Gateway> {
    let mut all = Vec::new();
    for section in root.sections("webirc").unwrap_or_default() {
        all.extend(Gateway::read(section, &all));
    }
    all
}

/// Writes all gateways.
pub(super) fn write_all(all: &[Gateway], out: &mut Writer) {
    for gateway in all {
        out.item("webirc", &gateway.name).text("name", &gateway.name);
        out.secret("password", Some(&gateway.password));
        out.words("from", &gateway.from);
    }
}

impl Gateway {
    fn read(mut section: Section<'_>, earlier: &[Self]) -> Option<Self> {
        let name = section.required("name", "\"webchat\"", value::word);
        let password = section.required("password", "\"…\"", password);
        let from = section.required("from", "[\"192.0.2.10\"]", networks);
        if let Some(name) = &name
            && earlier.iter().any(|other| other.name == *name)
        {
            section.problem("name", Wrong::new(format!("{name:?} is already a gateway above")));
        }
        section.finish();
        Some(Self { name: name?, password: password?, from: from? })
    }
}

/// The value is never repeated in the message.
fn password(raw: Raw<'_>) -> Result<String, Wrong> {
    let wrong = || Wrong::new(format!("expected one word of at least {PASSWORD_BYTES} bytes"));
    value::word(raw)
        .ok()
        .filter(|word| word.len() >= PASSWORD_BYTES && !word.starts_with(':'))
        .ok_or_else(wrong)
}

/// Without a network nobody could use it.
fn networks(raw: Raw<'_>) -> Result<Vec<Network>, Wrong> {
    let networks = value::networks(raw)?;
    if networks.is_empty() { Err(Wrong::new("expected at least one network")) } else { Ok(networks) }
}
