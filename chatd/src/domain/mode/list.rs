//! Lists of a room, and how their entries are written.

use chat_proto::mask::Mask;
use chat_proto::name::RoomName;

use super::extban::{EXTBAN_PREFIX, find};
use super::table::{Kind, letter_of};

/// The lists of masks that a room keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomList {
    /// `b`: may not join or speak.
    Ban,
    /// `e`: excepted from bans.
    Exception,
    /// `I`: may join an invite-only room.
    InviteException,
    /// `q`: may join and not speak.
    Quiet,
}

impl RoomList {
    /// How many there are.
    pub const COUNT: usize = 4;

    /// Its letter.
    #[must_use]
    pub fn letter(self) -> char {
        letter_of(Kind::List(self))
    }

    /// Whether an entry may be about speaking alone: only where a ban is about more.
    const fn may_mute(self) -> bool {
        matches!(self, Self::Ban | Self::Exception)
    }
}

/// What a mask is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// `nick!user@host`.
    Source,
    /// The account, of those who have one (IRCv3 account-extban).
    Account,
    /// `nick!user@host` of those without an account.
    Unidentified,
    /// The real name; a `?` stands for a space.
    RealName,
    /// A room that the client is in; a name and no mask.
    Room,
    /// The fingerprint of the client's certificate, in hexadecimal.
    Certificate,
}

/// An entry of a list as it is kept and shown: a mask in its full form, or an extended ban with its letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListMask {
    text: Box<str>,
    subject: Subject,
    /// Whether it is about speaking alone.
    is_mute: bool,
    /// Where in `text` the mask begins, behind the prefixes of extended bans.
    begin: usize,
}

/// Why something is no entry, in words for the asker.
pub type BadMask = &'static str;

impl ListMask {
    /// Reads an entry for `list` and completes it: `alice` is `alice!*@*`, `~account:alice` is `~a:alice`.
    ///
    /// # Errors
    /// It is empty, has blanks, is longer than `max` bytes, or names an extended ban that there is not or not for this list.
    pub fn parse(text: &str, list: RoomList, max: usize) -> Result<Self, BadMask> {
        let entry = match text.strip_prefix(EXTBAN_PREFIX) {
            Some(rest) => Self::parse_extended(rest, list, max)?,
            None => Self::plain(text, max)?,
        };
        if entry.text.len() > max { Err("it is too long") } else { Ok(entry) }
    }

    fn plain(text: &str, max: usize) -> Result<Self, BadMask> {
        let mask = Mask::parse(text, max).map_err(|_| "that is not a mask")?;
        Ok(Self { text: mask.as_str().into(), subject: Subject::Source, is_mute: false, begin: 0 })
    }

    fn parse_extended(text: &str, list: RoomList, max: usize) -> Result<Self, BadMask> {
        let (name, value) = text.split_once(':').ok_or("an extended ban is written ~letter:mask")?;
        let ban = find(name).ok_or("there is no such extended ban")?;
        let head = format!("{EXTBAN_PREFIX}{}:", ban.letter);
        let inner = match ban.subject {
            // What it silences is a mask or another extended ban, which may not be one more `~m:`: as in a list of the quiet.
            None if list.may_mute() => Self::parse(value, RoomList::Quiet, max)?,
            None => return Err("that extended ban is for the lists b and e"),
            Some(Subject::Unidentified) => Self::plain(value, max)?,
            Some(subject) => Self::bare(value, subject, max)?,
        };
        Ok(Self {
            text: format!("{head}{}", inner.text).into(),
            subject: ban.subject.unwrap_or(inner.subject),
            is_mute: ban.subject.is_none(),
            begin: head.len() + inner.begin,
        })
    }

    fn bare(text: &str, subject: Subject, max: usize) -> Result<Self, BadMask> {
        let is_bad = |c: char| c == ' ' || c.is_control();
        if text.is_empty() || text.contains(is_bad) {
            return Err("that is not a mask");
        }
        if subject == Subject::Room && RoomName::parse(text, max).is_err() {
            return Err("that is not the name of a room");
        }
        Ok(Self { text: text.into(), subject, is_mute: false, begin: 0 })
    }

    /// The whole entry.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The mask alone.
    #[must_use]
    pub fn mask(&self) -> &str {
        &self.text[self.begin..]
    }

    /// What the mask is held against.
    #[must_use]
    pub const fn subject(&self) -> Subject {
        self.subject
    }

    /// Whether the entry is about speaking alone.
    #[must_use]
    pub const fn is_mute(&self) -> bool {
        self.is_mute
    }
}

impl std::fmt::Display for ListMask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::{ListMask, RoomList, Subject};

    #[test]
    fn entries_are_completed_and_say_what_they_cover() {
        for (text, full, subject, is_mute, mask) in [
            ("alice", "alice!*@*", Subject::Source, false, "alice!*@*"),
            ("~a:alice", "~a:alice", Subject::Account, false, "alice"),
            ("~account:alice", "~a:alice", Subject::Account, false, "alice"),
            ("~u:*", "~u:*!*@*", Subject::Unidentified, false, "*!*@*"),
            ("~r:*spam?bot*", "~r:*spam?bot*", Subject::RealName, false, "*spam?bot*"),
            ("~c:#evil", "~c:#evil", Subject::Room, false, "#evil"),
            ("~z:00ff", "~z:00ff", Subject::Certificate, false, "00ff"),
            ("~m:alice", "~m:alice!*@*", Subject::Source, true, "alice!*@*"),
            ("~mute:~account:al*", "~m:~a:al*", Subject::Account, true, "al*"),
        ] {
            let entry = ListMask::parse(text, RoomList::Ban, 100).unwrap();
            assert_eq!((entry.as_str(), entry.mask()), (full, mask));
            assert_eq!((entry.subject(), entry.is_mute()), (subject, is_mute), "{text}");
            assert_eq!(ListMask::parse(full, RoomList::Ban, 100), Ok(entry));
        }
    }

    #[test]
    fn what_is_no_entry_is_refused() {
        for text in ["", "~", "~x", "~x:a", "~a:", "~a:a b", "~:a", "~m:~m:a", "~A:a", "~c:evil", "~r:\u{7}"]
        {
            assert!(ListMask::parse(text, RoomList::Ban, 100).is_err(), "{text:?}");
        }
        assert!(ListMask::parse("~m:a", RoomList::Quiet, 100).is_err());
        assert!(ListMask::parse("~m:a", RoomList::InviteException, 100).is_err());
        assert!(ListMask::parse(&"a".repeat(96), RoomList::Ban, 100).is_ok());
        assert!(ListMask::parse(&"a".repeat(97), RoomList::Ban, 100).is_err());
        assert!(ListMask::parse(&format!("~r:{}", "a".repeat(97)), RoomList::Ban, 100).is_ok());
        assert!(ListMask::parse(&format!("~r:{}", "a".repeat(98)), RoomList::Ban, 100).is_err());
    }
}
