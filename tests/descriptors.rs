//! The limit of file descriptors: raised, found too low, and reached. Whoever is here is unharmed, whoever comes is told.

use std::os::unix::net::UnixStream;

use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;

use crate::harness::{Client, Daemon, LineClient, Wire, ctl, history, texts, until};

/// With this limit there is room for 16 clients.
const FEW: u32 = 64;
const ROOM_FOR: usize = 16;

const TOLD: &str = "this server is out of file descriptors; please try again later";

#[test]
fn the_limit_is_raised_as_far_as_the_system_allows() {
    let daemon = Daemon::start();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", daemon.pid())).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let words: Vec<_> = line.split_whitespace().collect();
    assert_eq!(words[3], words[4], "soft and hard: {line}");
}

#[test]
fn a_limit_that_is_too_low_is_said_with_the_numbers_and_the_remedy() {
    let mut daemon = Daemon::with_descriptors("", 1024);
    let said = contains("limits.clients = 10000 needs 10192 file descriptors and the hard limit is 1024")
        .and(contains("enough for 832 clients"))
        .and(contains("LimitNOFILE=10192"));
    ctl(&daemon, &["status"]).stdout(contains("descriptor limit low").and(said));
    daemon.wait_log("descriptor-limit-low");
    ctl(&daemon, &["check"])
        .success()
        .stderr(contains("limits.clients = 10000 needs 10192 file descriptors"));
    daemon.rewrite("[limits]\nclients = 832");
    daemon.reload();
    ctl(&daemon, &["status"]).success().stdout(contains("descriptor limit low").not());
}

#[test]
fn at_the_limit_those_who_are_here_are_unharmed_and_those_who_come_are_told() {
    let daemon = Daemon::with_descriptors("", FEW);
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    let mut bob = Client::connect_in(&daemon, "bob", "#room");
    alice.expect(":bob!* JOIN #room");
    let crowd: Vec<_> = (2..ROOM_FOR).map(|number| Client::connect(&daemon, &format!("c{number}"))).collect();
    for _ in 0..50 {
        let mut late = Client::open(&daemon, "late");
        late.expect(&format!("ERROR :{TOLD}"));
        late.expect_closed();
    }
    let mut guest = Wire::connect("guest", daemon.lines_port());
    guest.expect(&format!("-- closed: {TOLD}"));
    guest.expect_closed();
    ctl(&daemon, &["status"]).stdout(contains("no file descriptor is left for another client (limit 64"));
    alice.send("PRIVMSG #room :still here");
    bob.expect(":alice!* PRIVMSG #room :still here");
    assert_eq!(texts(&history(&daemon, "#room")), ["still here"]);
    let log = daemon.log();
    let lines = log.lines().filter(|line| line.contains("escriptor")).collect::<Vec<_>>();
    assert!(lines.len() <= 2, "not one for each connection: {lines:#?}");
    drop(crowd);
    until("room again", || {
        let status = ctl(&daemon, &["status"]);
        let shown = String::from_utf8_lossy(&status.get_output().stdout).into_owned();
        (!shown.contains("exhausted")).then_some(())
    });
    daemon.wait_log("clients were refused, because no file descriptor was left for them refused=51");
    Client::connect(&daemon, "dora");
}

#[test]
fn without_a_single_descriptor_new_clients_are_told_all_the_same() {
    let daemon = Daemon::with_descriptors("", FEW);
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    let mut bob = Client::connect_in(&daemon, "bob", "#room");
    let mut guest = LineClient::connect(&daemon);
    alice.expect(":bob!* JOIN #room");
    // Whoever may use the control socket is trusted not to do this; but then nothing is left for anybody.
    let connect = |_| UnixStream::connect(daemon.socket()).unwrap();
    let greedy: Vec<_> = (0..FEW).map(connect).collect();
    daemon.wait_log("cannot accept on the control socket");
    for _ in 0..20 {
        let mut late = Client::open(&daemon, "late");
        late.expect(&format!("ERROR :{TOLD}"));
        late.expect_closed();
    }
    alice.send("PRIVMSG #room :still here");
    bob.expect(":alice!* PRIVMSG #room :still here");
    guest.send("/msg #room and so am I");
    guest.expect("-- *");
    drop(greedy);
    until("room again", || {
        let mut carol = Client::open(&daemon, "carol");
        carol.send("PING x");
        carol.read_line().filter(|line| line.contains("PONG"))
    });
    assert_eq!(texts(&history(&daemon, "#room")), ["still here"]);
}
