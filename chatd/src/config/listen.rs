//! `[[listen]]`: the addresses at which people reach the daemon. Binds nothing.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::problem::Wrong;
use super::section::Section;
use super::tls::TlsConfig;
use super::value::{self, Raw};
use super::writer::Writer;

/// One address and what is spoken there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen {
    /// What is spoken there.
    pub protocol: Protocol,
    /// Address and port; port 0 lets the system choose.
    pub address: SocketAddr,
    /// Whether TLS comes first, with the certificates of `[tls]`.
    pub tls: bool,
}

/// A dialect that a listener serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Internet Relay Chat.
    Irc,
    /// Plain lines, as with `nc`.
    Lines,
}

impl Listen {
    /// What is served when the file names no listener: both protocols, on this machine only.
    pub fn defaults() -> Vec<Self> {
        let local =
            |protocol, port| Self { protocol, address: (Ipv4Addr::LOCALHOST, port).into(), tls: false };
        vec![local(Protocol::Irc, 6667), local(Protocol::Lines, 7000)]
    }
}

const PROTOCOLS: &[(&str, Protocol)] = &[("irc", Protocol::Irc), ("lines", Protocol::Lines)];

/// Reads all listeners of the file.
pub(super) fn read_all(root: &mut Section<'_>, tls: &TlsConfig) -> Vec<Listen> {
    let Some(sections) = root.sections("listen") else { return Listen::defaults() };
    let mut all = Vec::new();
    for section in sections {
        all.extend(Listen::read(section, tls, &all));
    }
    all
}

/// Writes all listeners; an empty list must stand before the first section.
pub(super) fn write_all(all: &[Listen], out: &mut Writer) {
    if all.is_empty() {
        out.plain("listen", "[]");
    }
    for listen in all {
        out.header("[[listen]]").text("protocol", value::name_of(PROTOCOLS, &listen.protocol));
        out.text("address", &listen.address.to_string()).plain("tls", listen.tls);
    }
}

impl Listen {
    fn read(mut section: Section<'_>, certificates: &TlsConfig, earlier: &[Self]) -> Option<Self> {
        let protocol = section.required("protocol", "\"irc\"", protocol);
        let address = section.required("address", "\"127.0.0.1:6667\"", address);
        let tls = section.value("tls", false, value::flag);
        if tls && !certificates.has_certificate() {
            let wrong = Wrong::new("there is no certificate to speak TLS with");
            section.problem("tls", wrong.hint("add [tls] with `certificate` and `key`"));
        }
        section
            .unavailable("proxy-protocol", "remove it; clients are seen with the address they connect from");
        if let Some(address) = address.filter(|address| address.port() != 0)
            && earlier.iter().any(|other| other.address == address)
        {
            section.problem("address", Wrong::new(format!("{address} is already listened on above")));
        }
        section.finish();
        Some(Self { protocol: protocol?, address: address?, tls })
    }
}

fn protocol(raw: Raw<'_>) -> Result<Protocol, Wrong> {
    if raw.as_text() == Some("websocket") {
        let wrong = Wrong::new("\"websocket\" is not available in this version");
        return Err(wrong.hint("use \"irc\" or \"lines\""));
    }
    value::choice(PROTOCOLS)(raw)
}

fn address(raw: Raw<'_>) -> Result<SocketAddr, Wrong> {
    let text = value::some_line(raw)?;
    text.parse().map_err(|_| {
        let wrong = Wrong::new(format!("expected an IP address and a port, found {text:?}"));
        wrong.hint(address_hint(&text))
    })
}

fn address_hint(text: &str) -> String {
    let port = text.rsplit(':').next().unwrap_or_default();
    let port = port.parse::<u16>().unwrap_or(6667);
    match text.parse::<IpAddr>() {
        Ok(ip) => format!("write \"{}\"", SocketAddr::new(ip, 6667)),
        Err(_) => format!("write \"127.0.0.1:{port}\", or \"[::]:{port}\" for every address of this machine"),
    }
}
