//! Names and tags that mean something to what is behind the server, or claim to be the server's.

use crate::harness::{Client, Daemon, history, texts};

/// Text that means something to SQL, to masks, to regular expressions, to formats, to terminals and to shells.
const LOADED: &str = "*?%_\\'\"`;-- ()[]{}|&$^~<>{0} %s%n $(id) ../../ \u{202e}";

#[test]
fn names_and_texts_with_special_letters_are_letters_everywhere() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, r"a\[b]`^{}|");
    let mut bob = Client::connect(&daemon, "bob");
    let rooms = [r"#*", "#%", "#_", r"#a\b", "#('\")", "#[a-z]+", "#{0}%s%n", "#../x", "#$(id)"];
    for room in rooms {
        alice.join(room);
        bob.send(&format!("JOIN {room}"));
        bob.skip_until(&format!(":* 366 bob {room} :*"));
        alice.expect(&format!(":bob!* JOIN {room}"));
        alice.send(&format!("PRIVMSG {room} :in {room} {LOADED}"));
        assert_eq!(
            bob.read_line().unwrap(),
            format!(r":a\[b]`^{{}}|!~ab@127.0.0.1 PRIVMSG {room} :in {room} {LOADED}")
        );
        alice.send(&format!("TOPIC {room} :{LOADED}"));
        assert!(bob.read_line().unwrap().ends_with(&format!(" TOPIC {room} :{LOADED}")));
        alice.fence();
    }
    for room in rooms {
        // Each room has its own history, and none has another's.
        let entries = history(&daemon, room);
        let said: Vec<_> = texts(&entries).into_iter().filter(|text| text.starts_with("in ")).collect();
        assert_eq!(said, [format!("in {room} {LOADED}")]);
    }
    bob.send(r"WHOIS a\[b]`^{}|");
    bob.expect(r":* 311 bob a\[b]`^{}| ~ab 127.0.0.1 * :*");
    bob.skip_until(":* 318 *");
    // A star that is escaped is a star.
    bob.send(r"LIST #\*");
    bob.expect(":* 321 *");
    bob.expect(&format!(":* 322 bob #* 2 :{LOADED}"));
    bob.expect(":* 323 *");
    bob.expect_silence();
}

#[test]
fn tags_that_claim_to_be_the_servers_are_dropped_and_the_servers_own_come_once() {
    let daemon = Daemon::start();
    let caps = ["message-tags", "server-time"];
    let mut mallory = Client::connect_with_caps(&daemon, "mallory", &caps);
    let mut bob = Client::connect_with_caps(&daemon, "bob", &caps);
    let claims =
        "time=2001-01-01T00:00:00.000Z;msgid=forged;account=root;bot=;batch=x;oper=root;draft/chathistory=1";
    for tags in [
        format!("{claims};+ok=1"),
        format!("+ok=1;{claims};{claims}"),
        format!("{claims};+ok=1;time=;msgid;account"),
        "+ok=1;+/bad=2;+=3;+a!=4;+é=5".into(),
    ] {
        mallory.send(&format!("@{tags} PRIVMSG bob :x"));
        let heard = bob.read_line().unwrap();
        let sent = heard.split(' ').next().unwrap().trim_start_matches('@');
        let mut keys: Vec<_> = sent.split(';').map(|tag| tag.split('=').next().unwrap()).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["+ok", "msgid", "time"], "{heard}");
        assert!(!heard.contains("forged") && !heard.contains("2001-01-01"), "{heard}");
    }
    bob.expect_silence();
}

#[test]
fn nobody_has_a_name_that_looks_like_the_server_the_desk_or_a_mask() {
    let daemon = Daemon::start();
    let mut mallory = Client::connect(&daemon, "mallory");
    let long = "x".repeat(200);
    let refused = [
        "chatd.localhost",
        "*",
        "a*",
        "a!b",
        "a@b",
        "#a",
        "+a",
        "@a",
        ":a",
        "1a",
        "-a",
        "a,b",
        "ｄesk",
        "dеsk",
        "a\u{a0}",
        &long,
    ];
    for nick in refused {
        mallory.send(&format!("NICK :{nick}"));
        mallory.expect(":* 432 mallory *:*");
    }
    mallory.send("NICK desk");
    mallory.expect(":* 433 mallory desk :*");
    mallory.send("NICK DESK");
    mallory.expect(":* 433 mallory DESK :*");
    mallory.expect_silence();
}
