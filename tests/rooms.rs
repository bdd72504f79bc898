//! Rooms: who is in them, who may do what there, who hears it.

use crate::harness::{Client, Daemon};

/// `alice`, who made `#lobby`, and `bob`, who is in it too.
fn two_in_a_room(daemon: &Daemon) -> (Client, Client) {
    let mut alice = Client::connect_in(daemon, "alice", "#lobby");
    let bob = Client::connect_in(daemon, "bob", "#lobby");
    alice.expect(":bob!~bob@127.0.0.1 JOIN #lobby");
    (alice, bob)
}

#[test]
fn a_message_reaches_everyone_but_its_author() {
    let daemon = Daemon::start();
    let mut members: Vec<_> =
        (0..20).map(|number| Client::connect_in(&daemon, &format!("m{number}"), "#lobby")).collect();
    let mut stranger = Client::connect(&daemon, "stranger");
    members.iter_mut().for_each(|member| drop(member.fence()));
    members[7].send("PRIVMSG #lobby :hello");
    members[7].expect_silence();
    for member in members.iter_mut().enumerate().filter(|(number, _)| *number != 7).map(|(_, member)| member)
    {
        member.expect(":m7!~m7@127.0.0.1 PRIVMSG #lobby :hello");
        member.expect_silence();
    }
    stranger.expect_silence();
}

#[test]
fn whoever_enters_reads_topic_and_names_and_all_members_read_that_they_came_and_went() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    alice.send("JOIN #lobby");
    alice.expect_all(&[
        ":alice!~alice@127.0.0.1 JOIN #lobby",
        ":* 353 alice = #lobby :@alice",
        ":* 366 alice #lobby :*",
    ]);
    alice.send("TOPIC #lobby :all about chat");
    alice.expect(":alice!~alice@127.0.0.1 TOPIC #lobby :all about chat");
    let mut bob = Client::connect(&daemon, "bob");
    bob.send("JOIN #LOBBY");
    bob.expect_all(&[
        ":bob!~bob@127.0.0.1 JOIN #lobby",
        ":* 332 bob #lobby :all about chat",
        ":* 333 bob #lobby alice!~alice@127.0.0.1 *",
        ":* 353 bob = #lobby :@alice bob",
        ":* 366 bob #lobby :*",
    ]);
    alice.expect(":bob!~bob@127.0.0.1 JOIN #lobby");
    bob.send("PART #lobby :so long");
    bob.expect(":bob!~bob@127.0.0.1 PART #lobby :so long");
    alice.expect(":bob!~bob@127.0.0.1 PART #lobby :so long");
    bob.send("PART #lobby");
    bob.expect(":* 442 bob #lobby :*");
    bob.send("PART #nowhere");
    bob.expect(":* 403 bob #nowhere :*");
}

#[test]
fn several_rooms_are_entered_at_once_and_left_at_once_each_with_its_own_key() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#locked");
    alice.send("MODE #locked +k key");
    alice.expect(":alice!* MODE #locked +k key");
    let mut bob = Client::connect(&daemon, "bob");
    bob.send("JOIN #locked");
    bob.expect(":* 475 bob #locked :*");
    bob.send("JOIN #open,#locked ,key");
    bob.expect_all(&[
        ":bob!* JOIN #open",
        ":* 353 *",
        ":* 366 *",
        ":bob!* JOIN #locked",
        ":* 353 *",
        ":* 366 *",
    ]);
    bob.send("JOIN 0");
    bob.expect_all(&[":bob!* PART #open", ":bob!* PART #locked"]);
}

#[test]
fn rank_decides_who_steers_a_room() {
    let daemon = Daemon::start();
    let (mut alice, mut bob) = two_in_a_room(&daemon);
    for line in ["KICK #lobby alice", "MODE #lobby +m", "MODE #lobby +o bob"] {
        bob.send(line);
        bob.expect(":* 482 bob #lobby :*");
    }
    alice.send("MODE #lobby +o bob");
    for member in [&mut alice, &mut bob] {
        member.expect(":alice!~alice@127.0.0.1 MODE #lobby +o bob");
    }
    bob.send("KICK #lobby alice :out");
    for member in [&mut alice, &mut bob] {
        member.expect(":bob!~bob@127.0.0.1 KICK #lobby alice :out");
    }
    alice.send("PRIVMSG #lobby :still here?");
    alice.expect(":* 404 alice #lobby :*");
    alice.join("#lobby");
    bob.expect(":alice!* JOIN #lobby");
    bob.send("KICK #lobby carol");
    bob.expect(":* 401 bob carol :*");
    bob.expect_silence();
}

#[test]
fn a_banned_client_can_neither_enter_nor_speak_unless_excepted_or_invited() {
    let daemon = Daemon::start();
    let (mut alice, mut bob) = two_in_a_room(&daemon);
    alice.send("MODE #lobby +b bob!*@*");
    bob.expect(":alice!* MODE #lobby +b bob!*@*");
    alice.expect(":alice!* MODE #lobby +b bob!*@*");
    bob.send("PRIVMSG #lobby :hello");
    bob.expect(":* 404 bob #lobby :*");
    bob.send("PART #lobby");
    bob.expect(":bob!* PART #lobby");
    alice.expect(":bob!* PART #lobby");
    bob.send("JOIN #lobby");
    bob.expect(":* 474 bob #lobby :*");
    alice.send("MODE #lobby b");
    alice.expect(":* 367 alice #lobby bob!*@* alice!~alice@127.0.0.1 *");
    alice.expect(":* 368 alice #lobby :*");
    alice.send("INVITE bob #lobby");
    alice.expect(":* 341 alice bob #lobby");
    bob.expect(":alice!~alice@127.0.0.1 INVITE bob #lobby");
    bob.join("#lobby");
    alice.expect(":bob!* JOIN #lobby");
    alice.send("MODE #lobby +e *!*@127.0.0.1");
    bob.expect(":alice!* MODE #lobby +e *!*@127.0.0.1");
    bob.send("PRIVMSG #lobby :hello");
    bob.expect_silence();
}

