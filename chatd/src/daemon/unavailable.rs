//! An address that cannot be listened on: why, who has it, and what to do. Looks at `/proc` as far as it may; changes nothing.

use std::fs;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use nix::unistd::Uid;

use crate::access::{self, HINT};

/// Who listens. Not `/proc/net/tcp`, which is not there under the unit (ProcSubset=pid).
const TABLES: [&str; 2] = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];

/// The state of a socket that listens, in the tables of proc_pid_net(5).
const LISTENS: &str = "0A";

/// Ports below this one are for root and CAP_NET_BIND_SERVICE (ip(7)).
const FREE_PORTS: u16 = 1024;

/// Why there is no listener at an address.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unavailable {
    /// Somebody else listens there.
    #[error(
        "cannot listen on {address}: it is in use{by}{HINT}stop that one (`ss -ltnp` shows it), or choose another address in {setting}"
    )]
    InUse {
        /// The address.
        address: SocketAddr,
        /// Who that is: ` by ngircd (pid 12)`.
        by: String,
        /// What gives the address: `[[listen]]`, `metrics.address`.
        setting: &'static str,
    },
    /// The port is not for everybody.
    #[error(
        "cannot listen on {address}: ports below 1024 need a right that {user} does not have{HINT}have systemd hand the socket over \
         (chatd.socket), give chatd CAP_NET_BIND_SERVICE (AmbientCapabilities= in the unit), or choose a port from 1024 on"
    )]
    Privileged {
        /// The address.
        address: SocketAddr,
        /// Who we are.
        user: String,
    },
    /// The address is another machine's.
    #[error(
        "cannot listen on {address}: this machine does not have the address {}{HINT}`ip address` shows those that it has; 0.0.0.0 and [::] \
         are all of them; one that comes late needs After=network-online.target in the unit",
        address.ip()
    )]
    Elsewhere {
        /// The address.
        address: SocketAddr,
    },
    /// systemd hands over a socket that no `[[listen]]` has.
    #[error(
        "systemd hands over a socket for {0}, and no [[listen]] has this address{HINT}add one, or remove it from chatd.socket"
    )]
    Unlisted(SocketAddr),
    /// The system says no for another reason.
    #[error("cannot listen on {address}: {cause}{HINT}choose another address in {setting}")]
    Other {
        /// The address.
        address: SocketAddr,
        /// Why not.
        cause: io::Error,
        /// What gives the address.
        setting: &'static str,
    },
}

impl Unavailable {
    /// What an error of `bind` or `listen` means, at an address that this part of the configuration gives.
    pub(super) fn of(address: SocketAddr, setting: &'static str, cause: io::Error) -> Self {
        match cause.kind() {
            ErrorKind::AddrInUse => Self::InUse { address, by: occupant(address), setting },
            ErrorKind::PermissionDenied if address.port() < FREE_PORTS => {
                Self::Privileged { address, user: access::our_user() }
            }
            ErrorKind::AddrNotAvailable => Self::Elsewhere { address },
            _ => Self::Other { address, cause, setting },
        }
    }

    /// Whether trying again cannot help until somebody has done something.
    pub(super) fn needs_somebody(&self) -> bool {
        matches!(self, Self::Privileged { .. } | Self::Unlisted(_))
    }
}

/// Who listens on an address, as a part of a sentence; empty if that is not to be found out.
fn occupant(address: SocketAddr) -> String {
    let tables = TABLES.map(|table| fs::read_to_string(table).unwrap_or_default());
    let Some(socket) =
        tables.iter().flat_map(|table| table.lines()).filter_map(Socket::parse).find(|socket| {
            let is_any = |ip: IpAddr| ip.is_unspecified();
            let (there, here) = (socket.address.ip().to_canonical(), address.ip().to_canonical());
            socket.address.port() == address.port() && (there == here || is_any(there) || is_any(here))
        })
    else {
        return String::new();
    };
    match holder(&socket.inode) {
        Some((pid, name)) => format!(" by {name} (pid {pid})"),
        None => format!(" by a process of {}", access::user(Uid::from_raw(socket.uid))),
    }
}

/// A listening socket, a line of the tables of proc_pid_net(5).
#[derive(Debug, PartialEq, Eq)]
struct Socket {
    address: SocketAddr,
    uid: u32,
    inode: String,
}

impl Socket {
    fn parse(line: &str) -> Option<Self> {
        let words: Vec<_> = line.split_whitespace().collect();
        let [_, local, _, LISTENS, _, _, _, uid, _, inode, ..] = words.as_slice() else { return None };
        let (ip, port) = local.split_once(':')?;
        let address = SocketAddr::new(address(ip)?, u16::from_str_radix(port, 16).ok()?);
        Some(Self { address, uid: uid.parse().ok()?, inode: (*inode).to_owned() })
    }
}

/// An address as words of 32 bits, each in the order of this machine.
fn address(hex: &str) -> Option<IpAddr> {
    let mut bytes = Vec::with_capacity(16);
    for at in (0..hex.len()).step_by(8) {
        bytes.extend(u32::from_str_radix(hex.get(at..at + 8)?, 16).ok()?.to_ne_bytes());
    }
    match <[u8; 4]>::try_from(bytes.as_slice()) {
        Ok(v4) => Some(Ipv4Addr::from(v4).into()),
        Err(_) => Some(Ipv6Addr::from(<[u8; 16]>::try_from(bytes.as_slice()).ok()?).into()),
    }
}

/// The process that has a socket, and its name. Those of other users show their sockets to root only.
fn holder(inode: &str) -> Option<(u32, String)> {
    let wanted = format!("socket:[{inode}]");
    let processes = fs::read_dir("/proc").ok()?.flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let has = |pid: &u32| {
        let sockets = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        let targets = sockets.filter_map(|entry| fs::read_link(entry.path()).ok());
        targets.into_iter().any(|target| target == Path::new(&wanted))
    };
    let pid = pids.into_iter().find(has)?;
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    Some((pid, name.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn whoever_has_an_address_is_found_also_by_a_wider_or_a_narrower_one() {
        for held in ["127.0.0.1:0", "[::1]:0", "0.0.0.0:0"] {
            let Ok(listener) = TcpListener::bind(held) else { continue };
            let address = listener.local_addr().unwrap();
            let by = occupant(address);
            assert!(by.ends_with(&format!("(pid {})", std::process::id())), "{held}: {by:?}");
            let any = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), address.port());
            assert_eq!(occupant(any), by);
        }
    }

    #[test]
    fn lines_of_the_table_are_read_and_others_passed_over() {
        let line = "   0: 0100007F:1A0B 00000000:0000 0A 00000000:00000000 00:00000000 00000000   999        0 4242 1 0";
        let socket = Socket::parse(line).unwrap();
        assert_eq!((socket.uid, socket.inode.as_str(), socket.address.port()), (999, "4242", 6667));
        if cfg!(target_endian = "little") {
            assert_eq!(socket.address, "127.0.0.1:6667".parse().unwrap());
        }
        let head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
        for other in [head, &line.replace(" 0A ", " 01 "), "", "0: x"] {
            assert_eq!(Socket::parse(other), None, "{other}");
        }
    }
}
