//! What the daemon logs of clients, operators and requests, and by which fields it is found.

use crate::harness::{Client, Daemon, LineClient, ctl};

#[test]
fn what_a_client_does_is_logged_with_its_id_nick_and_room() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#room");
    let mut bob = Client::connect_in(&daemon, "bob", "#room");
    alice.send("KICK #room bob :too loud");
    bob.expect(":alice!* KICK #room bob :too loud");
    bob.send("PRIVMSG #room :still here");
    bob.expect(":* 404 bob #room *");
    bob.send("NICK robert");
    bob.expect(":bob!* NICK :robert");
    alice.send("PART #room :bye");
    bob.send("QUIT :gone");
    for line in [
        r##"registered client=1 nick="alice" host="##,
        r##"joined client=1 nick="alice" room="#room""##,
        r##"kicked from the room client=2 nick="bob" room="#room" by="alice" reason="too loud""##,
        r#"refused client=2 nick="bob" refusal="#,
        r#"changed its nick client=2 nick="bob" new="robert""#,
        r##"left the room client=1 nick="alice" room="#room" reason="bye""##,
        r#"disconnected client=2 nick="robert" peer=127.0.0.1:"#,
    ] {
        daemon.wait_log(line);
    }
    assert!(!daemon.log().contains("still here"), "what is said is nobody's business");
}

#[test]
fn a_guest_of_plain_lines_leaves_with_its_nick() {
    let daemon = Daemon::start();
    let guest = LineClient::connect(&daemon);
    let nick = guest.nick().to_owned();
    drop(guest);
    daemon.wait_log(&format!("disconnected client=1 nick=\"{nick}\" peer="));
}

#[test]
fn a_refused_request_is_found_in_the_log_by_the_id_that_chatctl_shows() {
    let daemon = Daemon::start();
    let output = ctl(&daemon, &["kick", "nobody", "out"]).code(5).get_output().clone();
    let told = String::from_utf8(output.stderr).unwrap();
    let (_, id) = told.split_once(" (request ").expect("chatctl shows the id of the request");
    let (id, _) = id.split_once(')').unwrap();
    let line = daemon.wait_log(id);
    for part in
        ["INFO", "answered request=", " user=\"", "method=POST path=\"/v1/kick\" status=404 duration_ms="]
    {
        assert!(line.contains(part), "{part} in {line}");
    }
    ctl(&daemon, &["status"]).success();
    let line = daemon.wait_log("path=\"/v1/status\" status=200");
    assert!(line.contains("DEBUG"), "{line}");
}

#[test]
fn what_operators_do_is_logged_without_debugging() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    ctl(&daemon, &["kick", "alice", "out"]).success();
    alice.expect("ERROR :*out*");
    let line = daemon.wait_log("an operator acts");
    assert!(line.contains("INFO") && line.contains(r#"action="kick" target="alice" detail="out""#), "{line}");
    daemon.wait_log(r#"disconnected client=1 nick="alice""#);
}
