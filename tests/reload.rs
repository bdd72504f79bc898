//! The configuration changes while the daemon runs: what takes effect, what is refused, and who notices.

mod confirmed;
mod listeners;
mod live;
mod shown;

use chat_proto::control::{ListenerInfo, Status};

use crate::harness::{Client, Daemon, ctl};

/// Where the daemon says that it listens.
#[track_caller]
fn listeners(daemon: &Daemon) -> Vec<ListenerInfo> {
    let status = ctl(daemon, &["-o", "json", "status"]).success();
    let status: Status = serde_json::from_slice(&status.get_output().stdout).unwrap();
    status.listeners
}

/// The port of a listener.
fn port(listener: &ListenerInfo) -> u16 {
    let (_, port) = listener.address.rsplit_once(':').unwrap();
    port.parse().unwrap()
}

/// A section of a listener on this machine.
fn listen(protocol: &str, address: &str, more: &str) -> String {
    format!("[[listen]]\nprotocol = \"{protocol}\"\naddress = \"{address}\"\n{more}\n")
}

/// The message of the day that a client reads.
#[track_caller]
fn motd_of(client: &mut Client) -> String {
    client.send("MOTD");
    client.skip_until(":* 375 *");
    let line = client.expect(":* 372 * :- *");
    client.expect(":* 376 *");
    line.rsplit_once(":- ").unwrap().1.to_owned()
}
