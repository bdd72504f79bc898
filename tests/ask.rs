//! Questions about the server and about others.

use crate::harness::{Client, Daemon};

#[test]
fn whois_tells_all_about_a_client() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    let mut bob = Client::connect_in(&daemon, "bob", "#lobby");
    bob.send("AWAY :gone fishing");
    bob.send("MODE bob +B");
    bob.fence();
    alice.send("WHOIS Bob");
    alice.expect_all(&[
        ":* 311 alice bob ~bob 127.0.0.1 * :bob the tester",
        ":* 319 alice bob :@#lobby",
        ":* 312 alice bob chatd.localhost :a chat server",
        ":* 301 alice bob :gone fishing",
        ":* 335 alice bob :*",
        ":* 317 alice bob * * :*",
        ":* 318 alice Bob :*",
    ]);
    alice.send("WHOIS nobody");
    alice.expect_all(&[":* 401 alice nobody :*", ":* 318 alice nobody :*"]);
    alice.send("WHOIS");
    alice.expect(":* 431 alice :*");
    alice.expect_silence();
}

#[test]
fn who_lists_rooms_masks_and_operators_but_not_the_invisible() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#lobby");
    let mut bob = Client::connect_in(&daemon, "bob", "#lobby");
    let mut hidden = Client::connect(&daemon, "hidden");
    hidden.send("MODE hidden +i");
    hidden.expect(":hidden!* MODE hidden +i");
    bob.send("AWAY :out");
    bob.fence();
    alice.fence();
    alice.send("WHO #lobby");
    alice.expect_all(&[
        ":* 352 alice #lobby ~alice 127.0.0.1 chatd.localhost alice H@ :0 alice the tester",
        ":* 352 alice #lobby ~bob 127.0.0.1 chatd.localhost bob G :0 bob the tester",
        ":* 315 alice #lobby :*",
    ]);
    alice.send("WHO *");
    let all = alice.collect_until(":* 315 alice * :*");
    assert_eq!(all.len(), 3, "{all:?}");
    alice.send("WHO b*");
    alice.expect_all(&[":* 352 alice * bob G :0 *", ":* 315 alice b* :*"]);
    alice.send("WHO * o");
    alice.expect(":* 315 alice * :*");
    alice.expect_silence();
}

#[test]
fn whowas_remembers_those_who_left_the_latest_first() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    for name in ["first", "second"] {
        let mut gone = Client::open(&daemon, name);
        gone.send(&format!("USER {name} 0 * :{name}"));
        gone.send("NICK gone");
        gone.fence();
        gone.send("QUIT");
        gone.expect_farewell("Quit");
    }
    alice.send("WHOWAS GONE");
    alice.expect_all(&[
        ":* 314 alice gone ~second 127.0.0.1 * :second",
        ":* 312 alice gone chatd.localhost :*",
        ":* 314 alice gone ~first 127.0.0.1 * :first",
        ":* 312 alice gone chatd.localhost :*",
        ":* 369 alice GONE :*",
    ]);
    alice.send("WHOWAS gone 1");
    assert_eq!(alice.collect_until(":* 369 alice gone :*").len(), 3);
    alice.send("WHOWAS nobody");
    alice.expect_all(&[":* 406 alice nobody :*", ":* 369 alice nobody :*"]);
}

#[test]
fn ison_and_userhost_answer_for_those_who_are_here() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    let mut bob = Client::connect(&daemon, "bob");
    bob.send("AWAY :out");
    bob.fence();
    alice.send("ISON Alice nobody bob");
    alice.expect(":* 303 alice :alice bob");
    alice.send("ISON nobody");
    alice.expect(":* 303 alice :");
    alice.send("USERHOST alice bob nobody");
    alice.expect(":* 302 alice :alice=+~alice@127.0.0.1 bob=-~bob@127.0.0.1");
}

#[test]
fn lusers_counts_clients_rooms_and_those_who_register() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#lobby");
    let mut bob = Client::connect(&daemon, "bob");
    bob.send("MODE bob +i");
    bob.fence();
    let mut silent = Client::open(&daemon, "silent");
    silent.expect_silence();
    alice.send("LUSERS");
    alice.expect_all(&[
        ":* 251 alice :There are 1 users and 1 invisible on 1 servers",
        ":* 252 alice 0 :*",
        ":* 253 alice 1 :*",
        ":* 254 alice 1 :*",
        ":* 255 alice :I have 2 clients and 0 servers",
        ":* 265 alice 2 2 :*",
        ":* 266 alice 2 2 :*",
    ]);
}

