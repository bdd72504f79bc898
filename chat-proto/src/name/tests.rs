//! Names at their limits, and folding against its definition.

use super::{CaseMapping, NameError, Nick, RoomName};
use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};
use std::collections::HashMap;

const BOTH: [CaseMapping; 2] = [CaseMapping::Ascii, CaseMapping::Rfc1459];

#[test]
fn a_nick_may_have_every_character_of_the_rfc() {
    for nick in ["a", "Alice", "[]\\`_^{|}", "a-1", "_9", "`"] {
        assert_eq!(Nick::parse(nick, 30).unwrap().as_str(), nick);
    }
}

#[test]
fn a_nick_that_breaks_a_rule_is_refused_with_that_rule() {
    let table = [
        ("", NameError::Empty),
        ("1abc", NameError::BadStart('1')),
        ("-abc", NameError::BadStart('-')),
        ("#abc", NameError::BadStart('#')),
        (":abc", NameError::BadStart(':')),
        ("al ice", NameError::BadChar(' ')),
        ("alice!", NameError::BadChar('!')),
        ("al~ice", NameError::BadChar('~')),
        ("alicé", NameError::BadChar('é')),
        ("al\0ice", NameError::BadChar('\0')),
        ("1a!", NameError::BadChar('!')),
    ];
    for (text, error) in table {
        assert_eq!(Nick::parse(text, 30), Err(error), "{text:?}");
    }
}

#[test]
fn a_nick_may_be_as_long_as_the_limit_and_no_longer() {
    assert!(Nick::parse("abcd", 4).is_ok());
    assert_eq!(Nick::parse("abcde", 4), Err(NameError::TooLong { max: 4 }));
}

#[test]
fn a_room_name_begins_with_a_hash_and_may_be_any_visible_text() {
    for room in ["#", "#a", "##", "#Bücher", "#日本", "#a:b", "#[x]"] {
        assert_eq!(RoomName::parse(room, 64).unwrap().as_str(), room);
    }
}

#[test]
fn a_room_name_that_breaks_a_rule_is_refused_with_that_rule() {
    let table = [
        ("", NameError::Empty),
        ("room", NameError::BadStart('r')),
        ("&room", NameError::BadStart('&')),
        ("#a b", NameError::BadChar(' ')),
        ("#a,b", NameError::BadChar(',')),
        ("#a\x07", NameError::BadChar('\x07')),
        ("#a\n", NameError::BadChar('\n')),
        ("#a\x7f", NameError::BadChar('\x7f')),
        ("#a\u{85}", NameError::BadChar('\u{85}')),
    ];
    for (text, error) in table {
        assert_eq!(RoomName::parse(text, 64), Err(error), "{text:?}");
    }
}

#[test]
fn the_length_of_a_room_name_is_counted_in_bytes() {
    assert!(RoomName::parse("#éé", 5).is_ok());
    assert_eq!(RoomName::parse("#ééé", 5), Err(NameError::TooLong { max: 5 }));
}

#[test]
fn names_are_plain_strings_in_json_and_are_checked_when_read() {
    let nick: Nick = serde_json::from_str("\"alice\"").unwrap();
    assert_eq!(serde_json::to_string(&nick).unwrap(), "\"alice\"");
    assert!(serde_json::from_str::<Nick>("\"al ice\"").is_err());
    assert!(serde_json::from_str::<RoomName>("\"room\"").is_err());
    assert!(serde_json::from_value::<Nick>("a".repeat(255).into()).is_ok());
    assert!(serde_json::from_value::<Nick>("a".repeat(256).into()).is_err());
}

#[test]
fn refusals_are_plain_words() {
    assert_eq!(NameError::TooLong { max: 9 }.to_string(), "it is longer than 9 bytes");
    assert_eq!(NameError::BadChar('\n').to_string(), "it may not contain '\\n'");
}

#[test]
fn a_mapping_is_written_as_isupport_announces_it() {
    for mapping in BOTH {
        assert_eq!(serde_json::to_value(mapping).unwrap(), mapping.token());
    }
    assert_eq!(CaseMapping::default(), CaseMapping::Rfc1459);
}

#[test]
fn rfc1459_folds_four_characters_more_than_ascii() {
    assert_eq!(CaseMapping::Rfc1459.fold("Nick[]\\~É").as_str(), "nick{}|^É");
    assert_eq!(CaseMapping::Ascii.fold("Nick[]\\~É").as_str(), "nick[]\\~É");
}

#[test]
fn a_map_with_folded_keys_is_asked_with_plain_text() {
    let map = HashMap::from([(CaseMapping::Rfc1459.fold("Alice"), 1)]);
    assert_eq!(map.get("alice"), Some(&1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn names_are_the_same_exactly_if_they_fold_to_the_same(
        a in "[a-cA-C{}|^~\\[\\]\\\\é]{0,3}",
        b in "[a-cA-C{}|^~\\[\\]\\\\é]{0,3}",
    ) {
        for mapping in BOTH {
            prop_assert_eq!(mapping.same(&a, &b), mapping.fold(&a) == mapping.fold(&b));
        }
    }

    #[test]
    fn folding_twice_changes_nothing(text in any::<String>()) {
        for mapping in BOTH {
            let once = mapping.fold(&text);
            prop_assert_eq!(&mapping.fold(once.as_str()), &once);
        }
    }
}
