//! status, list, show, history: what an administrator sees.

use chat_proto::control::{
    AuditEntry, ClientInfo, DeskInfo, Dialect, HealthState, RoomDetail, RoomInfo, Status,
};
use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::{contains, is_empty, is_match, starts_with};

use crate::harness::{Client, Daemon, LineClient, ctl, history, json, texts};

#[test]
fn status_tells_health_clients_rooms_the_desk_and_where_it_listens() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    let _stranger = Client::open(&daemon, "the stranger");
    alice.send("PRIVMSG desk :help");
    alice.expect(":desk!* NOTICE alice :received, *");
    let ports = [daemon.irc_port(), daemon.lines_port()].map(|port| format!("on 127.0.0.1:{port}"));
    ctl(&daemon, &["status"])
        .success()
        .stdout(starts_with("● chatd 0.1.0 on chatd.localhost: healthy\n"))
        .stdout(is_match(r"(?m)^state +running for \d+s, pid \d+, network chatd$").unwrap())
        .stdout(is_match(r"(?m)^clients +2 \(1 registered\): irc 2$").unwrap())
        .stdout(is_match(r"(?m)^rooms +1$").unwrap())
        .stdout(is_match(r"(?m)^desk +1 waiting for an answer$").unwrap())
        .stdout(contains(ports[0].as_str()).and(contains(ports[1].as_str())))
        .stderr(is_empty());
    let status: Status = json(&daemon, &["status"]).remove(0);
    assert_eq!((status.registered, status.rooms, status.desk_open, status.messages_in), (1, 1, 1, 1));
    assert_eq!((status.health.state, status.sync.as_str()), (HealthState::Ok, "every-second"));
    assert_eq!(status.control_socket, daemon.socket().display().to_string());
    assert_eq!(status.config_source, daemon.configuration().display().to_string());
    assert!(status.last_seq > 0 && status.commits.records >= 1);
}

#[test]
fn list_shows_every_client_with_its_dialect_rooms_and_counters() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    let guest = LineClient::connect(&daemon);
    for number in 0..5 {
        alice.send(&format!("PRIVMSG #room :{number}"));
    }
    alice.fence();
    let row = r"(?m)^ *\d+  alice +127\.0\.0\.1:\d+  irc +\d+s +\d+s +\d+B +\d+ +\d+  #room$";
    let titles =
        is_match("^ *ID +NICK +ADDRESS +DIALECT +CONNECTED +IDLE +QUEUED +IN +OUT +ROOMS\n").unwrap();
    ctl(&daemon, &["list"])
        .success()
        .stdout(titles)
        .stdout(is_match(row).unwrap())
        .stdout(is_match(format!(r"(?m)^ *\d+  {} +127\.0\.0\.1:\d+  lines", guest.nick())).unwrap());
    let clients: Vec<ClientInfo> = json(&daemon, &["list", "clients"]);
    let [irc, lines] = clients.as_slice() else { panic!("{clients:?}") };
    assert_eq!((irc.nick.as_deref(), irc.dialect), (Some("alice"), Dialect::Irc));
    assert_eq!((lines.nick.as_deref(), lines.dialect), (Some(guest.nick()), Dialect::Lines));
    assert_eq!((irc.user.as_str(), irc.host.as_str()), ("~alice", "127.0.0.1"));
    assert_eq!(irc.rooms, ["#room"]);
    // NICK, USER, JOIN, five messages and two PINGs at least.
    assert!(irc.lines_in >= 10 && irc.lines_out >= 10 && irc.id != lines.id, "{irc:?}");
    assert!(!irc.is_operator && !irc.is_away);
    let ids = format!("{}\n{}\n", irc.id, lines.id);
    ctl(&daemon, &["-q", "list"]).success().stdout(ids);
    ctl(&daemon, &["-q", "list", "-n", "1"]).success().stdout(format!("{}\n", irc.id));
}

#[test]
fn a_client_is_shown_by_nick_id_and_address() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    alice.send("AWAY :out");
    alice.fence();
    let client: ClientInfo = json(&daemon, &["show", "alice"]).remove(0);
    assert!(client.is_away && client.address.starts_with("127.0.0.1:"));
    for who in ["ALICE", &client.id.to_string(), &client.address] {
        ctl(&daemon, &["show", who])
            .success()
            .stdout(is_match(r"(?m)^nick +alice$").unwrap())
            .stdout(is_match(r"(?m)^away +yes$").unwrap())
            .stdout(is_match(r"(?m)^rooms +#room$").unwrap());
    }
    ctl(&daemon, &["show", "nobody"]).code(5).stdout(is_empty()).stderr(contains("show nobody: "));
}

#[test]
fn a_room_is_listed_and_shown_with_topic_modes_members_and_bans() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    let _bob = Client::connect_in(&daemon, "bob", "#room");
    alice.send("TOPIC #room :all about tests");
    alice.send("MODE #room +mb *!*@evil.example");
    alice.fence();
    let rooms: Vec<RoomInfo> = json(&daemon, &["list", "rooms"]);
    assert_eq!((rooms.len(), rooms[0].name.as_str(), rooms[0].members), (1, "#room", 2));
    let room: RoomDetail = json(&daemon, &["show", "#ROOM"]).remove(0);
    assert_eq!(room.info.topic.as_deref(), Some("all about tests"));
    assert!(room.info.modes.contains('m'), "{}", room.info.modes);
    let members: Vec<_> =
        room.member_list.iter().map(|one| format!("{}{}", one.prefixes, one.nick)).collect();
    assert_eq!(members, ["@alice", "bob"]);
    assert_eq!(room.bans[0].mask, "*!*@evil.example");
    ctl(&daemon, &["show", "#room"])
        .success()
        .stdout(contains("all about tests (by alice").and(contains("@alice bob")));
    ctl(&daemon, &["show", "#nowhere"]).code(5).stderr(contains("#nowhere"));
}