#[test]
fn the_server_tells_what_it_is() {
    let daemon = Daemon::with(
        "[server]\ndescription = \"a test\"\nmotd = \"\"\n[server.admin]\nlocation = \"here\"\nemail = \"a@b.example\"",
    );
    let mut alice = Client::connect(&daemon, "alice");
    alice.send("VERSION");
    alice.expect(":* 351 alice chatd-* chatd.localhost :a test");
    alice.expect(":* 005 alice *");
    alice.fence();
    alice.send("TIME");
    alice.expect(":* 391 alice chatd.localhost :20*-*-*T*Z");
    alice.send("MOTD");
    alice.expect(":* 422 alice :*");
    alice.send("ADMIN");
    alice.expect_all(&[
        ":* 256 alice chatd.localhost :*",
        ":* 257 alice :here",
        ":* 258 alice :chatd",
        ":* 259 alice :a@b.example",
    ]);
    alice.send("INFO");
    alice.expect(":* 371 alice :a test");
    alice.skip_until(":* 374 alice :*");
    alice.send("VERSION other.example");
    alice.expect(":* 402 alice other.example :*");
    alice.expect_silence();
}

#[test]
fn every_verb_that_help_lists_is_explained() {
    let daemon = Daemon::with("[limits]\ninput-burst = 1000");
    let mut alice = Client::connect(&daemon, "alice");
    alice.send("HELP");
    alice.expect(":* 704 alice * :*write to desk*");
    let listed = alice.fence();
    let verbs = listed.iter().filter(|line| line.contains(" 705 ")).filter_map(|line| line.split_once(" :"));
    let verbs: Vec<_> = verbs.flat_map(|(_, verbs)| verbs.split(' ')).collect();
    assert!(verbs.len() > 30 && verbs.contains(&"PRIVMSG"), "{listed:?}");
    for verb in verbs {
        alice.send(&format!("HELP {verb}"));
        alice.expect(&format!(":* 704 alice {verb} :{verb}*"));
        alice.expect(&format!(":* 705 alice {verb} :*"));
        alice.expect(&format!(":* 706 alice {verb} :*"));
    }
    alice.send("HELP nonsense");
    alice.expect(":* 524 alice nonsense :*");
}

#[test]
fn what_was_asked_in_a_special_form_is_answered_in_it() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#lobby");
    let mut bob = Client::connect_in(&daemon, "bob", "#lobby");
    bob.send("JOIN #den");
    bob.fence();
    alice.fence();
    alice.send("WHO #lobby %tcuihnfa,42");
    alice.expect_all(&[
        ":* 354 alice 42 #lobby ~alice 127.0.0.1 127.0.0.1 alice H@ 0",
        ":* 354 alice 42 #lobby ~bob 255.255.255.255 127.0.0.1 bob H 0",
        ":* 315 alice #lobby :*",
    ]);
    alice.send("LIST >1,C<60");
    alice.expect_all(&[":* 321 alice *", ":* 322 alice #lobby 2 :", ":* 323 alice :*"]);
    alice.send("LIST !#l*");
    alice.expect_all(&[":* 321 alice *", ":* 322 alice #den 1 :", ":* 323 alice :*"]);
    alice.send("NAMES #lobby,#den");
    alice.expect_all(&[
        ":* 353 alice = #lobby :@alice bob",
        ":* 353 alice = #den :@bob",
        ":* 366 alice #lobby,#den :*",
    ]);
    alice.send("WHOIS bob,nobody");
    alice.skip_until(":* 318 alice bob :*");
    alice.expect_all(&[":* 401 alice nobody :*", ":* 318 alice nobody :*"]);
    alice.send("STATS u");
    alice.expect_all(&[":* 242 alice :Server Up 0 days 0:*", ":* 219 alice u :*"]);
    alice.send("TIME bob");
    alice.expect(":* 391 alice chatd.localhost :*");
    alice.send("TIME nobody");
    alice.expect(":* 402 alice nobody :*");
    alice.expect_silence();
}

#[test]
fn lines_of_old_clients_are_read_where_utf8_is_no_duty() {
    let daemon = Daemon::with("[server]\nutf8-only = false");
    let mut alice = Client::connect(&daemon, "alice");
    let mut bob = Client::connect(&daemon, "bob");
    alice.wire().try_send_bytes(b"PRIVMSG bob :gr\xfc\xdfe\r\n");
    bob.expect(":alice!* PRIVMSG bob :grüße");
}
