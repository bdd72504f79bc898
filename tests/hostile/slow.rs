//! Clients that die, stall, dawdle or flood: each harms only itself.

use std::time::{Duration, Instant};

use super::UNPACED;
use crate::harness::{Client, Daemon};

#[test]
fn the_others_read_that_a_client_died_without_closing() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#lobby");
    let bob = Client::connect_in(&daemon, "bob", "#lobby");
    alice.expect(":bob!* JOIN #lobby");
    bob.reset();
    alice.expect(":bob!~bob@127.0.0.1 QUIT :Connection *");
    alice.send("PRIVMSG bob :hello?");
    alice.expect(":* 401 alice bob :*");
    Client::connect(&daemon, "bob");
}

#[test]
fn a_client_that_answers_no_ping_is_disconnected_and_one_that_answers_is_not() {
    let daemon = Daemon::with("[limits]\nping-interval = \"1s\"\nping-timeout = \"1s\"");
    let mut dead = Client::connect(&daemon, "dead");
    let mut alive = Client::connect(&daemon, "alive");
    for _ in 0..2 {
        alive.expect("PING :chatd.localhost");
        alive.send("PONG :chatd.localhost");
    }
    dead.expect("PING :chatd.localhost");
    dead.expect("ERROR :Closing link: (~dead@127.0.0.1) [Ping timeout: * seconds]");
    dead.expect_closed();
    alive.fence();
}

#[test]
fn a_client_that_never_reads_is_disconnected_with_the_reason_and_nobody_else_loses_a_line() {
    const BATCH: usize = 100;
    let daemon = Daemon::with(&format!(
        "[limits]\noutbox-soft = \"16KiB\"\noutbox-hard = \"128KiB\"\nwrite-grace = \"20s\"\n{UNPACED}"
    ));
    let mut sender = Client::connect_in(&daemon, "sender", "#room");
    let mut slow = Client::connect_in(&daemon, "slow", "#room");
    slow.wire().shrink_receive_buffer();
    let mut reader = Client::connect_in(&daemon, "reader", "#room");
    sender.fence();
    let filler = "x".repeat(400);
    let mut is_gone = false;
    for batch in 0..1000 {
        let lines = (0..BATCH).map(|number| format!("PRIVMSG #room :{batch} {number} {filler}\r\n"));
        sender.send_bytes(lines.collect::<String>().as_bytes());
        for number in 0..BATCH {
            if reader
                .expect_either(&format!(":sender!* PRIVMSG #room :{batch} {number} *"), ":slow!* QUIT :*")
            {
                reader.expect(&format!(":sender!* PRIVMSG #room :{batch} {number} *"));
                is_gone = true;
            }
        }
        if is_gone || sender.fence().iter().any(|line| line.starts_with(":slow!~slow@127.0.0.1 QUIT")) {
            break;
        }
    }
    let last = slow.skip_until("ERROR *");
    let reason = "Reading too slowly: more than 131072 bytes are waiting (limits.outbox-hard)";
    assert_eq!(last, format!("ERROR :Closing link: (~slow@127.0.0.1) [{reason}]"));
    slow.expect_closed();
    sender.send("PRIVMSG #room :on we go");
    reader.skip_until(":sender!* PRIVMSG #room :on we go");
}

#[test]
fn a_client_that_floods_is_slowed_down_and_not_killed_while_others_are_served_at_once() {
    const LINES: u32 = 250;
    let daemon = Daemon::with("[limits]\ninput-rate = 100\ninput-burst = 50");
    let mut other = Client::connect(&daemon, "other");
    let mut flooder = Client::connect(&daemon, "flooder");
    let begun = Instant::now();
    let flood: String = (0..LINES).map(|number| format!("PING {number}\r\n")).collect();
    flooder.send_bytes(flood.as_bytes());
    other.expect_silence();
    for number in 0..LINES {
        flooder.expect(&format!(":* PONG * :{number}"));
    }
    // Three lines of registration are spent already, so this is less than the pace allows at the very best.
    let least = Duration::from_millis(u64::from(LINES - 50) * 1000 / 100 - 100);
    assert!(begun.elapsed() >= least, "{LINES} lines passed in {:?}", begun.elapsed());
    other.expect_silence();
}

#[test]
fn a_registration_that_dawdles_ends_at_its_deadline_whatever_is_said_meanwhile() {
    let daemon = Daemon::with("[limits]\nregistration-timeout = \"1s\"");
    let openings: [&[u8]; 5] = [
        b"",
        b"N",
        b"NICK slow\r\n",
        b"CAP LS 302\r\nNICK slow\r\nUSER s 0 * :s\r\n",
        b"PASS x\r\nUSER s 0 * :s\r\n",
    ];
    let mut dawdlers: Vec<_> = openings.iter().map(|_| Client::open(&daemon, "slow")).collect();
    for (client, opening) in dawdlers.iter_mut().zip(openings) {
        client.send_bytes(opening);
    }
    let mut talker = Client::open(&daemon, "talker");
    let begun = Instant::now();
    // As long as it is served it goes on talking, so that it is never silent.
    let farewell = loop {
        talker.wire().try_send_bytes(b"PING still-here\r\n");
        match talker.read_line() {
            Some(line) if line.contains("PONG") => {}
            other => break other,
        }
    };
    assert!(
        farewell.is_some_and(|line| line.contains("[Registration timed out (limits.registration-timeout)]")),
        "after {:?}",
        begun.elapsed()
    );
    for client in &mut dawdlers {
        let last = client.skip_until("ERROR *");
        assert!(last.contains("[Registration timed out (limits.registration-timeout)]"), "{last}");
        client.expect_closed();
    }
    Client::connect(&daemon, "prompt");
}
