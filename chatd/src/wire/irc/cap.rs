//! Capabilities (IRCv3 capability-negotiation): the table of them, and the verb CAP.
//!
//! A row says what a capability is called, when it is offered and with which value, and what it changes in lines for many. What it
//! changes in answers to the session alone is asked with [`Caps::has`] where that answer is written.

use chat_proto::irc::Numeric;

use super::line::Line;
use super::turn::Turn;
use super::{Irc, registration, variant};
use crate::config::Config;
use crate::domain::request::{Adapt, Request, Variant};
use crate::wire::Step;

/// The set of capabilities that a session has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Caps(u32);

impl Caps {
    pub(super) const ACCOUNT_NOTIFY: Self = Self(1);
    pub(super) const ACCOUNT_TAG: Self = Self(1 << 1);
    pub(super) const AWAY_NOTIFY: Self = Self(1 << 2);
    pub(super) const BATCH: Self = Self(1 << 3);
    pub(super) const CAP_NOTIFY: Self = Self(1 << 4);
    pub(super) const CHGHOST: Self = Self(1 << 5);
    pub(super) const ECHO_MESSAGE: Self = Self(1 << 6);
    pub(super) const EXTENDED_JOIN: Self = Self(1 << 7);
    pub(super) const INVITE_NOTIFY: Self = Self(1 << 8);
    pub(super) const LABELED_RESPONSE: Self = Self(1 << 9);
    pub(super) const MESSAGE_TAGS: Self = Self(1 << 10);
    pub(super) const MULTI_PREFIX: Self = Self(1 << 11);
    pub(super) const NO_IMPLICIT_NAMES: Self = Self(1 << 12);
    pub(super) const SERVER_TIME: Self = Self(1 << 13);
    pub(super) const STANDARD_REPLIES: Self = Self(1 << 14);
    pub(super) const USERHOST_IN_NAMES: Self = Self(1 << 15);
    pub(super) const EXTENDED_ISUPPORT: Self = Self(1 << 16);
    pub(super) const PRE_AWAY: Self = Self(1 << 17);
    pub(super) const SETNAME: Self = Self(1 << 18);
    pub(super) const EXTENDED_MONITOR: Self = Self(1 << 19);
    pub(super) const DRAFT_EXTENDED_MONITOR: Self = Self(1 << 20);
    pub(super) const MULTILINE: Self = Self(1 << 21);
    pub(super) const REDACTION: Self = Self(1 << 22);
    pub(super) const RENAME: Self = Self(1 << 23);
    /// The client said `LS 302`: cap-notify belongs to it and cannot be laid down.
    const IS_302: Self = Self(1 << 31);

    /// Whether all of `other` is there.
    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// With `other` switched.
    pub(super) fn with(self, other: Self, on: bool) -> Self {
        if on { Self(self.0 | other.0) } else { Self(self.0 & !other.0) }
    }

    /// With all that `asked` says, or nothing if any part of it is not possible.
    fn after(self, asked: &str, to: &Offering<'_>) -> Option<Self> {
        asked.split(' ').filter(|word| !word.is_empty()).try_fold(self, |caps, word| {
            let (name, on) = word.strip_prefix('-').map_or((word, true), |name| (name, false));
            let cap = CAPS.iter().find(|cap| cap.name == name && cap.bit != Self::default())?;
            let may = if on { (cap.offer)(to).is_some() } else { !self.must_keep(cap.bit) };
            may.then(|| caps.with(cap.bit, on))
        })
    }

    fn must_keep(self, cap: Self) -> bool {
        cap == Self::CAP_NOTIFY && self.has(Self::IS_302)
    }

    /// What it also takes for this capability to change lines for many. In which order both are asked for does not matter, and
    /// one alone is granted too (IRCv3 multiline).
    fn needs(self) -> Self {
        if self == Self::MULTILINE { Self::BATCH } else { Self::default() }
    }

