//! Conversations with a session, without sockets.

use super::{Session, Settings, WINDOW};
use crate::effect::{Effect, Ending};
use crate::link::QUEUE;
use crate::received::Received;
use crate::render::{Plain, plain};

mod commands;
mod registration;

fn settings() -> Settings {
    Settings {
        nick: "anna".into(),
        spare_nick: None,
        desk: "desk".into(),
        to: None,
        password: None,
        wants_time: false,
        waits_for_answers: true,
        reconnects: false,
    }
}

/// A filter's session that the server has welcomed.
fn welcomed() -> Session {
    welcomed_with(settings())
}

/// A person's session that the server has welcomed.
fn person() -> Session {
    welcomed_with(Settings { waits_for_answers: false, reconnects: true, ..settings() })
}

fn welcomed_with(settings: Settings) -> Session {
    let mut session = Session::new(settings);
    session.on_connected();
    hear(&mut session, ":irc.test 001 anna :Welcome");
    session
}

fn hear(session: &mut Session, line: &str) -> Vec<Effect> {
    session.on_line(&Received::parse(line.as_bytes()).unwrap())
}

fn sent(effects: &[Effect]) -> Vec<&str> {
    effects
        .iter()
        .filter_map(|effect| if let Effect::Send(line) = effect { Some(line.as_str()) } else { None })
        .collect()
}

/// What a script would read, standard error marked.
fn shown(effects: &[Effect]) -> Vec<String> {
    let line = |effect: &Effect| match effect {
        Effect::Show(shown) => match plain(shown) {
            Plain::Out(line) => Some(line),
            Plain::Err(line) => Some(format!("stderr {line}")),
            Plain::Nothing => None,
        },
        _ => None,
    };
    effects.iter().filter_map(line).collect()
}

fn left(effects: &[Effect]) -> Option<u8> {
    effects
        .iter()
        .find_map(|effect| if let Effect::Leave(ending) = effect { Some(ending.code()) } else { None })
}

#[test]
fn what_is_typed_goes_to_the_desk_and_its_answer_is_shown() {
    let mut anna = welcomed();
    assert_eq!(anna.prompt(), "desk> ");
    assert_eq!(sent(&anna.on_input("hello\r\n")), ["PRIVMSG desk :hello"]);
    assert_eq!(shown(&hear(&mut anna, ":desk NOTICE anna :received")), ["-desk- received"]);
    assert_eq!(shown(&hear(&mut anna, ":desk!d@h PRIVMSG anna :hi anna")), ["<desk> hi anna"]);
}

#[test]
fn messages_show_where_they_were_said() {
    let mut anna = welcomed();
    assert_eq!(shown(&hear(&mut anna, ":bob!b@h PRIVMSG #room :hi")), ["#room <bob> hi"]);
    assert_eq!(shown(&hear(&mut anna, ":bob!b@h PRIVMSG @#room :ops")), ["#room <bob> ops"]);
    assert_eq!(
        shown(&hear(&mut anna, ":bob!b@h PRIVMSG #room :\x01ACTION waves\x01")),
        ["#room * bob waves"]
    );
}

#[test]
fn a_script_sees_no_chatter_but_errors_on_standard_error() {
    let mut anna = welcomed();
    for chatter in [
        ":irc.test 372 anna :- motd",
        ":irc.test 251 anna :There are 3",
        ":irc.test 422 anna :no motd",
        ":bob!b@h JOIN #room",
        ":bob!b@h PRIVMSG anna :\x01VERSION\x01",
    ] {
        let effects = hear(&mut anna, chatter);
        assert!(shown(&effects).is_empty() && sent(&effects).is_empty(), "{chatter}");
    }
    let refusal = hear(&mut anna, ":irc.test 404 anna #room :Cannot send");
    assert_eq!(shown(&refusal), ["stderr chat-client: #room: Cannot send"]);
}

#[test]
fn a_ping_is_answered_in_every_phase() {
    let mut anna = Session::new(settings());
    anna.on_connected();
    assert_eq!(sent(&hear(&mut anna, "PING :a b")), ["PONG :a b"]);
    hear(&mut anna, ":irc.test 001 anna :Welcome");
    assert_eq!(sent(&hear(&mut anna, "PING x")), ["PONG :x"]);
}

#[test]
fn the_end_of_input_waits_for_the_answers_and_then_quits() {
    let mut anna = welcomed();
    anna.on_input("hello");
    assert_eq!(sent(&anna.on_end_of_input()), ["PING :chat-client-fence"]);
    assert_eq!(sent(&hear(&mut anna, ":irc.test PONG irc.test :something else")), [""; 0]);
    assert_eq!(shown(&hear(&mut anna, ":desk NOTICE anna :received")), ["-desk- received"]);
    assert_eq!(sent(&hear(&mut anna, ":irc.test PONG irc.test :chat-client-fence")), ["QUIT"]);
    assert_eq!(hear(&mut anna, "ERROR :bye"), []);
    assert_eq!(left(&anna.on_closed("")), Some(0));
}

#[test]
fn an_end_of_input_before_the_welcome_is_not_forgotten() {
    let mut anna = Session::new(settings());
    anna.on_connected();
    assert_eq!(anna.on_end_of_input(), []);
    assert_eq!(sent(&hear(&mut anna, ":irc.test 001 anna :Welcome")), ["PING :chat-client-fence"]);
}

