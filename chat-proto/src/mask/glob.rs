//! Matching with `*` and `?`. Owns no rule of how masks are completed.

use std::borrow::Cow;

use crate::name::CaseMapping;

/// The most characters of a mask, besides `*`, of which the set of places fits a machine word.
const PLACES_MAX: usize = 127;

/// A mask that is made ready to be held against many texts.
///
/// All ways to match are followed at once: bit `n` of a word says that the text so far fits the first `n` steps of the
/// mask, and one byte of text moves all bits together. So a text takes time by its length and no mask makes it worse, where
/// trying again at every `*` would take the product of both lengths. Only a mask of more than 127 steps is matched that way.
/// One that is kept takes 16 bytes for each byte value in the mask and some 400: less than a kilobyte for most, and never two
/// for one that clients can set.
#[derive(Clone, Debug)]
pub struct Glob<'a> {
    mask: Cow<'a, str>,
    mapping: CaseMapping,
    steps: Option<Box<Steps>>,
}

/// The steps of a mask: all its characters but `*`, byte by byte.
#[derive(Clone, Debug)]
struct Steps {
    /// For each byte, where in `takes` its steps are; most bytes make none and have the first place.
    class: [u8; 256],
    /// The steps that a byte makes as itself, for each class.
    takes: Vec<u128>,
    /// The steps that the first byte of any character makes: `?`.
    any: u128,
    /// The places where any byte is passed over: a `*` is there.
    stays: u128,
    /// The places behind a `?`, where the other bytes of its character are passed over.
    behind_any: u128,
    /// The place behind the last step.
    end: u128,
}

impl<'a> Glob<'a> {
    /// Makes `mask` ready. `*` stands for any run of characters, `?` for exactly one, and `\*` and `\?` for themselves
    /// (RFC 2812 §2.5). Any other backslash is a character of its own, because nicks may contain it.
    #[must_use]
    pub fn new(mask: &'a str, mapping: CaseMapping) -> Self {
        let steps = Steps::of(mask.as_bytes(), mapping).map(Box::new);
        Self { mask: Cow::Borrowed(mask), mapping, steps }
    }

    /// The same, to be kept longer than the text it was made from.
    #[must_use]
    pub fn into_owned(self) -> Glob<'static> {
        let Glob { mask, mapping, mut steps } = self;
        if let Some(steps) = &mut steps {
            steps.takes.shrink_to_fit(); // It grew by doubling, and a room may keep hundreds.
        }
        Glob { mask: Cow::Owned(mask.into_owned()), mapping, steps }
    }

    /// Whether the mask covers the whole of `text`.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        match &self.steps {
            Some(steps) => steps.cover(text.as_bytes(), self.mapping),
            None => covers_slowly(self.mask.as_bytes(), text.as_bytes(), self.mapping),
        }
    }
}

/// Whether `mask` covers the whole of `text`, as [`Glob`] has it.
#[must_use]
pub fn glob_matches(mask: &str, text: &str, mapping: CaseMapping) -> bool {
    if !ends_fit(mask.as_bytes(), text.as_bytes(), mapping) {
        return false;
    }
    match Steps::of(mask.as_bytes(), mapping) {
        Some(steps) => steps.cover(text.as_bytes(), mapping),
        None => covers_slowly(mask.as_bytes(), text.as_bytes(), mapping),
    }
}

/// Whether what a mask has before its first and behind its last wildcard does not stand against a match. To look at that costs far
/// less than to make a mask ready for one text, and most bans of a room are about somebody else.
fn ends_fit(mask: &[u8], text: &[u8], mapping: CaseMapping) -> bool {
    // What is behind a backslash decides whether it is a character.
    let begin = mask.iter().take_while(|byte| !matches!(byte, b'*' | b'?' | b'\\'));
    let end = mask.iter().rev().take_while(|byte| !matches!(byte, b'*' | b'?'));
    is_along(begin, text.iter(), mapping) && is_along(end, text.iter().rev(), mapping)
}

/// Whether the text goes on like the mask for as long as there is something of the mask.
fn is_along<'a>(
    mut mask: impl Iterator<Item = &'a u8>,
    mut text: impl Iterator<Item = &'a u8>,
    mapping: CaseMapping,
) -> bool {
    mask.all(|wanted| text.next().is_some_and(|byte| mapping.fold_byte(*wanted) == mapping.fold_byte(*byte)))
}

