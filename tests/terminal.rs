//! chat-client at a terminal: what a person sees and types.

use crate::harness::{Client, Daemon, Pty, ctl, history, texts};

const UP: &str = "\u{1b}[A";
const TAB: &str = "\t";
const CTRL_C: &str = "\u{3}";
const CTRL_D: &str = "\u{4}";
const BACKSPACE: &str = "\u{7f}";
const HOME: &str = "\u{1}";
const CLEAR: &str = "\u{15}";

/// A client at a terminal that shows its prompt.
#[track_caller]
fn at_prompt(daemon: &Daemon, nick: &str, more: &[&str]) -> Pty {
    let mut client = Pty::chat_client(daemon, nick, more);
    client.shows("*connected to * as *");
    client.shows("*-desk- Whatever you write here *");
    client.shows_input("*>");
    client
}

#[test]
fn a_prompt_appears_and_what_is_typed_reaches_the_desk_and_is_acknowledged() {
    let daemon = Daemon::start();
    let mut alice = at_prompt(&daemon, "alice", &[]);
    alice.enter("hello desk");
    alice.shows("*:* -desk- received, *");
    alice.shows_input("desk>");
    ctl(&daemon, &["say", "alice", "hello alice"]).success();
    alice.shows("*:* <desk> hello alice");
    assert_eq!(texts(&history(&daemon, "alice")), ["hello desk", "hello alice"]);
}

#[test]
fn lines_that_come_in_never_disturb_the_line_that_is_being_typed() {
    let daemon = Daemon::start();
    let mut bob = Client::connect(&daemon, "bob");
    let mut alice = at_prompt(&daemon, "alice", &[]);
    alice.press("half a li");
    alice.shows_input("desk> half a li");
    for number in 0..20 {
        bob.send(&format!("PRIVMSG alice :interruption {number}"));
        alice.shows(&format!("*<bob> interruption {number}"));
        alice.shows_input("desk> half a li");
    }
    alice.press(&format!("{BACKSPACE}{BACKSPACE}lin"));
    alice.shows_input("desk> half a lin");
    bob.send("PRIVMSG alice :one more");
    alice.shows("*<bob> one more");
    alice.enter("e");
    alice.shows("*-desk- received, *");
    assert_eq!(texts(&history(&daemon, "alice")), ["half a line"]);
    // What came in stands there in order, and none of it twice.
    let rows = alice.rows();
    let said: Vec<_> =
        rows.iter().filter_map(|row| row.split_once("<bob> ")).map(|(_, text)| text.trim_end()).collect();
    let mut expected: Vec<_> = (0..20).map(|number| format!("interruption {number}")).collect();
    expected.push("one more".into());
    assert_eq!(said, expected);
    let typed: Vec<_> = rows.iter().filter(|row| row.contains("half")).map(|row| row.trim_end()).collect();
    assert_eq!(typed, ["desk> half a line"]);
}

#[test]
fn a_line_in_the_middle_of_which_the_cursor_stands_stays_as_it_is_too() {
    let daemon = Daemon::start();
    let mut bob = Client::connect(&daemon, "bob");
    let mut alice = at_prompt(&daemon, "alice", &[]);
    alice.press(&format!("world{HOME}hello "));
    alice.shows("desk> hello world*");
    bob.send("PRIVMSG alice :interruption");
    alice.shows("*<bob> interruption");
    alice.enter("my ");
    alice.shows("*-desk- received, *");
    assert_eq!(texts(&history(&daemon, "alice")), ["hello my world"]);
}

#[test]
fn what_was_typed_comes_back_with_the_arrow_even_in_the_next_session() {
    let daemon = Daemon::start();
    let mut alice = at_prompt(&daemon, "alice", &[]);
    alice.enter("first");
    alice.shows("*-desk- received, *");
    alice.enter(" not kept");
    alice.enter("second");
    alice.shows_input("desk>");
    alice.press(UP);
    alice.shows_input("desk> second");
    alice.press(UP);
    alice.shows_input("desk> first");
    alice.press(CLEAR);
    alice.enter("exit");
    assert_eq!(alice.exit_code(), Some(0));
    let mut again = at_prompt(&daemon, "alice", &[]);
    again.press(&[UP, UP].concat());
    again.shows_input("desk> second");
    again.enter("");
    again.shows("*-desk- received, *");
    assert_eq!(texts(&history(&daemon, "alice")), ["second"]);
}

