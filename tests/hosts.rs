//! Where people come from: what of it others learn, and what operators and limits make of it.

use std::net::UdpSocket;
use std::thread;
use std::time::Duration;

use predicates::str::contains;

use crate::harness::{Client, Daemon, ctl, operator};

/// Where bob comes from, who uses a web chat on the machine of the daemon.
const IP: &str = "192.0.2.7";
const HOST: &str = "dsl-7.example.net";

fn gateway() -> String {
    let webirc = "[[webirc]]\nname = \"web\"\npassword = \"hunter22\"\nfrom = [\"127.0.0.1\"]\n";
    format!("{}{webirc}", operator("root", "admin"))
}

/// A client of the web chat.
fn through_gateway(daemon: &Daemon, nick: &str, ip: &str) -> Client {
    let mut client = Client::open(daemon, nick);
    client.send(&format!("WEBIRC hunter22 web {HOST} {ip} :secure"));
    client.register(nick);
    client
}

/// What alice asks while bob is here, and what she asks when he is gone.
const QUESTIONS: [&str; 43] = [
    "WHO bob",
    "WHO #lobby",
    "WHO *",
    "WHO 192.0.2.7",
    "WHO 192.*",
    "WHO *.example.net",
    "WHO bob %tcuihsnfdlaor,7",
    "WHO #lobby %tcuihsnfdlaor,7",
    "WHO 192.0.2.* i%i",
    "WHO * h%hi",
    "WHOIS bob",
    "WHOIS bob bob",
    "WHOIS *",
    "WHOWAS bob",
    "WHOWAS robert",
    "USERHOST bob",
    "USERIP bob",
    "ISON bob",
    "MONITOR + bob",
    "MONITOR S",
    "NAMES #lobby",
    "NAMES",
    "LIST",
    "TOPIC #lobby",
    "MODE #lobby",
    "MODE #lobby b",
    "MODE #lobby e",
    "MODE #lobby I",
    "MODE bob",
    "STATS k",
    "STATS l",
    "STATS u",
    "STATS L",
    "STATS p",
    "STATS ? bob",
    "LINKS",
    "TRACE bob",
    "LUSERS",
    "ADMIN",
    "INVITE bob #lobby",
    "KNOCK #lobby",
    "PRIVMSG bob :hello",
    "CHGHOST bob a b",
];

#[test]
fn nothing_that_others_hear_of_somebody_holds_the_address() {
    let daemon = Daemon::with(&gateway());
    let caps = "away-notify chghost extended-join extended-monitor invite-notify setname userhost-in-names";
    let caps: Vec<_> = caps.split(' ').collect();
    let mut plain = Client::connect_in(&daemon, "plain", "#lobby");
    let mut alice = Client::connect_with_caps(&daemon, "alice", &caps);
    alice.join("#lobby");
    let mut boss = Client::connect(&daemon, "boss");
    boss.become_operator("root");
    let mut bob = through_gateway(&daemon, "bob", IP);
    bob.join("#lobby");
    plain.send("MODE #lobby +o bob");
    plain.fence();
    for line in [
        "TOPIC #lobby :mine",
        "MODE #lobby +b *!*@nobody.example",
        "MODE #lobby +eI a!*@* b!*@*",
        "AWAY :gone",
        "SETNAME :Robert",
        "NOTICE #lobby :hear me",
        "PRIVMSG alice :hear me",
        "NICK robert",
        "NICK bob",
        "INVITE boss #lobby",
        "KICK #lobby plain :out",
        "JOIN #other",
        "PART #other :bye",
    ] {
        bob.send(line);
    }
    bob.fence();
    plain.join("#lobby");
    let mut heard = Vec::new();
    for who in [&mut alice, &mut plain] {
        for question in QUESTIONS {
            who.send(question);
        }
        heard.extend(who.fence());
    }
    boss.send("KILL bob :enough");
    boss.fence();
    for who in [&mut alice, &mut plain] {
        who.send("WHOWAS bob");
        heard.extend(who.fence());
    }
    assert!(heard.iter().any(|line| line.contains(" 311 alice bob ")), "{heard:#?}");
    assert!(heard.iter().any(|line| line.contains(" 314 plain bob ")), "{heard:#?}");
    assert!(heard.iter().any(|line| line.contains("QUIT :Killed")), "{heard:#?}");
    for line in &heard {
        // What alice asked herself comes back to her.
        let told = line.replace("315 alice 192.", "").replace("315 plain 192.", "");
        let told = told.replace("315 alice *.example.net", "").replace("315 plain *.example.net", "");
        assert!(!told.contains("192.") && !told.contains("example.net") || told.contains("nobody"), "{line}");
    }
}

