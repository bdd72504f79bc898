//! From the connection to the welcome.

use super::{Session, Settings, hear, left, sent, settings, shown};

fn connected(settings: Settings) -> Session {
    let mut session = Session::new(settings);
    session.on_connected();
    session
}

#[test]
fn a_password_comes_before_the_nick() {
    let mut anna = Session::new(Settings { password: Some("se cret".into()), ..settings() });
    assert_eq!(sent(&anna.on_connected()), ["PASS :se cret", "NICK anna", "USER anna 0 * :anna"]);
}

#[test]
fn times_are_asked_for_where_the_server_offers_them() {
    let mut anna = Session::new(Settings { wants_time: true, ..settings() });
    assert_eq!(sent(&anna.on_connected())[0], "CAP LS 302");
    assert_eq!(hear(&mut anna, ":irc.test CAP * LS * :batch server-time"), []);
    assert_eq!(sent(&hear(&mut anna, ":irc.test CAP * LS :sasl")), ["CAP REQ :server-time"]);
    assert_eq!(sent(&hear(&mut anna, ":irc.test CAP * ACK :server-time")), ["CAP END"]);
}

#[test]
fn a_server_without_times_or_without_capabilities_is_fine() {
    let mut anna = connected(Settings { wants_time: true, ..settings() });
    assert_eq!(sent(&hear(&mut anna, ":irc.test CAP * LS :sasl")), ["CAP END"]);
    let mut anna = connected(Settings { wants_time: true, ..settings() });
    assert_eq!(hear(&mut anna, ":irc.test 421 * CAP :Unknown command"), []);
    hear(&mut anna, ":irc.test 001 anna :Welcome");
    assert!(anna.is_ready());
}

#[test]
fn a_nick_in_use_gets_underscores_and_the_user_is_told() {
    let mut anna = connected(settings());
    let effects = hear(&mut anna, ":irc.test 433 * anna :in use");
    assert_eq!(sent(&effects), ["NICK anna_"]);
    assert_eq!(shown(&effects), ["stderr chat-client: the nick anna is in use, trying anna_"]);
    assert_eq!(sent(&hear(&mut anna, ":irc.test 433 * anna_ :in use")), ["NICK anna__"]);
}

#[test]
fn the_fifth_collision_is_survived_and_the_sixth_refused() {
    let mut anna = connected(settings());
    for _ in 0..5 {
        assert_eq!(left(&hear(&mut anna, ":irc.test 433 * x :in use")), None);
    }
    assert_eq!(left(&hear(&mut anna, ":irc.test 433 * x :in use")), Some(4));
}

#[test]
fn a_wrong_password_a_ban_and_an_error_are_refusals() {
    for line in
        [":irc.test 464 * :Password incorrect", ":irc.test 465 * :You are banned", "ERROR :too many clients"]
    {
        assert_eq!(left(&hear(&mut connected(settings()), line)), Some(4), "{line}");
    }
}

#[test]
fn a_chosen_nick_that_is_not_accepted_is_a_refusal_and_a_made_one_is_replaced() {
    let bad = ":irc.test 432 * anna :Erroneous nickname";
    assert_eq!(left(&hear(&mut connected(settings()), bad)), Some(4));
    let mut anna = connected(Settings { spare_nick: Some("guest7".into()), ..settings() });
    assert_eq!(sent(&hear(&mut anna, bad)), ["NICK guest7"]);
    assert_eq!(left(&hear(&mut anna, bad)), Some(4));
}

#[test]
fn a_connection_that_was_never_made_is_unreachable() {
    assert_eq!(left(&Session::new(settings()).on_closed("refused")), Some(3));
}

#[test]
fn a_first_conversation_in_a_room_joins_it() {
    let mut anna = connected(Settings { to: Some("#lobby".into()), ..settings() });
    assert_eq!(sent(&hear(&mut anna, ":irc.test 001 anna :Welcome")), ["JOIN #lobby"]);
    assert_eq!(anna.prompt(), "#lobby> ");
}

#[test]
fn the_server_decides_the_nick() {
    let mut anna = connected(settings());
    hear(&mut anna, ":irc.test 001 ann :Welcome");
    assert_eq!(left(&hear(&mut anna, ":root KILL ann :enough")), Some(1));
}
