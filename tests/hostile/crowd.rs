//! Very many at once.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use super::UNPACED;
use crate::harness::{Client, Daemon};

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

#[test]
fn two_thousand_who_close_at_once_are_forgotten_and_the_room_goes_on() {
    const CLIENTS: usize = 2_000;
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, most, most).unwrap();
    let daemon = Daemon::with(&format!(
        "[limits]\nclients = 20000\noutbox-soft = \"16MiB\"\noutbox-hard = \"64MiB\"\n{UNPACED}"
    ));
    let mut streams = Vec::new();
    for number in 0..CLIENTS {
        let mut client = Client::open(&daemon, "one of many");
        client.send_bytes(format!("NICK c{number}\r\nUSER c 0 * :c\r\nJOIN #room\r\n").as_bytes());
        streams.push(client);
    }
    let mut watcher = Client::connect(&daemon, "watcher");
    crate::harness::until("everybody in the room", || {
        watcher.send("LIST #room");
        let listed = watcher.collect_until(":* 323 watcher :*");
        listed.iter().any(|line| line.contains(&format!(" #room {CLIENTS} "))).then_some(())
    });
    drop(streams);
    watcher.send("JOIN #room");
    watcher.skip_until(":* 366 *");
    crate::harness::until("an empty room", || {
        watcher.send("NAMES #room");
        watcher
            .collect_until(":* 366 *")
            .iter()
            .any(|line| line.ends_with(" 353 watcher = #room :watcher"))
            .then_some(())
    });
    watcher.fence();
    watcher.expect_silence();
}

#[test]
fn connections_that_come_and_go_leave_no_memory_behind() {
    const ROUND: u64 = 3_000;
    let daemon = Daemon::with(&format!("[limits]\n{UNPACED}"));
    let round = || {
        for number in 0..ROUND {
            let mut client = Client::open(&daemon, "passer-by");
            match number % 3 {
                0 => client.send_bytes(b"CAP LS 302\r\nNICK passer"),
                1 => client.send_bytes(b"NICK passer\r\nUSER p 0 * :p\r\nJOIN #passage\r\nQUIT\r\n"),
                _ => client.send_bytes(&[b'x'; 600]),
            }
            if number % 3 == 1 {
                while client.read_line().is_some() {}
            }
        }
        Client::connect(&daemon, "fence");
        daemon.memory_kib()
    };
    // What is kept of those who left (WHOWAS, the watchers' ring), and what the allocator keeps, is there after some rounds.
    let rounds = [(); 6].map(|()| round());
    let (before, after) = (rounds[3], rounds[5]);
    let grown = after.saturating_sub(before) * 1024 / (2 * ROUND);
    assert!(grown < 40, "each of {} connections leaves {grown} bytes behind", 2 * ROUND);
}
