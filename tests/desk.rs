//! The desk: every guest's own conversation with whoever runs the server.

use predicates::str::contains;

use crate::harness::{Client, Daemon, LineClient, ctl, with_operator};

#[test]
fn two_guests_and_an_operator_talk_at_the_desk_and_each_guest_sees_only_its_own() {
    let (daemon, mut boss) = with_operator("");
    let mut alice = Client::connect(&daemon, "alice");
    let mut guest = LineClient::connect(&daemon);
    let other = guest.nick().to_owned();
    alice.send("PRIVMSG desk :my printer burns");
    alice.expect(":desk!desk@chatd.localhost NOTICE alice :received, a person will answer here");
    boss.expect(":desk!desk@chatd.localhost NOTICE * :alice> my printer burns");
    guest.send("is this thing on?");
    guest.expect("-- received, a person will answer here");
    boss.expect(&format!(":desk!desk@chatd.localhost NOTICE * :{other}> is this thing on?"));
    boss.send("PRIVMSG desk :alice: put it out");
    alice.expect(":desk!desk@chatd.localhost PRIVMSG alice :put it out");
    boss.send(&format!("PRIVMSG desk :{other}: yes"));
    guest.expect("<desk> yes");
    boss.send("PRIVMSG desk :to whom?");
    boss.skip_until(":desk!* NOTICE boss :begin with `nick: ` to answer somebody from the desk");
    boss.send("PRIVMSG desk :nobody: hello");
    boss.expect(":* 401 boss nobody :*");
    alice.expect_silence();
    guest.expect_silence();
}

#[test]
fn an_ordinary_client_hears_nothing_of_the_desk_and_cannot_speak_for_it() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    let mut mallory = Client::connect(&daemon, "mallory");
    alice.send("PRIVMSG desk :for your eyes only");
    alice.expect(":desk!* NOTICE alice :received*");
    mallory.send("PRIVMSG desk :alice: give me your password");
    mallory.expect(":desk!* NOTICE mallory :received*");
    alice.expect_silence();
    mallory.expect_silence();
}

#[test]
fn what_the_desk_acknowledged_is_in_the_store() {
    let mut daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    alice.send("PRIVMSG desk :remember me");
    alice.expect(":desk!* NOTICE alice :received*");
    daemon.kill9();
    daemon.restart();
    ctl(&daemon, &["history", "alice"]).success().stdout(contains("remember me"));
}

#[test]
fn the_receipt_can_name_the_message() {
    let daemon = Daemon::with("[desk]\nreceipt = \"kept as {id}\"");
    let mut alice = Client::connect(&daemon, "alice");
    let mut ids = Vec::new();
    for _ in 0..2 {
        alice.send("PRIVMSG desk :hello");
        ids.push(alice.expect(":desk!* NOTICE alice :kept as *"));
    }
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn the_first_rule_that_matches_answers_behind_the_receipt() {
    let (daemon, mut boss) = with_operator(
        "[[desk.rule]]\nmatch = '(?i)hours'\nreply = \"\"\"nine to five\nnot on Sundays\"\"\"\n\
         [[desk.rule]]\nmatch = 'opening'\nreply = \"never reached with hours\"",
    );
    let mut alice = Client::connect(&daemon, "alice");
    alice.send("PRIVMSG desk :opening HOURS please");
    alice.expect(":desk!* NOTICE alice :received*");
    alice.expect(":desk!desk@chatd.localhost PRIVMSG alice :nine to five");
    alice.expect(":desk!desk@chatd.localhost PRIVMSG alice :not on Sundays");
    boss.expect(":desk!* NOTICE * :alice> opening HOURS please");
    alice.send("PRIVMSG desk :opening");
    alice.expect(":desk!* NOTICE alice :received*");
    alice.expect(":desk!* PRIVMSG alice :never reached with hours");
    alice.send("PRIVMSG desk :something else");
    alice.expect(":desk!* NOTICE alice :received*");
    alice.expect_silence();
    alice.send("NOTICE desk :hours");
    alice.expect_silence();
}

#[test]
fn rules_greeting_and_receipt_are_reloaded_without_losing_a_client() {
    let mut daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    daemon.rewrite("[desk]\nreceipt = \"noted\"\n[[desk.rule]]\nmatch = 'hours'\nreply = \"nine to five\"");
    daemon.reload();
    alice.send("PRIVMSG desk :hours?");
    alice.expect(":desk!* NOTICE alice :noted");
    alice.expect(":desk!* PRIVMSG alice :nine to five");
}

#[test]
fn whoever_takes_a_nick_that_is_free_again_sees_nothing_of_the_conversation_before() {
    let (daemon, mut boss) = with_operator("");
    let mut first = Client::connect(&daemon, "alice");
    first.send("PRIVMSG desk :my secret");
    first.expect(":desk!* NOTICE alice :received*");
    first.send("QUIT");
    first.expect_farewell("Quit");
    let mut second = Client::connect(&daemon, "alice");
    second.expect_silence();
    boss.send("PRIVMSG desk :alice: who are you?");
    boss.fence();
    second.expect(":desk!* PRIVMSG alice :who are you?");
    second.expect_silence();
    second.send("PRIVMSG desk :another one");
    second.expect(":desk!* NOTICE alice :received*");
    let shown = ctl(&daemon, &["history", "alice"]).success().stdout(contains("another one"));
    let shown = String::from_utf8_lossy(&shown.get_output().stdout).into_owned();
    assert!(!shown.contains("my secret"), "two guests share a conversation:\n{shown}");
}

#[test]
fn a_guest_keeps_its_conversation_through_a_change_of_nick() {
    let (daemon, mut boss) = with_operator("");
    let mut alice = Client::connect(&daemon, "alice");
    alice.send("PRIVMSG desk :one");
    alice.send("NICK bob");
    alice.send("PRIVMSG desk :two");
    alice.fence();
    boss.expect(":desk!* NOTICE * :alice> one");
    boss.expect(":desk!* NOTICE * :bob> two");
    boss.send("PRIVMSG desk :bob: three");
    alice.expect(":desk!* PRIVMSG bob :three");
    let history = ctl(&daemon, &["history", "bob"]);
    history.success().stdout(contains("one")).stdout(contains("two")).stdout(contains("three"));
}

#[test]
fn the_desk_can_have_another_name() {
    let daemon = Daemon::with("[desk]\nnick = \"help\"\ngreeting = \"\"");
    let mut alice = Client::connect(&daemon, "alice");
    alice.send("PRIVMSG HELP :hello");
    alice.expect(":help!help@chatd.localhost NOTICE alice :received*");
    alice.send("NICK desk");
    alice.expect(":alice!* NICK :desk");
}
