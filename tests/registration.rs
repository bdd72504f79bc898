//! How a connection becomes a client, and how it does not.

use crate::harness::{Client, Daemon, glob, until};

#[test]
fn the_welcome_has_every_numeric_that_clients_wait_for_in_their_order() {
    let daemon = Daemon::with("[server]\nmotd = \"\"\"one\ntwo\"\"\"");
    let mut alice = Client::open(&daemon, "alice");
    alice.send("NICK alice");
    alice.send("USER alice 0 * :Alice");
    alice.expect_all(&[
        ":chatd.localhost 001 alice :Welcome to the chatd Network, alice!~alice@127.0.0.1",
        ":chatd.localhost 002 alice :Your host is chatd.localhost, running version chatd-*",
        ":chatd.localhost 003 alice :This server was created *",
        ":chatd.localhost 004 alice chatd.localhost chatd-* B* *b* *b*",
    ]);
    let mut features =
        alice.collect_until(":chatd.localhost 251 alice :There are 1 users and 0 invisible on *");
    features.pop();
    let is_feature = |line: &String| glob(":chatd.localhost 005 alice * :are supported by this server", line);
    assert!(features.len() > 1 && features.iter().all(is_feature), "{features:?}");
    alice.expect_all(&[
        ":chatd.localhost 252 alice 0 :*",
        ":chatd.localhost 253 alice 0 :*",
        ":chatd.localhost 254 alice 0 :*",
        ":chatd.localhost 255 alice :I have 1 clients and 0 servers",
        ":chatd.localhost 265 alice 1 1 :*",
        ":chatd.localhost 266 alice 1 1 :*",
        ":chatd.localhost 375 alice :*",
        ":chatd.localhost 372 alice :- one",
        ":chatd.localhost 372 alice :- two",
        ":chatd.localhost 376 alice :*",
        ":desk!desk@chatd.localhost NOTICE alice :Whatever you write here reaches *",
    ]);
    alice.expect_silence();
}

#[test]
fn the_limits_of_the_configuration_are_announced() {
    let daemon = Daemon::with("[server]\nnetwork = \"Testnet\"\n[limits]\nnick-length = 17\ntargets = 7");
    let mut alice = Client::connect(&daemon, "alice");
    alice.send("VERSION");
    let tokens = alice.fence().join(" ");
    for token in [
        "NICKLEN=17",
        "NETWORK=Testnet",
        "CASEMAPPING=rfc1459",
        "PRIVMSG:7,",
        "PREFIX=(ohv)@%+",
        "CHANTYPES=#",
    ] {
        assert!(tokens.contains(token), "{token} is not in {tokens}");
    }
    alice.send(&format!("NICK {}", "n".repeat(17)));
    alice.expect(":alice!* NICK :nnnnnnnnnnnnnnnnn");
    alice.send(&format!("NICK {}", "n".repeat(18)));
    alice.expect(":* 432 * nnnnnnnnnnnnnnnnnn :*");
}

#[test]
fn a_nick_in_use_is_refused_and_another_one_is_welcome() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    let mut other = Client::open(&daemon, "other");
    other.send("NICK Alice");
    other.send("USER other 0 * :Other");
    other.expect(":chatd.localhost 433 * Alice :*");
    other.send("NICK other");
    other.expect(":chatd.localhost 001 other :*");
    other.fence();
    other.send("NICK ALICE");
    other.expect(":chatd.localhost 433 other ALICE :*");
    alice.expect_silence();
}

#[test]
fn names_that_differ_only_by_case_are_the_same_under_rfc1459_and_brackets_too() {
    let daemon = Daemon::start();
    let _holder = Client::connect(&daemon, "nick[a]");
    let mut other = Client::connect(&daemon, "other");
    other.send("NICK NICK{A}");
    other.expect(":* 433 other NICK{A} :*");
    let ascii = Daemon::with("[server]\ncasemapping = \"ascii\"");
    let _holder = Client::connect(&ascii, "nick[a]");
    let mut other = Client::connect(&ascii, "other");
    other.send("NICK NICK{A}");
    other.expect(":other!* NICK :NICK{A}");
}

#[test]
fn a_nick_is_free_again_once_its_holder_has_left_or_changed_it() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    let mut bob = Client::connect(&daemon, "bob");
    alice.send("NICK carol");
    alice.expect(":alice!~alice@127.0.0.1 NICK :carol");
    bob.send("NICK alice");
    bob.expect(":bob!~bob@127.0.0.1 NICK :alice");
    alice.send("QUIT :bye");
    alice.expect_farewell("Quit: bye");
    bob.send("NICK carol");
    bob.expect(":alice!~bob@127.0.0.1 NICK :carol");
}

