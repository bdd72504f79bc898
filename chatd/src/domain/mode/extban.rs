//! Extended bans: entries of a list that cover clients by something else than `nick!user@host`, announced as EXTBAN.

use super::Subject;

/// What an extended ban begins with: no nick does, so that it cannot be taken for a mask.
pub const EXTBAN_PREFIX: char = '~';

/// One kind of extended ban: `~a:alice`, or `~account:alice`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extban {
    /// Its letter, as EXTBAN announces it and entries are kept.
    pub letter: char,
    /// Its name, which is taken as well.
    pub name: &'static str,
    /// What its mask is held against; `None` for the one that only silences, and whose mask is another entry.
    pub subject: Option<Subject>,
}

const fn row(letter: char, name: &'static str, subject: Option<Subject>) -> Extban {
    Extban { letter, name, subject }
}

/// Every extended ban, sorted by letter. No two letters are one in any case: entries are compared without it.
pub static EXTBANS: [Extban; 6] = [
    row('a', "account", Some(Subject::Account)),
    row('c', "channel", Some(Subject::Room)),
    row('m', "mute", None),
    row('r', "realname", Some(Subject::RealName)),
    row('u', "unidentified", Some(Subject::Unidentified)),
    row('z', "certfp", Some(Subject::Certificate)),
];

/// The extended ban with this letter or name.
pub(super) fn find(name: &str) -> Option<&'static Extban> {
    EXTBANS.iter().find(|ban| ban.name == name || (name.len() == 1 && name.starts_with(ban.letter)))
}

#[cfg(test)]
mod tests {
    use super::EXTBANS;

    #[test]
    fn letters_are_sorted_and_differ_in_any_case() {
        let folded = EXTBANS.map(|ban| ban.letter.to_ascii_lowercase());
        assert!(folded.is_sorted_by(|one, other| one < other));
    }
}
