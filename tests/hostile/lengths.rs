//! Lines without an end, in pieces, and as long as they may be.

use super::UNPACED;
use crate::harness::{Client, Daemon};

#[test]
fn a_megabyte_without_a_line_end_is_refused_as_one_line() {
    let daemon = Daemon::start();
    let mut client = Client::connect(&daemon, "client");
    let mut other = Client::connect(&daemon, "other");
    client.send_bytes(&vec![b'x'; 1024 * 1024]);
    other.expect_silence();
    client.send_bytes(b"\r\nPING after\r\n");
    client.expect(":* 417 client :*");
    client.expect(":* PONG * :after");
    client.expect_silence();
}

#[test]
fn lines_without_an_end_cost_bounded_memory() {
    const CLIENTS: u64 = 40;
    let daemon = Daemon::start();
    let before = daemon.memory_kib();
    let mut clients: Vec<_> = (0..CLIENTS).map(|_| Client::open(&daemon, "endless")).collect();
    for client in &mut clients {
        client.send_bytes(&vec![b'x'; 1024 * 1024]);
    }
    for client in &mut clients {
        client.send_bytes(b"\nPING read\r\n");
        client.skip_until(":* PONG * :read");
        client.send_bytes(&[b'y'; 8000]);
    }
    Client::connect(&daemon, "fence");
    let grown = daemon.memory_kib().saturating_sub(before);
    assert!(grown < CLIENTS * 256, "{CLIENTS} unfinished lines of 1 MiB cost {grown} KiB");
}

#[test]
fn a_line_in_many_pieces_is_one_line() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    for byte in b"PING pieces\r\n" {
        alice.send_bytes(&[*byte]);
    }
    alice.expect(":* PONG * :pieces");
}

/// A line without its end (RFC 2812 §2.3), and what a client may send as tags, without `@` and the blank (IRCv3 message-tags).
const BODY_MAX: usize = 510;
const TAGS_MAX: usize = 4094;

#[test]
fn the_longest_line_with_the_longest_tags_arrives_whole_and_one_byte_more_is_refused() {
    let daemon = Daemon::start();
    let caps = ["message-tags", "server-time"];
    let mut alice = Client::connect_with_caps(&daemon, "alice", &caps);
    let mut bob = Client::connect_with_caps(&daemon, "bob", &caps);
    // A tag that needs no escape and one that is all escapes.
    let tags = format!("+a={};+b={}", "\\:".repeat(500), "x".repeat(TAGS_MAX - 3 - 1000 - 4));
    assert_eq!(tags.len(), TAGS_MAX);
    let head = ":alice!~alice@127.0.0.1 PRIVMSG bob :".len();
    let text = "é".repeat((BODY_MAX - head) / 2);
    alice.send(&format!("@{tags} PRIVMSG bob :{text}"));
    let heard = bob.expect("@* :alice!~alice@127.0.0.1 PRIVMSG bob :*");
    assert!(heard.contains(&tags) && heard.ends_with(&text), "{heard}");
    let prefix = heard.find(' ').unwrap() + 1;
    assert!(prefix <= 8191, "{prefix} bytes of tags");
    alice.send(&format!("@{tags}x PRIVMSG bob :{text}"));
    alice.expect(":* 417 alice :*");
    alice.send(&format!("@{tags} PRIVMSG bob :{text}ab"));
    alice.expect(":* 417 alice :*");
    alice.send(&format!("@{tags} PRIVMSG bob :{}", "x".repeat(BODY_MAX)));
    alice.expect(":* 417 alice :*");
    bob.expect_silence();
}

#[test]
fn a_mask_that_explodes_elsewhere_is_as_quick_as_any() {
    let daemon = Daemon::with(&format!("[limits]\n{UNPACED}"));
    let mut mallory = Client::connect_in(&daemon, "mallory", "#room");
    let mut bob = Client::connect(&daemon, &"a".repeat(30));
    let explosive = |length: usize| "*a".repeat(length);
    for number in 0..50 {
        let mask = format!("{}{number}b!*@*", explosive(20));
        mallory.send(&format!("MODE #room +b {mask}"));
        mallory.expect(&format!(":mallory!* MODE #room +b {mask}"));
    }
    for _ in 0..100 {
        mallory.send(&format!("WHO {}b", explosive(40)));
        mallory.skip_until(":* 315 mallory *");
        mallory.send(&format!("LIST {}b", explosive(40)));
        mallory.skip_until(":* 323 mallory *");
        bob.send("JOIN #room");
        bob.skip_until(":* 366 *");
        bob.send("PART #room");
        bob.expect("* PART #room");
    }
    bob.expect_silence();
}
