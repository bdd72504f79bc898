//! How masks are completed, what they match, and that hostile ones cost little.

use super::glob::STEPS;
use super::{Glob, Mask, glob_matches};
use crate::name::{CaseMapping, NameError};
use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};

const RFC: CaseMapping = CaseMapping::Rfc1459;

#[test]
fn shorthand_is_completed() {
    let table = [
        ("alice", "alice!*@*"),
        ("al*", "al*!*@*"),
        ("a!b", "a!b@*"),
        ("*@host", "*!*@host"),
        ("user@host", "*!user@host"),
        ("a!b@c", "a!b@c"),
        ("!b@", "*!b@*"),
        ("a!@", "a!*@*"),
        ("10.0.0.*", "*!*@10.0.0.*"),
        ("2001:db8:*", "*!*@2001:db8:*"),
        ("*", "*!*@*"),
    ];
    for (short, full) in table {
        assert_eq!(Mask::parse(short, 64).unwrap().as_str(), full);
        assert_eq!(Mask::parse(full, 64).unwrap().as_str(), full);
    }
}

#[test]
fn the_limit_counts_the_completed_mask() {
    assert!(Mask::parse("abc", 7).is_ok());
    assert_eq!(Mask::parse("abcd", 7), Err(NameError::TooLong { max: 7 }));
}

#[test]
fn masks_that_could_break_a_line_are_refused() {
    assert_eq!(Mask::parse("", 64), Err(NameError::Empty));
    assert_eq!(Mask::parse("a b", 64), Err(NameError::BadChar(' ')));
    assert_eq!(Mask::parse("a\r", 64), Err(NameError::BadChar('\r')));
}

#[test]
fn a_mask_is_a_plain_string_in_json_and_is_completed_when_read() {
    let mask: Mask = serde_json::from_str("\"alice\"").unwrap();
    assert_eq!(serde_json::to_string(&mask).unwrap(), "\"alice!*@*\"");
    assert!(serde_json::from_str::<Mask>("\"\"").is_err());
}

#[test]
fn wildcards_and_escapes_mean_what_the_rfc_says() {
    let table = [
        ("", "", true),
        ("", "a", false),
        ("*", "", true),
        ("**", "ab", true),
        ("?", "", false),
        ("?", "é", true),
        ("??", "é", false),
        ("*?", "é", true),
        ("*??", "é", false),
        ("*??ab", "日ab", false),
        ("a*c", "abcbc", true),
        ("a*c", "abcb", false),
        ("*ab*", "xaab", true),
        ("a?c*e", "abcde", true),
        ("\\*", "*", true),
        ("\\*", "a", false),
        ("\\?", "?", true),
        ("\\?", "a", false),
        ("*\\*", "ab*", true),
        ("a\\b", "a\\b", true),
        ("a\\", "a\\", true),
        ("ALICE[", "alice{", true),
        ("a\\b", "A|B", true),
    ];
    for (mask, text, expected) in table {
        assert_eq!(glob_matches(mask, text, RFC), expected, "{mask:?} on {text:?}");
    }
    assert!(!glob_matches("alice[", "alice{", CaseMapping::Ascii));
}

#[test]
fn a_mask_matches_a_whole_source() {
    let mask = Mask::parse("*@10.0.0.*", 64).unwrap();
    assert!(mask.matches("alice!a@10.0.0.7", RFC));
    assert!(!mask.matches("alice!a@10.0.1.7", RFC));
}

#[test]
fn catastrophic_masks_end_at_once() {
    // A matcher that tries every star again needs more than 10^50 steps here; this one at most a few million.
    let mask = "*a".repeat(500) + "b";
    let text = "a".repeat(4000);
    assert!(!glob_matches(&mask, &text, RFC));
    assert!(!glob_matches(&("*?".repeat(500) + "b"), &text, RFC));
    assert!(glob_matches(&mask, &(text + "b"), RFC));
}

#[test]
fn a_mask_of_as_many_different_bytes_as_it_has_steps_matches_all_of_them() {
    let all: String = ('!'..='~').filter(|c| !c.is_ascii_uppercase() && !"*?\\".contains(*c)).collect();
    let kept = Glob::new(&format!("*{all}"), CaseMapping::Ascii).into_owned();
    assert!(kept.matches(&format!("x{all}")));
    assert!(!kept.matches(&format!("{all}x")));
}