#[test]
fn a_limited_room_takes_exactly_as_many_as_it_says() {
    let daemon = Daemon::start();
    let (mut alice, _bob) = two_in_a_room(&daemon);
    alice.send("MODE #lobby +l 3");
    alice.expect(":alice!* MODE #lobby +l 3");
    let _third = Client::connect_in(&daemon, "third", "#lobby");
    let mut fourth = Client::connect(&daemon, "fourth");
    fourth.send("JOIN #lobby");
    fourth.expect(":* 471 fourth #lobby :*");
    alice.expect(":third!* JOIN #lobby");
    alice.send("MODE #lobby -l");
    alice.expect(":alice!* MODE #lobby -l");
    fourth.join("#lobby");
}

#[test]
fn in_a_moderated_room_only_those_with_voice_are_heard() {
    let daemon = Daemon::start();
    let (mut alice, mut bob) = two_in_a_room(&daemon);
    alice.send("MODE #lobby +m");
    bob.expect(":alice!* MODE #lobby +m");
    bob.send("PRIVMSG #lobby :may I?");
    bob.expect(":* 404 bob #lobby :*");
    alice.send("MODE #lobby +v bob");
    bob.expect(":alice!* MODE #lobby +v bob");
    bob.send("PRIVMSG #lobby :thanks");
    bob.expect_silence();
    alice.skip_until(":bob!* PRIVMSG #lobby :thanks");
    alice.send("NAMES #lobby");
    alice.expect(":* 353 alice = #lobby :@alice +bob");
}

#[test]
fn only_the_invited_enter_an_invite_only_room() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#club");
    let mut bob = Client::connect(&daemon, "bob");
    alice.send("MODE #club +i");
    alice.expect(":alice!* MODE #club +i");
    bob.send("JOIN #club");
    bob.expect(":* 473 bob #club :*");
    alice.send("INVITE bob #club");
    bob.expect(":alice!* INVITE bob #club");
    bob.join("#club");
    bob.send("INVITE alice #club");
    bob.expect(":* 482 bob #club :*");
}

#[test]
fn a_secret_room_is_neither_listed_nor_named_to_strangers() {
    let daemon = Daemon::start();
    let (mut alice, mut bob) = two_in_a_room(&daemon);
    alice.send("JOIN #secret");
    alice.send("MODE #secret +s");
    alice.send("TOPIC #lobby :welcome");
    alice.skip_until(":alice!* TOPIC #lobby :welcome");
    bob.expect(":alice!* TOPIC #lobby :welcome");
    bob.send("LIST");
    bob.expect_all(&[":* 321 bob Channel :*", ":* 322 bob #lobby 2 :welcome", ":* 323 bob :*"]);
    bob.send("NAMES #secret");
    bob.expect(":* 366 bob #secret :*");
    bob.send("TOPIC #secret");
    bob.expect(":* 403 bob #secret :*");
    bob.send("WHOIS alice");
    bob.expect(":* 311 bob alice *");
    bob.expect(":* 319 bob alice :@#lobby");
    bob.fence();
    alice.send("LIST #sec*");
    alice.expect_all(&[":* 321 *", ":* 322 alice #secret 1 :", ":* 323 *"]);
}

#[test]
fn a_client_that_leaves_the_server_leaves_all_its_rooms_with_its_words() {
    let daemon = Daemon::start();
    let (mut alice, mut bob) = two_in_a_room(&daemon);
    for member in [&mut alice, &mut bob] {
        member.join("#other");
    }
    alice.fence();
    bob.send("QUIT :good night");
    bob.expect_farewell("Quit: good night");
    alice.expect(":bob!~bob@127.0.0.1 QUIT :Quit: good night");
    alice.expect_silence();
}

#[test]
fn a_room_is_gone_with_its_last_member() {
    let daemon = Daemon::start();
    let mut alice = Client::connect_in(&daemon, "alice", "#lobby");
    alice.send("MODE #lobby +kn key");
    alice.send("PART #lobby");
    alice.skip_until(":alice!* PART #lobby");
    let mut bob = Client::connect(&daemon, "bob");
    bob.send("JOIN #lobby");
    bob.expect(":bob!* JOIN #lobby");
    bob.expect(":* 353 bob = #lobby :@bob");
}

#[test]
fn limits_of_rooms_and_topics_hold_exactly() {
    let daemon =
        Daemon::with("[limits]\nrooms-per-client = 2\nrooms = 3\ntopic-length = 10\nroom-name-length = 8");
    let mut alice = Client::connect_in(&daemon, "alice", "#one");
    alice.join("#two");
    alice.send("JOIN #three");
    alice.expect(":* 405 alice #three :*rooms-per-client*");
    let mut bob = Client::connect_in(&daemon, "bob", "#seven77");
    bob.send("JOIN #eight888");
    bob.expect(":* 403 bob #eight888 :*");
    bob.send("JOIN #four");
    bob.expect(":* 405 bob #four :*limits.rooms*");
    bob.send("TOPIC #seven77 :0123456789");
    bob.expect(":bob!* TOPIC #seven77 :0123456789");
    bob.send("TOPIC #seven77 :0123456789a");
    bob.expect(":* FAIL * TEXT_TOO_LONG topic :*limits.topic-length*");
    bob.expect_silence();
}
