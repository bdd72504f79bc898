//! Labels and batches where they might be lost, given to somebody else, or outlive their request (IRCv3 labeled-response, batch).

use std::collections::BTreeSet;

use super::UNPACED;
use crate::harness::{Client, Daemon};

const CAPS: [&str; 3] = ["batch", "labeled-response", "message-tags"];

/// What a verb is followed by: nothing, and a little of what verbs take.
const PARAMETERS: [&str; 10] =
    ["", " x", " #room", " #room x", " #room :x", " #nowhere", " other :x", " * 0", " a b c d e f g h", " :"];

/// All verbs that the server says it has.
#[track_caller]
fn verbs(client: &mut Client) -> BTreeSet<String> {
    client.send("HELP");
    let lines = client.collect_until(":* 706 *");
    let words = lines.iter().filter(|line| line.contains(" 705 ")).filter_map(|line| line.split_once(" :"));
    words.flat_map(|(_, words)| words.split_whitespace().map(str::to_owned)).collect()
}

/// The tags of a line as they stand.
fn tags(line: &str) -> &str {
    line.strip_prefix('@').and_then(|line| line.split(' ').next()).unwrap_or_default()
}

fn has_tag(line: &str, tag: &str) -> bool {
    tags(line).split(';').any(|one| one == tag)
}

/// Fails unless these lines are exactly one answer with the label: one line, or one batch with all of the rest in it.
#[track_caller]
fn is_one_answer(lines: &[String], label: &str, asked: &str) {
    let tag = format!("label={label}");
    let labeled: Vec<_> = lines.iter().filter(|line| has_tag(line, &tag)).collect();
    assert_eq!(labeled.len(), 1, "{asked}: {lines:#?}");
    let foreign: Vec<_> =
        lines.iter().filter(|line| tags(line).contains("label=") && !has_tag(line, &tag)).collect();
    assert!(foreign.is_empty(), "{asked}: {foreign:#?}");
    let Some((_, reference)) = labeled[0].split_once(" BATCH +") else { return };
    let reference = reference.split(' ').next().unwrap();
    let inside = format!("batch={reference}");
    let opened = lines.iter().position(|line| has_tag(line, &tag)).unwrap();
    let closed =
        lines.iter().position(|line| line.ends_with(&format!("BATCH -{reference}"))).expect("the batch ends");
    // Batches inside it are in it by their beginning.
    let others = lines[opened + 1..closed]
        .iter()
        .filter(|line| tags(line).contains("batch=") || line.contains(" BATCH -"));
    assert!(others.count() + 1 >= closed - opened, "{asked}: {lines:#?}");
    assert!(lines.iter().any(|line| has_tag(line, &inside)), "{asked}: an empty batch in {lines:#?}");
}

#[test]
fn a_label_on_any_verb_with_any_parameters_comes_back_exactly_once() {
    let daemon = Daemon::with(&format!("[limits]\n{UNPACED}"));
    let _other = Client::connect_in(&daemon, "other", "#room");
    let mut asker = Client::connect_with_caps(&daemon, "asker", &CAPS);
    asker.join("#room");
    let verbs = verbs(&mut asker);
    assert!(verbs.len() > 40, "{verbs:?}");
    // What ends the connection is below; what answers a PING is not answered.
    for verb in verbs.iter().filter(|verb| !["QUIT", "PONG", "ERROR", "BATCH"].contains(&verb.as_str())) {
        for (number, parameters) in PARAMETERS.into_iter().enumerate() {
            let (label, asked) = (format!("{verb}-{number}"), format!("{verb}{parameters}"));
            asker.send(&format!("@label={label} {asked}"));
            let lines = asker.fence();
            is_one_answer(&lines, &label, &asked);
        }
        // Whatever it did, it starts again from the same place.
        asker.send("NICK asker\r\nAWAY\r\nJOIN #room");
        asker.fence();
    }
}

#[test]
fn a_label_on_verbs_without_an_answer_is_acknowledged() {
    let daemon = Daemon::start();
    let mut asker = Client::connect_with_caps(&daemon, "asker", &CAPS);
    for line in ["PONG x", "PRIVMSG asker2 :x", "NOTICE nobody :x", "PONG"] {
        asker.send(&format!("@label=quiet {line}"));
        let lines = asker.fence();
        is_one_answer(&lines, "quiet", line);
    }
}

#[test]
fn a_label_on_quit_is_on_the_last_words_and_on_nothing_that_others_read() {
    let daemon = Daemon::start();
    let mut other = Client::connect_with_caps(&daemon, "other", &CAPS);
    other.join("#room");
    let mut asker = Client::connect_with_caps(&daemon, "asker", &CAPS);
    asker.join("#room");
    other.expect("*:asker!* JOIN #room");
    asker.send("@label=gone QUIT :bye\r\n@label=late PRIVMSG #room :never");
    let mut last = Vec::new();
    while let Some(line) = asker.read_line() {
        last.push(line);
    }
    assert!(last.iter().any(|line| line.contains("ERROR :Closing link")), "{last:#?}");
    assert!(last.iter().all(|line| !line.contains("label=late")), "{last:#?}");
    let heard = other.expect("*:asker!* QUIT :Quit: bye");
    assert!(!heard.contains("label"), "{heard}");
    other.expect_silence();
}

#[test]
fn labels_of_two_who_ask_at_once_are_each_their_own() {
    let daemon = Daemon::with(&format!("[limits]\n{UNPACED}"));
    let mut one = Client::connect_with_caps(&daemon, "one", &CAPS);
    let mut two = Client::connect_with_caps(&daemon, "two", &CAPS);
    for client in [&mut one, &mut two] {
        client.join("#room");
    }
    one.fence();
    for round in 0..50 {
        let lines = |nick: &str| -> String {
            let asks = [
                "WHO #room",
                "LIST",
                "NAMES #room",
                "WHOIS one two",
                "MODE #room",
                "PING x",
                "PRIVMSG #room :x",
            ];
            asks.iter().enumerate().map(|(n, ask)| format!("@label={nick}{round}-{n} {ask}\r\n")).collect()
        };
        one.send_bytes(lines("one").as_bytes());
        two.send_bytes(lines("two").as_bytes());
        for (client, foreign) in [(&mut one, "label=two"), (&mut two, "label=one")] {
            let heard = client.fence();
            assert!(heard.iter().all(|line| !line.contains(foreign)), "{heard:#?}");
            let own = heard.iter().filter(|line| tags(line).contains("label=")).count();
            assert_eq!(own, 7, "{heard:#?}");
        }
    }
}

#[test]
fn labels_at_their_longest_are_kept_and_longer_ones_are_none() {
    let daemon = Daemon::start();
    let mut asker = Client::connect_with_caps(&daemon, "asker", &CAPS);
    let longest = "x".repeat(64);
    asker.send(&format!("@label={longest} PING t"));
    asker.expect(&format!("@label={longest} :* PONG * :t"));
    for odd in ["a\\sb", "é", "\\:", "a=b"] {
        asker.send(&format!("@label={odd} PING t"));
        asker.expect(&format!("@label={odd} :* PONG * :t"));
    }
    asker.send(&format!("@label={longest}x PING t"));
    let heard = asker.read_line().unwrap();
    assert!(!heard.contains(&format!("label={longest}x")), "{heard}");
}
