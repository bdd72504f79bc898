//! The host name of an address, if the address confirms it: its name has to lead back to it, or anybody could call themselves
//! anything. Asked before a session begins, and never longer than `dns.timeout`; no answer is no name, and harms nobody.

mod message;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout, timeout_at};

use self::message::{Kind, Record, question, records, reverse_name};
use crate::config::{Config, Dns};
use crate::domain::origin::believable_host;

/// Addresses that are asked for at a time; the others wait, within the same time.
const LOOKUPS_MAX: usize = 64;
/// Names of one address that are tried.
const NAMES_MAX: usize = 3;
/// How long one server may take before the next is asked.
const SERVER_WAIT: Duration = Duration::from_secs(1);
/// The largest answer over UDP (RFC 1035 §2.3.4); we offer to take no larger one.
const ANSWER_MAX: usize = 512;
/// How long a found name is remembered, and that there was none: what the records themselves say may be far longer or shorter.
const FOUND_FOR: Duration = Duration::from_secs(600);
const MISSED_FOR: Duration = Duration::from_secs(60);
/// Addresses remembered; when there are more, all are forgotten, which costs a question each and needs no order among them.
const REMEMBERED_MAX: usize = 4096;
/// Where the servers of this machine are named (resolv.conf(5)).
const RESOLV_CONF: &str = "/etc/resolv.conf";
const PORT: u16 = 53;

/// Finds names; one for the daemon.
#[derive(Debug)]
pub(super) struct Names {
    lookups: Semaphore,
    /// What was found. Locked to look or to note.
    remembered: Mutex<HashMap<IpAddr, Remembered>>,
}

/// A name, or that there is none, and until when that counts.
#[derive(Debug)]
struct Remembered {
    host: Option<Box<str>>,
    until: Instant,
}

impl Default for Names {
    fn default() -> Self {
        Self { lookups: Semaphore::new(LOOKUPS_MAX), remembered: Mutex::default() }
    }
}

impl Names {
    /// The confirmed host name of `ip`. Not asked for where it is off, and not for gateways, who say themselves for whom they
    /// connect.
    pub(super) async fn host(&self, config: &Config, ip: IpAddr) -> Option<Box<str>> {
        let is_gateway = |gateway: &crate::config::Gateway| gateway.from.iter().any(|from| from.contains(ip));
        if !config.dns.reverse || config.gateways.iter().any(is_gateway) {
            return None;
        }
        if let Some(remembered) = self.recall(ip) {
            return remembered;
        }
        let until = Instant::now() + config.dns.timeout;
        // Too many others are asked for: that says nothing about this one, and is not remembered.
        let _permit = timeout_at(until, self.lookups.acquire()).await.ok()?.ok()?;
        let servers = servers(&config.dns);
        let asked = confirmed(&servers, ip, &config.cloak.suffix);
        let found = timeout_at(until, asked).await.ok().flatten();
        self.remember(ip, found.clone());
        found
    }

    fn recall(&self, ip: IpAddr) -> Option<Option<Box<str>>> {
        let remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.get(&ip).filter(|found| found.until > Instant::now()).map(|found| found.host.clone())
    }

    fn remember(&self, ip: IpAddr, host: Option<Box<str>>) {
        let until = Instant::now() + if host.is_some() { FOUND_FOR } else { MISSED_FOR };
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= REMEMBERED_MAX {
            remembered.clear();
        }
        remembered.insert(ip, Remembered { host, until });
    }
}

/// The servers of the configuration, or those of the machine.
fn servers(dns: &Dns) -> Vec<SocketAddr> {
    if !dns.servers.is_empty() {
        return dns.servers.clone();
    }
    // A few short lines on a local disk, and only for an address that is not remembered.
    let text = fs::read_to_string(RESOLV_CONF).unwrap_or_default();
    let named = text.lines().filter_map(|line| line.strip_prefix("nameserver")?.trim().parse().ok());
    named.map(|ip| SocketAddr::new(ip, PORT)).collect()
}

/// A name of `ip` that leads back to it.
async fn confirmed(servers: &[SocketAddr], ip: IpAddr, cloak_suffix: &str) -> Option<Box<str>> {
    let kind = if ip.is_ipv4() { Kind::A } else { Kind::Aaaa };
    for record in ask(servers, &reverse_name(ip), Kind::Ptr).await.into_iter().take(NAMES_MAX) {
        let Record::Name(name) = record else { continue };
        let Some(host) = believable_host(&name, cloak_suffix) else { continue };
        if ask(servers, &host, kind).await.contains(&Record::Address(ip)) {
            return Some(host);
        }
    }
    None
}

/// What the first server says that says anything.
async fn ask(servers: &[SocketAddr], name: &str, kind: Kind) -> Vec<Record> {
    for server in servers {
        match timeout(SERVER_WAIT, ask_one(*server, name, kind)).await {
            Ok(Ok(records)) => return records,
            Ok(Err(error)) => tracing::debug!(%server, %error, "cannot ask for a host name"),
            Err(_) => tracing::debug!(%server, "no answer about a host name"),
        }
    }
    Vec::new()
}

/// Each question has a port and a number of its own that nobody can foresee, so that nobody else can answer it.
async fn ask_one(server: SocketAddr, name: &str, kind: Kind) -> io::Result<Vec<Record>> {
    let any: IpAddr =
        if server.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0)).await?;
    socket.connect(server).await?;
    let question = question(unforeseen(), name, kind);
    socket.send(&question).await?;
    let mut answer = [0; ANSWER_MAX];
    loop {
        let length = socket.recv(&mut answer).await?;
        if let Some(records) = records(&answer[..length], &question, kind) {
            return Ok(records);
        }
    }
}

/// std keys its hash by random numbers of the operating system.
fn unforeseen() -> u16 {
    RandomState::new().build_hasher().finish() as u16
}
