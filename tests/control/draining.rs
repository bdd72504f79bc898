//! drain and undrain: out of service without hurting anybody.

use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;

use crate::harness::{Client, Daemon, LineClient, Pty, Tool, WebClient, Wire, ctl, until};

const DRAINED: &str = "Server is taken out of service; you are welcome to connect again";
const REFUSED: &str = "this server is taken out of service and takes nobody new; please try again later";

#[test]
fn a_drain_tells_everybody_takes_nobody_new_and_ends_when_all_have_left() {
    let mut daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    let mut guest = LineClient::connect(&daemon);
    ctl(&daemon, &["-y", "drain", "--timeout", "5m"])
        .success()
        .stdout(contains("draining: 2 connected, until "));
    alice.expect(":chatd.localhost NOTICE $$* :This server stops in 300 seconds. *");
    guest.expect("*** This server stops in 300 seconds. *");
    daemon.wait_notify("STATUS=draining: 2 clients, 300 s left");
    ctl(&daemon, &["status"])
        .success()
        .stdout(contains("draining for ").and(contains("of 2 clients 0 ended, stops at ")));
    let mut late = Client::open(&daemon, "late");
    late.expect(&format!("ERROR :{REFUSED}"));
    late.expect_closed();
    let mut late = Wire::connect("late", daemon.lines_port());
    late.expect(&format!("-- closed: {REFUSED}"));
    late.expect_closed();
    alice.send("QUIT :as you wish");
    alice.skip_until("ERROR :*");
    guest.send("exit");
    assert_eq!(daemon.wait_exit().code(), Some(0));
}

#[test]
fn clients_go_one_after_the_other_those_who_were_silent_longest_first_and_each_reads_why() {
    let mut daemon = Daemon::start();
    let mut silent = Client::connect_in(&daemon, "silent", "#room");
    let mut talker = Client::connect_in(&daemon, "talker", "#room");
    let mut unregistered = Client::open(&daemon, "unregistered");
    unregistered.send("PING x");
    unregistered.expect(":* PONG * :x");
    silent.send("PRIVMSG #room :said first");
    talker.expect(":silent!* PRIVMSG #room :said first");
    talker.send("PRIVMSG #room :said last");
    silent.skip_until(":talker!* PRIVMSG #room :said last");
    ctl(&daemon, &["-y", "drain", "--timeout", "4s"]).success();
    unregistered.skip_until(&format!("ERROR :Closing link: (*) [{DRAINED}]"));
    unregistered.expect_closed();
    silent.skip_until(&format!("ERROR :Closing link: (*) [{DRAINED}]"));
    silent.expect_closed();
    let last = talker.collect_until(&format!("ERROR :Closing link: (*) [{DRAINED}]"));
    assert!(last.iter().any(|line| line.starts_with(":silent!") && line.contains(" QUIT :")), "{last:?}");
    talker.expect_closed();
    assert_eq!(daemon.wait_exit().code(), Some(0));
    assert!(daemon.log().contains("reason=\"draining\""));
}

#[test]
fn a_drain_that_is_over_at_once_ends_everybody_and_each_reads_why() {
    let mut daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    ctl(&daemon, &["-y", "drain", "--timeout", "1ms"]).success();
    alice.skip_until("ERROR :Closing link: (*) [Server is *]");
    alice.expect_closed();
    assert_eq!(daemon.wait_exit().code(), Some(0));
}

#[test]
fn undrain_takes_new_clients_again_and_tells_those_who_stayed() {
    let mut daemon = Daemon::with(
        "[[listen]]\nprotocol = \"irc\"\naddress = \"127.0.0.1:0\"\n\
         [[listen]]\nprotocol = \"websocket\"\naddress = \"127.0.0.1:0\"\norigins = [\"*\"]",
    );
    ctl(&daemon, &["undrain"]).code(1).stderr(contains("the daemon is not draining"));
    let mut alice = Client::connect(&daemon, "alice");
    ctl(&daemon, &["-y", "drain", "--timeout", "5m"]).success();
    alice.expect(":chatd.localhost NOTICE $$* :This server stops in 300 seconds. *");
    let mut late = Wire::connect("late", daemon.websocket_port());
    late.expect("HTTP/1.1 503 *");
    ctl(&daemon, &["undrain"]).success().stdout("taking new clients again: 1 connected\n");
    alice.expect(":chatd.localhost NOTICE $$* :This server does not stop after all.");
    daemon.wait_notify("STATUS=serving, at most 10000 clients");
    ctl(&daemon, &["status"]).success().stdout(contains("running for "));
    let mut bob = Client::connect(&daemon, "bob");
    bob.send("PRIVMSG alice :still there?");
    alice.expect(":bob!* PRIVMSG alice :still there?");
    drop(WebClient::connect(&daemon, "carol"));
    ctl(&daemon, &["list", "audit"]).success().stdout(contains("drain").and(contains("undrain")));
    // Everybody may leave, and the daemon stays.
    [alice, bob].iter_mut().for_each(|client| client.send("QUIT"));
    until("nobody left", || {
        let clients = ctl(&daemon, &["-q", "list"]).success();
        clients.get_output().stdout.is_empty().then_some(())
    });
    assert_eq!(daemon.terminate().code(), Some(0));
}

#[test]
fn whoever_waits_for_a_drain_sees_how_far_it_is_and_that_the_daemon_has_stopped() {
    let mut daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_chatctl"));
    command.env_clear().env("TERM", "xterm").arg("-s").arg(daemon.socket());
    command.args(["drain", "--timeout", "2m", "--wait"]);
    let mut screen = Pty::run("chatctl", command);
    screen.shows_input("drain: chatd.localhost ends, and 1 client would be disconnected. Go on? [y/N]");
    screen.enter("y");
    screen.shows("draining: 1 of 1 connected, 0 ended, 1m left*");
    alice.send("QUIT");
    screen.shows("stopped*");
    assert_eq!(screen.exit_code(), Some(0));
    assert_eq!(daemon.wait_exit().code(), Some(0));
}

#[test]
fn whoever_waits_for_a_drain_learns_that_it_was_taken_back() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    let mut waiting = Tool::chatctl(&daemon, &["-y", "drain", "--timeout", "5m", "--wait"]);
    waiting.expect("draining: 1 connected, until *");
    alice.expect(":* NOTICE $$* :This server stops in 300 seconds. *");
    ctl(&daemon, &["undrain"]).success();
    waiting.complains("chatctl: drain: it was taken back *");
    assert_eq!(waiting.exit_code(), Some(1));
}

#[test]
fn whoever_waits_for_a_stop_may_use_the_database_at_once() {
    let mut daemon = Daemon::start();
    for _ in 0..5 {
        ctl(&daemon, &["-y", "stop", "--wait"]).success().stdout(contains("stopped"));
        daemon.run_with(&["--check-db"]).success();
        assert_eq!(daemon.wait_exit().code(), Some(0));
        daemon.restart();
    }
}
