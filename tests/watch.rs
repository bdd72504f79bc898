//! `chatctl watch`: every conversation live, and across lost connections and restarts without a gap or a repeat.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

use chat_proto::control::{DeskDirection, Entry, EntryKind, SayResult};

use crate::harness::{Client, Daemon, LineClient, Proxy, Tool, Witness, ctl, entry, history, json, until};

/// Nobody is paced.
const FAST: &str = "[limits]\ninput-rate = 0";

/// A watcher that has begun: whatever happens from now on, it shows.
fn watcher(daemon: &Daemon, arguments: &[&str]) -> Tool {
    let newest = newest(daemon);
    let since = ["--since", &newest];
    Tool::chatctl(daemon, &[&["-o", "json", "watch"], arguments, &since].concat())
}

/// The number of an event that has just happened, and with it of all before.
fn newest(daemon: &Daemon) -> String {
    json::<SayResult>(daemon, &["-y", "say", "--all", "now"]).remove(0).seq.to_string()
}

/// The next entry that a watcher shows.
#[track_caller]
fn next(watch: &mut Tool) -> Entry {
    entry(&watch.expect("{*}"))
}

/// Kind, conversation, who, to whom, and what.
type Shape = (EntryKind, Option<String>, Option<String>, Option<String>, Option<String>);

#[track_caller]
fn shows(watch: &mut Tool, kind: EntryKind, conversation: &str, from: &str, to: &str, text: &str) -> Entry {
    let entry = next(watch);
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    // The number of a desk conversation is not for a test to know.
    let place = entry.desk_id.map_or_else(|| entry.conversation.clone(), |_| some("desk"));
    let (text_is, expected): (Shape, Shape) = (
        (entry.kind, place, entry.from.clone(), entry.to.clone(), entry.text.clone()),
        (kind, some(conversation), some(from), some(to), some(text)),
    );
    assert_eq!(text_is, expected, "{entry:?}");
    entry
}

#[test]
fn a_watcher_sees_every_conversation_as_it_happens() {
    let daemon = Daemon::start();
    let mut watch = watcher(&daemon, &[]);
    let mut alice = Client::connect(&daemon, "alice");
    shows(&mut watch, EntryKind::Connect, "", "alice", "", "");
    alice.join("#room");
    shows(&mut watch, EntryKind::Join, "#room", "alice", "", "");
    alice.send("PRIVMSG #room :hello room");
    shows(&mut watch, EntryKind::Message, "#room", "alice", "", "hello room");
    alice.send("TOPIC #room :tests");
    shows(&mut watch, EntryKind::Topic, "#room", "alice", "", "tests");
    alice.send("PRIVMSG desk :hello desk");
    let asked = shows(&mut watch, EntryKind::Message, "desk", "alice", "desk", "hello desk");
    assert_eq!(asked.direction, Some(DeskDirection::FromGuest));
    ctl(&daemon, &["say", "alice", "an answer"]).success();
    let answered = next(&mut watch);
    assert_eq!((answered.desk_id, answered.direction), (asked.desk_id, Some(DeskDirection::FromDesk)));
    assert_eq!((answered.to.as_deref(), answered.text.as_deref()), (Some("alice"), Some("an answer")));
    let mut guest = LineClient::connect(&daemon);
    let nick = guest.nick().to_owned();
    shows(&mut watch, EntryKind::Connect, "", &nick, "", "");
    guest.send("me too");
    shows(&mut watch, EntryKind::Message, "desk", &nick, "desk", "me too");
    alice.send("NICK alina");
    shows(&mut watch, EntryKind::Nick, "", "alice", "alina", "");
    alice.send("QUIT :bye");
    shows(&mut watch, EntryKind::Quit, "", "alina", "", "bye");
    ctl(&daemon, &["kick", &nick, "enough"]).success();
    shows(&mut watch, EntryKind::Disconnect, "", &nick, "", "Kicked by desk: enough");
}

#[test]
fn a_watcher_of_one_conversation_sees_that_one_only() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    alice.join("#other");
    let mut room = watcher(&daemon, &["#room", "-n", "2"]);
    let mut desk = watcher(&daemon, &["desk", "-n", "1"]);
    for line in
        ["PRIVMSG #other :no", "PRIVMSG #room :one", "PRIVMSG desk :for the desk", "PRIVMSG #room :two"]
    {
        alice.send(line);
    }
    shows(&mut room, EntryKind::Message, "#room", "alice", "", "one");
    shows(&mut room, EntryKind::Message, "#room", "alice", "", "two");
    shows(&mut desk, EntryKind::Message, "desk", "alice", "desk", "for the desk");
    for watch in [&mut room, &mut desk] {
        assert_eq!((watch.line(), watch.exit_code()), (None, Some(0)));
    }
}

#[test]
fn direct_messages_are_shown_only_where_the_configuration_says_so() {
    for (shown, configuration) in [(false, ""), (true, "[control]\nwatch-direct-messages = true")] {
        let daemon = Daemon::with(configuration);
        let mut alice = Client::connect(&daemon, "alice");
        let _bob = Client::connect(&daemon, "bob");
        let mut watch = watcher(&daemon, &[]);
        alice.send("PRIVMSG bob :between us");
        alice.send("PRIVMSG desk :for the desk");
        if shown {
            shows(&mut watch, EntryKind::Message, "", "alice", "bob", "between us");
        }
        shows(&mut watch, EntryKind::Message, "desk", "alice", "desk", "for the desk");
    }
}