#[test]
fn the_desk_nick_and_nicks_that_are_none_are_refused() {
    let daemon = Daemon::start();
    let mut client = Client::open(&daemon, "client");
    client.send("USER client 0 * :Client");
    for nick in ["1two", "#room", "a!b", "x@y", "-z"] {
        client.send(&format!("NICK {nick}"));
        client.expect(&format!(":* 432 * {nick} :*"));
    }
    client.send("NICK");
    client.expect(":* 431 * :*");
    client.send("NICK Desk");
    client.expect(":* 433 * Desk :*");
    client.register("client");
}

#[test]
fn the_password_of_the_server_is_asked_for() {
    let daemon = Daemon::with("[server]\npassword = \"open-sesame\"");
    let mut right = Client::open(&daemon, "right");
    right.send("PASS :open-sesame");
    right.register("right");
    for (nick, pass) in [("wrong", Some("PASS :open-sesam")), ("silent", None)] {
        let mut client = Client::open(&daemon, nick);
        if let Some(pass) = pass {
            client.send(pass);
        }
        client.send(&format!("NICK {nick}"));
        client.send("USER x 0 * :x");
        client.expect(":* 464 * :*");
        client.expect_farewell("Bad password");
    }
}

#[test]
fn registration_waits_for_the_end_of_negotiation() {
    let daemon = Daemon::start();
    let mut alice = Client::open(&daemon, "alice");
    alice.send("CAP LS 302");
    alice.send("NICK alice");
    alice.send("USER alice 0 * :Alice");
    alice.expect(":chatd.localhost CAP * LS :* cap-notify * echo-message * multi-prefix * server-time *");
    alice.expect_silence();
    alice.send("CAP REQ :server-time nonsense");
    alice.expect(":* CAP * NAK :server-time nonsense");
    alice.send("CAP REQ :server-time multi-prefix");
    alice.expect(":* CAP * ACK :server-time multi-prefix");
    alice.send("CAP LIST");
    alice.expect(":* CAP * LIST :cap-notify multi-prefix server-time");
    alice.send("CAP REQ :-cap-notify");
    alice.expect(":* CAP * NAK :-cap-notify");
    alice.send("CAP WHATEVER");
    alice.expect(":* 410 * WHATEVER :*");
    alice.send("CAP END");
    alice.expect("* 001 alice :*");
    alice.fence();
    alice.send("CAP REQ :-server-time");
    alice.expect(":* CAP alice ACK :-server-time");
}

#[test]
fn nothing_but_registering_is_possible_before_registration() {
    let daemon = Daemon::start();
    let mut client = Client::open(&daemon, "client");
    for line in ["JOIN #room", "PRIVMSG desk :hello", "WHO", "LIST", "OPER a b", "MODE client +i"] {
        client.send(line);
        client.expect(":* 451 * :*");
    }
    client.send("NOSUCH");
    client.expect(":* 421 * NOSUCH :*");
    client.send("USER client 0 *");
    client.expect(":* 461 * USER :*");
    client.register("client");
    client.send("USER client 0 * :Again");
    client.expect(":* 462 client :*");
    client.send("PASS late");
    client.expect(":* 462 client :*");
}

#[test]
fn who_does_not_register_in_time_is_told_so() {
    let daemon = Daemon::with("[limits]\nregistration-timeout = \"1s\"");
    let mut slow = Client::open(&daemon, "slow");
    let mut quick = Client::connect(&daemon, "quick");
    slow.send("NICK slow");
    slow.expect_farewell("Registration timed out (limits.registration-timeout)");
    quick.expect_silence();
}

#[test]
fn clients_beyond_the_limits_are_refused_with_the_limit() {
    let daemon = Daemon::with("[limits]\nclients-per-address = 2");
    let _one = Client::connect(&daemon, "one");
    let mut two = Client::connect(&daemon, "two");
    let mut three = Client::open(&daemon, "three");
    three.expect("ERROR :too many clients from 127.0.0.1 (limits.clients-per-address = 2)");
    three.expect_closed();
    two.send("QUIT");
    two.expect_farewell("Quit");
    until("place for another", || {
        let mut four = Client::open(&daemon, "four");
        four.wire().try_send_bytes(b"PING free\r\n");
        four.read_line().filter(|line| line.contains("PONG"))
    });
}

#[test]
fn messages_of_a_client_come_from_its_own_source_whatever_it_claims() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    let mut mallory = Client::connect(&daemon, "mallory");
    mallory.send(":desk!desk@chatd.localhost PRIVMSG alice :trust me");
    let line = alice.expect(":* PRIVMSG alice :trust me");
    assert!(glob(":mallory!~mallory@127.0.0.1 *", &line), "{line}");
}
