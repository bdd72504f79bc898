//! What people keep of each other, over real sockets: watching, not hearing, knocking, speaking to a rank.

use crate::harness::{Client, Daemon};

#[test]
fn a_watched_nick_is_told_as_it_comes_changes_and_goes() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    alice.send("MONITOR + bob,carol");
    alice.expect(":* 731 alice :bob,carol");
    let mut bob = Client::connect(&daemon, "bob");
    alice.expect(":* 730 alice :bob!~bob@127.0.0.1");
    alice.send("MONITOR S");
    alice.expect(":* 730 alice :bob!~bob@127.0.0.1");
    alice.expect(":* 731 alice :carol");
    bob.send("NICK BOB");
    bob.expect(":bob!* NICK BOB");
    alice.expect_silence();
    bob.send("NICK carol");
    bob.expect(":BOB!* NICK carol");
    alice.expect(":* 731 alice :BOB");
    alice.expect(":* 730 alice :carol!~bob@127.0.0.1");
    bob.send("QUIT");
    alice.expect(":* 731 alice :carol");
    alice.send("MONITOR - bob");
    alice.send("MONITOR L");
    alice.expect_all(&[":* 732 alice :carol", ":* 733 alice :*"]);
    alice.send("MONITOR C");
    alice.send("MONITOR L");
    alice.expect(":* 733 alice :*");
}

#[test]
fn a_watch_list_that_is_full_says_which_nicks_it_did_not_take() {
    let daemon = Daemon::with("[limits]\nmonitor = 2\n");
    let mut alice = Client::connect(&daemon, "alice");
    alice.send("MONITOR + one,two,three,four");
    alice.expect_all(&[":* 731 alice :one,two", ":* 734 alice 2 three,four :*"]);
}

#[test]
fn whoever_is_not_heard_does_not_notice() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    let mut bob = Client::connect_with_caps(&daemon, "bob", &["echo-message"]);
    alice.send("SILENCE +bob");
    alice.expect(":alice!* SILENCE +bob!*@*");
    bob.send("PRIVMSG alice :hello");
    bob.expect(":bob!* PRIVMSG alice :hello");
    bob.expect_silence();
    alice.expect_silence();
    alice.send("SILENCE");
    alice.expect_all(&[":* 271 alice alice bob!*@*", ":* 272 alice alice :*"]);
    alice.send("SILENCE -bob");
    alice.expect(":alice!* SILENCE -bob!*@*");
    bob.send("PRIVMSG alice :hello");
    alice.expect(":bob!* PRIVMSG alice :hello");
}

#[test]
fn who_knocks_is_heard_and_let_in() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    alice.send("MODE #room +i");
    alice.expect(":alice!* MODE #room +i");
    let mut bob = Client::connect(&daemon, "bob");
    bob.send("KNOCK #room :it is me");
    bob.expect(":* 711 bob #room :*");
    alice.expect(":* 710 #room #room bob!~bob@127.0.0.1 :it is me");
    alice.send("INVITE bob #room");
    alice.expect(":* 341 alice bob #room");
    bob.expect(":alice!* INVITE bob #room");
    bob.send("INVITE");
    bob.expect_all(&[":* 336 bob #room", ":* 337 bob :*"]);
    bob.join("#room");
}

#[test]
fn a_message_to_a_rank_is_echoed_with_its_prefix_and_never_shown_to_others() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    let mut bob = Client::connect_with_caps(&daemon, "bob", &["echo-message", "message-tags"]);
    let mut carol = Client::connect_in(&daemon, "carol", "#room");
    bob.join("#room");
    for client in [&mut alice, &mut bob, &mut carol] {
        client.fence();
    }
    bob.send("PRIVMSG @#room :help");
    bob.expect("@msgid=* :bob!* PRIVMSG @#room :help");
    alice.expect(":bob!* PRIVMSG @#room :help");
    carol.expect_silence();
    bob.send("NOTICE @#room :thanks");
    bob.send("@+typing=done TAGMSG @#room");
    bob.expect("@msgid=* :bob!* NOTICE @#room :thanks");
    bob.expect("@msgid=*;+typing=done :bob!* TAGMSG @#room");
    alice.expect(":bob!* NOTICE @#room :thanks");
    alice.expect_silence();
    carol.expect_silence();
}
