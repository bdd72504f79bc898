//! The grammar's refusals and limits; what is well-formed is in the public vectors.

use super::{BODY_MAX, LengthLimits, Message, PARAMS_MAX, ParseError, TAGS_MAX_CLIENT, check_lengths};
use proptest::prelude::{any, prop_assert, proptest};

#[test]
fn a_line_that_breaks_the_grammar_is_refused_with_the_reason() {
    let table = [
        ("", ParseError::Empty),
        ("   ", ParseError::Empty),
        (":alice", ParseError::NoVerb),
        ("@a=b", ParseError::NoVerb),
        ("@a=b :alice ", ParseError::NoVerb),
        ("JO!N #room", ParseError::BadVerb),
        ("12 x", ParseError::BadVerb),
        ("1234 x", ParseError::BadVerb),
        ("A12 x", ParseError::BadVerb),
        ("ÄWAY", ParseError::BadVerb),
        ("PING\tx", ParseError::BadVerb),
        ("PING a\0b", ParseError::ForbiddenByte(0)),
        ("PING a\rb", ParseError::ForbiddenByte(b'\r')),
        ("PING a\nQUIT", ParseError::ForbiddenByte(b'\n')),
    ];
    for (line, error) in table {
        assert_eq!(Message::parse(line), Err(error), "{line:?}");
    }
}

#[test]
fn the_fifteenth_parameter_takes_the_rest() {
    let message = Message::parse("X 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 :17").unwrap();
    assert_eq!(message.params().len(), PARAMS_MAX);
    assert_eq!(message.param(13), Some("14"));
    assert_eq!(message.param(14), Some("15 16 :17"));
    assert_eq!(message.param(15), None);
}

#[test]
fn the_fifteenth_parameter_loses_its_colon() {
    let message = Message::parse("X 1 2 3 4 5 6 7 8 9 10 11 12 13 14 :15 16").unwrap();
    assert_eq!(message.param(14), Some("15 16"));
}

#[test]
fn an_empty_parameter_is_there() {
    let message = Message::parse("AWAY :").unwrap();
    assert_eq!(message.params(), [""]);
    assert_eq!(Message::parse("AWAY  ").unwrap().params(), [""; 0]);
}

#[test]
fn a_colon_inside_a_parameter_is_part_of_it() {
    assert_eq!(Message::parse("X a:b ::c d").unwrap().params(), ["a:b", ":c d"]);
}

#[test]
fn spaces_before_a_message_are_skipped() {
    assert_eq!(Message::parse("  PING  x").unwrap(), Message::parse("PING x").unwrap());
}

#[test]
fn tags_and_body_may_each_be_as_long_as_their_limit_and_no_longer() {
    let line = |tags: usize, body: usize| format!("@{} {}", "t".repeat(tags), "B".repeat(body));
    let check = |tags, body| check_lengths(&line(tags, body), LengthLimits::default());
    assert_eq!(check(TAGS_MAX_CLIENT, BODY_MAX), Ok(()));
    assert_eq!(check(TAGS_MAX_CLIENT + 1, 1), Err(ParseError::TagsTooLong { max: TAGS_MAX_CLIENT }));
    assert_eq!(check(1, BODY_MAX + 1), Err(ParseError::BodyTooLong { max: BODY_MAX }));
    assert_eq!(check_lengths(&"B".repeat(BODY_MAX), LengthLimits::default()), Ok(()));
    assert!(check_lengths(&"B".repeat(BODY_MAX + 1), LengthLimits::default()).is_err());
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(line in any::<String>(), marked in "[@: a;=\\\\+]{0,40}") {
        for line in [&line, &marked] {
            if let Ok(message) = Message::parse(line) {
                prop_assert!(message.params().len() <= PARAMS_MAX);
                prop_assert!(message.tags.iter().count() >= message.tags.client_only().count());
            }
        }
    }
}
