//! `[[listen]]`: the addresses at which people reach the daemon. Binds nothing.

use std::net::{Ipv4Addr, SocketAddr};

/// One address and what is spoken there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen {
    /// What is spoken there.
    pub protocol: Protocol,
    /// Address and port; port 0 lets the system choose.
    pub address: SocketAddr,
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
        let local = |protocol, port| Self { protocol, address: (Ipv4Addr::LOCALHOST, port).into() };
        vec![local(Protocol::Irc, 6667), local(Protocol::Lines, 7000)]
    }
}
