//! What clients say to each other: direct messages, tags, echoes, and how long a line may be.

use crate::harness::{Client, Daemon, glob};

/// Longest line with its end (RFC 2812 §2.3).
const LINE_MAX: usize = 512;

#[test]
fn a_direct_message_reaches_its_addressee_and_nobody_else() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    let mut bob = Client::connect(&daemon, "bob");
    let mut carol = Client::connect(&daemon, "carol");
    alice.send("PRIVMSG Bob :just for you");
    alice.expect_silence();
    bob.expect(":alice!~alice@127.0.0.1 PRIVMSG bob :just for you");
    bob.send("NOTICE alice :thanks");
    bob.expect_silence();
    alice.expect(":bob!~bob@127.0.0.1 NOTICE alice :thanks");
    carol.expect_silence();
}

#[test]
fn whoever_writes_to_nobody_or_nothing_is_told() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    for (line, answer) in [
        ("PRIVMSG nobody :hello", ":* 401 alice nobody :*"),
        ("PRIVMSG #nowhere :hello", ":* 403 alice #nowhere :*"),
        ("PRIVMSG", ":* 411 alice :No recipient given (PRIVMSG)"),
        ("PRIVMSG desk", ":* 412 alice :*"),
        ("PRIVMSG desk :", ":* 412 alice :*"),
        ("PRIVMSG a,b,c,d,e :hello", ":* 407 alice e :*limits.targets*"),
    ] {
        alice.send(line);
        alice.expect(answer);
        alice.expect_silence();
    }
}

#[test]
fn several_addressees_get_a_message_once_each() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    let mut bob = Client::connect_in(&daemon, "bob", "#room");
    alice.join("#room");
    bob.expect(":alice!* JOIN #room");
    alice.send("PRIVMSG bob,#room,BOB :hello");
    alice.expect_silence();
    bob.expect(":alice!* PRIVMSG bob :hello");
    bob.expect(":alice!* PRIVMSG #room :hello");
    bob.expect_silence();
}

#[test]
fn whoever_writes_to_somebody_away_reads_why() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    let mut bob = Client::connect(&daemon, "bob");
    bob.send("AWAY :gone fishing");
    bob.expect(":* 306 bob :*");
    alice.send("PRIVMSG bob :are you there?");
    alice.expect(":* 301 alice bob :gone fishing");
    bob.expect(":alice!* PRIVMSG bob :are you there?");
    alice.send("NOTICE bob :notices are not answered");
    alice.expect_silence();
    bob.expect(":alice!* NOTICE bob :*");
    bob.send("AWAY");
    bob.expect(":* 305 bob :*");
    alice.send("PRIVMSG bob :back?");
    alice.expect_silence();
}

#[test]
fn an_echo_comes_to_those_who_negotiated_it_in_rooms_and_direct_and_from_the_desk() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_with_caps(&daemon, "alice", &["echo-message"]);
    let mut bob = Client::connect_in(&daemon, "bob", "#room");
    alice.join("#room");
    bob.expect(":alice!* JOIN #room");
    alice.send("PRIVMSG #room :one");
    alice.expect(":alice!~alice@127.0.0.1 PRIVMSG #room :one");
    alice.send("PRIVMSG bob :two");
    alice.expect(":alice!~alice@127.0.0.1 PRIVMSG bob :two");
    alice.send("PRIVMSG desk :three");
    let mut lines = alice.fence();
    lines.sort_by_key(|line| !line.contains("PRIVMSG"));
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(lines[0], ":alice!~alice@127.0.0.1 PRIVMSG desk :three");
    assert!(glob(":desk!* NOTICE alice :*", &lines[1]), "{lines:?}");
    bob.expect(":alice!* PRIVMSG #room :one");
    bob.expect(":alice!* PRIVMSG bob :two");
    bob.expect_silence();
}

