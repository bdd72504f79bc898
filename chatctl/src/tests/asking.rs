//! What is asked before many are hit, and text from standard input.

use chat_proto::control::{Accepted, KickResult, Kicked, SayResult};

use super::answers::{alice, problem, status, success};
use super::server::Server;
use super::{ClosedAfter, ran, ran_into, ran_with};

fn kicked() -> String {
    let kicked = Kicked { id: 17, nick: Some("alice".into()), address: "127.0.0.1:40000".into() };
    success(&KickResult { kicked: vec![kicked] })
}

fn said() -> String {
    success(&SayResult { seq: 7, recipients: 1 })
}

#[test]
fn without_a_terminal_nothing_that_hits_many_is_done_and_the_way_is_named() {
    let server = Server::answering(vec![success(&status()); 2]);
    let all = ran(&server.socket(), &["say", "--all", "noon"]);
    assert_eq!((all.code, all.out.as_str()), (2, ""));
    assert_eq!(
        all.err,
        "chatctl: say to everyone: 2 clients would read it; nothing was done, because nobody is here to confirm it\n\
         hint: -y does it without a question\n"
    );
    let stop = ran(&server.socket(), &["stop"]);
    assert_eq!(stop.code, 2);
    assert!(stop.err.contains("chat.example ends, and 3 clients would be disconnected"), "{}", stop.err);
    assert_eq!(server.requests(), ["GET /v1/status", "GET /v1/status"], "and nothing else was asked");
}