    /// How the session is to be written to.
    pub(super) fn adapt(self) -> Adapt {
        let on = CAPS.iter().filter(|cap| self.has(cap.bit.with(cap.bit.needs(), true)));
        let variant = on.fold(Variant::default(), |variant, cap| variant.with(cap.hears));
        Adapt { variant, echo: self.has(Self::ECHO_MESSAGE) }
    }
}

/// To whom capabilities are offered.
pub(super) struct Offering<'a> {
    config: &'a Config,
    /// Whether it has said `LS 302`; others are shown no values and no drafts, which have to fit one line.
    is_302: bool,
    /// Whether its connection is protected; nothing where that is not known.
    is_secure: Option<bool>,
}

/// One capability.
pub(super) struct Cap {
    pub(super) name: &'static str,
    /// Its place in a set; none for those that cannot be asked for.
    bit: Caps,
    /// What it changes in lines for many.
    hears: Variant,
    /// Whether it is offered, and with which value; empty for none.
    offer: fn(&Offering<'_>) -> Option<String>,
}

const fn cap(
    name: &'static str,
    bit: Caps,
    hears: Variant,
    offer: fn(&Offering<'_>) -> Option<String>,
) -> Cap {
    Cap { name, bit, hears, offer }
}

/// Changes nothing for many.
const NOTHING: Variant = Variant(0);

/// Offered to everybody.
fn always(_: &Offering<'_>) -> Option<String> {
    Some(String::new())
}

/// A draft: offered unless drafts are switched off (`irc.drafts`).
fn draft(to: &Offering<'_>) -> Option<String> {
    to.config.irc.drafts.then(String::new)
}

/// The policy of strict transport security (IRCv3 sts): a port for those who came in the clear, a duration for the others. It is told
/// and never asked for.
fn sts(to: &Offering<'_>) -> Option<String> {
    let (port, duration) = to.config.sts().filter(|_| to.is_302)?;
    let duration = format!("duration={}", duration.as_secs());
    let preload = if to.config.tls.sts.preload { ",preload" } else { "" };
    Some(match to.is_secure {
        Some(true) => format!("{duration}{preload}"),
        _ => format!("port={port},{duration}{preload}"),
    })
}

/// With the bounds of one message (IRCv3 multiline).
fn multiline(to: &Offering<'_>) -> Option<String> {
    let limits = &to.config.limits;
    let bounds = || format!("max-bytes={},max-lines={}", limits.multiline_bytes, limits.multiline_lines);
    to.config.irc.drafts.then(bounds)
}

/// A draft that is nothing while nothing can be taken back (`irc.redact-window`).
fn redaction(to: &Offering<'_>) -> Option<String> {
    to.config.irc.may_redact().then(String::new)
}

/// Every capability, sorted by name but for the drafts, which are last.
pub(super) static CAPS: &[Cap] = &[
    cap("account-notify", Caps::ACCOUNT_NOTIFY, variant::ACCOUNT, always),
    cap("account-tag", Caps::ACCOUNT_TAG, variant::ACCOUNT_TAG, always),
    cap("away-notify", Caps::AWAY_NOTIFY, variant::AWAY, always),
    cap("batch", Caps::BATCH, NOTHING, always),
    cap("cap-notify", Caps::CAP_NOTIFY, variant::CAP_NOTIFY, always),
    cap("chghost", Caps::CHGHOST, variant::CHGHOST, always),
    cap("echo-message", Caps::ECHO_MESSAGE, NOTHING, always),
    cap("extended-join", Caps::EXTENDED_JOIN, variant::EXTENDED_JOIN, always),
    cap("extended-monitor", Caps::EXTENDED_MONITOR, variant::EXTENDED_MONITOR, always),
    cap("invite-notify", Caps::INVITE_NOTIFY, variant::INVITE, always),
    cap("labeled-response", Caps::LABELED_RESPONSE, NOTHING, always),
    cap("message-tags", Caps::MESSAGE_TAGS, variant::TAGS, always),
    cap("multi-prefix", Caps::MULTI_PREFIX, NOTHING, always),
    cap("no-implicit-names", Caps::NO_IMPLICIT_NAMES, NOTHING, always),
    cap("server-time", Caps::SERVER_TIME, variant::TIME, always),
    cap("setname", Caps::SETNAME, variant::SETNAME, always),
    cap("standard-replies", Caps::STANDARD_REPLIES, NOTHING, always),
    cap("sts", Caps(0), NOTHING, sts),
    cap("userhost-in-names", Caps::USERHOST_IN_NAMES, NOTHING, always),
    cap("draft/channel-rename", Caps::RENAME, NOTHING, draft),
    cap("draft/extended-isupport", Caps::EXTENDED_ISUPPORT, NOTHING, draft),
    // The name that clients know from before it was ratified.
    cap("draft/extended-monitor", Caps::DRAFT_EXTENDED_MONITOR, variant::EXTENDED_MONITOR, draft),
    cap("draft/message-redaction", Caps::REDACTION, variant::REDACTION, redaction),
    cap("draft/multiline", Caps::MULTILINE, variant::MULTILINE, multiline),
    cap("draft/pre-away", Caps::PRE_AWAY, NOTHING, draft),
];

/// What is offered, as words with values.
fn offers(to: &Offering<'_>) -> Vec<String> {
    let offered = CAPS.iter().filter_map(|cap| Some((cap, (cap.offer)(to)?)));
    let shown = offered.filter(|(cap, _)| to.is_302 || !cap.name.starts_with("draft/"));
    shown
        .map(|(cap, value)| {
            let has_value = to.is_302 && !value.is_empty();
            if has_value { format!("{}={value}", cap.name) } else { cap.name.into() }
        })
        .collect()
}

/// What changes for those who have been offered what `old` offers, when `new` comes into force: what is new or has another value,
/// and the names of what is gone. None if nothing changes (IRCv3 capability-negotiation, `CAP NEW` and `CAP DEL`).
pub(crate) fn changed(old: &Config, new: &Config) -> Option<(String, String)> {
    let all = |config| {
        let mut offers = offers(&Offering { config, is_302: true, is_secure: None });
        // Must not be taken back, and those who are here shall not all have to connect anew.
        offers.retain(|offer| !offer.starts_with("sts="));
        offers
    };
    let name = |offer: &String| offer.split('=').next().unwrap_or_default().to_owned();
    let (old, new) = (all(old), all(new));
    let added: Vec<_> = new.iter().filter(|offer| !old.contains(offer)).cloned().collect();
    let removed = old.iter().map(name).filter(|gone| !new.iter().any(|offer| name(offer) == *gone));
    let (added, removed) = (added.join(" "), removed.collect::<Vec<_>>().join(" "));
    (!added.is_empty() || !removed.is_empty()).then_some((added, removed))
}

/// `CAP subcommand …`
pub(super) fn cap_verb(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    match line.param(0).to_ascii_uppercase().as_str() {
        "LS" => list_all(irc, line.param(1), turn),
        "LIST" => list_own(irc, turn),
        "REQ" => request(irc, line.param(1), turn),
        "END" => return end(irc, turn),
        _ => {
            let subcommand = line.param(0);
            irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_INVALIDCAPCMD, &[subcommand]);
        }
    }
    Step::Go
}

fn offering<'a>(irc: &Irc, turn: &Turn<'a>) -> Offering<'a> {
    let is_secure = irc.registering().map(|registering| registering.peer.secure.is_some());
    Offering { config: &turn.setting.config, is_302: irc.caps.has(Caps::IS_302), is_secure }
}

