//! `[[listen]]`: the addresses at which people reach the daemon. Binds nothing.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use chat_proto::control::ConfigValue;
use chat_proto::network::Network;

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
    /// Whether every connection begins with the header of the PROXY protocol; then only [`Self::proxy_from`] may connect.
    pub proxy_protocol: bool,
    /// The gateways that are believed when they say whose connection they pass on: with that header, or over WebSocket with
    /// `X-Forwarded-For`.
    pub proxy_from: Vec<Network>,
    /// The pages whose scripts may connect over WebSocket, as origins; `*` is every page.
    pub origins: Vec<String>,
    /// The path that a WebSocket asks for; empty is any.
    pub path: String,
}

/// A dialect that a listener serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Internet Relay Chat.
    Irc,
    /// Plain lines, as with `nc`.
    Lines,
    /// Internet Relay Chat over WebSocket, for web pages.
    WebSocket,
}

impl Listen {
    /// One without TLS, without gateways and for no page.
    #[must_use]
    pub fn new(protocol: Protocol, address: SocketAddr) -> Self {
        Self {
            protocol,
            address,
            tls: false,
            proxy_protocol: false,
            proxy_from: Vec::new(),
            origins: Vec::new(),
            path: String::new(),
        }
    }

    /// What is served when the file names no listener: both protocols, on this machine only.
    pub fn defaults() -> Vec<Self> {
        let local = |protocol, port| Self::new(protocol, (Ipv4Addr::LOCALHOST, port).into());
        vec![local(Protocol::Irc, 6667), local(Protocol::Lines, 7000)]
    }

    /// Whether a connection from `address` comes from a gateway, which says whose it is.
    #[must_use]
    pub fn is_gateway(&self, address: IpAddr) -> bool {
        self.proxy_from.iter().any(|network| network.contains(address))
    }
}

impl Protocol {
    /// Its word in the configuration, in logs and in lists.
    #[must_use]
    pub fn name(self) -> &'static str {
        value::name_of(PROTOCOLS, &self)
    }
}

const PROTOCOLS: &[(&str, Protocol)] =
    &[("irc", Protocol::Irc), ("lines", Protocol::Lines), ("websocket", Protocol::WebSocket)];

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
        out.plain("listen", ConfigValue::List(Vec::new()));
    }
    for listen in all {
        let address = listen.address.to_string();
        out.item("listen", &address).text("protocol", listen.protocol.name());
        out.text("address", &address).plain("tls", listen.tls);
        out.plain("proxy-protocol", listen.proxy_protocol);
        out.words("proxy-from", &listen.proxy_from);
        if listen.protocol == Protocol::WebSocket {
            out.words("origins", &listen.origins).text("path", &listen.path);
        }
    }
}

impl Listen {
    fn read(mut section: Section<'_>, certificates: &TlsConfig, earlier: &[Self]) -> Option<Self> {
        let protocol = section.required("protocol", "\"irc\"", value::choice(PROTOCOLS));
        let address = section.required("address", "\"127.0.0.1:6667\"", |raw| address(raw, 6667));
        let tls = section.value("tls", false, value::flag);
        if tls && !certificates.has_certificate() {
            let wrong = Wrong::new("there is no certificate to speak TLS with");
            section.problem("tls", wrong.hint("add [tls] with `certificate` and `key`"));
        }
        let proxy_protocol = section.value("proxy-protocol", false, value::flag);
        let proxy_from = section.value("proxy-from", Vec::new(), value::networks);
        check_gateways(&section, protocol, proxy_protocol, &proxy_from);
        let (origins, path) = read_web(&mut section, protocol);
        if let Some(address) = address.filter(|address| address.port() != 0)
            && earlier.iter().any(|other| other.address == address)
        {
            section.problem("address", Wrong::new(format!("{address} is already listened on above")));
        }
        section.finish();
        let (protocol, address) = (protocol?, address?);
        Some(Self { protocol, address, tls, proxy_protocol, proxy_from, origins, path })
    }
}

/// Gateways without a way to speak, and headers that nobody may send.
fn check_gateways(section: &Section<'_>, protocol: Option<Protocol>, has_header: bool, from: &[Network]) {
    if has_header && from.is_empty() {
        let wrong = Wrong::new("nobody is named who may send the header, so nobody could connect");
        section.problem("proxy-protocol", wrong.hint("add proxy-from = [\"127.0.0.1\"] with your gateways"));
    }
    if !has_header && !from.is_empty() && protocol.is_some_and(|protocol| protocol != Protocol::WebSocket) {
        let wrong = Wrong::new("has no effect without the PROXY protocol");
        section.problem("proxy-from", wrong.hint("add proxy-protocol = true, or remove it"));
    }
}

/// What only WebSocket has: origins and the path.
fn read_web(section: &mut Section<'_>, protocol: Option<Protocol>) -> (Vec<String>, String) {
    if protocol == Some(Protocol::WebSocket) {
        let origins = section.required("origins", "[\"https://chat.example.org\"]", origins);
        return (origins.unwrap_or_default(), section.value("path", String::new(), path));
    }
    for key in ["origins", "path"] {
        section.value(key, (), |_| Ok(()));
        if section.is_set(key) && protocol.is_some() {
            section.problem(key, Wrong::new("is for protocol = \"websocket\" only").hint("remove it"));
        }
    }
    (Vec::new(), String::new())
}

fn origins(raw: Raw<'_>) -> Result<Vec<String>, Wrong> {
    value::words(raw)?.into_iter().map(origin).collect()
}

/// Scheme, host and perhaps a port, as a browser writes it (RFC 6454 §6.1).
fn origin(text: String) -> Result<String, Wrong> {
    if text == "*" {
        return Ok(text);
    }
    let is_origin = |text: &str| {
        let host = ["https://", "http://"].iter().find_map(|scheme| text.strip_prefix(scheme));
        host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', '@', '*']))
    };
    if is_origin(&text) {
        return Ok(text);
    }
    let wrong = Wrong::new(format!(
        "expected an origin such as \"https://chat.example.org\", or \"*\", found {text:?}"
    ));
    let shorter = text.trim_end_matches('/');
    Err(if is_origin(shorter) { wrong.hint(format!("write {shorter:?}")) } else { wrong })
}

fn path(raw: Raw<'_>) -> Result<String, Wrong> {
    match value::line(raw)? {
        path if path.is_empty() || path.starts_with('/') => Ok(path),
        path => {
            Err(Wrong::new(format!("expected a path, found {path:?}")).hint(format!("write \"/{path}\"")))
        }
    }
}

/// An IP address and a port; a hint takes this port where none is to be seen.
pub(super) fn address(raw: Raw<'_>, usual: u16) -> Result<SocketAddr, Wrong> {
    let text = value::some_line(raw)?;
    text.parse().map_err(|_| {
        let wrong = Wrong::new(format!("expected an IP address and a port, found {text:?}"));
        wrong.hint(address_hint(&text, usual))
    })
}

fn address_hint(text: &str, usual: u16) -> String {
    let port = text.rsplit(':').next().unwrap_or_default();
    let port = port.parse::<u16>().unwrap_or(usual);
    match text.parse::<IpAddr>() {
        Ok(ip) => format!("write \"{}\"", SocketAddr::new(ip, usual)),
        Err(_) => format!("write \"127.0.0.1:{port}\", or \"[::]:{port}\" for every address of this machine"),
    }
}
