//! How a connection becomes a client, and how it does not.

use crate::harness::{Client, Daemon};

#[test]
fn the_welcome_has_every_numeric_that_clients_wait_for_in_their_order() {
    let daemon = Daemon::start();
    let mut alice = Client::open(&daemon, "alice");
    alice.send("NICK alice");
    alice.send("USER alice 0 * :Alice");
    alice.expect_all(&[
        ":chatd.localhost 001 alice :Welcome to the chatd Network, alice!~alice@127.0.0.1",
        ":chatd.localhost 002 alice :Your host is chatd.localhost, running version chatd-*",
        ":chatd.localhost 003 alice :This server was created *",
        ":chatd.localhost 004 alice chatd.localhost chatd-* Biow Ibeiklmnostv Ibeklov",
        ":chatd.localhost 005 alice * :are supported by this server",
    ]);
}
