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
    bob.expect(":bob!* NICK :BOB");
    alice.expect_silence();
    bob.send("NICK carol");
    bob.expect(":BOB!* NICK :carol");
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

#[test]
fn a_new_real_name_is_told_to_those_who_negotiated_it_and_shown_to_all() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_with_caps(&daemon, "alice", &["setname"]);
    let mut bob = Client::connect_with_caps(&daemon, "bob", &["setname"]);
    let mut carol = Client::connect(&daemon, "carol");
    for client in [&mut alice, &mut bob, &mut carol] {
        client.join("#room");
    }
    for client in [&mut alice, &mut bob, &mut carol] {
        client.fence();
    }
    alice.send("SETNAME :Alice Liddell");
    alice.expect(":alice!~alice@127.0.0.1 SETNAME :Alice Liddell");
    bob.expect(":alice!~alice@127.0.0.1 SETNAME :Alice Liddell");
    carol.send("WHOIS alice");
    carol.expect(":* 311 carol alice ~alice 127.0.0.1 * :Alice Liddell");
    carol.fence();
    carol.send("SETNAME :silently");
    carol.expect_silence();
    bob.expect(":carol!* SETNAME :silently");
    alice.expect(":carol!* SETNAME :silently");
    alice.send("SETNAME :");
    alice.expect(":* FAIL SETNAME INVALID_REALNAME :*");
    alice.send(&format!("SETNAME :{}", "x".repeat(129)));
    alice.expect(":* FAIL SETNAME INVALID_REALNAME :*");
    bob.expect_silence();
}

#[test]
fn who_watches_a_nick_with_extended_monitor_hears_of_it_without_sharing_a_room() {
    let daemon = Daemon::start();
    let caps = ["extended-monitor", "away-notify", "setname"];
    let mut alice = Client::connect_with_caps(&daemon, "alice", &caps);
    let mut names = Client::connect_with_caps(&daemon, "names", &["extended-monitor", "setname"]);
    let mut plain = Client::connect_with_caps(&daemon, "plain", &["away-notify", "setname"]);
    let mut bob = Client::connect(&daemon, "bob");
    for client in [&mut alice, &mut names, &mut plain] {
        client.send("MONITOR + bob");
        client.expect(":* 730 * :bob!*");
    }
    bob.send("AWAY :afk");
    bob.fence();
    bob.send("SETNAME :new name");
    bob.fence();
    bob.send("AWAY");
    bob.fence();
    alice.expect_all(&[":bob!* AWAY :afk", ":bob!* SETNAME :new name", ":bob!* AWAY"]);
    names.expect(":bob!* SETNAME :new name");
    alice.expect_silence();
    names.expect_silence();
    plain.expect_silence();
    // Who shares a room as well hears it once.
    alice.join("#room");
    bob.join("#room");
    alice.expect(":bob!* JOIN #room");
    bob.send("AWAY :afk");
    bob.fence();
    alice.expect(":bob!* AWAY :afk");
    alice.expect_silence();
}

#[test]
fn members_with_invite_notify_read_who_is_invited() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    let mut bob = Client::connect_with_caps(&daemon, "bob", &["invite-notify"]);
    let mut carol = Client::connect_in(&daemon, "carol", "#room");
    let mut dave = Client::connect(&daemon, "dave");
    bob.join("#room");
    for client in [&mut alice, &mut bob, &mut carol] {
        client.fence();
    }
    alice.send("INVITE dave #room");
    alice.expect(":* 341 alice dave #room");
    dave.expect(":alice!* INVITE dave #room");
    bob.expect(":alice!* INVITE dave #room");
    carol.expect_silence();
    alice.expect_silence();
}

#[test]
fn what_has_no_answer_is_acknowledged_to_those_who_ask_with_labels() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    let caps = ["batch", "labeled-response"];
    let mut bob = Client::connect_with_caps(&daemon, "bob", &caps);
    alice.send("SILENCE +bob");
    alice.expect(":alice!* SILENCE +bob!*@*");
    for line in ["NOTICE nobody :x", "NOTICE #none :x", "PRIVMSG alice :x", "MONITOR - alice", "MONITOR C"] {
        bob.send(&format!("@label=one {line}"));
        bob.expect("@label=one :* ACK");
    }
    bob.send("@label=two MONITOR + alice");
    bob.expect("@label=two :* 730 bob :alice!*");
    bob.send("@label=three MONITOR + carol,*!*@*");
    bob.expect("@label=three :* BATCH +* labeled-response");
    bob.expect("@batch=* :* 731 bob :*!*@*");
    bob.expect("@batch=* :* 731 bob :carol");
    bob.expect(":* BATCH -*");
    // What others do is no answer.
    Client::connect(&daemon, "carol");
    bob.expect(":* 730 bob :carol!*");
    alice.expect_silence();
}