#[test]
fn everybody_reads_the_tags_they_negotiated_and_the_same_id() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_with_caps(&daemon, "alice", &["message-tags", "echo-message"]);
    let mut timed = Client::connect_with_caps(&daemon, "timed", &["server-time"]);
    let mut full = Client::connect_with_caps(&daemon, "full", &["server-time", "message-tags"]);
    let mut plain = Client::connect_in(&daemon, "plain", "#room");
    for client in [&mut alice, &mut timed, &mut full] {
        client.join("#room");
    }
    for client in [&mut alice, &mut timed, &mut full, &mut plain] {
        client.fence();
    }
    alice.send("@+typing=done;server-only=x PRIVMSG #room :hello");
    plain.expect(":alice!~alice@127.0.0.1 PRIVMSG #room :hello");
    timed.expect("@time=20*-*-*T*:*:*Z :alice!~alice@127.0.0.1 PRIVMSG #room :hello");
    let heard = full.expect("@time=20*Z;msgid=*;+typing=done :alice!~alice@127.0.0.1 PRIVMSG #room :hello");
    let echoed = alice.expect("@msgid=*;+typing=done :alice!~alice@127.0.0.1 PRIVMSG #room :hello");
    let id =
        |line: &str| line.split_once("msgid=").map(|(_, rest)| rest.split(';').next().map(str::to_owned));
    assert_eq!(id(&heard), id(&echoed));
}

#[test]
fn tags_without_a_text_go_to_those_who_understand_them_only() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_with_caps(&daemon, "alice", &["message-tags"]);
    let mut bob = Client::connect_with_caps(&daemon, "bob", &["message-tags"]);
    let mut plain = Client::connect(&daemon, "plain");
    for client in [&mut alice, &mut bob, &mut plain] {
        client.join("#room");
    }
    for client in [&mut alice, &mut bob, &mut plain] {
        client.fence();
    }
    alice.send("@+typing=active TAGMSG #room");
    alice.expect_silence();
    bob.expect("@msgid=*;+typing=active :alice!~alice@127.0.0.1 TAGMSG #room");
    plain.expect_silence();
    plain.send("TAGMSG #room");
    plain.expect(":* 421 plain TAGMSG :*");
}

#[test]
fn a_line_at_the_limit_arrives_whole_and_one_byte_more_is_refused_whole() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    let mut bob = Client::connect(&daemon, "bob");
    let frame = ":alice!~alice@127.0.0.1 PRIVMSG bob :\r\n".len();
    let text = "x".repeat(LINE_MAX - frame);
    alice.send(&format!("PRIVMSG bob :{text}"));
    alice.expect_silence();
    let heard = bob.expect(&format!(":alice!~alice@127.0.0.1 PRIVMSG bob :{text}"));
    assert_eq!(heard.len() + "\r\n".len(), LINE_MAX);
    alice.send(&format!("PRIVMSG bob :{text}x"));
    alice.expect(":* 417 alice :*1 bytes too long*");
    bob.expect_silence();
}

#[test]
fn what_a_client_sends_may_be_512_bytes_long_and_not_one_more() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    let token = |line_length: usize| "t".repeat(line_length - "PING \r\n".len());
    alice.send(&format!("PING {}", token(LINE_MAX)));
    alice.expect(":* PONG * :tttt*");
    alice.send(&format!("PING {}", token(LINE_MAX + 1)));
    alice.expect(":* 417 alice :*");
    alice.expect_silence();
}

#[test]
fn text_is_kept_as_it_was_typed() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    let mut bob = Client::connect(&daemon, "bob");
    for text in
        ["  two blanks  ", ":a colon", "Grüße, 世界 🌍", "\u{1}ACTION waves\u{1}", "\u{3}4red\u{f}", "@a=b c"]
    {
        alice.send(&format!("PRIVMSG bob :{text}"));
        let heard = bob.expect(":alice!* PRIVMSG bob :*");
        assert_eq!(heard, format!(":alice!~alice@127.0.0.1 PRIVMSG bob :{text}"));
    }
}