#[test]
fn a_script_that_is_ahead_waits_for_the_server() {
    let mut anna = welcomed();
    let frame = "PRIVMSG desk :\r\n".len();
    let text = "x".repeat(256 - frame);
    for _ in 1..WINDOW / 256 {
        assert_eq!(anna.on_input(&text).len(), 1);
        assert!(anna.accepts_input());
    }
    assert_eq!(sent(&anna.on_input(&text))[1..], ["PING :chat-client-pace"]);
    assert!(!anna.accepts_input());
    hear(&mut anna, ":irc.test PONG irc.test :chat-client-pace");
    assert!(anna.accepts_input());
}

#[test]
fn even_the_shortest_lines_of_a_script_that_is_ahead_fit_into_the_links_queue() {
    let mut anna = welcomed();
    let mut lines = 0;
    while anna.accepts_input() {
        anna.on_input("/raw A");
        lines += 1;
    }
    assert!(lines < QUEUE, "{lines}");
}

#[test]
fn an_error_ends_the_session_with_its_reason_and_without_a_reconnect() {
    let ending = Ending::Lost("the server closed the connection: Kicked by root: enough".into());
    assert_eq!(hear(&mut person(), "ERROR :Kicked by root: enough"), [Effect::Leave(ending)]);
}

#[test]
fn a_kill_ends_the_session_of_its_victim_only() {
    let mut anna = person();
    assert_eq!(left(&hear(&mut anna, ":root KILL bob :enough")), None);
    assert_eq!(left(&hear(&mut anna, ":root KILL Anna :enough")), Some(1));
}

#[test]
fn a_lost_connection_is_made_again_for_a_person_and_not_for_a_script() {
    assert_eq!(person().on_closed("reset"), [Effect::Reconnect]);
    assert_eq!(left(&welcomed().on_closed("reset")), Some(1));
}

#[test]
fn rooms_are_joined_again_after_a_reconnect_but_not_those_that_were_left() {
    let mut anna = person();
    for room in ["#a", "#b", "#c"] {
        hear(&mut anna, &format!(":anna!a@h JOIN {room}"));
    }
    hear(&mut anna, ":anna!a@h PART #A");
    hear(&mut anna, ":bob!b@h KICK #b anna :out");
    anna.on_closed("reset");
    assert_eq!(shown(&anna.on_input("lost?")), ["stderr chat-client: not connected: nothing was sent"]);
    assert_eq!(sent(&anna.on_connected()), ["NICK anna", "USER anna 0 * :anna"]);
    assert_eq!(sent(&hear(&mut anna, ":irc.test 001 anna :Welcome")), ["JOIN #c"]);
}

#[test]
fn exit_leaves_at_once_while_there_is_no_connection() {
    let mut anna = person();
    anna.on_closed("reset");
    assert_eq!(left(&anna.on_input(" exit ")), Some(0));
}

#[test]
fn long_text_is_split_so_that_each_line_fits_with_the_servers_prefix() {
    let mut anna = welcomed();
    let text = "wörter und 世界 ".repeat(80);
    let effects = anna.on_input(&text);
    let lines = sent(&effects);
    assert!(lines.len() > 1);
    let bodies = lines.iter().map(|line| line.strip_prefix("PRIVMSG desk :").unwrap());
    assert_eq!(bodies.collect::<String>(), text);
    assert!(lines.iter().all(|line| 1 + 100 + 1 + line.len() + 2 <= 512));
}

#[test]
fn a_line_of_the_longest_text_is_one_and_a_byte_more_makes_two() {
    let mut anna = person();
    let most = 512 - 2 - 102 - "PRIVMSG desk :".len();
    assert_eq!(anna.on_input(&"x".repeat(most)).len(), 1);
    assert_eq!(anna.on_input(&"x".repeat(most + 1)).len(), 2);
}

#[test]
fn a_typed_line_cannot_become_two_lines_of_the_protocol() {
    assert_eq!(sent(&welcomed().on_input("a\r\nQUIT\0b")), ["PRIVMSG desk :a  QUIT b"]);
}

#[test]
fn the_conversation_follows_a_partner_to_a_new_nick_and_never_leaves_the_desk() {
    let mut anna = person();
    anna.on_input("/to bob");
    hear(&mut anna, ":bob!b@h NICK robert");
    assert_eq!(anna.prompt(), "robert> ");
    anna.on_input("/desk");
    hear(&mut anna, ":desk!d@h NICK eve");
    assert_eq!(anna.prompt(), "desk> ");
}

#[test]
fn nicks_seen_and_rooms_joined_can_be_completed() {
    let mut anna = person();
    let before = anna.names_version();
    hear(&mut anna, ":anna!a@h JOIN #room");
    hear(&mut anna, ":irc.test 353 anna = #room :@bob +eve anna");
    hear(&mut anna, ":eve!e@h QUIT :bye");
    assert_ne!(anna.names_version(), before);
    let names: Vec<_> = anna.known_names().map(String::as_str).collect();
    assert_eq!(names, ["#room", "anna", "bob", "desk"]);
}

#[test]
fn a_hostile_name_reaches_neither_the_prompt_nor_the_line_being_typed() {
    let mut anna = person();
    anna.on_input("/to bob");
    hear(&mut anna, ":bob!b@h NICK \x1b[2J");
    hear(&mut anna, ":\x1b[2J!b@h PRIVMSG anna :hi");
    hear(&mut anna, ":irc.test 353 anna = #room :\x1b[2J");
    hear(&mut anna, ":anna!a@h JOIN #\x1b[2J");
    assert_eq!(anna.prompt(), "bob> ");
    assert!(anna.known_names().all(|name| !name.contains('\x1b')));
}
