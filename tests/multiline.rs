//! Messages of several lines over real sockets: batches in, batches and lines out, and what is kept.

use crate::harness::{Client, Daemon, LineClient, ctl, history, texts};

const BATCHES: [&str; 5] = ["message-tags", "batch", "echo-message", "labeled-response", "draft/multiline"];

/// Alice says `hello`, nothing, and `how is everyone?` in two lines.
fn hello(alice: &mut Client, to: &str, label: &str) {
    alice.send(&format!("@{label}+x=y BATCH +123 draft/multiline {to}"));
    for (tags, text) in [("", "hello"), ("", ""), ("", "how is "), (";draft/multiline-concat", "everyone?")] {
        alice.send(&format!("@batch=123{tags} PRIVMSG {to} :{text}"));
    }
    alice.send("BATCH -123");
}

/// What a client with batches reads of it, behind the tags of the first line.
fn expect_batch(client: &mut Client, tags: &str, to: &str) {
    let first = client.expect(&format!("@{tags}msgid=*;+x=y :alice!* BATCH +m* draft/multiline {to}"));
    let name = first.split(" BATCH +").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    client.expect_all(&[
        &format!("@batch={name} :alice!* PRIVMSG {to} :hello"),
        &format!("@batch={name} :alice!* PRIVMSG {to} :"),
        &format!("@batch={name} :alice!* PRIVMSG {to} :how is "),
        &format!("@batch={name};draft/multiline-concat :alice!* PRIVMSG {to} :everyone?"),
        &format!(":* BATCH -{name}"),
    ]);
    client.expect_silence();
}

#[test]
fn a_message_of_several_lines_is_a_batch_for_some_and_lines_for_others() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_with_caps(&daemon, "alice", &BATCHES);
    let mut bob = Client::connect_with_caps(&daemon, "bob", &BATCHES);
    let mut carol = Client::connect_with_caps(&daemon, "carol", &["message-tags"]);
    for client in [&mut alice, &mut bob, &mut carol] {
        client.join("#room");
    }
    alice.fence();
    bob.fence();
    hello(&mut alice, "#room", "label=xyz;");
    expect_batch(&mut alice, "label=xyz;", "#room");
    expect_batch(&mut bob, "", "#room");
    carol.expect("@msgid=*;+x=y :alice!* PRIVMSG #room :hello");
    carol.expect("@+x=y :alice!* PRIVMSG #room :how is ");
    carol.expect("@+x=y :alice!* PRIVMSG #room :everyone?");
    carol.expect_silence();
    assert_eq!(texts(&history(&daemon, "#room")), ["hello\n\nhow is everyone?"]);
    let shown = ctl(&daemon, &["history", "#room"]).success();
    let shown = String::from_utf8(shown.get_output().stdout.clone()).unwrap();
    assert!(shown.contains("#room  alice: hello\n") && shown.ends_with(" how is everyone?\n"), "{shown}");
    hello(&mut alice, "bob", "");
    expect_batch(&mut alice, "", "bob");
    expect_batch(&mut bob, "", "bob");
    hello(&mut alice, "@#room", "");
    expect_batch(&mut alice, "", "@#room");
}

#[test]
fn the_desk_and_plain_lines_read_each_line() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_with_caps(&daemon, "alice", &BATCHES[..2]);
    alice.send("CAP REQ draft/multiline");
    alice.join("#room");
    let mut lines = LineClient::connect(&daemon);
    lines.send("/join #room");
    lines.skip_until("-- in #room: *");
    hello(&mut alice, "#room", "");
    lines.expect("#room <alice> hello");
    lines.expect("#room <alice> how is everyone?");
    hello(&mut alice, "desk", "");
    alice.skip_until("*desk!* NOTICE alice :*");
    assert_eq!(texts(&history(&daemon, "alice")), ["hello\n\nhow is everyone?"]);
}

#[test]
fn one_that_is_too_long_is_refused_while_it_comes() {
    let daemon = Daemon::with("[limits]\nmultiline-lines = 3\nmultiline-bytes = \"1KiB\"");
    let mut alice = Client::connect_with_caps(&daemon, "alice", &BATCHES);
    alice.send("CAP LS 302");
    alice.expect("* CAP alice LS :*draft/multiline=max-bytes=1024,max-lines=3*");
    alice.join("#room");
    for (text, times, fault) in
        [("hi", 4, "MULTILINE_MAX_LINES 3"), ("x".repeat(400).as_str(), 3, "MULTILINE_MAX_BYTES 1024")]
    {
        alice.send("BATCH +1 draft/multiline #room");
        for _ in 0..times {
            alice.send(&format!("@batch=1 PRIVMSG #room :{text}"));
        }
        alice.expect(&format!(":* FAIL BATCH {fault} :*"));
        alice.send("BATCH -1");
        alice.expect_silence();
    }
}
