//! Capabilities (IRCv3 capability negotiation): the table of them, and the verb CAP.

use chat_proto::irc::Numeric;

use super::line::Line;
use super::turn::Turn;
use super::{Irc, Variant, registration};
use crate::domain::request::{Adapt, Request};
use crate::wire::Step;

/// The set of capabilities that a session has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Caps(u8);

impl Caps {
    pub(super) const CAP_NOTIFY: Self = Self(1);
    pub(super) const ECHO_MESSAGE: Self = Self(2);
    pub(super) const MESSAGE_TAGS: Self = Self(4);
    pub(super) const MULTI_PREFIX: Self = Self(8);
    pub(super) const SERVER_TIME: Self = Self(16);
    /// The client said `LS 302`: cap-notify belongs to it and cannot be laid down.
    const IS_302: Self = Self(32);

    /// Every capability with its name, sorted.
    const TABLE: [(&'static str, Self); 5] = [
        ("cap-notify", Self::CAP_NOTIFY),
        ("echo-message", Self::ECHO_MESSAGE),
        ("message-tags", Self::MESSAGE_TAGS),
        ("multi-prefix", Self::MULTI_PREFIX),
        ("server-time", Self::SERVER_TIME),
    ];

    /// Whether all of `other` is there.
    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// With `other` switched.
    pub(super) fn with(self, other: Self, on: bool) -> Self {
        if on { Self(self.0 | other.0) } else { Self(self.0 & !other.0) }
    }

    /// The names of those that are on.
    fn names(self) -> String {
        let names: Vec<_> =
            Self::TABLE.iter().filter(|(_, cap)| self.has(*cap)).map(|(name, _)| *name).collect();
        names.join(" ")
    }

    /// All that there are.
    fn all() -> Self {
        Self::TABLE.iter().fold(Self::default(), |all, (_, cap)| all.with(*cap, true))
    }

    /// With all that `asked` says, or nothing if any part of it is not possible.
    fn after(self, asked: &str) -> Option<Self> {
        asked.split(' ').filter(|word| !word.is_empty()).try_fold(self, |caps, word| {
            let (name, on) = word.strip_prefix('-').map_or((word, true), |name| (name, false));
            let (_, cap) = Self::TABLE.into_iter().find(|(known, _)| *known == name)?;
            let is_fixed = cap == Self::CAP_NOTIFY && caps.has(Self::IS_302);
            (on || !is_fixed).then(|| caps.with(cap, on))
        })
    }

    /// How the session is to be written to.
    fn adapt(self) -> Adapt {
        let variant = Variant { time: self.has(Self::SERVER_TIME), tags: self.has(Self::MESSAGE_TAGS) };
        Adapt { variant: variant.index(), echo: self.has(Self::ECHO_MESSAGE) }
    }
}

/// `CAP subcommand …`
pub(super) fn cap(irc: &mut Irc, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    match line.param(0).to_ascii_uppercase().as_str() {
        "LS" => list_all(irc, line.param(1), turn),
        "LIST" => answer(irc, turn, "LIST", &irc.caps.names()),
        "REQ" => request(irc, line.param(1), turn),
        "END" => return end(irc, turn),
        _ => {
            let subcommand = line.param(0);
            irc.pen(turn.setting, &mut turn.echo).numeric(Numeric::ERR_INVALIDCAPCMD, &[subcommand]);
        }
    }
    Step::Go
}

fn list_all(irc: &mut Irc, version: &str, turn: &mut Turn<'_>) {
    hold(irc);
    if version.parse::<u32>().is_ok_and(|version| version >= 302) {
        irc.caps = irc.caps.with(Caps::IS_302, true).with(Caps::CAP_NOTIFY, true);
    }
    answer(irc, turn, "LS", &Caps::all().names());
}

/// All of the list or nothing of it (`ACK` or `NAK` with the very same words).
fn request(irc: &mut Irc, asked: &str, turn: &mut Turn<'_>) {
    hold(irc);
    let Some(caps) = irc.caps.after(asked) else {
        answer(irc, turn, "NAK", asked);
        return;
    };
    answer(irc, turn, "ACK", asked);
    let before = std::mem::replace(&mut irc.caps, caps);
    if before.adapt() != caps.adapt() {
        turn.ask(Request::Adapt(caps.adapt()));
    }
}

fn end(irc: &mut Irc, turn: &mut Turn<'_>) -> Step {
    if let Some(registering) = &mut irc.registering {
        registering.is_negotiating = false;
    }
    registration::complete(irc, turn)
}

/// Registration waits from here on for `CAP END`.
fn hold(irc: &mut Irc) {
    if let Some(registering) = &mut irc.registering {
        registering.is_negotiating = true;
    }
}

fn answer(irc: &Irc, turn: &mut Turn<'_>, subcommand: &str, caps: &str) {
    let mut pen = irc.pen(turn.setting, &mut turn.echo);
    let nick = pen.nick();
    pen.server_line("CAP", &[nick, subcommand], caps);
}