impl Steps {
    /// The steps, unless there are too many.
    fn of(mask: &[u8], mapping: CaseMapping) -> Option<Self> {
        let mut steps = Self { class: [0; 256], takes: vec![0], any: 0, stays: 0, behind_any: 0, end: 0 };
        let (mut place, mut rest) = (0, mask);
        while let Some(first) = rest.first() {
            if place == PLACES_MAX {
                return None;
            }
            let here = 1_u128 << place;
            let (width, wanted) = match rest {
                [b'*', ..] => {
                    steps.stays |= here;
                    rest = &rest[1..];
                    continue;
                }
                [b'?', ..] => (1, None),
                [b'\\', wild @ (b'*' | b'?'), ..] => (2, Some(*wild)),
                _ => (1, Some(*first)),
            };
            match wanted {
                Some(byte) => *steps.takes_of(mapping.fold_byte(byte)) |= here,
                None => {
                    steps.any |= here;
                    steps.behind_any |= here << 1;
                }
            }
            place += 1;
            rest = &rest[width..];
        }
        steps.end = 1 << place;
        Some(steps)
    }

    /// The steps of a byte, in a class of its own from now on. There are fewer than 128 steps, and so classes.
    fn takes_of(&mut self, byte: u8) -> &mut u128 {
        let class = &mut self.class[usize::from(byte)];
        if *class == 0 {
            *class = self.takes.len() as u8;
            self.takes.push(0);
        }
        &mut self.takes[usize::from(*class)]
    }

    fn cover(&self, text: &[u8], mapping: CaseMapping) -> bool {
        let mut places = 1_u128;
        for byte in text {
            count_step();
            let takes = self.takes[usize::from(self.class[usize::from(mapping.fold_byte(*byte))])];
            let (takes, stays) = if is_inside(*byte) {
                (takes, self.stays | self.behind_any)
            } else {
                (takes | self.any, self.stays)
            };
            places = ((places & takes) << 1) | (places & stays);
            if places == 0 {
                return false;
            }
        }
        places & self.end != 0
    }
}

#[cfg(test)]
thread_local! {
    /// Steps that matching took on this thread. Tests count them, because a time says little on a busy machine.
    pub(super) static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// One step of matching; nothing but in tests.
fn count_step() {
    #[cfg(test)]
    STEPS.set(STEPS.get() + 1);
}

/// Whether this byte goes on with a character that began before it (UTF-8).
const fn is_inside(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

/// For masks that are too long for [`Steps`]. Only the last `*` is ever tried again, which is enough: a longer run for an
/// earlier one could only skip text that the later one can skip as well.
fn covers_slowly(mask: &[u8], text: &[u8], mapping: CaseMapping) -> bool {
    let (mut m, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        count_step();
        if mask.get(m) == Some(&b'*') {
            m += 1;
            retry = Some((m, t));
        } else if let Some((mask_step, text_step)) = match_one(&mask[m..], &text[t..], mapping) {
            m += mask_step;
            t += text_step;
        } else if let Some((after_star, from)) = retry {
            t = from + char_len(text[from]);
            m = after_star;
            retry = Some((m, t));
        } else {
            return false;
        }
    }
    mask[m..].iter().all(|b| *b == b'*')
}

/// How far one step of the mask other than `*` goes in mask and text, in bytes; `None` if it does not match.
fn match_one(mask: &[u8], text: &[u8], mapping: CaseMapping) -> Option<(usize, usize)> {
    let (width, wanted) = match *mask {
        [] => return None,
        [b'?', ..] => return Some((1, char_len(text[0]))),
        [b'\\', wild @ (b'*' | b'?'), ..] => (2, wild),
        [byte, ..] => (1, byte),
    };
    (mapping.fold_byte(wanted) == mapping.fold_byte(text[0])).then_some((width, 1))
}

/// The bytes of a character, by its first byte.
const fn char_len(first: u8) -> usize {
    match first {
        0..=0xBF => 1,
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xFF => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::{CaseMapping, Glob};

    #[test]
    fn a_mask_that_is_kept_takes_no_more_memory_than_its_classes() {
        let mask: String = ('0'..='z').filter(|letter| !matches!(letter, '?' | '\\')).collect();
        let kept = Glob::new(&mask, CaseMapping::Ascii).into_owned();
        let steps = kept.steps.as_ref().unwrap();
        assert_eq!(steps.takes.capacity(), steps.takes.len());
        assert!(kept.matches(&mask) && !kept.matches("x"));
    }
}
