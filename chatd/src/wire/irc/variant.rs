//! What of a session's capabilities changes lines that are meant for many: the bits of a [`Variant`], and which of them matter to
//! which notice. A notice is encoded once for each combination of those that matter to it, however many sessions read it.

use crate::domain::message::{Conversation, Message, has_lines};
use crate::domain::notice::{Notice, What};
use crate::domain::request::Variant;
use crate::wire::LINES;

/// The tag `time` (IRCv3 server-time).
pub(crate) const TIME: Variant = Variant(1);
/// The tags `msgid` and `bot`, client-only tags and TAGMSG (IRCv3 message-tags, bot-mode).
pub(crate) const TAGS: Variant = Variant(1 << 1);
/// The tag `account` (IRCv3 account-tag).
pub(crate) const ACCOUNT_TAG: Variant = Variant(1 << 2);
/// AWAY of others (IRCv3 away-notify).
pub(crate) const AWAY: Variant = Variant(1 << 3);
/// ACCOUNT (IRCv3 account-notify).
pub(crate) const ACCOUNT: Variant = Variant(1 << 4);
/// CHGHOST (IRCv3 chghost).
pub(crate) const CHGHOST: Variant = Variant(1 << 5);
/// JOIN with account and real name (IRCv3 extended-join).
pub(crate) const EXTENDED_JOIN: Variant = Variant(1 << 6);
/// INVITE of others (IRCv3 invite-notify).
pub(crate) const INVITE: Variant = Variant(1 << 7);
/// SETNAME (IRCv3 setname).
pub(crate) const SETNAME: Variant = Variant(1 << 9);
/// AWAY, ACCOUNT, CHGHOST and SETNAME of those whose nick one watches (IRCv3 extended-monitor).
pub(crate) const EXTENDED_MONITOR: Variant = Variant(1 << 10);
/// CAP NEW and DEL (IRCv3 capability-negotiation).
pub(crate) const CAP_NOTIFY: Variant = Variant(1 << 8);

/// Messages of several lines as a batch (IRCv3 multiline).
pub(crate) const MULTILINE: Variant = Variant(1 << 11);

/// REDACT (IRCv3 message-redaction).
pub(crate) const REDACTION: Variant = Variant(1 << 12);

/// The bits that matter to `notice`. What the encoder does with a bit that is not named here, nobody sees.
pub(crate) fn relevant(notice: &Notice) -> Variant {
    let mut bits = LINES.with(TIME).with(by_kind(&notice.what));
    if notice.by.account.is_some() {
        bits = bits.with(ACCOUNT_TAG);
    }
    if notice.by.is_bot {
        bits = bits.with(TAGS);
    }
    bits
}

fn by_kind(what: &What) -> Variant {
    match what {
        What::Said(message) => TAGS.with(said(message)),
        What::Joined { away: Some(_), .. } => EXTENDED_JOIN.with(AWAY),
        What::Joined { .. } => EXTENDED_JOIN,
        What::Redacted { .. } => REDACTION.with(TAGS),
        What::Away { .. } => watched(AWAY),
        What::Account { .. } => watched(ACCOUNT),
        What::HostChanged { .. } => watched(CHGHOST),
        What::RealName { .. } => watched(SETNAME),
        What::Invited { .. } => INVITE.with(Variant::OVERHEARD),
        What::Offers { .. } => CAP_NOTIFY,
        What::Connected { .. }
        | What::Quit { .. }
        | What::Nick { .. }
        | What::Parted { .. }
        | What::Kicked { .. }
        | What::Renamed { .. }
        | What::Topic { .. }
        | What::RoomModes { .. }
        | What::UserModes { .. }
        | What::Knocked { .. }
        | What::Wallops { .. } => Variant::default(),
    }
}

/// The bits that matter to what those overhear who watch a nick.
fn watched(bit: Variant) -> Variant {
    bit.with(EXTENDED_MONITOR).with(Variant::OVERHEARD)
}

/// Whether a session with `variant` reads what is told with `bit`, as one who shares a room or as one who watches.
pub(crate) fn hears(variant: Variant, bit: Variant) -> bool {
    variant.has(bit) && (!variant.has(Variant::OVERHEARD) || variant.has(EXTENDED_MONITOR))
}

/// Only what goes to the desk is read otherwise by its author, and only what has several lines can be a batch.
fn said(message: &Message) -> Variant {
    let lines = if has_lines(&message.text) { MULTILINE } else { Variant::default() };
    let own = match message.to {
        Conversation::Desk { is_inbound: true, .. } => Variant::OWN,
        _ => Variant::default(),
    };
    own.with(lines)
}