#[test]
fn commands_nicks_and_rooms_are_completed() {
    let daemon = Daemon::start();
    let mut bob = Client::connect_in(&daemon, "bobby", "#room");
    let mut alice = at_prompt(&daemon, "alice", &[]);
    alice.press(&format!("/jo{TAB}"));
    alice.shows_input("desk> /join");
    alice.enter("#room");
    bob.expect(":alice!* JOIN #room");
    alice.shows("*#room: *bobby*");
    alice.shows_input("#room>");
    alice.press(&format!("bo{TAB}"));
    alice.shows_input("#room> bobby:");
    alice.enter("hello");
    bob.expect(":alice!* PRIVMSG #room :bobby: hello");
    alice.press(&format!("/part #r{TAB}\r"));
    bob.expect(":alice!* PART #room");
    alice.shows_input("desk>");
}

#[test]
fn the_word_exit_and_both_control_keys_leave_and_give_the_terminal_back() {
    let daemon = Daemon::start();
    for leaving in ["exit\r", CTRL_C, CTRL_D, "/quit bye\r"] {
        let mut alice = at_prompt(&daemon, "alice", &[]);
        alice.press(leaving);
        assert_eq!(alice.exit_code(), Some(0), "{leaving:?}");
        alice.is_as_it_was();
    }
}

#[test]
fn being_kicked_shows_the_reason_and_gives_the_terminal_back() {
    let daemon = Daemon::start();
    let mut alice = at_prompt(&daemon, "alice", &[]);
    let mut bob = at_prompt(&daemon, "bob", &["--no-reconnect"]);
    alice.press("half a line");
    alice.shows_input("desk> half a line");
    for (nick, client) in [("alice", &mut alice), ("bob", &mut bob)] {
        ctl(&daemon, &["kick", nick, "read the rules"]).success();
        assert_eq!(client.exit_code(), Some(1));
        assert!(
            client.rows().iter().any(|row| row.contains("Kicked by desk: read the rules")),
            "{:?}",
            client.rows()
        );
        client.is_as_it_was();
    }
}

#[test]
fn a_lost_connection_is_told_and_made_again_with_ever_longer_pauses() {
    let mut daemon = Daemon::start();
    let port = daemon.irc_port();
    let mut alice = at_prompt(&daemon, "alice", &["--to", "#room"]);
    alice.press("typed mean");
    daemon.kill9();
    alice.shows("*connection lost, trying again in 1 s");
    alice.shows("*connection lost, trying again in 2 s");
    daemon.rewrite(&format!("[[listen]]\nprotocol = \"irc\"\naddress = \"127.0.0.1:{port}\""));
    daemon.restart();
    alice.shows_often("*connected to * as alice*", 2);
    alice.shows_input("#room> typed mean");
    alice.enter("while");
    alice.shows_input("#room>");
    let mut bob = Client::connect_in(&daemon, "bob", "#room");
    alice.shows("*bob joined #room*");
    bob.send("PRIVMSG #room :there you are");
    alice.shows("*#room <bob> there you are");
    assert_eq!(texts(&history(&daemon, "#room")), ["typed meanwhile", "there you are"]);
}

#[test]
fn what_others_write_cannot_steer_the_terminal() {
    let daemon = Daemon::start();
    let mut bob = Client::connect(&daemon, "bob");
    let mut alice = at_prompt(&daemon, "alice", &[]);
    bob.send("PRIVMSG alice :before");
    bob.send("PRIVMSG alice :\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31mred");
    alice.shows("*<bob> *red");
    alice.shows("*<bob> before");
    alice.shows("*-desk- Whatever you write here *");
}
