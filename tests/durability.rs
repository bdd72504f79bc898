//! What was seen is kept: `kill -9` in the middle of traffic, over and over, on the same state directory.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

use crate::harness::{Daemon, Witness, history, texts, until};

/// Nobody is paced, and a receipt names the message.
const FAST: &str = "[limits]\ninput-rate = 0\n[desk]\nreceipt = \"kept as {id}\"";

/// Messages that a talker is ahead of what it was shown.
const AHEAD: usize = 20;

/// What one round showed to people.
#[derive(Debug, Default)]
struct Seen {
    /// Texts of the room, as each of its members was shown them.
    room: Vec<Vec<String>>,
    /// Ids of messages in the room.
    ids: Vec<String>,
    /// Sequence numbers in receipts of the desk.
    receipts: Vec<u64>,
}

/// Two talk in a room, one listens, one writes to the desk, until the daemon is killed behind so many messages.
fn round(daemon: &mut Daemon, name: &str, messages: usize) -> Seen {
    let caps = "echo-message message-tags";
    let in_room = |nick: &str| Witness::join(daemon, &format!("{nick}{name}"), caps, "#room");
    let mut members = [in_room("alice"), in_room("carol"), in_room("bob")];
    let mut guest = Witness::connect(daemon, &format!("dora{name}"), "message-tags");
    let (count, acknowledged) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let mut seen = Seen::default();
    thread::scope(|scope| {
        let (count, acknowledged) = (&count, &acknowledged);
        let [alice, carol, bob] = &mut members;
        let talking = [
            scope.spawn(move || talk(alice, &format!("{name}a"))),
            scope.spawn(move || talk(carol, &format!("{name}c"))),
            scope.spawn(move || listen(bob, count)),
        ];
        let writing = scope.spawn(|| write_to_the_desk(&mut guest, acknowledged));
        let is_enough = || count.load(Relaxed) >= messages && acknowledged.load(Relaxed) > 0;
        until("traffic", || is_enough().then_some(()));
        daemon.kill9();
        let heard = talking.map(|one| one.join().unwrap());
        seen.ids = heard[2].iter().map(|line| id(line)).collect();
        seen.room = heard.iter().map(|lines| lines.iter().map(|line| text(line)).collect()).collect();
        seen.receipts = writing.join().unwrap();
    });
    daemon.restart();
    seen
}

/// Says numbered messages and notes all that the room is shown.
fn talk(witness: &mut Witness, mark: &str) -> Vec<String> {
    let mut heard = Vec::new();
    let (mut own, mut said) = (0, 0);
    loop {
        while said < own + AHEAD && witness.say(&format!("PRIVMSG #room :{mark} {said}\r\n")) {
            said += 1;
        }
        let Some(line) = witness.hear() else { return heard };
        if line.contains(" PRIVMSG #room :") {
            own += usize::from(text(&line).starts_with(&format!("{mark} ")));
            heard.push(line);
        }
    }
}

fn listen(witness: &mut Witness, count: &AtomicUsize) -> Vec<String> {
    let lines = std::iter::from_fn(|| witness.hear()).filter(|line| line.contains(" PRIVMSG #room :"));
    let counted = |_: &String| {
        count.fetch_add(1, Relaxed);
    };
    lines.inspect(counted).collect()
}

fn write_to_the_desk(witness: &mut Witness, acknowledged: &AtomicUsize) -> Vec<u64> {
    let mut receipts = Vec::new();
    while witness.say(&format!("PRIVMSG desk :{}\r\n", receipts.len())) {
        let receipt = std::iter::from_fn(|| witness.hear()).find(|line| line.contains(":kept as "));
        let Some(receipt) = receipt else { break };
        receipts.push(receipt.rsplit(' ').next().unwrap().parse().unwrap());
        acknowledged.fetch_add(1, Relaxed);
    }
    receipts
}

fn text(line: &str) -> String {
    line.split_once(" PRIVMSG #room :").unwrap().1.to_owned()
}

fn id(line: &str) -> String {
    line.strip_prefix("@msgid=").unwrap().split([' ', ';']).next().unwrap().to_owned()
}

/// All that the round showed is in the history, once and in order.
#[track_caller]
fn check(daemon: &Daemon, name: &str, seen: &Seen) {
    let kept = history(daemon, "#room");
    assert!(kept.is_sorted_by(|one, next| one.seq < next.seq), "numbers of the room do not rise");
    let kept: Vec<_> = texts(&kept).into_iter().filter(|text| text.starts_with(name)).collect();
    for shown in &seen.room {
        assert!(shown.len() <= kept.len() && kept[..shown.len()] == *shown, "shown {shown:?}\nkept {kept:?}");
    }
    let desk = history(daemon, &format!("dora{name}"));
    let acknowledged = seen.receipts.len();
    let numbers: Vec<_> = (0..desk.len()).map(|number| number.to_string()).collect();
    assert_eq!(texts(&desk), numbers, "messages to the desk");
    let seqs: Vec<_> = desk.iter().map(|entry| entry.seq).collect();
    assert_eq!(seqs[..acknowledged], seen.receipts, "acknowledged messages to the desk");
}

#[test]
fn twenty_kills_in_the_middle_of_traffic_lose_no_message_that_was_seen() {
    let mut daemon = Daemon::with(FAST);
    let (mut ids, mut newest, mut shown) = (HashSet::new(), 0, 0);
    for number in 0..20 {
        let name = format!("r{number:02}");
        let seen = round(&mut daemon, &name, 20 + 10 * number);
        check(&daemon, &name, &seen);
        assert!(seen.receipts.iter().all(|seq| *seq > newest), "a number of a former start came again");
        newest = seen.receipts.last().copied().unwrap();
        shown += seen.ids.len();
        ids.extend(seen.ids);
    }
    assert_eq!(ids.len(), shown, "an id was used for two messages");
    let kept = history(&daemon, "#room");
    assert!(shown <= kept.len() && kept.len() < 10_000, "{shown} of {}", kept.len());
    assert_eq!(texts(&kept).into_iter().collect::<HashSet<_>>().len(), kept.len(), "a message is kept twice");
}

#[test]
fn with_a_sync_before_every_delivery_a_kill_loses_nothing() {
    let mut daemon = Daemon::with(&format!("{FAST}\n[history]\nsync = \"always\""));
    let seen = round(&mut daemon, "always", 50);
    check(&daemon, "always", &seen);
}

#[test]
fn without_any_sync_a_kill_of_the_daemon_alone_loses_nothing() {
    let mut daemon = Daemon::with(&format!("{FAST}\n[history]\nsync = \"never\""));
    let seen = round(&mut daemon, "never", 50);
    check(&daemon, "never", &seen);
}
