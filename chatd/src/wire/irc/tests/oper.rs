//! What operators may and others may not, and messages between programs.

use super::stage::Stage;

#[test]
fn verbs_of_operators_are_refused_to_others_and_do_nothing() {
    let mut stage = Stage::new();
    let (alice, bob) = (stage.client("alice"), stage.client("bob"));
    stage.says(bob, "MODE bob +w");
    let denied = ":irc.test 481 alice :Permission Denied- You're not an IRC operator\r\n";
    for line in [
        "KILL bob :x",
        "KILL alice :x",
        "KILL nobody :x",
        "KILL irc.test :x",
        "WALLOPS :x",
        "REHASH",
        "CONNECT irc.test",
        "SQUIT irc.test :x",
    ] {
        assert_eq!(stage.says(alice, line), denied, "{line}");
    }
    let stats = stage.says(alice, "STATS o");
    assert_eq!(stats, format!("{denied}:irc.test 219 alice o :End of /STATS report\r\n"));
    assert_eq!(stage.hears(bob), "");
}

#[test]
fn operators_kill_clients_and_learn_what_cannot_be_killed() {
    let mut stage = Stage::new();
    let (op, bob, carol) = (stage.operator("op"), stage.client("bob"), stage.client("carol"));
    for id in [bob, carol] {
        stage.says(id, "JOIN #a");
    }
    stage.hears(bob);
    for (line, expected) in [
        ("KILL", ":irc.test 461 op KILL :Not enough parameters\r\n"),
        ("KILL nobody :x", ":irc.test 401 op nobody :No such nick/channel\r\n"),
        ("KILL IRC.test :x", ":irc.test 483 op :You cant kill a server!\r\n"),
        ("KILL desk :x", ":irc.test 401 op desk :No such nick/channel\r\n"),
        ("CONNECT other.test", ":irc.test 402 op other.test :No such server\r\n"),
        ("SQUIT irc.test :x", ":irc.test 402 op irc.test :No such server\r\n"),
        ("WALLOPS :", ":irc.test 412 op :No text to send\r\n"),
        ("WALLOPS", ":irc.test 461 op WALLOPS :Not enough parameters\r\n"),
        ("REHASH", ":irc.test 382 op chatd.toml :Rehashing\r\n"),
        ("REHASH now please", ":irc.test 382 op chatd.toml :Rehashing\r\n"),
    ] {
        assert_eq!(stage.says(op, line), expected, "{line}");
    }
    let too_long = format!("KILL bob :{}", "x".repeat(301));
    assert!(stage.says(op, &too_long).contains("limits.kick-length"));
    assert_eq!(stage.hears(bob), "");
    stage.says(op, "KILL BOB");
    assert!(stage.hears(bob).contains("ERROR :"));
    assert!(stage.hears(carol).contains(":bob!~bob@host.test QUIT :"));
    // Also oneself.
    assert!(stage.says(op, "KILL op :enough").contains("ERROR :"));
}

#[test]
fn wallops_reach_those_who_want_them() {
    let mut stage = Stage::new();
    let (op, bob, carol) = (stage.operator("op"), stage.client("bob"), stage.client("carol"));
    stage.says(bob, "MODE bob +w");
    let told = ":op!~op@host.test WALLOPS :to the shelters\r\n";
    assert_eq!(stage.says(op, "WALLOPS :to the shelters"), told, "its author hears it as well");
    assert_eq!(stage.hears(bob), told);
    assert_eq!(stage.hears(carol), "");
    let long = stage.says(op, &format!("WALLOPS :{}", "x".repeat(490)));
    assert!(long.contains(" 417 op "), "{long}");
    assert_eq!(stage.hears(bob), "");
}

