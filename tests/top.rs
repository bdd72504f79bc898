//! `chatctl top` at a terminal and in a pipe.

use chat_proto::control::Top;
use nix::sys::signal::Signal;
use predicates::str::{contains, is_empty};

use crate::harness::{Client, Daemon, Pty, ctl, json};

const DOWN: &str = "\u{1b}[B";
const CTRL_C: &str = "\u{3}";

/// A view of `daemon` that shows its first screen, in the size of the oldest terminal.
#[track_caller]
fn opened(daemon: &Daemon) -> Pty {
    let mut top = Pty::chatctl(daemon, &["top", "--delay", "100ms"]);
    top.shows("● chatd 0.1.0 on chatd.localhost: healthy, up *");
    top.shows("q quit *");
    top
}

#[test]
fn clients_rooms_and_rates_are_shown_and_change_as_they_change() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#lobby");
    let mut top = opened(&daemon);
    top.shows("clients  1 (1 registered): irc 1*");
    top.shows("*alice *127.0.0.1:*irc *");
    alice.send("PRIVMSG #lobby :hello");
    alice.fence();
    top.shows("#lobby * 1 *.*");
    let _bob = Client::connect(&daemon, "bob");
    top.shows("clients  2 (2 registered): irc 2*");
    top.shows("*bob *127.0.0.1:*irc *");
    assert!(top.rows().iter().all(|row| row.trim_end().chars().count() <= 80), "{:#?}", top.rows());
    top.press("q");
    assert_eq!(top.exit_code(), Some(0));
    top.is_as_it_was();
}

#[test]
fn keys_sort_pause_and_help_and_a_kick_is_asked_for() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    let mut top = opened(&daemon);
    top.press("s");
    top.shows("*s sort (in)*");
    top.press("s");
    top.shows("*s sort (queued)*");
    top.press("?");
    top.shows("Ctrl-L *draw the screen anew*");
    top.press("x");
    top.shows("*alice *");
    top.press("k");
    top.shows("select a client first*");
    top.press(&format!("{DOWN}k"));
    top.shows("end the connection of alice (1)? [y/N]*");
    top.press("n");
    top.shows("q quit *");
    top.press("ky");
    alice.expect("ERROR :*ended by an operator*");
    top.shows("ended 1 connection(s)*");
    top.shows("clients  0 (0 registered)*");
    top.press("p");
    top.shows("*p go on (paused)*");
    let _bob = Client::connect(&daemon, "bob");
    top.press("p");
    top.shows("clients  1 (1 registered): irc 1*");
    top.press(CTRL_C);
    assert_eq!(top.exit_code(), Some(0));
    top.is_as_it_was();
}

#[test]
fn a_daemon_that_is_restarted_is_waited_for() {
    let mut daemon = Daemon::start();
    let mut top = opened(&daemon);
    daemon.kill9();
    top.shows("not reachable, trying again: *");
    daemon.restart();
    let _alice = Client::connect(&daemon, "alice");
    top.shows("*alice *127.0.0.1:*");
    assert!(!top.rows().iter().any(|row| row.contains("not reachable")), "{:#?}", top.rows());
}

#[test]
fn a_signal_gives_the_terminal_back() {
    let daemon = Daemon::start();
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
        let mut top = opened(&daemon);
        top.signal(signal);
        assert_eq!(top.exit_code(), Some(130), "{signal}");
        top.is_as_it_was();
    }
}

#[test]
fn the_screen_follows_the_size_of_the_terminal() {
    let daemon = Daemon::start();
    let _alice = Client::connect(&daemon, "alice");
    let mut top = opened(&daemon);
    top.resize(12, 60);
    top.shows_at(11, "q quit *");
    top.resize(40, 100);
    top.shows_at(39, "q quit *");
    top.shows("*alice *");
}

#[test]
fn a_look_that_brings_little_news_takes_few_bytes() {
    let daemon = Daemon::start();
    let _alice = Client::connect(&daemon, "alice");
    let mut top = Pty::chatctl(&daemon, &["top", "--delay", "100ms", "-n", "21"]);
    assert_eq!(top.exit_code(), Some(0));
    // The first screen takes less than 2 KiB; behind it come twenty looks in which little changes.
    assert!(top.bytes() < 2048 + 20 * 200, "{} bytes", top.bytes());
    top.is_as_it_was();
}

#[test]
fn in_a_pipe_it_is_text_or_json_and_ends() {
    let daemon = Daemon::start();
    let _alice = Client::connect_in(&daemon, "alice", "#lobby");
    ctl(&daemon, &["top"]).success().stdout(contains("alice")).stderr(is_empty());
    let looks: Vec<Top> = json(&daemon, &["top", "-n", "2", "--delay", "1ms"]);
    assert_eq!(looks.len(), 2);
    assert_eq!((looks[0].clients, looks[0].busiest_clients[0].nick.as_deref()), (1, Some("alice")));
    ctl(&daemon, &["top", "-n", "0"]).code(2);
}

#[test]
fn without_a_daemon_it_ends_at_once_and_leaves_the_terminal_alone() {
    let mut daemon = Daemon::start();
    daemon.kill9();
    let mut top = Pty::chatctl(&daemon, &["top"]);
    assert_eq!(top.exit_code(), Some(3));
    top.is_as_it_was();
}
