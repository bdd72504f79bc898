//! The real chat-client in a pipe: one line in, one line out, and exit codes that scripts can rely on. And the tour of the
//! README as one conversation.

use std::io::Write;
use std::net::TcpListener;

use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::{contains, is_match};

use crate::harness::{Client, Daemon, LineClient, Tool, ctl, history, texts};

const GREETING: &str = "-desk- Whatever you write here reaches the people who run this server.";
const RECEIPT: &str = "-desk- received, a person will answer here";

/// A client in a pipe that has read its greeting.
#[track_caller]
fn greeted(daemon: &Daemon, nick: &str, more: &[&str]) -> Tool {
    let mut client = Tool::chat_client(daemon, nick, more);
    client.expect(GREETING);
    client
}

#[test]
fn what_is_piped_goes_to_the_desk_and_every_receipt_is_printed_before_it_leaves() {
    let daemon = Daemon::start();
    let mut alice = greeted(&daemon, "alice", &[]);
    for line in ["one", "two", "three"] {
        alice.send(line);
    }
    alice.end_input();
    assert_eq!(alice.rest(), [RECEIPT; 3]);
    assert_eq!((alice.exit_code(), alice.complaints().len()), (Some(0), 0));
    assert_eq!(texts(&history(&daemon, "alice")), ["one", "two", "three"]);
}

#[test]
fn a_last_line_without_an_end_is_sent_and_carriage_returns_are_no_text() {
    let daemon = Daemon::start();
    let mut alice = greeted(&daemon, "alice", &[]);
    alice.take_input().write_all("one\r\ntwo ä\n\nthree".as_bytes()).unwrap();
    assert_eq!(alice.rest(), [RECEIPT; 3]);
    assert_eq!(alice.exit_code(), Some(0));
    assert_eq!(texts(&history(&daemon, "alice")), ["one", "two ä", "three"]);
}

#[test]
fn the_word_exit_leaves_and_what_follows_is_not_sent() {
    let daemon = Daemon::start();
    let mut alice = greeted(&daemon, "alice", &[]);
    alice.take_input().write_all(b"hello\nexit\nnever said\n").unwrap();
    assert_eq!(alice.rest(), [RECEIPT]);
    assert_eq!(alice.exit_code(), Some(0));
    assert_eq!(texts(&history(&daemon, "alice")), ["hello"]);
}

#[test]
fn commands_work_as_they_do_at_a_terminal() {
    let daemon = Daemon::start();
    let mut bob = Client::connect_in(&daemon, "bob", "#room");
    let mut alice = greeted(&daemon, "alice", &[]);
    alice.send("/msg bob hello bob");
    bob.expect(":alice!* PRIVMSG bob :hello bob");
    bob.send("PRIVMSG alice :hello alice");
    alice.expect("<bob> hello alice");
    alice.send("/join #room");
    bob.expect(":alice!* JOIN #room");
    alice.send("hello room");
    bob.expect(":alice!* PRIVMSG #room :hello room");
    bob.send("PRIVMSG #room :\u{1}ACTION waves\u{1}");
    alice.expect("#room * bob waves");
    bob.send("NOTICE #room :noted");
    alice.expect("#room -bob- noted");
    alice.send("/who #room");
    let who = [alice.expect("* *"), alice.expect("* *")];
    assert!(who.iter().any(|line| line.starts_with("* bob (~bob@127.0.0.1)")), "{who:?}");
    assert!(who.iter().any(|line| line.starts_with("* alice (~alice@127.0.0.1)")), "{who:?}");
    alice.send("/nick alina");
    bob.expect(":alice!* NICK :alina");
    alice.send("/part");
    bob.expect(":alina!* PART #room");
    alice.send("to the desk again");
    alice.expect(RECEIPT);
    alice.send("/wave");
    alice.complains("chat-client: no such command: /wave; *");
    alice.send("/msg nobody hello");
    alice.complains("chat-client: nobody: *");
    alice.send("/quit see you");
    bob.expect_silence();
    assert_eq!((alice.rest().len(), alice.exit_code()), (0, Some(0)));
}

#[test]
fn being_kicked_is_exit_1_with_the_reason() {
    let daemon = Daemon::start();
    let mut alice = greeted(&daemon, "alice", &[]);
    ctl(&daemon, &["kick", "alice", "read the rules"]).success();
    alice.complains("chat-client: *Kicked by desk: read the rules*");
    assert_eq!(alice.exit_code(), Some(1));
}

#[test]
fn a_daemon_that_dies_is_exit_1() {
    let mut daemon = Daemon::start();
    let mut alice = greeted(&daemon, "alice", &[]);
    daemon.kill9();
    alice.complains("chat-client: connection lost: *");
    assert_eq!(alice.exit_code(), Some(1));
}

/// A client whose whole life is to be told no.
#[track_caller]
fn ends(arguments: &[&str]) -> assert_cmd::assert::Assert {
    assert_cmd::cargo::cargo_bin_cmd!("chat-client")
        .env_clear()
        .args(arguments)
        .write_stdin("hello\n")
        .timeout(crate::harness::DEADLINE)
        .assert()
}

#[test]
fn bad_arguments_are_exit_2() {
    for wrong in [&["--nick", "a b"][..], &["host:0"], &["--colour"], &["--to", ""]] {
        ends(wrong).code(2).stdout("").stderr(contains("error: "));
    }
    ends(&["--password-file", "/nonexistent"]).code(2).stderr(contains("/nonexistent"));
    ends(&["--help"]).success().stdout(contains("Exit codes:"));
}

