//! kick and say: what reaches the people.

use chat_proto::control::{ClientInfo, KickResult, SayResult};
use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::{contains, is_empty, is_match};

use crate::harness::{Client, Daemon, LineClient, ctl, json};

#[test]
fn a_kick_by_nick_ends_the_connection_with_the_reason_and_the_room_reads_it() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    let mut bob = Client::connect_in(&daemon, "bob", "#room");
    alice.expect(":bob!* JOIN #room");
    ctl(&daemon, &["kick", "Bob", "read", "the", "rules"])
        .success()
        .stdout(is_match(r"\Akicked bob \(id \d+, 127\.0\.0\.1:\d+\)\n\z").unwrap())
        .stderr(is_empty());
    bob.expect_farewell("Kicked by desk: read the rules");
    alice.expect(":bob!~bob@127.0.0.1 QUIT :*Kicked by desk: read the rules*");
    ctl(&daemon, &["list"]).success().stdout(contains("alice").and(contains("bob").not()));
}

#[test]
fn a_kick_by_id_ends_one_who_has_not_even_registered() {
    let daemon = Daemon::start();
    let mut stranger = Client::open(&daemon, "the stranger");
    stranger.send("PING still-here");
    let id = json::<ClientInfo>(&daemon, &["list"]).remove(0).id.to_string();
    let result: KickResult = json(&daemon, &["kick", &id]).remove(0);
    assert_eq!((result.kicked.len(), &result.kicked[0].nick), (1, &None));
    stranger.skip_until("ERROR :Closing link: (*) [Kicked by desk: no reason given]");
    stranger.expect_closed();
}

#[test]
fn a_kick_by_address_ends_one_with_its_port_and_all_from_there_without() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    let mut bob = Client::connect(&daemon, "bob");
    let mut guest = LineClient::connect(&daemon);
    let address = json::<ClientInfo>(&daemon, &["show", "alice"]).remove(0).address;
    ctl(&daemon, &["kick", &address, "you first"]).success();
    alice.expect_farewell("Kicked by desk: you first");
    bob.expect_silence();
    let result: KickResult = json(&daemon, &["-y", "kick", "127.0.0.1", "and all others"]).remove(0);
    assert_eq!(result.kicked.len(), 2);
    bob.expect_farewell("Kicked by desk: and all others");
    guest.expect("-- closed: Kicked by desk: and all others");
    guest.expect_closed();
}

#[test]
fn to_kick_nobody_is_no_success() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    for who in ["nobody", "987654", "192.0.2.1", "127.0.0.1:1"] {
        ctl(&daemon, &["kick", who, "out"])
            .code(5)
            .stdout(is_empty())
            .stderr(contains(format!("kick {who}: ")).and(contains("hint: ")));
    }
    let long = "x".repeat(301);
    ctl(&daemon, &["kick", "alice", &long]).code(1).stderr(contains("limits.kick-length"));
    alice.expect_silence();
    ctl(&daemon, &["kick", "alice", &long[1..]]).success();
    alice.expect_farewell(&format!("Kicked by desk: {}", &long[1..]));
}

#[test]
fn say_reaches_one_a_room_or_all_and_nobody_else() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    let mut bob = Client::connect(&daemon, "bob");
    let mut guest = LineClient::connect(&daemon);
    let said: SayResult = json(&daemon, &["say", "alice", "only", "you"]).remove(0);
    assert_eq!(said.recipients, 1);
    alice.expect(":desk!desk@chatd.localhost PRIVMSG alice :only you");
    ctl(&daemon, &["say", "#room", "you here"])
        .success()
        .stdout(is_match(r"\Asaid to #room: 1 client, seq \d+\n\z").unwrap());
    alice.expect(":desk!* #room :you here");
    bob.expect_silence();
    guest.expect_silence();
    let said: SayResult = json(&daemon, &["-y", "say", "--all", "everybody"]).remove(0);
    assert_eq!(said.recipients, 3);
    alice.expect(":chatd.localhost NOTICE $$* :everybody");
    bob.expect(":chatd.localhost NOTICE $$* :everybody");
    guest.expect("*** everybody");
    ctl(&daemon, &["say", guest.nick(), "hello guest"]).success();
    guest.expect("<desk> hello guest");
    bob.expect_silence();
}

#[test]
fn to_say_something_to_nobody_is_no_success() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    ctl(&daemon, &["say", "nobody", "hello"]).code(5).stdout(is_empty()).stderr(contains("say to nobody: "));
    ctl(&daemon, &["say", "#nowhere", "hello"]).code(5).stderr(contains("say to #nowhere: "));
    ctl(&daemon, &["desk", "reply", "nobody", "hello"]).code(5);
    ctl(&daemon, &["say", "alice"]).code(2).stderr(contains("there is no text"));
    ctl(&daemon, &["say", "alice", "two\nlines"]).code(1).stderr(contains("line end"));
    alice.expect_silence();
}

#[test]
fn each_line_of_standard_input_is_one_message() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    let mut ctl = crate::harness::Tool::chatctl(&daemon, &["say", "alice", "-"]);
    for line in ["one", "", "two"] {
        ctl.send(line);
    }
    ctl.end_input();
    assert_eq!(ctl.exit_code(), Some(0));
    alice.expect_all(&[":desk!* PRIVMSG alice :one", ":desk!* PRIVMSG alice :two"]);
    alice.expect_silence();
}
