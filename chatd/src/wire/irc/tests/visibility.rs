//! Hidden rooms and invisible people, asked for with every verb: whoever may not know of them hears what it would hear of something
//! that does not exist.

use super::stage::Stage;
use crate::domain::id::ClientId;

/// Every way to ask for a room, or to act in it. Joining is not among them: to be let in is to learn of it.
const ROOM: &[&str] = &[
    "NAMES {}",
    "NAMES {},#open",
    "LIST",
    "LIST {}",
    "LIST *",
    "LIST !#open",
    "LIST >0",
    "LIST C<9",
    "LIST T<9",
    "WHO {}",
    "WHO {} o",
    "WHO {} %tcuihsnfdlaor,123",
    "WHO *",
    "WHO * %cn",
    "WHO hider",
    "WHO hider %cn",
    "WHO hid*",
    "WHO *hider*",
    "WHOIS hider",
    "WHOIS hider hider",
    "TOPIC {}",
    "TOPIC {} :mine",
    "MODE {}",
    "MODE {} b",
    "MODE {} +b x!*@*",
    "MODE {} +o outsider",
    "MODE {} -s",
    "INVITE open {}",
    "KICK {} hider :out",
    "PART {} :bye",
    "KNOCK {} :let me in",
    "PRIVMSG {} :hello",
    "PRIVMSG @{} :hello",
    "NOTICE {} :hello",
    "TAGMSG {}",
    "STATS u",
    "STATS p",
    "STATS l",
    "LUSERS",
    "USERHOST hider",
    "ISON hider",
    "WHOWAS {}",
    "WHOIS {}",
    "USERHOST {}",
    "ISON {}",
    "MONITOR + {}",
    "SILENCE +{}",
    "RENAME {} #other",
    "REDACT {} 1 :x",
    "LINKS {}",
    "MOTD {}",
    "HELP {}",
    "KILL {} :x",
    "NICK {}",
    "JOIN #open,{}x",
];

/// A room `#hidden` of `hider` that has a topic and these modes, an open room, and somebody outside of both.
fn stage(modes: &str) -> (Stage, ClientId, ClientId) {
    let mut stage = Stage::new();
    let (hider, outsider) = (stage.client("hider"), stage.client("outsider"));
    stage.client("open");
    let open = stage.client("opener");
    stage.says(open, "JOIN #open");
    stage.says(hider, "JOIN #hidden");
    stage.says(hider, "TOPIC #hidden :treasure");
    stage.says(hider, &format!("MODE #hidden {modes}"));
    (stage, hider, outsider)
}

#[test]
fn a_secret_room_is_to_strangers_like_one_that_does_not_exist() {
    for modes in ["+s", "+sn-t", "+s-n", "+si", "+sk key", "+sm-n", "+sl 1"] {
        for line in ROOM {
            let (mut world, _, outsider) = stage(modes);
            let hidden = world.says(outsider, &line.replace("{}", "#hidden"));
            let (mut world, _, outsider) = stage(modes);
            let absent = world.says(outsider, &line.replace("{}", "#absent"));
            assert_eq!(hidden.replace("#hidden", "#absent"), absent, "{modes}: {line}");
            if !line.contains("{}") {
                assert!(!hidden.contains("#hidden"), "{modes}: {line}: {hidden}");
            }
            assert!(!hidden.contains("treasure"), "{modes}: {line}: {hidden}");
        }
    }
}

#[test]
fn what_keeps_a_stranger_out_of_a_secret_room_tells_neither_its_members_nor_its_topic() {
    for (modes, numeric) in
        [("+si", " 473 "), ("+sk key", " 475 "), ("+sl 1", " 471 "), ("+sb *!*@*", " 474 ")]
    {
        let (mut world, hider, outsider) = stage(modes);
        let heard = world.says(outsider, "JOIN #hidden");
        assert!(heard.contains(numeric) && heard.lines().count() == 1, "{modes}: {heard}");
        assert!(!heard.contains("hider") && !heard.contains("treasure"), "{modes}: {heard}");
        assert_eq!(world.hears(hider), "", "{modes}");
    }
}

#[test]
fn members_and_operators_see_a_secret_room() {
    let (mut world, hider, _) = stage("+s");
    let operator = world.operator("op");
    for who in [hider, operator] {
        for line in ["NAMES #hidden", "LIST", "WHO #hidden", "WHO hider", "WHOIS hider", "MODE #hidden"] {
            assert!(world.says(who, line).contains("#hidden"), "{line}");
        }
        assert!(world.says(who, "TOPIC #hidden").contains("treasure"));
    }
}

#[test]
fn a_private_room_is_shown_to_those_who_name_it_and_in_no_list() {
    let (mut world, hider, outsider) = stage("+p");
    let unnamed = ROOM.iter().filter(|line| !line.contains("{}"));
    for line in unnamed {
        let heard = world.says(outsider, line);
        assert!(!heard.contains("#hidden") && !heard.contains("treasure"), "{line}: {heard}");
    }
    assert!(!world.says(outsider, "LIST #hidden").contains("#hidden"));
    for line in ["NAMES #hidden", "WHO #hidden", "MODE #hidden", "TOPIC #hidden"] {
        assert!(world.says(outsider, line).contains("#hidden"), "{line}");
    }
    for line in ["LIST", "WHOIS hider", "WHO hider"] {
        assert!(world.says(hider, line).contains("#hidden"), "{line}");
    }
}

#[test]
fn somebody_invisible_is_found_by_nick_alone_and_in_no_room_that_is_not_shared() {
    let (mut world, hider, outsider) = stage("-s");
    world.says(hider, "MODE hider +i");
    for line in [
        "NAMES #hidden",
        "WHO #hidden",
        "WHO #hidden %cnuhr",
        "WHO *",
        "WHO 0",
        "WHO hid*",
        "WHO *hider* u",
        "WHO *@host.test",
        "WHO * %n",
        "WHO hider* r",
        "STATS p",
    ] {
        let heard = world.says(outsider, line);
        // The end repeats what was typed.
        let mut told = heard.lines().filter(|line| !line.contains(" 315 "));
        assert!(!told.any(|told| told.contains("hider")), "{line}: {heard}");
    }
    for line in ["WHO hider", "WHO hider %cn", "WHOIS hider", "USERHOST hider", "ISON hider"] {
        let heard = world.says(outsider, line);
        assert!(heard.contains("hider") && !heard.contains("#hidden"), "{line}: {heard}");
    }
    world.says(outsider, "JOIN #hidden");
    for line in ["NAMES #hidden", "WHO #hidden", "WHO hid*", "WHO *", "WHOIS hider"] {
        assert!(world.says(outsider, line).contains("hider"), "{line}");
    }
}