#[test]
fn nobody_there_is_exit_3() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    ends(&[&address]).code(3).stdout("").stderr(contains(address.as_str()).and(contains("refused")));
}

#[test]
fn to_be_refused_is_exit_4_with_the_reason() {
    let daemon = Daemon::with("[server]\npassword = \"sesame\"\n[limits]\nnick-length = 9");
    let address = format!("127.0.0.1:{}", daemon.irc_port());
    ends(&[&address]).code(4).stdout("").stderr(contains("refused: ").and(contains("assword")));
    let file = daemon.path("password");
    let password = file.display().to_string();
    std::fs::write(&file, "sesam\n").unwrap();
    ends(&[&address, "--password-file", &password]).code(4);
    std::fs::write(&file, "sesame\n").unwrap();
    ends(&[&address, "--nick", "alice", "--password-file", &password]).success().stdout(contains(RECEIPT));
    ends(&[&address, "--nick", "alice_the_tenth", "--password-file", &password])
        .code(4)
        .stderr(contains("alice_the_tenth"));
}

#[test]
fn a_nick_in_use_gets_a_stroke_and_says_so() {
    let daemon = Daemon::start();
    let _alice = Client::connect(&daemon, "alice");
    let mut second = greeted(&daemon, "alice", &[]);
    second.complains("chat-client: the nick alice is in use, trying alice_");
    ctl(&daemon, &["say", "alice_", "hello"]).success();
    second.expect("<desk> hello");
}

#[test]
fn a_script_of_ten_thousand_lines_is_stored_whole_once_and_in_order() {
    const LINES: usize = 10_000;
    let daemon = Daemon::with("[limits]\ninput-rate = 0");
    let mut alice = greeted(&daemon, "alice", &[]);
    let mut input = alice.take_input();
    let script: String = (0..LINES).map(|number| format!("{number}\n")).collect();
    let typing = std::thread::spawn(move || input.write_all(script.as_bytes()).unwrap());
    assert_eq!(alice.rest().iter().filter(|line| *line == RECEIPT).count(), LINES);
    assert_eq!(alice.exit_code(), Some(0));
    typing.join().unwrap();
    let expected: Vec<_> = (0..LINES).map(|number| number.to_string()).collect();
    assert_eq!(texts(&history(&daemon, "alice")), expected);
}

/// Starts a daemon that was killed where its clients look for it.
#[track_caller]
fn restart_on_the_same_port(daemon: &mut Daemon) {
    let port = daemon.irc_port();
    daemon.rewrite(&format!("[[listen]]\nprotocol = \"irc\"\naddress = \"127.0.0.1:{port}\""));
    daemon.restart();
}

#[test]
fn with_reconnect_it_lives_through_a_restart_and_is_in_its_rooms_again() {
    let mut daemon = Daemon::start();
    let mut bob = Client::connect_in(&daemon, "bob", "#room");
    let mut alice = greeted(&daemon, "alice", &["--reconnect", "--to", "#room"]);
    bob.expect(":alice!* JOIN #room");
    alice.send("before");
    bob.expect(":alice!* PRIVMSG #room :before");
    daemon.kill9();
    alice.complains("chat-client: connection lost, trying again in 1 s");
    restart_on_the_same_port(&mut daemon);
    alice.expect(GREETING);
    alice.send("after");
    alice.end_input();
    assert_eq!((alice.rest().len(), alice.exit_code()), (0, Some(0)));
    assert_eq!(texts(&history(&daemon, "#room")), ["before", "after"]);
}

#[test]
fn the_tour_two_clients_and_one_line_client_at_the_desk() {
    let daemon = Daemon::start();
    let mut watch = Tool::chatctl(&daemon, &["watch", "--since", "0"]);
    let (mut alice, mut bob) = (greeted(&daemon, "alice", &[]), greeted(&daemon, "bob", &[]));
    let mut guest = LineClient::connect(&daemon);
    let nick = guest.nick().to_owned();
    alice.send("I am alice");
    alice.expect(RECEIPT);
    bob.send("I am bob");
    bob.expect(RECEIPT);
    guest.send("I am a guest");
    guest.expect("-- received, *");
    // None has seen another's line: the next that each reads is meant for it. The operator sees all three.
    for (who, text) in [("alice", "I am alice"), ("bob", "I am bob"), (nick.as_str(), "I am a guest")] {
        watch.skip_until(&format!("*desk  {who} → {text}"));
    }
    ctl(&daemon, &["say", "alice", "hello alice"]).success();
    alice.expect("<desk> hello alice");
    ctl(&daemon, &["-y", "say", "--all", "coffee is ready"]).success();
    alice.expect("-chatd.localhost- coffee is ready");
    bob.expect("-chatd.localhost- coffee is ready");
    guest.expect("*** coffee is ready");
    let row = |who: &str, dialect: &str| {
        is_match(format!(r"(?m)^ *\d+ +{who} +127\.0\.0\.1:\d+ +{dialect} ")).unwrap()
    };
    ctl(&daemon, &["list"])
        .success()
        .stdout(row("alice", "irc").and(row("bob", "irc")).and(row(&nick, "lines")));
    ctl(&daemon, &["kick", "bob", "have a rest"]).success();
    bob.complains("chat-client: *Kicked by desk: have a rest*");
    assert_eq!(bob.exit_code(), Some(1));
    alice.send("exit");
    assert_eq!((alice.rest().len(), alice.exit_code()), (0, Some(0)));
    guest.send("exit");
    guest.expect("-- *");
    guest.expect_closed();
    ctl(&daemon, &["-q", "list"]).success().stdout("");
}