#[test]
fn as_text_each_line_names_place_and_speaker() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    let since = newest(&daemon);
    let mut watch = Tool::chatctl(&daemon, &["watch", "--since", &since]);
    alice.send("PRIVMSG #room :hello");
    watch.expect("*:*:* #room  alice: hello");
    alice.send("PRIVMSG desk :help");
    watch.expect("*:*:* desk  alice → help");
    ctl(&daemon, &["say", "alice", "we come"]).success();
    watch.expect("*:*:* desk  → alice: we come");
    ctl(&daemon, &["-y", "say", "--all", "noon"]).success();
    watch.expect("*:*:* all  *: noon");
    alice.send("PART #room :tea");
    watch.expect("*:*:* -- alice left #room (tea)");
}

#[test]
fn a_watcher_that_begins_in_the_past_reads_what_is_stored_and_goes_on_live() {
    let mut daemon = Daemon::with(FAST);
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    for number in 0..600 {
        alice.send(&format!("PRIVMSG #room :{number}"));
    }
    alice.fence();
    daemon.kill9();
    daemon.restart();
    let mut watch = Tool::chatctl(&daemon, &["-o", "json", "watch", "#room", "--since", "0"]);
    (0..600).for_each(|number| {
        drop(shows(&mut watch, EntryKind::Message, "#room", "alice", "", &number.to_string()));
    });
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    shows(&mut watch, EntryKind::Join, "#room", "alice", "", "");
    alice.send("PRIVMSG #room :live");
    shows(&mut watch, EntryKind::Message, "#room", "alice", "", "live");
    let stored = history(&daemon, "#room");
    let middle = stored[299].seq.to_string();
    let mut middle = Tool::chatctl(&daemon, &["-o", "json", "watch", "#room", "--since", &middle, "-n", "1"]);
    assert_eq!(next(&mut middle), stored[300]);
}

/// Watches a room through a socket of the test's.
fn watch_through(socket: &Path, since: &str, room: &str, count: usize) -> Tool {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_chatctl"));
    command.env_clear().arg("-s").arg(socket).args(["-o", "json", "watch", room, "--since", since]);
    command.args(["-n", &count.to_string()]);
    Tool::run("chatctl", command)
}

#[test]
fn a_connection_that_is_cut_in_mid_stream_over_and_over_costs_no_entry_and_repeats_none() {
    const MESSAGES: usize = 3_000;
    let daemon = Daemon::with(FAST);
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    // Cut in the head of the answer, in a line, behind many lines.
    let limits = [300, 40, 900, 5_000, 12_345, 333, 40_000, 7_777, 1_000].into_iter().chain([20_000; 6]);
    let proxy = Proxy::open(daemon.path("proxy.sock"), daemon.socket(), limits);
    let since = newest(&daemon);
    let mut watch = watch_through(proxy.path(), &since, "#room", MESSAGES);
    let traffic = thread::spawn(move || {
        for number in 0..MESSAGES {
            alice.send(&format!("PRIVMSG #room :{number}"));
        }
        alice.fence();
    });
    for number in 0..MESSAGES {
        shows(&mut watch, EntryKind::Message, "#room", "alice", "", &number.to_string());
    }
    assert_eq!((watch.line(), watch.exit_code()), (None, Some(0)));
    traffic.join().unwrap();
    assert!(proxy.cuts() >= 10, "only {} cuts", proxy.cuts());
    assert!(watch.complaints().iter().any(|line| line.contains("watch: connected again, resuming after ")));
}

#[test]
fn a_watcher_follows_over_kills_of_the_daemon_and_shows_each_message_once_and_in_order() {
    const ROUNDS: usize = 4;
    let mut daemon = Daemon::with(FAST);
    let mut watch = Tool::chatctl(&daemon, &["-o", "json", "watch", "#room", "--since", "0"]);
    for round in 0..ROUNDS {
        let heard = AtomicUsize::new(0);
        let mut alice = Witness::join(&daemon, "alice", "echo-message", "#room");
        thread::scope(|scope| {
            let heard = &heard;
            scope.spawn(move || talk(&mut alice, round, heard));
            until("traffic", || (heard.load(Relaxed) > 100).then_some(()));
            daemon.kill9();
        });
        daemon.restart();
    }
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    alice.send("PRIVMSG #room :the end");
    alice.fence();
    let shown: Vec<_> = std::iter::from_fn(|| Some(next(&mut watch)))
        .filter(|entry| entry.kind == EntryKind::Message)
        .take(history(&daemon, "#room").len())
        .collect();
    assert_eq!(shown, history(&daemon, "#room"));
    assert!(shown.len() > 100 * ROUNDS);
}

/// Speaks and waits for the echo, until the daemon is gone.
fn talk(witness: &mut Witness, round: usize, heard: &AtomicUsize) {
    for number in 0.. {
        let text = format!("PRIVMSG #room :{round} {number}");
        if !witness.say(&format!("{text}\r\n")) || witness.hear().is_none_or(|line| !line.ends_with(&text)) {
            return;
        }
        heard.fetch_add(1, Relaxed);
    }
}