#[test]
fn what_programs_say_to_programs_passes_unchanged() {
    let mut stage = Stage::new();
    let (alice, bob) = (stage.client("alice"), stage.client("bob"));
    for id in [alice, bob] {
        stage.says(id, "JOIN #a");
    }
    stage.hears(alice);
    for (verb, to, text) in [
        ("PRIVMSG", "bob", "\u{1}ACTION waves  twice\u{1}"),
        ("PRIVMSG", "#a", "\u{1}ACTION waves\u{1}"),
        ("PRIVMSG", "bob", "\u{1}VERSION\u{1}"),
        ("NOTICE", "bob", "\u{1}VERSION client 1.0 : any system\u{1}"),
        ("PRIVMSG", "bob", "\u{1}PING 1473523796 918320\u{1}"),
        ("PRIVMSG", "bob", "\u{1}DCC SEND \"a file\" 3232235777 5000 10\u{1}"),
        ("PRIVMSG", "bob", "\u{1}unfinished"),
        ("PRIVMSG", "bob", "\u{2}bold\u{f} \u{3}04red"),
        ("NOTICE", "#a", "\u{1}"),
    ] {
        assert_eq!(stage.says(alice, &format!("{verb} {to} :{text}")), "", "{text:?}");
        assert_eq!(stage.hears(bob), format!(":alice!~alice@host.test {verb} {to} :{text}\r\n"));
    }
}

#[test]
fn an_absence_is_kept_with_its_words_until_one_is_back() {
    let mut stage = Stage::new();
    let (alice, bob) = (stage.client("alice"), stage.client("bob"));
    let words = "a".repeat(300);
    for (line, told) in
        [("AWAY : ", " "), ("AWAY :gone fishing", "gone fishing"), (&format!("AWAY :{words}"), &words)]
    {
        assert_eq!(stage.says(alice, line), ":irc.test 306 alice :You have been marked as being away\r\n");
        let away = format!(":irc.test 301 bob alice :{told}\r\n");
        assert_eq!(stage.says(bob, "PRIVMSG alice :hello"), away);
        assert!(stage.says(bob, "WHOIS alice").contains(&away));
        assert!(stage.says(bob, "USERHOST alice").contains("alice=-~alice@host.test"));
        assert!(stage.says(bob, "WHO alice").contains(" alice G :0 "));
        stage.hears(alice);
    }
    assert!(stage.says(alice, &format!("AWAY :{words}a")).contains("limits.away-length"));
    assert!(stage.says(bob, "PRIVMSG alice :hello").contains(&words), "a refused absence changes nothing");
    stage.hears(alice);
    for line in ["AWAY", "AWAY :"] {
        assert_eq!(
            stage.says(alice, line),
            ":irc.test 305 alice :You are no longer marked as being away\r\n"
        );
    }
    assert_eq!(stage.says(bob, "PRIVMSG alice :hello"), "");
}

#[test]
fn a_nick_changes_in_case_aloud_and_to_itself_in_silence() {
    let mut stage = Stage::new();
    let (alice, bob) = (stage.client("alice"), stage.client("bob"));
    for id in [alice, bob] {
        stage.says(id, "JOIN #a");
    }
    stage.hears(alice);
    for (line, expected) in [
        ("NICK alice", ""),
        ("NICK Alice", ":alice!~alice@host.test NICK :Alice\r\n"),
        ("NICK Alice", ""),
        ("NICK BOB", ":irc.test 433 Alice BOB :Nickname is already in use\r\n"),
        ("NICK desk", ":irc.test 433 Alice desk :Nickname is already in use\r\n"),
        ("NICK 1a", ":irc.test 432 Alice 1a :Erroneous nickname\r\n"),
        ("NICK", ":irc.test 431 Alice :No nickname given\r\n"),
    ] {
        assert_eq!(stage.says(alice, line), expected, "{line}");
        let told = if expected.contains(" NICK ") { expected } else { "" };
        assert_eq!(stage.hears(bob), told, "{line}");
    }
    // What it had before is free again, also for others.
    assert!(stage.says(alice, "NICK carol").contains(" NICK :carol"));
    stage.hears(bob);
    assert!(stage.says(bob, "NICK ALICE").contains(" NICK :ALICE"));
}
