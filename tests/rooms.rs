//! Rooms: who is in them, who may do what there, who hears it.

use crate::harness::{Client, Daemon};

#[test]
fn a_message_reaches_everyone_but_its_author() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#lobby");
    let mut bob = Client::connect_in(&daemon, "bob", "#lobby");
    let mut carol = Client::connect_in(&daemon, "carol", "#lobby");
    alice.expect(":bob!~bob@127.0.0.1 JOIN #lobby");
    for member in [&mut alice, &mut bob] {
        member.expect(":carol!~carol@127.0.0.1 JOIN #lobby");
    }
    alice.send("PRIVMSG #lobby :hello");
    alice.expect_silence();
    for reader in [&mut bob, &mut carol] {
        reader.expect(":alice!~alice@127.0.0.1 PRIVMSG #lobby :hello");
        reader.expect_silence();
    }
}
