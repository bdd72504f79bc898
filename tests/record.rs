//! What the daemon logs of clients, operators and requests, and by which fields it is found.

use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;

use crate::harness::{Client, Daemon, LineClient, Tool, ctl};

#[test]
fn what_a_client_does_is_logged_with_its_id_nick_and_room() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    let mut bob = Client::connect_in(&daemon, "bob", "#room");
    alice.send("KICK #room bob :too loud");
    bob.expect(":alice!* KICK #room bob :too loud");
    bob.send("PRIVMSG #room :still here");
    bob.expect(":* 404 bob #room *");
    bob.send("NICK robert");
    bob.expect(":bob!* NICK :robert");
    alice.send("PART #room :bye");
    bob.send("QUIT :gone");
    for line in [
        r##"registered client=1 nick="alice" host="##,
        r##"joined client=1 nick="alice" room="#room""##,
        r##"kicked from the room client=2 nick="bob" room="#room" by="alice" reason="too loud""##,
        r#"refused client=2 nick="bob" refusal="#,
        r#"changed its nick client=2 nick="bob" new="robert""#,
        r##"left the room client=1 nick="alice" room="#room" reason="bye""##,
        r#"disconnected client=2 nick="robert" peer=127.0.0.1:"#,
    ] {
        daemon.wait_log(line);
    }
    assert!(!daemon.log().contains("still here"), "what is said is nobody's business");
}

#[test]
fn a_guest_of_plain_lines_leaves_with_its_nick() {
    let daemon = Daemon::start();
    let guest = LineClient::connect(&daemon);
    let nick = guest.nick().to_owned();
    drop(guest);
    daemon.wait_log(&format!("disconnected client=1 nick=\"{nick}\" peer="));
}

#[test]
fn a_refused_request_is_found_in_the_log_by_the_id_that_chatctl_shows() {
    let daemon = Daemon::start();
    let output = ctl(&daemon, &["kick", "nobody", "out"]).code(5).get_output().clone();
    let told = String::from_utf8(output.stderr).unwrap();
    let (_, id) = told.split_once(" (request ").expect("chatctl shows the id of the request");
    let (id, _) = id.split_once(')').unwrap();
    let line = daemon.wait_log(id);
    for part in
        ["INFO", "answered request=", " user=\"", "method=POST path=\"/v1/kick\" status=404 duration_ms="]
    {
        assert!(line.contains(part), "{part} in {line}");
    }
    ctl(&daemon, &["status"]).success();
    let line = daemon.wait_log("path=\"/v1/status\" status=200");
    assert!(line.contains("DEBUG"), "{line}");
}

#[test]
fn what_operators_do_is_logged_without_debugging() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    ctl(&daemon, &["kick", "alice", "out"]).success();
    alice.expect("ERROR :*out*");
    let line = daemon.wait_log("an operator acts");
    assert!(line.contains("INFO") && line.contains(r#"action="kick" target="alice" detail="out""#), "{line}");
    daemon.wait_log(r#"disconnected client=1 nick="alice""#);
}

#[test]
fn the_log_is_watched_by_nick_room_or_address_and_at_a_level_that_is_not_written() {
    let daemon = Daemon::start();
    ctl(&daemon, &["log", "level", "info"]).success();
    let mut alice = Client::connect(&daemon, "alice");
    let mut bob = Client::connect(&daemon, "bob");
    let mut of_room = Tool::chatctl(&daemon, &["log", "watch", "#room", "--level", "debug", "-n", "0"]);
    let mut of_alice = Tool::chatctl(&daemon, &["-o", "json", "log", "watch", "alice", "--level", "debug"]);
    // What was logged of her before comes first, also from when she had no nick.
    of_alice.expect("*\"connected\"*\"client\":\"1\"*");
    of_alice.expect("*registered*alice*");
    let written = daemon.log();
    while !of_room.has_said("joined client=2 nick=bob room=#room") {
        bob.send("JOIN #room");
        bob.send("PART #room");
        bob.fence();
    }
    alice.send("NICK alicia");
    alice.send("JOIN #other");
    alice.fence();
    // Nothing of bob is between, and she is followed to her other nick.
    of_alice.expect("*changed its nick*alice*");
    of_alice.expect("*joined*alicia*#other*");
    assert!(!of_room.has_said("#other"));
    let more = daemon.log().split_off(written.len());
    assert!(!more.contains("joined"), "it is shown and not written: {more}");
}

#[test]
fn the_latest_lines_are_shown_at_once_and_a_watch_can_end_there() {
    let daemon = Daemon::start();
    let alice = Client::connect(&daemon, "alice");
    drop(alice);
    daemon.wait_log("disconnected client=1");
    let last = ["log", "watch", "alice", "--level", "info", "--no-follow"];
    let output = ctl(&daemon, &last).success().get_output().stdout.clone();
    let lines = String::from_utf8(output).unwrap();
    let words: Vec<_> = lines.lines().map(|line| line.contains("nick=alice")).collect();
    assert_eq!(words, [true, true], "{lines}");
    ctl(&daemon, &[&last[..], &["-n", "1"]].concat())
        .success()
        .stdout(contains("disconnected").and(contains("registered").not()));
}

#[test]
fn a_level_can_be_raised_for_a_while() {
    let daemon = Daemon::start();
    ctl(&daemon, &["log", "level", "info"]).success().stdout("info\n");
    ctl(&daemon, &["log", "level", "trace", "--for", "1h"]).success().stdout(contains("trace until "));
    ctl(&daemon, &["log", "level"]).success().stdout(contains("trace until "));
    ctl(&daemon, &["log", "level", "debug", "--for", "1ms"]).success();
    daemon.wait_log(r#"the time of the other log level is over level="info""#);
    ctl(&daemon, &["log", "level"]).success().stdout("info\n");
    ctl(&daemon, &["log", "level", "debug", "--for", "200h"]).code(1).stderr(contains("seven days"));
    ctl(&daemon, &["log", "level", "--for", "1h"]).code(2);
}
