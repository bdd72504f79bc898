//! Programs that speak something else, or as a server would.

use crate::harness::{Client, Daemon};

#[test]
fn other_protocols_are_sent_away_by_name() {
    let daemon = Daemon::start();
    let hello = b"\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03random\nrandom\x00";
    let cases: [(&[u8], &str); 3] = [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP"),
        (b"CONNECT mail.example:25 HTTP/1.0\r\n\r\n", "HTTP"),
        (hello, "TLS"),
    ];
    for (bytes, name) in cases {
        let mut stranger = Client::open(&daemon, "stranger");
        stranger.send_bytes(bytes);
        stranger.expect_farewell(&format!("This is a chat port and you speak {name}"));
    }
}

/// What browsers and scanners begin with (RFC 9110 §9, RFC 5789). `CONNECT` is a verb of IRC as well.
const METHODS: [&str; 8] = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// Opens with these bytes, then chats; the daemon must have closed without reading the chat.
#[track_caller]
fn opens_with(daemon: &Daemon, opening: &str) {
    let chat = "NICK evil\r\nUSER e 0 * :e\r\nJOIN #room\r\nPRIVMSG #room :spam\r\nPRIVMSG desk :spam\r\n";
    let mut browser = Client::open(daemon, "browser");
    browser.send_bytes(format!("{opening}\r\n{chat}").as_bytes());
    browser.expect_farewell("This is a chat port and you speak HTTP");
}

#[test]
fn a_browser_that_is_made_to_post_irc_gets_nothing_done() {
    let daemon = Daemon::start();
    let mut bob = Client::connect_in(&daemon, "bob", "#room");
    for method in METHODS {
        opens_with(
            &daemon,
            &format!("{method} / HTTP/1.1\r\nHost: localhost:6667\r\nContent-Type: text/plain\r\n"),
        );
    }
    // As the second line, and in a form that has no version.
    for method in METHODS.into_iter().filter(|method| *method != "CONNECT") {
        opens_with(&daemon, &format!("\r\n{method} /{}", "x".repeat(300)));
    }
    bob.expect_silence();
}

/// What servers say to each other, in the dialects that there are.
const SERVERS_ONLY: [&str; 40] = [
    "SERVER evil.example 1 :x",
    "SQUIT chatd.localhost :x",
    "SJOIN 1 #room +o :@mallory",
    "SID evil.example 1 0AA :x",
    "UID evil 1 0 ~e h 127.0.0.1 0AAAAAA :e",
    "EUID evil 1 0 +o ~e h 127.0.0.1 0AAAAAA h * :e",
    "BURST 1",
    "ENDBURST",
    "EOB",
    "NJOIN #room :@mallory",
    "FJOIN #room 1 +o :o,mallory",
    "FMODE #room 1 +o mallory",
    "TMODE 1 #room +o mallory",
    "BMASK 1 #room b :*",
    "SVSNICK bob evil 1",
    "SVSMODE bob +o",
    "SVSJOIN bob #x",
    "SVSKILL bob :x",
    "SAJOIN bob #x",
    "SAMODE #room +o mallory",
    "SAPART bob #room",
    "ENCAP * SU bob evil",
    "CAPAB START 1205",
    "PROTOCTL NOQUIT",
    "SVINFO 6 6 0 :1",
    "OPERTYPE admin",
    "METADATA bob x :y",
    "CHGHOST bob evil",
    "CHGIDENT bob evil",
    "FNC bob evil",
    "KLINE 0 * :x",
    "UNKLINE *",
    "RESV 0 #room :x",
    "WALLUSERS :x",
    "TRACE bob",
    "001 bob :forged",
    "353 bob = #room :x",
    "433 * bob :x",
    "ADDLINE G * x 1 0 :x",
    "NICK",
];

#[test]
fn what_servers_say_to_each_other_means_nothing_from_a_client() {
    let daemon = Daemon::with("[limits]\ninput-rate = 100000\ninput-burst = 100000");
    let mut bob = Client::connect_in(&daemon, "bob", "#room");
    let mut mallory = Client::connect_in(&daemon, "mallory", "#room");
    bob.fence();
    for line in SERVERS_ONLY {
        for source in ["", ":chatd.localhost ", ":bob!~bob@127.0.0.1 ", ":0AA "] {
            let mut stranger = Client::open(&daemon, "stranger");
            stranger.send(&format!("{source}{line}"));
            stranger.expect(":chatd.localhost 4* * *:*");
            stranger.expect_silence();
            mallory.send(&format!("{source}{line}"));
            mallory.expect(":chatd.localhost 4* mallory *:*");
            mallory.expect_silence();
        }
    }
    bob.expect_silence();
    bob.send("NAMES #room");
    bob.expect(":* 353 bob = #room :@bob mallory");
}

#[test]
fn a_source_that_a_client_puts_before_its_line_is_not_believed() {
    let daemon = Daemon::start();
    let mut bob = Client::connect_in(&daemon, "bob", "#room");
    let mut mallory = Client::connect_in(&daemon, "mallory", "#room");
    bob.fence();
    for source in ["chatd.localhost", "bob!~bob@127.0.0.1", "bob", "desk!desk@chatd.localhost", "", "@+o"] {
        mallory.send(&format!(":{source} PRIVMSG #room :who am I"));
        bob.expect(":mallory!~mallory@127.0.0.1 PRIVMSG #room :who am I");
        mallory.send(&format!(":{source} MODE #room +o mallory"));
        mallory.expect(":* 482 mallory #room :*");
    }
    bob.expect_silence();
}