#[test]
fn the_desk_lists_who_waits_and_whom_was_answered() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    let mut guest = LineClient::connect(&daemon);
    alice.send("PRIVMSG desk :help me");
    alice.expect(":desk!* NOTICE alice :received, *");
    guest.send("me too");
    guest.expect("-- received, *");
    ctl(&daemon, &["desk", "reply", "alice", "we", "come"]).success();
    alice.expect(":desk!* PRIVMSG alice :we come");
    let desk: Vec<DeskInfo> = json(&daemon, &["list", "desk"]);
    let row = |nick: &str| desk.iter().find(|one| one.nick == nick).unwrap();
    let (answered, waiting) = (row("alice"), row(guest.nick()));
    assert_eq!((answered.waiting, answered.messages, answered.last_text.as_str()), (false, 2, "we come"));
    assert_eq!((waiting.waiting, waiting.messages, waiting.last_text.as_str()), (true, 1, "me too"));
    ctl(&daemon, &["desk"])
        .success()
        .stdout(is_match("desk:\\d+ +alice .* answered +we come").unwrap())
        .stdout(is_match(format!("desk:\\d+ +{} .* waiting +me too", guest.nick())).unwrap());
    let id = format!("desk:{}", answered.id);
    ctl(&daemon, &["desk", "show", &id])
        .success()
        .stdout(contains("desk  alice → help me\n").and(contains("desk  → alice: we come\n")));
    assert_eq!(texts(&history(&daemon, "alice")), ["help me", "we come"]);
}

#[test]
fn the_history_of_a_room_is_told_in_parts_and_of_an_unknown_one_not_at_all() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    for text in ["one", "two", "three"] {
        alice.send(&format!("PRIVMSG #room :{text}"));
    }
    alice.send("NOTICE #room :four");
    alice.fence();
    ctl(&daemon, &["history", "#room", "-n", "2"])
        .success()
        .stdout(
            is_match(r"\A\d\d:\d\d:\d\d #room  alice: three\n\d\d:\d\d:\d\d #room  -alice- four\n\z")
                .unwrap(),
        )
        .stderr(is_empty());
    let all = history(&daemon, "#room");
    assert_eq!(texts(&all), ["one", "two", "three", "four"]);
    let second = all[1].seq.to_string();
    ctl(&daemon, &["-q", "history", "#room", "--since", &second])
        .success()
        .stdout(format!("{}\n{}\n", all[2].seq, all[3].seq));
    ctl(&daemon, &["-q", "history", "#room", "--since", "1h"])
        .success()
        .stdout(is_match("(\\d+\n){4}").unwrap());
    ctl(&daemon, &["history", "#room", "--since", "2199-01-01"]).success().stdout(is_empty());
    ctl(&daemon, &["history", "#nowhere"]).code(5).stdout(is_empty()).stderr(contains("#nowhere"));
    ctl(&daemon, &["history", "nobody"]).code(5).stderr(contains("nobody here is called nobody"));
    ctl(&daemon, &["history", "desk:99999999"]).code(5).stderr(contains("there is no desk conversation"));
}

#[test]
fn what_clients_write_cannot_steer_the_administrators_terminal() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    alice.send("PRIVMSG #room :\u{1b}[2Jgone\u{7}");
    alice.fence();
    ctl(&daemon, &["history", "#room"])
        .success()
        .stdout(contains(r"alice: \x1b[2Jgone\x07").and(contains("\u{1b}").not()));
    ctl(&daemon, &["-o", "json", "history", "#room"]).success().stdout(contains("\u{1b}").not());
}

#[test]
fn every_change_leaves_an_entry_of_who_did_what_to_whom() {
    let daemon = Daemon::start();
    let _alice = Client::connect(&daemon, "alice");
    let _bob = Client::connect_in(&daemon, "bob", "#room");
    ctl(&daemon, &["say", "alice", "hello"]).success();
    ctl(&daemon, &["say", "#room", "back soon"]).success();
    ctl(&daemon, &["-y", "say", "--all", "noon"]).success();
    ctl(&daemon, &["kick", "alice", "enough"]).success();
    ctl(&daemon, &["log", "level", "info"]).success();
    ctl(&daemon, &["reload"]).success();
    let audit: Vec<AuditEntry> = json(&daemon, &["list", "audit"]);
    let actions: Vec<_> = audit.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["say", "say", "say", "kick", "log-level", "reload", "reload"]);
    assert!(
        audit.iter().all(|entry| entry.who == audit[0].who && entry.who.starts_with("unix:")),
        "{audit:?}"
    );
    let of = |index: usize| (audit[index].target.as_deref(), audit[index].detail.as_deref());
    assert_eq!(of(0), (Some("alice"), Some("hello")));
    assert_eq!(of(1), (Some("#room"), Some("back soon")));
    assert_eq!(of(2).1, Some("noon"));
    assert_eq!(of(3), (Some("alice"), Some("enough")));
    assert_eq!((of(5).1, of(6).1), (Some("begun"), None));
    assert!(audit.is_sorted_by(|one, next| one.seq < next.seq));
    ctl(&daemon, &["list", "audit", "-n", "1"])
        .success()
        .stdout(contains("reload").and(contains("kick").not()));
}
