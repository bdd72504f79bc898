//! Plain lines: all that a person with `nc` can do.

use crate::harness::{Client, Daemon, LineClient};

#[test]
fn a_guest_is_greeted_and_its_line_is_acknowledged_by_the_desk() {
    let daemon = Daemon::start();
    let mut guest = LineClient::open(&daemon);
    guest.expect("-- chatd.localhost: you are guest*");
    guest.expect("-- what you write goes to desk; exit leaves, /help lists commands");
    guest.expect("<desk> Whatever you write here reaches the people who run this server.");
    guest.send("is anybody there?");
    guest.expect("-- received, a person will answer here");
    guest.expect_silence();
}

#[test]
fn a_line_counts_with_either_end_and_at_the_end_of_input_with_none() {
    let daemon = Daemon::start();
    let mut guest = LineClient::connect(&daemon);
    guest.send_bytes(b"one\ntwo\r\n\r\n\nthree");
    guest.end_input();
    for _ in ["one", "two", "three"] {
        guest.expect("-- received*");
    }
    guest.expect("-- closed: Connection closed");
    guest.expect_closed();
}

#[test]
fn what_is_piped_in_at_once_is_done_before_the_end_of_input_is() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    let mut guest = LineClient::open(&daemon);
    guest.send_bytes(b"/nick bob\n/msg alice from a pipe");
    guest.end_input();
    guest.skip_until("-- closed: *");
    guest.expect_closed();
    alice.expect(":bob!~lines@127.0.0.1 PRIVMSG alice :from a pipe");
}

#[test]
fn exit_alone_leaves_and_within_a_text_it_does_not() {
    let daemon = Daemon::start();
    let mut guest = LineClient::connect(&daemon);
    guest.send("where is the exit");
    guest.expect("-- received*");
    guest.send("exit");
    guest.expect("-- closed: Quit");
    guest.expect_closed();
    let mut other = LineClient::connect(&daemon);
    other.send("/quit good night");
    other.expect("-- closed: Quit: good night");
    other.expect_closed();
}

#[test]
fn every_command_that_help_lists_has_help_of_its_own() {
    let daemon = Daemon::start();
    let mut guest = LineClient::connect(&daemon);
    guest.send("/help");
    let listed: Vec<String> = guest.fence();
    let names = listed.iter().filter_map(|line| line.strip_prefix("--   /")?.split(' ').next());
    let names: Vec<_> = names.collect();
    for name in ["nick", "msg", "join", "part", "who", "help"] {
        assert!(names.contains(&name), "/{name} is not in {listed:?}");
    }
    for name in names {
        guest.send(&format!("/help {name}"));
        guest.expect(&format!("-- /{name} *: *"));
        guest.send(&format!("/HELP /{name}"));
        guest.expect(&format!("-- /{name} *: *"));
    }
    guest.send("/help nonsense");
    guest.expect("-- there is no command /nonsense; /help lists all");
    guest.expect_silence();
}

#[test]
fn people_with_plain_lines_and_with_irc_share_rooms_and_direct_messages() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#lobby");
    let mut guest = LineClient::connect(&daemon);
    let own = guest.nick().to_owned();
    guest.send("/join #lobby");
    guest.expect(&format!("* {own} joined #lobby"));
    guest.expect(&format!("-- in #lobby: @alice {own}"));
    alice.expect(&format!(":{own}!~lines@127.0.0.1 JOIN #lobby"));
    guest.send("/nick bob");
    guest.expect(&format!("* {own} is now called bob"));
    alice.expect(&format!(":{own}!~lines@127.0.0.1 NICK :bob"));
    alice.send("PRIVMSG #lobby :hello bob");
    guest.expect("#lobby <alice> hello bob");
    guest.send("/msg #lobby hello alice");
    alice.expect(":bob!~lines@127.0.0.1 PRIVMSG #lobby :hello alice");
    alice.send("PRIVMSG bob :\u{1}ACTION waves\u{1}");
    guest.expect("* alice waves");
    guest.send("/me alice waves back");
    alice.expect(":bob!~lines@127.0.0.1 PRIVMSG alice :\u{1}ACTION waves back\u{1}");
    guest.send("/who #lobby");
    guest.expect("-- @alice (~alice@127.0.0.1) in #lobby: alice the tester");
    guest.expect("-- bob (~lines@127.0.0.1) in #lobby: plain lines");
    alice.send("TOPIC #lobby :news");
    guest.expect("* alice set the topic of #lobby: news");
    guest.send("/rooms");
    guest.expect("-- #lobby (2): news");
    alice.fence();
    guest.send("/part #lobby bye");
    guest.expect("* bob left #lobby (bye)");
    alice.expect(":bob!~lines@127.0.0.1 PART #lobby :bye");
    guest.expect_silence();
}

