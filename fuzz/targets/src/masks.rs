//! Masks: the quick matcher says what a slow and obvious one says.

use chat_proto::mask::{Glob, Mask};
use chat_proto::name::CaseMapping;

use super::text;

/// Longest mask and text that the slow matcher is given.
const LENGTH_MAX: usize = 600;

/// A mask, a line end, a text.
pub fn masks(data: &[u8]) {
    let Some((mask, text)) = text(data).and_then(|both| both.split_once('\n')) else { return };
    if mask.len() > LENGTH_MAX || text.len() > LENGTH_MAX {
        return;
    }
    for mapping in [CaseMapping::Ascii, CaseMapping::Rfc1459] {
        let covers = Glob::new(mask, mapping).matches(text);
        assert_eq!(covers, slowly(&steps(mask), text, mapping), "{mask:?} {text:?} {mapping:?}");
    }
    if let Ok(mask) = Mask::parse(mask, LENGTH_MAX) {
        assert!(mask.as_str().contains('!') && mask.as_str().contains('@'));
        let again = Mask::parse(mask.as_str(), LENGTH_MAX).expect("a full mask is a mask");
        assert_eq!(again, mask, "a full mask is complete");
        mask.matches(text, CaseMapping::Rfc1459);
    }
}

/// A step of a mask.
enum Step {
    Run,
    Any,
    Is(char),
}

/// The steps as RFC 2812 §2.5 has them.
fn steps(mask: &str) -> Vec<Step> {
    let mut letters = mask.chars().peekable();
    let mut steps = Vec::new();
    while let Some(letter) = letters.next() {
        steps.push(match (letter, letters.peek()) {
            ('*', _) => Step::Run,
            ('?', _) => Step::Any,
            ('\\', Some(wild @ ('*' | '?'))) => {
                let wild = *wild;
                letters.next();
                Step::Is(wild)
            }
            _ => Step::Is(letter),
        });
    }
    steps
}

/// A table with a row for each step: whether the steps so far cover so many characters.
fn slowly(steps: &[Step], text: &str, mapping: CaseMapping) -> bool {
    let text: Vec<_> = text.chars().collect();
    let is_same =
        |one: char, other: char| mapping.same(one.encode_utf8(&mut [0; 4]), other.encode_utf8(&mut [0; 4]));
    let mut row = vec![false; text.len() + 1];
    row[0] = true;
    for step in steps {
        let mut next = vec![false; text.len() + 1];
        next[0] = row[0] && matches!(step, Step::Run);
        for (at, letter) in text.iter().enumerate() {
            next[at + 1] = match step {
                Step::Run => row[at + 1] || next[at],
                Step::Any => row[at],
                Step::Is(wanted) => row[at] && is_same(*wanted, *letter),
            };
        }
        row = next;
    }
    row[text.len()]
}
