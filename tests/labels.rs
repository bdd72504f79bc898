//! Labels over real sockets: what is said with one is answered once with it, and nobody else sees it (IRCv3 labeled-response). The
//! cases are those of a public conformance suite, irctest.

use crate::harness::{Client, Daemon};

const CAPS: [&str; 4] = ["batch", "echo-message", "labeled-response", "message-tags"];

/// The name of the batch that a line opens.
fn name(line: &str) -> String {
    let name = line.split(" BATCH +").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "{line}");
    name
}

#[test]
fn what_is_said_to_several_is_one_batch_of_echoes() {
    let daemon = Daemon::start();
    let mut foo = Client::connect_with_caps(&daemon, "foo", &CAPS[..3]);
    let mut others =
        ["bar", "carl", "alice"].map(|nick| Client::connect_with_caps(&daemon, nick, &CAPS[..3]));
    foo.send("@label=12345 PRIVMSG bar,carl,alice :hi");
    let name = name(&foo.expect("@label=12345 :* BATCH +* labeled-response"));
    for (nick, other) in ["bar", "carl", "alice"].into_iter().zip(&mut others) {
        foo.expect(&format!("@batch={name} :foo!* PRIVMSG {nick} :hi"));
        other.expect(&format!(":foo!* PRIVMSG {nick} :hi"));
        other.expect_silence();
    }
    foo.expect(&format!(":* BATCH -{name}"));
    foo.expect_silence();
}

#[test]
fn what_is_said_to_one_or_to_a_room_is_answered_by_its_echo() {
    let daemon = Daemon::start();
    let mut foo = Client::connect_with_caps(&daemon, "foo", &CAPS);
    let mut bar = Client::connect_with_caps(&daemon, "bar", &CAPS);
    foo.join("#test");
    bar.join("#test");
    foo.fence();
    for (verb, text) in [("PRIVMSG", " :hi"), ("NOTICE", " :hi"), ("TAGMSG", "")] {
        for to in ["bar", "#test"] {
            foo.send(&format!("@label=12345;+draft/reply=123;+draft/react=l😃l {verb} {to}{text}"));
            let said = format!("msgid=*;+draft/reply=123;+draft/react=l😃l :foo!* {verb} {to}{text}");
            foo.expect(&format!("@label=12345;{said}"));
            foo.expect_silence();
            bar.expect(&format!("@{said}"));
            bar.expect_silence();
        }
    }
}

#[test]
fn what_is_said_to_oneself_is_read_twice_and_has_the_label_once() {
    let daemon = Daemon::start();
    let mut foo = Client::connect_with_caps(&daemon, "foo", &CAPS);
    for (verb, text) in [("PRIVMSG", " :hi"), ("NOTICE", " :hi"), ("TAGMSG", "")] {
        foo.send(&format!("@label=12345;+x {verb} foo{text}"));
        let lines = foo.fence();
        assert!(lines.iter().all(|line| line.ends_with(&format!(" {verb} foo{text}"))), "{lines:?}");
        let labels = lines.iter().filter(|line| line.starts_with("@label=12345;")).count();
        assert_eq!((lines.len(), labels), (2, 1), "{lines:?}");
    }
}

#[test]
fn each_answer_has_the_label_or_is_in_a_batch_that_has_it() {
    let daemon = Daemon::start();
    let mut bar = Client::connect_with_caps(&daemon, "bar", &CAPS[..3]);
    for (line, verb) in [
        ("PING token", "PONG * :token"),
        ("NONEXISTENT_COMMAND", "421 bar NONEXISTENT_COMMAND :*"),
        ("PONG token", "ACK"),
        ("CAP LIST", "CAP bar LIST :*"),
        ("CAP REQ server-time", "CAP bar ACK :server-time"),
        ("CAP REQ -server-time", "CAP bar ACK :-server-time"),
        ("CAP REQ unknown", "CAP bar NAK :unknown"),
        ("JOIN", "461 bar JOIN :*"),
        ("NICK 0wrong", "432 bar 0wrong :*"),
    ] {
        bar.send(&format!("@label=98765 {line}"));
        bar.expect(&format!("@label=98765 :* {verb}"));
        bar.expect_silence();
    }
    bar.send("@label=a NICK foo");
    bar.expect("@label=a :bar!* NICK :foo");
    for (line, numerics) in [
        ("WHOIS nobody", &[" 401 ", " 318 "][..]),
        ("JOIN #one,#two", &[" JOIN ", " 353 ", " 366 ", " JOIN ", " 353 ", " 366 "]),
    ] {
        bar.send(&format!("@label=b {line}"));
        let name = name(&bar.expect("@label=b :* BATCH +* labeled-response"));
        for numeric in numerics {
            bar.expect(&format!("@batch={name} :*{numeric}*"));
        }
        bar.expect(&format!(":* BATCH -{name}"));
        bar.expect_silence();
    }
}
