//! Clients that die, stall, flood or talk nonsense: each harms only itself.

use std::time::{Duration, Instant};

use crate::harness::{Client, Daemon};

/// Lets clients speak as fast as they like.
const UNPACED: &str = "input-rate = 1000000\ninput-burst = 1000000";

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
        "[limits]\noutbox-soft = \"16KiB\"\noutbox-hard = \"64KiB\"\nwrite-grace = \"20s\"\n{UNPACED}"
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
    let reason = "Reading too slowly: more than 65536 bytes are waiting (limits.outbox-hard)";
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
fn nuls_bare_carriage_returns_and_broken_utf8_are_refused_and_reach_nobody() {
    let daemon = Daemon::start();
    let mut mallory = Client::connect(&daemon, "mallory");
    let mut bob = Client::connect(&daemon, "bob");
    let cases: [(&[u8], &str); 5] = [
        (b"PRIVMSG bob :a\0b\r\n", ":* FAIL * INVALID_LINE :*"),
        (b"PRIVMSG bob :a\rPRIVMSG bob :b\r\n", ":* FAIL * INVALID_LINE :*"),
        (b"PRIVMSG bob :\xff\xfe\r\n", ":* FAIL * INVALID_UTF8 :*"),
        (b"PRIVMSG bob :cut \xf0\x9f\x92\r\n", ":* FAIL * INVALID_UTF8 :*"),
        (b"\x80\x81\x82\r\n", ":* FAIL * INVALID_UTF8 :*"),
    ];
    for (bytes, answer) in cases {
        mallory.send_bytes(bytes);
        mallory.expect(answer);
    }
    mallory.send_bytes(b"\r\n\n   \r\n");
    mallory.expect_silence();
    bob.expect_silence();
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

#[test]
fn other_protocols_are_sent_away_by_name() {
    let daemon = Daemon::start();
    let hello = b"\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03random\nrandom\x00";
    let cases: [(&[u8], &str); 3] = [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP"),
        (b"CONNECT mail.example:25 HTTP/1.0\r\n\r\n", "HTTP"),
        (hello, "TLS"),
    ];
    for (bytes, name) in cases {
        let mut stranger = Client::open(&daemon, "stranger");
        stranger.send_bytes(bytes);
        stranger.expect_farewell(&format!("This is a chat port and you speak {name}"));
    }
}

#[test]
fn a_hundred_thousand_rooms_are_made_and_listed_and_one_more_is_refused() {
    const CLIENTS: u32 = 5;
    const EACH: u32 = 20_000;
    /// Rooms of one JOIN, and of what is sent before the answers are read.
    const LINE: u32 = 40;
    const BATCH: u32 = 2_000;
    let daemon = Daemon::with(&format!(
        "[limits]\nrooms = {}\nrooms-per-client = {}\n{UNPACED}",
        CLIENTS * EACH,
        EACH + 1
    ));
    let mut makers = Vec::new();
    for client in 0..CLIENTS {
        let mut maker = Client::connect(&daemon, &format!("maker{client}"));
        for from in (0..EACH).step_by(BATCH as usize) {
            let names: Vec<_> = (from..from + BATCH).map(|number| format!("#{client}-{number}")).collect();
            let joins = names.chunks(LINE as usize).map(|names| format!("JOIN {}\r\n", names.join(",")));
            maker.send_bytes(joins.collect::<String>().as_bytes());
            let joined = maker.fence().iter().filter(|line| line.contains(" JOIN ")).count();
            assert_eq!(joined, BATCH as usize);
        }
        makers.push(maker);
    }
    makers[0].send("JOIN #one-more");
    makers[0].expect(":* 405 maker0 #one-more :*limits.rooms*");
    let mut reader = Client::connect(&daemon, "reader");
    reader.send("LIST");
    let listed = reader.collect_until(":* 323 reader :*");
    let mut rooms: Vec<_> = listed.iter().filter(|line| line.contains(" 322 ")).collect();
    rooms.sort_unstable();
    rooms.dedup();
    assert_eq!(rooms.len(), (CLIENTS * EACH) as usize);
}
