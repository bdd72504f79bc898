//! `[dns]`: whether addresses have names. Asks nobody.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::problem::Wrong;
use super::section::Section;
use super::value::{self, Raw};
use super::writer::Writer;

/// How the host name of an address is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dns {
    /// Whether it is looked for. A name counts only if it leads back to the address.
    pub reverse: bool,
    /// Who is asked, in this order; empty = the servers that the machine uses.
    pub servers: Vec<SocketAddr>,
    /// How long a connection waits for its name before it goes on without.
    pub timeout: Duration,
}

impl Default for Dns {
    fn default() -> Self {
        Self { reverse: false, servers: Vec::new(), timeout: Duration::from_secs(3) }
    }
}

/// The port of name servers.
const PORT: u16 = 53;

impl Dns {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let default = Self::default();
        let dns = Self {
            reverse: section.value("reverse", default.reverse, value::flag),
            servers: section.value("servers", default.servers, servers),
            timeout: section.value("timeout", default.timeout, value::duration(Duration::from_millis(100))),
        };
        section.finish();
        dns
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.header("[dns]").plain("reverse", self.reverse);
        out.words("servers", &self.servers);
        out.duration("timeout", self.timeout);
    }
}

fn servers(raw: Raw<'_>) -> Result<Vec<SocketAddr>, Wrong> {
    value::words(raw)?.iter().map(|text| server(text)).collect()
}

/// An address, with or without a port.
fn server(text: &str) -> Result<SocketAddr, Wrong> {
    let with_port = || text.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, PORT));
    text.parse().or_else(|_| with_port()).map_err(|_| {
        Wrong::new(format!("expected the IP address of a name server, found {text:?}"))
            .hint("for instance \"192.0.2.53\" or \"[2001:db8::53]:5353\"")
    })
}
