//! A room that has another name, as each of its members reads it (IRCv3 channel-rename).

use crate::domain::reply::Renamed;
use crate::wire::irc::cap::Caps;
use crate::wire::irc::pen::Pen;

/// Whether a session needs no more than the one line, or none at all.
pub(in crate::wire::irc) fn knows(renamed: &Renamed, caps: Caps) -> bool {
    caps.has(Caps::RENAME) || renamed.is_same
}

/// RENAME for those who know it. All others leave one room and enter another, each in its own name (`source`); if only the case differs,
/// they read nothing.
pub(in crate::wire::irc) fn renamed(pen: &mut Pen<'_>, renamed: &Renamed, caps: Caps, source: &str) {
    let Renamed { by, old, name, reason, account, real_name, .. } = renamed;
    let (old, name) = (old.as_str(), name.as_str());
    if caps.has(Caps::RENAME) {
        pen.message_of(by, "RENAME", &[old, name], Some(reason));
    } else if !renamed.is_same {
        pen.message_of(source, "PART", &[old], (!reason.is_empty()).then_some(reason));
        if caps.has(Caps::EXTENDED_JOIN) {
            let account = account.as_deref().unwrap_or("*");
            pen.message_of(source, "JOIN", &[name, account], Some(real_name));
        } else {
            pen.message_of(source, "JOIN", &[name], None);
        }
    }
}
