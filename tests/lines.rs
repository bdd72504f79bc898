//! Plain lines: all that a person with `nc` can do.

use crate::harness::{Daemon, LineClient};

#[test]
fn a_guest_is_greeted_and_its_line_is_acknowledged_by_the_desk() {
    let daemon = Daemon::start();
    let mut guest = LineClient::open(&daemon);
    guest.expect("-- chatd.localhost: you are guest*");
    guest.expect("-- what you write goes to desk; exit leaves, /help lists commands");
    guest.expect("<desk> Whatever you write here reaches the people who run this server.");
    guest.send("is anybody there?");
    guest.expect("-- received, a person will answer here");
}
