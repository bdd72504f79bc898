//! A disk that fills up under a running daemon: nothing is acknowledged that is not kept, and service resumes with space.

use std::time::{Duration, Instant};

use predicates::str::contains;

use crate::harness::{Client, Daemon, SmallDisk, ctl, history, texts, with_private_mounts};

/// More messages of this size than the small disk holds in the space that the write-ahead log has already.
const MOST: usize = 20_000;

/// The interval of the default sync.
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// Without a reserve: the disk itself is the bound.
const CONFIGURATION: &str = "[limits]\ninput-rate = 0\n[history]\nmin-free = \"0B\"\nwarn-free = \"0B\"";

/// A daemon whose state lies on a disk of a few megabytes. The disk is dropped after the daemon.
fn on_a_small_disk() -> (Daemon, SmallDisk) {
    let mut daemon = Daemon::with(CONFIGURATION);
    assert_eq!(daemon.terminate().code(), Some(0));
    let disk = SmallDisk::mount(daemon.state_dir(), "6m");
    daemon.restart();
    (daemon, disk)
}

/// What is said in the room until it cannot be kept; these were echoed.
fn say_until_refused(alice: &mut Client) -> Vec<String> {
    let padding = "x".repeat(300);
    let mut kept = Vec::new();
    for number in 0..MOST {
        let text = format!("{number} {padding}");
        alice.send(&format!("PRIVMSG #room :{text}"));
        let answer = alice.read_line().unwrap();
        if answer.ends_with(&format!("PRIVMSG #room :{text}")) {
            kept.push(text);
            continue;
        }
        assert_eq!(
            answer,
            ":chatd.localhost 404 alice #room :not sent, because it could not be kept: the disk is full"
        );
        return kept;
    }
    panic!("{MOST} messages were kept on a full disk");
}

#[test]
fn on_a_full_disk_senders_are_told_and_service_resumes_with_space() {
    with_private_mounts("full_disk::on_a_full_disk_senders_are_told_and_service_resumes_with_space", || {
        let (mut daemon, disk) = on_a_small_disk();
        let mut alice = Client::connect_with_caps(&daemon, "alice", &["echo-message"]);
        alice.join("#room");
        let mut bob = Client::connect_in(&daemon, "bob", "#room");
        alice.expect(":bob!* JOIN #room");
        let mut dora = Client::connect(&daemon, "dora");
        dora.send("PRIVMSG desk :with space");
        dora.expect(":desk!* NOTICE dora :received, *");
        disk.fill();
        let mut said = say_until_refused(&mut alice);
        said.iter().for_each(|text| drop(bob.expect(&format!(":alice!* PRIVMSG #room :{text}"))));
        nothing_is_kept(&daemon, &mut alice, &mut bob, &mut dora);
        disk.empty();
        said.push("with space again".into());
        alice.send("PRIVMSG #room :with space again");
        alice.expect(":alice!* PRIVMSG #room :with space again");
        bob.expect(":alice!* PRIVMSG #room :with space again");
        dora.send("PRIVMSG desk :with space again");
        dora.expect(":desk!* NOTICE dora :received, *");
        ctl(&daemon, &["status"]).success().stdout(contains(": healthy\n"));
        daemon.kill9();
        daemon.restart();
        assert_eq!(texts(&history(&daemon, "#room")), said);
        assert_eq!(texts(&history(&daemon, "dora")), ["with space", "with space again"]);
        drop(daemon);
        drop(disk);
    });
}

/// Whoever speaks is told, nobody else sees it, and whoever runs the server can see why.
fn nothing_is_kept(daemon: &Daemon, alice: &mut Client, bob: &mut Client, dora: &mut Client) {
    let refused = "not sent, because it could not be kept: the disk is full";
    for _ in 0..3 {
        alice.send(&format!("PRIVMSG #room :lost {}", "x".repeat(300)));
        alice.expect(&format!(":* 404 alice #room :{refused}"));
        dora.send(&format!("PRIVMSG desk :lost {}", "x".repeat(300)));
        dora.expect(&format!(":desk!* NOTICE dora :{refused}"));
    }
    alice.expect_silence();
    dora.expect_silence();
    bob.expect_silence();
    stays_failing(daemon);
    let words = "x".repeat(300);
    ctl(daemon, &["say", "dora", &words]).code(1).stderr(contains(refused));
    ctl(daemon, &["-y", "say", "--all", &words]).code(1).stderr(contains(refused));
    ctl(daemon, &["list"]).success().stdout(contains("alice"));
    dora.expect_silence();
    bob.expect_silence();
}

/// The status does not turn while nothing is kept, not even when what was written before has been synchronised.
fn stays_failing(daemon: &Daemon) {
    let begun = Instant::now();
    while begun.elapsed() < SYNC_EVERY + SYNC_EVERY / 4 {
        ctl(daemon, &["status"]).code(1).stdout(contains("failing: store fails: the disk is full"));
    }
}

#[test]
fn a_start_on_a_full_disk_says_so_and_a_start_with_space_works() {
    with_private_mounts("full_disk::a_start_on_a_full_disk_says_so_and_a_start_with_space_works", || {
        let (mut daemon, disk) = on_a_small_disk();
        daemon.kill9();
        let files = std::fs::read_dir(daemon.state_dir()).unwrap();
        files.for_each(|file| std::fs::remove_file(file.unwrap().path()).unwrap());
        disk.fill();
        daemon.run_another(&[]).code(1).stderr(contains("the disk is full; make room and start again"));
        disk.empty();
        daemon.restart();
        drop(daemon);
        drop(disk);
    });
}