#[test]
fn what_was_agreed_to_is_done_without_another_call() {
    let accepted = success(&Accepted { clients: 3, deadline_at: None });
    let server = Server::answering(vec![said(), accepted]);
    assert_eq!(ran(&server.socket(), &["-y", "say", "--all", "noon"]).code, 0);
    assert_eq!(ran(&server.socket(), &["stop", "--yes"]).code, 0);
    assert_eq!(server.requests(), [r#"POST /v1/say {"to":"all","text":"noon"}"#, "POST /v1/stop"]);
}

#[test]
fn kicking_an_address_that_several_have_is_asked_about_with_their_names() {
    let mut other = alice();
    (other.id, other.nick, other.address) = (18, None, "127.0.0.1:40001".into());
    let mut elsewhere = alice();
    elsewhere.address = "192.0.2.1:40000".into();
    let several = success(&[&alice(), &other, &elsewhere]);
    let server = Server::answering(vec![several.clone(), several.clone(), kicked(), kicked(), kicked()]);
    let refused = ran(&server.socket(), &["kick", "127.0.0.1"]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains(": 2 clients would be disconnected: alice, id 18;"), "{}", refused.err);
    for words in [&["kick", "192.0.2.1"][..], &["-y", "kick", "127.0.0.1"], &["kick", "alice"]] {
        assert_eq!(ran(&server.socket(), words).code, 0, "{words:?}");
    }
    assert_eq!(server.requests().iter().filter(|request| request.starts_with("GET")).count(), 2);
}

#[test]
fn nothing_is_asked_of_whoever_may_not_look() {
    let server = Server::answering(vec![problem(403, "you have no role", None)]);
    assert_eq!(ran(&server.socket(), &["stop"]).code, 4);
}

#[test]
fn each_line_of_stdin_is_a_message() {
    let server = Server::answering(vec![said(); 3]);
    let say = ran_with(&server.socket(), &["say", "alice", "-"], "one\n\n  two\n");
    assert_eq!((say.code, say.out.lines().count()), (0, 2));
    assert_eq!(ran_with(&server.socket(), &["desk", "reply", "alice", "-"], "no end of line").code, 0);
    let sent = [
        r#"POST /v1/say {"to":{"nick":"alice"},"text":"one"}"#,
        r#"POST /v1/say {"to":{"nick":"alice"},"text":"  two"}"#,
        r#"POST /v1/say {"to":{"nick":"alice"},"text":"no end of line"}"#,
    ];
    assert_eq!(server.requests(), sent);
}

#[test]
fn a_reason_may_come_from_stdin() {
    let server = Server::answering(vec![kicked()]);
    assert_eq!(ran_with(&server.socket(), &["kick", "alice", "-"], "read\nthe rules\n").code, 0);
    assert_eq!(server.requests(), [r#"POST /v1/kick {"who":"alice","reason":"read the rules"}"#]);
}

#[test]
fn an_empty_stdin_is_wrong_usage_and_nothing_is_sent() {
    let server = Server::answering(Vec::new());
    for (words, said) in [
        (&["say", "alice", "-"][..], "chatctl: say to alice: stdin held no text\n"),
        (&["desk", "reply", "alice", "-"], "chatctl: say to alice: stdin held no text\n"),
        (&["kick", "alice", "-"], "chatctl: kick alice: stdin held no reason\n"),
    ] {
        let ran = ran_with(&server.socket(), words, "\n \n");
        assert_eq!((ran.code, ran.err.as_str()), (2, said));
    }
    assert_eq!(server.requests(), [""; 0]);
}

/// What people say about switches, and what has to arrive: a text is no place for options.
const TEXTS: [(&[&str], &str); 8] = [
    (&["say", "alice", "a", "-y", "--all", "-q"], r#"say {"to":{"nick":"alice"},"text":"a -y --all -q"}"#),
    (&["say", "alice", "--all"], r#"say {"to":{"nick":"alice"},"text":"--all"}"#),
    (&["say", "alice", "it", "is", "-s", "here"], r#"say {"to":{"nick":"alice"},"text":"it is -s here"}"#),
    (&["say", "alice", "--", "-5"], r#"say {"to":{"nick":"alice"},"text":"-5"}"#),
    (&["say", "-y", "--all", "text", "-q"], r#"say {"to":"all","text":"text -q"}"#),
    (&["desk", "reply", "alice", "use", "-o", "x"], r#"say {"to":{"nick":"alice"},"text":"use -o x"}"#),
    (&["kick", "alice", "no", "-q", "--", "here"], r#"kick {"who":"alice","reason":"no -q -- here"}"#),
    (&["kick", "alice", "--", "-q"], r#"kick {"who":"alice","reason":"-q"}"#),
];

fn answers() -> (Vec<String>, Vec<String>) {
    let answer = |words: &[&str]| if words[0] == "kick" { kicked() } else { said() };
    let sent = TEXTS.iter().map(|(_, sent)| format!("POST /v1/{sent}"));
    (TEXTS.iter().map(|(words, _)| answer(words)).collect(), sent.collect())
}

#[test]
fn options_in_a_text_are_text() {
    let (answers, sent) = answers();
    let server = Server::answering(answers);
    for (words, _) in TEXTS {
        let ran = ran(&server.socket(), words);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{words:?}");
        assert!(ran.out.contains("alice") || ran.out.contains("everyone"), "{words:?}: {}", ran.out);
    }
    assert_eq!(server.requests(), sent);
}

#[test]
fn options_in_a_text_are_text_in_the_shell() {
    let (answers, sent) = answers();
    let server = Server::answering(answers);
    let script = TEXTS.iter().map(|(words, _)| format!("{}\n", words.join(" "))).collect::<String>();
    let ran = ran_with(&server.socket(), &[], &script);
    assert_eq!((ran.code, ran.err.as_str(), ran.out.lines().count()), (0, "", TEXTS.len()));
    assert_eq!(server.requests(), sent);
}

#[test]
fn a_message_that_fails_ends_the_rest() {
    let server = Server::answering(vec![said(), problem(404, "there is no client called alice", None)]);
    let say = ran_with(&server.socket(), &["say", "alice", "-"], "one\ntwo\nthree\n");
    assert_eq!((say.code, server.requests().len()), (5, 2));
}

#[test]
fn a_reader_that_goes_keeps_no_message_from_being_sent() {
    let server = Server::answering(vec![said(); 3]);
    let (code, err) = ran_into(&server.socket(), &["say", "alice", "-"], "1\n2\n3\n", &mut ClosedAfter(0));
    assert_eq!((code, err.as_str(), server.requests().len()), (0, "", 3));
}
