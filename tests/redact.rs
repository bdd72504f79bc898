//! Taking back what was said, over real sockets and across a crash.

use crate::harness::{Client, Daemon, history, texts, with_operator};

const CAPS: [&str; 5] =
    ["message-tags", "echo-message", "batch", "labeled-response", "draft/message-redaction"];

/// Says something and reads its id from the echo.
fn say(client: &mut Client, to: &str, text: &str) -> String {
    client.send(&format!("PRIVMSG {to} :{text}"));
    let echo = client.expect(&format!("@msgid=* PRIVMSG {to} :{text}"));
    echo.strip_prefix("@msgid=").unwrap().split([' ', ';']).next().unwrap().to_owned()
}

#[test]
fn what_was_taken_back_is_gone_also_after_a_crash() {
    let mut daemon = Daemon::start();
    let mut alice = Client::connect_with_caps(&daemon, "alice", &CAPS);
    let mut bob = Client::connect_with_caps(&daemon, "bob", &CAPS);
    let mut carol = Client::connect(&daemon, "carol");
    for client in [&mut alice, &mut bob, &mut carol] {
        client.join("#room");
    }
    alice.fence();
    bob.fence();
    say(&mut alice, "#room", "stays");
    bob.expect("* PRIVMSG #room :stays");
    let goes = say(&mut bob, "#room", "goes");
    let spam = say(&mut bob, "#room", "spam");
    alice.send(&format!("@label=x REDACT #room {spam} :no advertising"));
    alice.skip_until(&format!("@label=x;msgid=* :alice!* REDACT #room {spam} :no advertising"));
    bob.skip_until(&format!("@msgid=* :alice!* REDACT #room {spam} :no advertising"));
    bob.send(&format!("REDACT #room {goes}"));
    bob.expect(&format!("@msgid=* :bob!* REDACT #room {goes}"));
    alice.expect(&format!("@msgid=* :bob!* REDACT #room {goes}"));
    assert!(carol.fence().iter().all(|line| line.contains(" PRIVMSG ")), "carol does not know REDACT");
    daemon.kill9();
    daemon.restart();
    assert_eq!(texts(&history(&daemon, "#room")), ["stays"]);
    let mut alice = Client::connect_with_caps(&daemon, "alice", &CAPS);
    alice.join("#room");
    alice.send(&format!("REDACT #room {goes}"));
    alice.expect(&format!(":* FAIL REDACT UNKNOWN_MSGID #room {goes} :*"));
}

#[test]
fn direct_messages_and_tags_are_taken_back_too_and_operators_need_not_be_there() {
    let (daemon, mut boss) = with_operator("");
    boss.send(&format!("CAP REQ :{}", CAPS.join(" ")));
    boss.expect("* CAP boss ACK :*");
    let mut alice = Client::connect_with_caps(&daemon, "alice", &CAPS);
    let mut bob = Client::connect_with_caps(&daemon, "bob", &CAPS);
    let id = say(&mut alice, "bob", "oops");
    bob.expect("* PRIVMSG bob :oops");
    bob.send(&format!("REDACT alice {id}"));
    bob.expect(&format!(":* FAIL REDACT UNKNOWN_MSGID alice {id} :*"));
    alice.send(&format!("REDACT bob {id}"));
    for client in [&mut alice, &mut bob] {
        client.expect(&format!("* :alice!* REDACT bob {id}"));
    }
    alice.join("#room");
    alice.send("@+draft/react=x TAGMSG #room");
    let echo = alice.expect("@msgid=*;+draft/react=x :alice!* TAGMSG #room");
    let id = echo.strip_prefix("@msgid=").unwrap().split(';').next().unwrap();
    boss.send(&format!("REDACT #room {id} :spam"));
    for client in [&mut alice, &mut boss] {
        client.expect(&format!("* :boss!* REDACT #room {id} :spam"));
    }
    for (to, id) in [("#fake", "somemsgid"), ("nobody", "x")] {
        alice.send(&format!("REDACT {to} {id}"));
        alice.expect(&format!(":* FAIL REDACT INVALID_TARGET {to} :*"));
    }
    alice.send("REDACT #room nonexistent123");
    alice.expect(":* FAIL REDACT UNKNOWN_MSGID #room nonexistent123 :*");
}