#[test]
fn a_mask_of_as_many_steps_as_a_word_has_places_and_one_of_more_match_alike() {
    for steps in [126, 127, 128, 200] {
        let text = "ab日".repeat(70);
        let text: String = text.chars().take(steps).collect();
        for mask in
            ["?".repeat(steps), format!("*{}", "?".repeat(steps - 1)), format!("{text}*"), text.clone()]
        {
            assert!(glob_matches(&mask, &text, RFC), "{mask}");
            assert!(!glob_matches(&format!("{mask}x"), &text, RFC), "{mask}");
        }
        assert!(!glob_matches(&"?".repeat(steps), &text[1..], RFC));
    }
}

/// What a match costs in steps.
fn steps(mask: &str, text: &str) -> usize {
    let before = STEPS.get();
    let _ = glob_matches(mask, text, CaseMapping::Rfc1459);
    STEPS.get() - before
}

#[test]
fn masks_that_explode_elsewhere_take_one_step_for_each_byte_of_the_text() {
    let text = "a".repeat(500);
    for part in ["*a", "*?", "a*", "*a*", "?*?", "**", "*a?", "*\\*"] {
        for count in [1, 2, 10, 40] {
            for end in ["", "b", "*", "*b", "?b*c"] {
                let mask = format!("{}{end}", part.repeat(count));
                let steps = steps(&mask, &text);
                assert!(steps <= text.len(), "{mask} took {steps} steps for {} bytes", text.len());
            }
        }
    }
}

#[test]
fn a_mask_longer_than_any_that_a_client_can_set_takes_at_most_the_product() {
    let text = "a".repeat(400);
    for length in [128, 200, 400] {
        let mask = format!("{}{}b", "*a".repeat(20), "a".repeat(length));
        let steps = steps(&mask, &text);
        assert!(steps <= 2 * mask.len() * text.len(), "{steps}");
    }
}

/// The definition of a match, exponential and plainly right.
fn by_definition(mask: &[char], text: &[char]) -> bool {
    match mask {
        [] => text.is_empty(),
        ['*', rest @ ..] => (0..=text.len()).any(|skip| by_definition(rest, &text[skip..])),
        ['?', rest @ ..] => !text.is_empty() && by_definition(rest, &text[1..]),
        ['\\', wild @ ('*' | '?'), rest @ ..] => {
            text.first() == Some(wild) && by_definition(rest, &text[1..])
        }
        [c, rest @ ..] => text.first() == Some(c) && by_definition(rest, &text[1..]),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn matching_agrees_with_its_definition(mask in "[ab日*?\\\\]{0,7}", text in "[ab日*?\\\\]{0,7}") {
        let chars = |s: &str| s.chars().collect::<Vec<_>>();
        let expected = by_definition(&chars(&mask), &chars(&text));
        prop_assert_eq!(glob_matches(&mask, &text, CaseMapping::Ascii), expected);
    }

    #[test]
    fn completing_a_mask_again_changes_nothing(text in "[a*?!@.:]{1,8}") {
        let mask = Mask::parse(&text, 64).unwrap();
        prop_assert!(mask.as_str().contains('!') && mask.as_str().contains('@'));
        prop_assert_eq!(&Mask::parse(mask.as_str(), 64).unwrap(), &mask);
    }
}

#[test]
fn a_mask_that_begins_or_ends_otherwise_takes_no_step() {
    for (mask, text) in [("192.0.2.*", "192.0.3.2"), ("*.example.net", "host.example.org"), ("a", "")] {
        assert_eq!((steps(mask, text), glob_matches(mask, text, CaseMapping::Rfc1459)), (0, false), "{mask}");
    }
    for (mask, text) in [("\\*a", "*a"), ("a\\?", "A?"), ("[b\\", "{B|"), ("", ""), ("日*本", "日本")] {
        assert!(glob_matches(mask, text, CaseMapping::Rfc1459), "{mask}");
    }
}