fn list_all(irc: &mut Irc, version: &str, turn: &mut Turn<'_>) {
    hold(irc);
    if version.parse::<u32>().is_ok_and(|version| version >= 302) {
        adopt(irc, irc.caps.with(Caps::IS_302, true).with(Caps::CAP_NOTIFY, true), turn);
    }
    let offers = offers(&offering(irc, turn));
    answer(irc, turn, "LS", &offers);
}

fn list_own(irc: &Irc, turn: &mut Turn<'_>) {
    let on = CAPS.iter().filter(|cap| cap.bit != Caps::default() && irc.caps.has(cap.bit));
    let names: Vec<String> = on.map(|cap| cap.name.into()).collect();
    answer(irc, turn, "LIST", &names);
}

/// All of the list or nothing of it (`ACK` or `NAK` with the very same words).
fn request(irc: &mut Irc, asked: &str, turn: &mut Turn<'_>) {
    hold(irc);
    let words: Vec<String> = asked.split(' ').filter(|word| !word.is_empty()).map(Into::into).collect();
    let Some(caps) = irc.caps.after(asked, &offering(irc, turn)) else {
        return answer_each(irc, turn, "NAK", &words);
    };
    answer_each(irc, turn, "ACK", &words);
    adopt(irc, caps, turn);
}

