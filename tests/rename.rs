//! A room with another name, over real sockets.

use crate::harness::{Client, Daemon, LineClient, history, texts};

#[test]
fn a_room_is_renamed_for_those_who_know_that_and_left_and_entered_by_all_others() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_with_caps(&daemon, "alice", &["draft/channel-rename"]);
    let mut bob = Client::connect(&daemon, "bob");
    let mut lines = LineClient::connect(&daemon);
    for client in [&mut alice, &mut bob] {
        client.join("#bar");
        client.send("PRIVMSG #bar :before");
        client.fence();
    }
    lines.send("/join #bar");
    lines.skip_until("-- in #bar: *");
    alice.fence();
    bob.fence();
    alice.send("RENAME #bar #qux :no reason");
    alice.expect(":alice!* RENAME #bar #qux :no reason");
    bob.expect_all(&[
        ":bob!* PART #bar :no reason",
        ":bob!* JOIN #qux",
        ":* 353 bob = #qux :@alice bob guest*",
        ":* 366 bob #qux :*",
    ]);
    lines.expect("* alice renamed #bar to #qux (no reason)");
    bob.send("PRIVMSG #qux :after");
    alice.expect(":bob!* PRIVMSG #qux :after");
    lines.expect("#qux <bob> after");
    bob.fence();
    assert_eq!(texts(&history(&daemon, "#bar")).len(), 2);
    assert_eq!(texts(&history(&daemon, "#qux")), ["after"]);
    bob.join("#bar");
    bob.send("MODE #bar +k beer");
    bob.expect(":bob!* MODE #bar +k beer");
}
