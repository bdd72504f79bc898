//! Lines come out as they were meant, whatever is put in.

use super::{BODY_MAX, LineWriter};
use crate::irc::{Message, Numeric};
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};

fn written(write: impl FnOnce(LineWriter<'_>) -> LineWriter<'_>) -> String {
    let mut out = b"before\r\n".to_vec();
    write(LineWriter::new(&mut out)).end();
    let text = String::from_utf8(out).unwrap();
    text.strip_prefix("before\r\n").unwrap().strip_suffix("\r\n").unwrap().to_owned()
}

#[test]
fn the_last_parameter_gets_a_colon_only_if_it_needs_one() {
    let table =
        [("a", "X a"), ("", "X :"), (":a", "X ::a"), ("a b", "X :a b"), ("a:b", "X a:b"), ("é", "X é")];
    for (param, line) in table {
        assert_eq!(written(|w| w.verb("X").param(param)), line);
    }
    assert_eq!(written(|w| w.verb("X").trailing("a")), "X :a");
}

#[test]
fn tags_come_first_and_are_escaped() {
    let line = written(|w| w.tag("time", "a;b c").tag("msgid", "").raw_tag("+x=a\\:b").source("s").verb("X"));
    assert_eq!(line, "@time=a\\:b\\sc;msgid;+x=a\\:b :s X");
}

#[test]
fn a_numeric_is_written_as_three_digits() {
    let line = written(|w| w.source("irc.test").numeric(Numeric::RPL_WELCOME).param("alice").trailing("Hi"));
    assert_eq!(line, ":irc.test 001 alice :Hi");
}

#[test]
fn text_from_people_cannot_end_the_line() {
    assert_eq!(written(|w| w.verb("X").trailing("a\r\nQUIT\0")), "X :a  QUIT ");
    assert_eq!(written(|w| w.verb("X").param("a\nb")), "X :a b");
    assert_eq!(written(|w| w.source("a b\n").verb("X\ny")), ":a_b_ X_y");
    assert_eq!(written(|w| w.tag("a b", "\0\r\n").verb("X")), "@a_b=\\s\\r\\n X");
}

#[test]
fn text_from_people_cannot_add_a_parameter() {
    let table = [("", "*"), ("a b", "a_b"), (":", "_"), (":a :b", "_a_:b"), ("\n", "_")];
    for (bad, mended) in table {
        let line = written(|w| w.verb("433").param("*").param(bad).trailing("Nickname is already in use"));
        assert_eq!(line, format!("433 * {mended} :Nickname is already in use"));
    }
}

#[test]
fn a_body_may_be_as_long_as_the_limit_and_is_cut_beyond_it() {
    let fitting = "x".repeat(BODY_MAX - 3);
    assert_eq!(written(|w| w.tag("a", "b").verb("X").trailing(&fitting)), format!("@a=b X :{fitting}"));
    assert_eq!(
        written(|w| w.tag("a", "b").verb("X").trailing(&(fitting.clone() + "y"))),
        format!("@a=b X :{fitting}")
    );
}

#[test]
fn a_body_is_cut_between_characters() {
    let fitting = "x".repeat(BODY_MAX - 4);
    assert_eq!(written(|w| w.verb("X").trailing(&(fitting.clone() + "é"))), format!("X :{fitting}"));
}

#[test]
fn room_says_how_many_bytes_fit() {
    let mut out = Vec::new();
    let line = LineWriter::new(&mut out).tag("a", "b").verb("X").trailing("");
    assert_eq!(line.room(), BODY_MAX - "X :".len());
    let line = line.param(&"x".repeat(BODY_MAX));
    assert_eq!(line.room(), 0);
    line.end();
    assert_eq!(out.len(), "@a=b ".len() + BODY_MAX + 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn what_is_written_is_read_back(
        tags in vec(("[a-z]{1,4}", "[^\0]{0,6}"), 0..3),
        source in proptest::option::of("[a-z!@.]{1,9}"),
        verb in "[A-Z]{1,8}|[0-9]{3}",
        middle in vec("[^\0\r\n :][^\0\r\n ]{0,6}", 0..14),
        last in "[^\0\r\n]{0,20}",
    ) {
        let line = written(|mut w| {
            for (key, value) in &tags {
                w = w.tag(key, value);
            }
            if let Some(source) = &source {
                w = w.source(source);
            }
            middle.iter().fold(w.verb(&verb), |w, param| w.param(param)).param(&last)
        });
        let message = Message::parse(&line).unwrap();
        let read: Vec<_> = message.tags.iter().map(|(k, v)| (k.to_owned(), v.into_owned())).collect();
        prop_assert_eq!(read, tags);
        prop_assert_eq!(message.source, source.as_deref());
        prop_assert_eq!(message.verb, verb);
        let params: Vec<_> = middle.iter().chain([&last]).map(String::as_str).collect();
        prop_assert_eq!(message.params(), params);
    }

    #[test]
    fn any_text_makes_one_line_with_as_many_parameters(
        params in vec("[\\PC\0\r\n: ]{0,6}", 1..15),
        tag in any::<String>(),
    ) {
        let line = written(|w| params.iter().fold(w.tag("t", &tag).verb("X"), |w, param| w.param(param)));
        let message = Message::parse(&line).unwrap();
        prop_assert!(!line.contains(['\0', '\r', '\n']));
        prop_assert_eq!(message.params().len(), params.len());
    }
}