#[test]
fn a_refused_command_says_why_and_harms_nothing() {
    let daemon = Daemon::start();
    let _alice = Client::connect(&daemon, "alice");
    let mut guest = LineClient::connect(&daemon);
    for (typed, answer) in [
        ("/nick alice", "-- the nick alice is in use"),
        ("/nick desk", "-- the nick desk is in use"),
        ("/nick a b", "-- a b cannot be a nick: *"),
        ("/join lobby", "-- lobby cannot be a room: *; rooms begin with #"),
        ("/msg nobody hello", "-- nobody here is called nobody"),
        ("/msg alice", "-- there is no text to send to alice"),
        ("/part #nowhere", "-- there is no room #nowhere"),
        ("/join", "-- usage: /join #ROOM [KEY]"),
    ] {
        guest.send(typed);
        guest.expect(answer);
        guest.expect_silence();
    }
}

#[test]
fn what_others_write_cannot_steer_the_terminal_of_the_reader() {
    let daemon = Daemon::start();
    let mut mallory = Client::connect_in(&daemon, "mallory", "#room");
    let mut guest = LineClient::connect(&daemon);
    let own = guest.nick().to_owned();
    guest.send("/join #room");
    guest.fence();
    mallory.send(&format!("PRIVMSG {own} :\u{1b}[2J\u{1b}]0;title\u{7}clear\u{9b}31m\u{8}\tend"));
    guest.expect("<mallory> [2J]0;titleclear31m\tend");
    mallory.send("TOPIC #room :\u{1b}[31mred");
    guest.expect("* mallory set the topic of #room: [31mred");
    mallory.send("QUIT :\u{1b}c");
    guest.expect("* mallory left the server (Quit: c)");
}

#[test]
fn lines_that_cannot_be_sent_are_refused_whole_and_the_next_one_counts() {
    let daemon = Daemon::start();
    let mut guest = LineClient::connect(&daemon);
    guest.send_bytes(b"broken \xff\xfe here\n");
    guest.expect("-- that line is not UTF-8; nothing was sent");
    guest.send_bytes(b"a \0 nul\n");
    guest.expect("-- that line contains a control character; nothing was sent");
    let mut long = vec![b'x'; 1024 * 1024];
    long.push(b'\n');
    guest.send_bytes(&long);
    guest.expect("-- that line is longer than 4096 bytes; nothing was sent");
    guest.send(&"y".repeat(600));
    guest.expect("-- that is * bytes too long for one line; nothing was sent");
    guest.send("//a text that begins with a stroke");
    guest.expect("-- received*");
    guest.expect_silence();
}

#[test]
fn a_browser_on_the_lines_port_is_sent_away() {
    let daemon = Daemon::start();
    let mut browser = LineClient::open(&daemon);
    browser.send_bytes(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    browser.skip_until("-- closed: This is a chat port and you speak HTTP");
    browser.expect_closed();
}

#[test]
fn the_password_of_the_server_is_the_first_line() {
    let daemon = Daemon::with("[server]\npassword = \"open-sesame\"");
    let mut guest = LineClient::open(&daemon);
    guest.expect("-- chatd.localhost asks for its password:");
    guest.send("open-sesame");
    guest.expect("-- chatd.localhost: you are *");
    let mut thief = LineClient::open(&daemon);
    thief.expect("-- * asks for its password:");
    thief.send("open");
    thief.expect("-- closed: Bad password");
    thief.expect_closed();
}
