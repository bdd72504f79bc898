//! What is typed with a slash.

use super::{hear, left, person, sent, shown, welcomed};
use crate::commands::COMMANDS;
use crate::effect::{Effect, Shown};

#[test]
fn a_command_becomes_its_line() {
    for (typed, line) in [
        ("/msg bob hi  there", "PRIVMSG bob :hi  there"),
        ("/MSG bob hi", "PRIVMSG bob :hi"),
        ("/me waves", "PRIVMSG desk :\x01ACTION waves\x01"),
        ("/join #room key", "JOIN #room key"),
        ("/part #room", "PART #room"),
        ("/nick ann", "NICK ann"),
        ("/who #room", "WHO #room"),
        ("/who", "WHO *"),
        ("/names #room", "NAMES #room"),
        ("/topic #room", "TOPIC #room"),
        ("/topic #room all about it", "TOPIC #room :all about it"),
        ("/raw LIST >5", "LIST >5"),
        ("//etc is a directory", "PRIVMSG desk :/etc is a directory"),
    ] {
        assert_eq!(sent(&welcomed().on_input(typed)), [line], "{typed}");
    }
}

#[test]
fn a_bad_command_sends_nothing_and_says_why() {
    for (typed, problem) in [
        ("/msg bob", "usage: /msg NICK TEXT"),
        ("/msg a,b hi", "not a nick or a #room: a,b"),
        ("/join room", "not a nick or a #room: room"),
        ("/names", "name a room, such as #lobby"),
        ("/jion #a", "no such command: /jion; /help lists them, // sends a leading slash"),
        ("/help jion", "no such command: /jion; /help lists them"),
    ] {
        let effects = welcomed().on_input(typed);
        assert!(sent(&effects).is_empty(), "{typed}");
        assert_eq!(shown(&effects), [format!("stderr chat-client: {problem}")], "{typed}");
    }
}

#[test]
fn joining_chooses_the_room_and_parting_returns_to_the_desk() {
    let mut anna = welcomed();
    anna.on_input("/join #room");
    assert_eq!(anna.prompt(), "#room> ");
    assert_eq!(sent(&anna.on_input("hi")), ["PRIVMSG #room :hi"]);
    anna.on_input("/part #other");
    assert_eq!(anna.prompt(), "#room> ");
    assert_eq!(sent(&anna.on_input("/part")), ["PART #room"]);
    assert_eq!(anna.prompt(), "desk> ");
}

#[test]
fn text_for_a_room_one_was_removed_from_never_reaches_the_desk() {
    let mut anna = welcomed();
    anna.on_input("/join #room");
    hear(&mut anna, ":bob!b@h KICK #room anna :out");
    assert_eq!(sent(&anna.on_input("hi")), ["PRIVMSG #room :hi"]);
}

#[test]
fn a_script_reads_the_replies_it_asked_for_and_no_others() {
    let mut anna = welcomed();
    let names = ":irc.test 353 anna = #room :@bob anna";
    assert!(shown(&hear(&mut anna, names)).is_empty());
    anna.on_input("/names #room");
    assert_eq!(shown(&hear(&mut anna, names)), ["* #room: @bob anna"]);
    hear(&mut anna, ":irc.test 366 anna #room :End");
    assert!(shown(&hear(&mut anna, names)).is_empty());
    anna.on_input("/who #room");
    let who = ":irc.test 352 anna #room b host irc.test bob H :0 Bob B";
    assert_eq!(shown(&hear(&mut anna, who)), ["* bob (b@host) H Bob B"]);
    anna.on_input("/topic #room");
    assert_eq!(shown(&hear(&mut anna, ":irc.test 332 anna #room :cats")), ["* topic of #room: cats"]);
}

#[test]
fn a_knock_is_no_problem_and_a_refusal_is_one() {
    let mut anna = welcomed();
    let knock = ":irc.test 710 #room #room bob!b@h :let me in";
    let told = Effect::Show(Shown::Info("#room bob!b@h: let me in".into()));
    assert_eq!(hear(&mut anna, knock), [told]);
    let refusal = ":irc.test 712 anna #room :too many knocks";
    assert_eq!(shown(&hear(&mut anna, refusal)), ["stderr chat-client: #room: too many knocks"]);
}

#[test]
fn help_lists_every_command_and_explains_one() {
    let all = shown(&welcomed().on_input("/help"));
    assert!(
        COMMANDS.iter().all(|command| all.iter().any(|line| line.contains(&format!("/{}", command.name))))
    );
    let one = shown(&welcomed().on_input("/help /join"));
    assert_eq!(one.len(), 1);
    assert!(one[0].starts_with("* /join #ROOM"));
}

#[test]
fn without_a_connection_only_what_needs_none_works() {
    let mut anna = person();
    anna.on_closed("reset");
    assert_eq!(shown(&anna.on_input("/join #room")), ["stderr chat-client: not connected: nothing was sent"]);
    assert_eq!(anna.prompt(), "desk> ");
    anna.on_input("/to #room");
    assert_eq!(anna.prompt(), "#room> ");
    assert_eq!(left(&anna.on_input("/quit")), Some(0));
}

#[test]
fn a_person_quits_at_once_with_a_reason_that_fits() {
    assert_eq!(sent(&person().on_input("/quit see you")), ["QUIT :see you"]);
    let typed = format!("/quit {}", "x".repeat(600));
    assert!(sent(&person().on_input(&typed))[0].len() + 2 + 102 <= 512);
}

#[test]
fn exit_alone_leaves_and_exit_in_a_sentence_is_text() {
    assert_eq!(sent(&person().on_input("exit")), ["QUIT"]);
    assert_eq!(sent(&person().on_input("exit the house")), ["PRIVMSG desk :exit the house"]);
}