/// From here on the session is one with `caps`.
fn adopt(irc: &mut Irc, caps: Caps, turn: &mut Turn<'_>) {
    let before = std::mem::replace(&mut irc.caps, caps);
    if before.adapt() != caps.adapt() {
        turn.ask(Request::Adapt(caps.adapt()));
    }
}

fn end(irc: &mut Irc, turn: &mut Turn<'_>) -> Step {
    if let Some(registering) = irc.registering_mut() {
        registering.is_negotiating = false;
    }
    registration::complete(irc, turn)
}

/// Registration waits from here on for `CAP END`.
fn hold(irc: &mut Irc) {
    if let Some(registering) = irc.registering_mut() {
        registering.is_negotiating = true;
    }
}

/// A list in as many lines as it needs; all but the last are marked with `*`, which only those understand who said 302.
fn answer(irc: &Irc, turn: &mut Turn<'_>, subcommand: &str, words: &[String]) {
    let is_302 = irc.caps.has(Caps::IS_302);
    let mut pen = irc.pen(turn.setting, &mut turn.echo);
    let nick = pen.nick();
    let lines = pen.fold(&["CAP", nick, subcommand, "*"], words);
    let last = lines.len() - 1;
    for (place, text) in lines.iter().enumerate() {
        let more: &[&str] = if place < last && is_302 { &["*"] } else { &[] };
        pen.server_line("CAP", &[&[nick, subcommand], more].concat(), text);
    }
}

/// A list in as many lines as it needs, each complete in itself.
fn answer_each(irc: &Irc, turn: &mut Turn<'_>, subcommand: &str, words: &[String]) {
    let mut pen = irc.pen(turn.setting, &mut turn.echo);
    let nick = pen.nick();
    for text in pen.fold(&["CAP", nick, subcommand], words) {
        pen.server_line("CAP", &[nick, subcommand], &text);
    }
}

#[cfg(test)]
mod tests {
    use super::{CAPS, Caps, Offering, changed, offers};
    use crate::config::Config;

    #[test]
    fn no_two_capabilities_share_a_bit_and_drafts_are_last() {
        let bits: Vec<Caps> = CAPS.iter().map(|cap| cap.bit).filter(|bit| *bit != Caps::default()).collect();
        for (place, bit) in bits.iter().enumerate() {
            assert!(bit.0.is_power_of_two() && !bits[..place].contains(bit), "{bit:?}");
        }
        let key = |name: &'static str| (name.starts_with("draft/"), name);
        assert!(CAPS.is_sorted_by(|one, other| key(one.name) < key(other.name)));
    }

    #[test]
    fn who_does_not_say_302_is_shown_names_that_fit_one_line() {
        let offers = offers(&Offering { config: &Config::default(), is_302: false, is_secure: None });
        assert!(
            offers.iter().all(|offer| !offer.contains('=') && !offer.starts_with("draft/")),
            "{offers:?}"
        );
        assert!(offers.join(" ").len() < 400, "{offers:?}");
    }

    #[test]
    fn switching_drafts_off_takes_them_away_and_nothing_else() {
        let (old, mut new) = (Config::default(), Config::default());
        assert_eq!(changed(&old, &new), None);
        new.irc.drafts = false;
        let (added, removed) = changed(&old, &new).unwrap();
        assert!(added.is_empty() && removed.split(' ').all(|name| name.starts_with("draft/")), "{removed}");
        assert_eq!(changed(&new, &old).unwrap().1, "");
    }
}