#[test]
fn operators_and_the_client_itself_learn_the_address() {
    let daemon = Daemon::with(&gateway());
    let mut boss = Client::connect(&daemon, "boss");
    let mut bob = through_gateway(&daemon, "bob", IP);
    let real = format!("is connecting from *@{HOST} {IP} through the gateway web");
    bob.send("WHOIS bob");
    bob.skip_until(&format!(":* 378 bob bob :{real}"));
    bob.fence();
    boss.send("WHOIS bob");
    let told = boss.fence();
    assert!(!told.iter().any(|line| line.contains(" 378 ")), "{told:#?}");
    boss.become_operator("root");
    boss.send("WHOIS bob");
    boss.skip_until(&format!(":* 378 boss bob :{real}"));
    boss.fence();
    boss.send("WHO 192.0.2.0/24 %nih");
    let found = boss.expect(":* 354 boss *");
    assert!(found.contains(IP) && found.contains(".cloak"), "{found}");
    boss.fence();
    ctl(&daemon, &["show", "bob"]).success().stdout(contains(IP));
    ctl(&daemon, &["kick", IP, "out"]).success();
    bob.expect_farewell("Kicked by desk: out");
    boss.send("WHOWAS bob");
    boss.skip_until(&format!(":* 378 boss bob :was connecting from *@{HOST} {IP} through the gateway web"));
}

#[test]
fn a_cloak_is_the_same_after_a_restart_and_a_ban_on_it_or_on_the_network_holds() {
    let mut daemon = Daemon::with(&gateway());
    let cloak = |daemon: &Daemon| {
        let mut bob = Client::open(daemon, "bob");
        bob.send(&format!("WEBIRC hunter22 web {IP} {IP}"));
        bob.send("NICK bob");
        bob.send("USER bob 0 * :Bob");
        let line = bob.skip_until(":* 396 bob * :is now your displayed host");
        line.split(' ').nth(3).unwrap().to_owned()
    };
    let first = cloak(&daemon);
    assert!(first.ends_with(".cloak"), "{first}");
    daemon.terminate();
    daemon.restart();
    assert_eq!(cloak(&daemon), first);
    let mut alice = Client::connect_in(&daemon, "alice", "#lobby");
    let mut eve = through_gateway(&daemon, "eve", IP);
    for (mask, is_banned) in [
        (format!("*!*@{first}"), true),
        ("*!*@192.0.2.0/24".into(), true),
        ("*!*@192.0.3.0/24".into(), false),
    ] {
        alice.send(&format!("MODE #lobby +b {mask}"));
        alice.fence();
        eve.send("JOIN #lobby");
        assert_eq!(eve.fence().iter().any(|line| line.contains(" 474 ")), is_banned, "{mask}");
        alice.send(&format!("MODE #lobby -b {mask}"));
        alice.fence();
    }
}

#[test]
fn a_gateway_s_clients_are_counted_by_their_own_addresses() {
    let configuration = format!("{}[limits]\nclients-per-address = 2\n", gateway());
    let daemon = Daemon::with(&configuration);
    let _one = through_gateway(&daemon, "one", IP);
    let _two = through_gateway(&daemon, "two", IP);
    let _other = through_gateway(&daemon, "other", "192.0.2.8");
    let mut three = Client::open(&daemon, "three");
    three.send(&format!("WEBIRC hunter22 web {IP} {IP}"));
    three.expect_farewell(&format!("too many clients from {IP} (limits.clients-per-address = 2)"));
}

#[test]
fn whoever_is_no_gateway_is_turned_away_with_an_error() {
    let daemon = Daemon::with(&gateway());
    let mut client = Client::open(&daemon, "eve");
    client.send(&format!("WEBIRC guessed web {IP} {IP}"));
    client.expect_farewell("WEBIRC refused: no [[webirc]] has this name, network and password");
}

/// A name server that calls every address `h.example.org`, and says that this name belongs to 127.0.0.1.
fn name_server() -> u16 {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    thread::spawn(move || {
        let mut buffer = [0; 512];
        while let Ok((length, peer)) = socket.recv_from(&mut buffer) {
            let mut answer = buffer[..length].to_vec();
            let is_reverse = answer[length - 3] == 12;
            let data: &[u8] = if is_reverse { b"\x01h\x07example\x03org\x00" } else { &[127, 0, 0, 1] };
            (answer[2], answer[7]) = (0x81, 1);
            answer.extend([0xc0, 12, 0, answer[length - 3], 0, 1, 0, 0, 0, 60, 0, data.len() as u8]);
            answer.extend(data);
            let _ = socket.send_to(&answer, peer);
        }
    });
    port
}

#[test]
fn a_confirmed_host_name_is_shown() {
    let port = name_server();
    let dns = format!("[dns]\nreverse = true\nservers = [\"127.0.0.1:{port}\"]\ntimeout = \"30s\"\n");
    let daemon = Daemon::with(&dns);
    let mut alice = Client::connect(&daemon, "alice");
    alice.send("JOIN #lobby");
    alice.expect(":alice!~alice@h.example.org JOIN #lobby");
}

#[test]
fn a_search_for_a_name_delays_no_stop() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let server = silent.local_addr().unwrap().to_string();
    // One after the other is asked, and each is given a second.
    let dns = format!("[dns]\nreverse = true\nservers = {:?}\ntimeout = \"10m\"\n", vec![server; 600]);
    let mut daemon = Daemon::with(&format!("[server]\ndrain-timeout = \"10m\"\n{dns}"));
    let mut alice = Client::open(&daemon, "alice");
    silent.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    silent.recv(&mut [0; 512]).unwrap();
    daemon.terminate();
    alice.expect_closed();
}
