//! `[cloak]`: what others see instead of an address. Computes no cloak and reads no file: a key that is not given here is kept
//! in the state directory, and the daemon puts it in at its start.

use chat_proto::network::Network;

use super::problem::Wrong;
use super::section::Section;
use super::value::{self, Raw};
use super::writer::Writer;

/// How addresses are hidden from others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cloak {
    /// Whether addresses are hidden.
    pub enabled: bool,
    /// The secret without which nobody can find the address behind a cloak; `None` = one that is kept in the state
    /// directory. Never log it.
    pub key: Option<String>,
    /// What every cloak ends with.
    pub suffix: String,
    /// Lengths of prefixes of IPv4 addresses, the narrowest network first: one label of the cloak for each.
    pub ipv4_prefixes: Vec<u8>,
    /// The same for IPv6 addresses.
    pub ipv6_prefixes: Vec<u8>,
    /// Bits of the hash in a label, five in each of its letters.
    pub bits: usize,
    /// Networks whose addresses are shown as they are.
    pub exempt: Vec<Network>,
}

/// Shorter keys could be found by trying them all against the cloak of one's own address.
const KEY_BYTES: usize = 16;
/// As for a server's name: sources have to leave room for text.
const CLOAK_BYTES: usize = 63;
/// Labels of a cloak: more networks around one address help nobody.
const PREFIXES_MAX: usize = 4;
/// Fewer bits would give one cloak to different networks, which a ban would then not tell apart; the hash has hardly more.
const BITS: std::ops::RangeInclusive<u64> = 40..=250;

impl Default for Cloak {
    fn default() -> Self {
        Self {
            enabled: true,
            key: None,
            suffix: "cloak".into(),
            ipv4_prefixes: vec![32],
            ipv6_prefixes: vec![64],
            bits: 80,
            exempt: vec![
                Network::around([127, 0, 0, 0].into(), 8),
                Network::around([0, 0, 0, 0, 0, 0, 0, 1].into(), 128),
            ],
        }
    }
}

impl Cloak {
    /// Letters in a label.
    #[must_use]
    pub fn label_length(&self) -> usize {
        self.bits.div_ceil(5)
    }

    pub(super) fn read(mut section: Section<'_>) -> Self {
        let default = Self::default();
        let cloak = Self {
            enabled: section.value("enabled", default.enabled, value::flag),
            key: section.optional("key", default.key, key),
            suffix: section.value("suffix", default.suffix, suffix),
            ipv4_prefixes: section.value("ipv4-prefixes", default.ipv4_prefixes, prefixes(32)),
            ipv6_prefixes: section.value("ipv6-prefixes", default.ipv6_prefixes, prefixes(128)),
            bits: section.value("bits", default.bits, value::whole(BITS)),
            exempt: section.value("exempt", default.exempt, value::networks),
        };
        for (name, prefixes) in
            [("ipv4-prefixes", &cloak.ipv4_prefixes), ("ipv6-prefixes", &cloak.ipv6_prefixes)]
        {
            let length = prefixes.len() * (cloak.label_length() + 1) + cloak.suffix.len();
            if length > CLOAK_BYTES {
                let wrong =
                    Wrong::new(format!("a cloak has at most {CLOAK_BYTES} bytes, these have {length}"));
                let wrong = wrong.hint("choose fewer bits, fewer prefixes or a shorter suffix");
                section.relation(&[name, "bits", "suffix"], wrong);
            }
        }
        section.finish();
        cloak
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.header("[cloak]").plain("enabled", self.enabled);
        out.secret("key", self.key.as_deref()).text("suffix", &self.suffix);
        out.plain("ipv4-prefixes", self.ipv4_prefixes.clone());
        out.plain("ipv6-prefixes", self.ipv6_prefixes.clone());
        out.plain("bits", self.bits);
        out.words("exempt", &self.exempt);
    }
}

/// The value is never repeated in the message.
fn key(raw: Raw<'_>) -> Result<String, Wrong> {
    let wrong = || Wrong::new(format!("expected one word of at least {KEY_BYTES} bytes"));
    let key = value::word(raw).map_err(|_| wrong())?;
    if key.len() < KEY_BYTES { Err(wrong().hint("`openssl rand -hex 32` makes one")) } else { Ok(key) }
}

/// Labels of a host name.
fn suffix(raw: Raw<'_>) -> Result<String, Wrong> {
    let text = value::word(raw)?;
    if chat_proto::host::is_hostname(&format!("cloak.{text}")) && !text.ends_with('.') {
        return Ok(text);
    }
    Err(Wrong::new(format!("expected the end of a host name, found {text:?}")).hint("for instance \"cloak\""))
}

/// Lengths of prefixes, from the longest, each once.
fn prefixes(most: u64) -> impl Fn(Raw<'_>) -> Result<Vec<u8>, Wrong> {
    move |raw| {
        let lengths: Vec<u8> = value::wholes(raw, 1..=most)?;
        let is_narrowing = lengths.is_sorted_by(|narrow, wide| narrow > wide);
        if is_narrowing && (1..=PREFIXES_MAX).contains(&lengths.len()) {
            return Ok(lengths);
        }
        let wrong = Wrong::new(format!("expected one to {PREFIXES_MAX} lengths, the longest first"));
        Err(wrong.hint(format!("for instance [{most}]")))
    }
}
