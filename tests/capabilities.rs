//! What clients read otherwise because they have negotiated it, over real sockets. The exact lines are tested in the dialect.

use crate::harness::{Client, Daemon};

#[test]
fn who_enters_is_told_in_the_words_of_each_hearer() {
    let daemon = Daemon::start();
    let mut plain = Client::connect_in(&daemon, "plain", "#room");
    let mut extended = Client::connect_with_caps(&daemon, "extended", &["extended-join", "away-notify"]);
    extended.join("#room");
    plain.expect(":extended!* JOIN #room");
    let mut alice = Client::connect_with_caps(&daemon, "alice", &["no-implicit-names"]);
    alice.send("AWAY :tea");
    alice.expect(":* 306 alice :*");
    alice.send("JOIN #room");
    alice.expect(":alice!* JOIN #room");
    alice.expect_silence();
    plain.expect(":alice!* JOIN #room");
    plain.expect_silence();
    extended.expect(":alice!* JOIN #room * :*");
    extended.expect(":alice!* AWAY :tea");
    alice.send("AWAY");
    alice.expect(":* 305 alice :*");
    extended.expect(":alice!* AWAY");
    plain.expect_silence();
}

#[test]
fn an_invitation_is_overheard_by_members_who_asked_for_that() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    let mut bob = Client::connect_with_caps(&daemon, "bob", &["invite-notify"]);
    bob.join("#room");
    let mut carol = Client::connect_in(&daemon, "carol", "#room");
    alice.fence();
    bob.fence();
    let mut dave = Client::connect(&daemon, "dave");
    alice.send("INVITE dave #room");
    alice.expect(":* 341 alice dave #room");
    dave.expect(":alice!* INVITE dave #room");
    bob.expect(":alice!* INVITE dave #room");
    carol.expect_silence();
}

#[test]
fn a_labeled_line_is_answered_by_an_ack_a_line_or_a_batch() {
    let daemon = Daemon::start();
    let caps = ["labeled-response", "batch", "echo-message", "message-tags"];
    let mut alice = Client::connect_with_caps(&daemon, "alice", &caps);
    let mut bob = Client::connect(&daemon, "bob");
    alice.send("@label=one PONG x");
    alice.expect("@label=one :* ACK");
    alice.send("@label=two PRIVMSG bob :hello");
    alice.expect("@label=two;msgid=* :alice!* PRIVMSG bob :hello");
    bob.expect(":alice!* PRIVMSG bob :hello");
    alice.send("@label=three NICK bob");
    alice.expect("@label=three :* 433 alice bob :*");
    alice.send("@label=four JOIN #room");
    let opened = alice.expect("@label=four :* BATCH +* labeled-response");
    let name = opened.split('+').nth(1).unwrap().split(' ').next().unwrap().to_owned();
    alice.expect(&format!("@batch={name} :alice!* JOIN #room"));
    alice.expect(&format!("@batch={name} :* 353 alice = #room :@alice"));
    alice.expect(&format!("@batch={name} :* 366 alice #room :*"));
    alice.expect(&format!(":* BATCH -{name}"));
    alice.send("@label=five QUIT :bye");
    alice.expect("@label=five ERROR :*bye*");
    alice.expect_closed();
}

#[test]
fn a_long_list_with_a_label_is_one_batch_and_what_others_say_meanwhile_is_not_in_it() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_with_caps(&daemon, "alice", &["labeled-response", "batch"]);
    let mut bob = Client::connect(&daemon, "bob");
    for rooms in 0..3 {
        let names: Vec<_> = (0..20).map(|room| format!("#room{rooms}x{room}")).collect();
        bob.send(&format!("JOIN {}", names.join(",")));
        bob.fence();
    }
    alice.send("@label=x LIST");
    bob.send("PRIVMSG alice :hello");
    let lines = alice.collect_until(":* BATCH -*");
    let listed = lines.iter().filter(|line| line.starts_with("@batch=") && line.contains(" 322 alice #room"));
    assert_eq!(listed.count(), 60);
    let outside = lines.iter().filter(|line| !line.starts_with("@batch=") && !line.contains(" BATCH "));
    assert!(
        outside.clone().count() <= 1 && outside.clone().all(|line| line.contains("PRIVMSG")),
        "{lines:?}"
    );
}

#[test]
fn those_who_have_not_registered_may_say_that_they_are_away_and_ask_what_the_server_can() {
    let daemon = Daemon::start();
    let mut bob = Client::connect(&daemon, "bob");
    let mut alice = Client::open(&daemon, "alice");
    for verb in ["AWAY :tea", "ISUPPORT"] {
        alice.send(verb);
        alice.expect(":* 451 * :*");
    }
    alice.send("CAP REQ :draft/pre-away draft/extended-isupport batch");
    alice.expect(":* CAP * ACK :*");
    alice.send("AWAY :tea");
    alice.expect(":* 306 * :*");
    alice.send("ISUPPORT");
    alice.expect(":* BATCH +isupport draft/isupport");
    alice.expect("@batch=isupport :* 005 * AWAYLEN=*");
    alice.skip_until(":* BATCH -isupport");
    alice.send("NICK alice");
    alice.send("USER alice 0 * :Alice");
    alice.send("CAP END");
    alice.expect(":* 001 alice :*");
    let lines = alice.collect_until(":* 376 *");
    assert!(lines.iter().all(|line| !line.starts_with(':') || !line.contains(" 005 ")), "{lines:?}");
    bob.send("PRIVMSG alice :there?");
    bob.expect(":* 301 bob alice :tea");
}

#[test]
fn a_reload_tells_what_can_be_had_now_and_what_not_any_more() {
    let mut daemon = Daemon::start();
    let mut alice = Client::open(&daemon, "alice");
    alice.send("CAP LS 302");
    alice.expect(":* CAP * LS :*draft/pre-away*");
    alice.send("CAP END");
    alice.register("alice");
    let mut bob = Client::connect(&daemon, "bob");
    daemon.rewrite("[irc]\ndrafts = false");
    daemon.reload();
    alice.expect(":* CAP * DEL :*draft/pre-away*");
    alice.send("CAP REQ draft/pre-away");
    alice.expect(":* CAP alice NAK :draft/pre-away");
    daemon.rewrite("");
    daemon.reload();
    alice.expect(":* CAP * NEW :*draft/pre-away*");
    bob.expect_silence();
}
