//! Notices: one line (rarely more) that all who read the same variant share.

use chat_proto::irc::{BODY_MAX, LineWriter, Numeric};

use super::finish;
use crate::domain::id::Seq;
use crate::domain::message::{Conversation, Message, MessageKind, has_lines, lines, nick_of};
use crate::domain::mode::RoomChange;
use crate::domain::notice::{Notice, What};
use crate::domain::request::Variant;
use crate::wire::irc::{msgid, time, variant};
use crate::wire::letters::{Letters, room_change, user_letters};

/// Appends `notice` as sessions of `variant` read it; nothing if they do not hear such a thing.
pub fn notice(notice: &Notice, variant: Variant, desk: &str, out: &mut Vec<u8>) {
    let server = desk.rsplit('@').next().unwrap_or_default();
    let mut page = Page { notice, variant, server, out };
    match &notice.what {
        What::Connected { .. } | What::Renamed { .. } => {}
        What::Quit { source, why, .. } => page.line(source, "QUIT", &[], Some(&why.to_string())),
        // With a colon, as servers have always sent it: ii reads the new nick nowhere else.
        What::Nick { source, nick } => page.line(source, "NICK", &[], Some(nick.as_str())),
        What::Joined { source, room, real_name, away } => {
            page.joined(source, room.as_str(), real_name, away.as_deref());
        }
        What::Parted { source, room, reason } => {
            page.line(source, "PART", &[room.as_str()], (!reason.is_empty()).then_some(reason));
        }
        What::Kicked { by, room, nick, reason } => {
            let reason = if reason.is_empty() { by.nick() } else { reason };
            page.line(&by.source, "KICK", &[room.as_str(), nick.as_str()], Some(reason));
        }
        What::Topic { by, room, text } => page.line(&by.source, "TOPIC", &[room.as_str()], Some(text)),
        What::RoomModes { by, room, changes } => page.room_modes(&by.source, room.as_str(), changes),
        What::UserModes { nick, source, changes } => {
            page.line(source, "MODE", &[nick.as_str(), &user_letters(changes)], None);
        }
        What::Invited { by, room, nick } => {
            if !variant.has(Variant::OVERHEARD) || variant.has(variant::INVITE) {
                page.line(&by.source, "INVITE", &[nick.as_str(), room.as_str()], None);
            }
        }
        What::Knocked { by, room, source, text } => {
            let line = page.begin().source(&by.source).numeric(Numeric::RPL_KNOCK);
            line.param(room.as_str()).param(room.as_str()).param(source).trailing(text).end();
        }
        What::Away { .. } if !variant::hears(variant, variant::AWAY) => {}
        What::Away { source, words } => page.line(source, "AWAY", &[], words.as_deref()),
        What::Account { .. } if !variant::hears(variant, variant::ACCOUNT) => {}
        What::Account { source } => page.line(source, "ACCOUNT", &[page.account()], None),
        What::HostChanged { .. } if !variant::hears(variant, variant::CHGHOST) => {}
        What::HostChanged { source, user, host } => page.line(source, "CHGHOST", &[user, host], None),
        What::RealName { .. } if !variant::hears(variant, variant::SETNAME) => {}
        What::RealName { source, real_name } => page.line(source, "SETNAME", &[], Some(real_name)),
        What::Offers { .. } if !variant.has(variant::CAP_NOTIFY) => {}
        What::Offers { added, removed } => page.offers(added, removed),
        What::Redacted { .. } if !variant.has(variant::REDACTION) => {}
        What::Redacted { by, seq, to, reason } => page.redacted(&by.source, *seq, to, reason),
        What::Said(message) => page.said(message, desk),
        What::Wallops { by, text } => page.line(&by.source, "WALLOPS", &[], Some(text)),
    }
}

/// What is being written, and for whom.
pub(super) struct Page<'a> {
    pub(super) notice: &'a Notice,
    pub(super) variant: Variant,
    /// The server's name, which is the desk's host.
    pub(super) server: &'a str,
    pub(super) out: &'a mut Vec<u8>,
}

impl<'a> Page<'a> {
    /// The beginning of a line: the tags that every notice has (IRCv3 server-time, account-tag, bot-mode).
    pub(super) fn begin(&mut self) -> LineWriter<'_> {
        let mut line = LineWriter::new(self.out);
        if self.variant.has(variant::TIME) {
            line = line.tag("time", &time::text(self.notice.at));
        }
        if let Some(account) = &self.notice.by.account
            && self.variant.has(variant::ACCOUNT_TAG)
        {
            line = line.tag("account", account);
        }
        if self.notice.by.is_bot && self.variant.has(variant::TAGS) { line.tag("bot", "") } else { line }
    }

    /// The account of whoever did it, as parameters show it; `*` for none.
    fn account(&self) -> &'a str {
        self.notice.by.account.as_deref().unwrap_or("*")
    }

    /// JOIN, with account and real name for those with extended-join; for those with away-notify, followed by AWAY.
    fn joined(&mut self, source: &str, room: &str, real_name: &str, away: Option<&str>) {
        if self.variant.has(variant::EXTENDED_JOIN) {
            self.line(source, "JOIN", &[room, self.account()], Some(real_name));
        } else {
            self.line(source, "JOIN", &[room], None);
        }
        if away.is_some() && self.variant.has(variant::AWAY) {
            self.line(source, "AWAY", &[], away);
        }
    }

    /// `CAP NEW` and `CAP DEL` (IRCv3 capability-negotiation). Many read it, so that it names nobody.
    fn offers(&mut self, added: &str, removed: &str) {
        for (subcommand, caps) in [("NEW", added), ("DEL", removed)] {
            if !caps.is_empty() {
                self.line(self.server, "CAP", &["*", subcommand], Some(caps));
            }
        }
    }

    fn line(&mut self, source: &str, verb: &str, params: &[&str], trailing: Option<&str>) {
        finish(self.begin().source(source), verb, params, trailing);
    }

    fn said(&mut self, message: &Message, desk: &str) {
        match &message.to {
            Conversation::Room { name, .. } => self.message(message, name.as_str()),
            Conversation::Ranked { shown, .. } => self.message(message, shown),
            Conversation::Direct { nick, .. } | Conversation::Desk { nick, is_inbound: false, .. } => {
                self.message(message, nick.as_str());
            }
            Conversation::Desk { is_inbound: true, .. } if self.variant.has(Variant::OWN) => {
                self.message(message, nick_of(desk));
            }
            Conversation::Desk { is_inbound: true, .. } => self.for_operators(message, desk),
            Conversation::Everyone => {
                self.line(&message.from.source, "NOTICE", &["$$*"], Some(&message.text));
            }
        }
    }

    /// One message with all its tags.
    fn message(&mut self, message: &Message, target: &str) {
        let (verb, text) = match message.kind {
            MessageKind::Privmsg => ("PRIVMSG", Some(&*message.text)),
            MessageKind::Notice => ("NOTICE", Some(&*message.text)),
            MessageKind::Tag if !self.variant.has(variant::TAGS) => return,
            MessageKind::Tag => ("TAGMSG", None),
        };
        if has_lines(&message.text) {
            return self.multiline(message, verb, target);
        }
        finish(self.begin_message(message, true, true).source(&message.from.source), verb, &[target], text);
    }

    /// The beginning of a line that has the tags of a message: its id, and those that its author gave it.
    pub(super) fn begin_message(
        &mut self,
        message: &Message,
        with_id: bool,
        with_tags: bool,
    ) -> LineWriter<'_> {
        let (id, has_tags) = (msgid::text(self.notice.seq), self.variant.has(variant::TAGS));
        let mut line = self.begin();
        if has_tags && with_id {
            line = line.tag("msgid", &id);
        }
        if has_tags && with_tags {
            let tags = message.tags.as_deref().unwrap_or_default().split(';');
            line = tags.filter(|tag| !tag.is_empty()).fold(line, LineWriter::raw_tag);
        }
        line
    }

    /// What was said is taken back; the line has an id of its own.
    fn redacted(&mut self, source: &str, seq: Seq, to: &Conversation, reason: &str) {
        let own_id = msgid::text(self.notice.seq);
        let has_id = self.variant.has(variant::TAGS);
        let line = self.begin();
        let line = if has_id { line.tag("msgid", &own_id) } else { line };
        let reason = (!reason.is_empty()).then_some(reason);
        finish(line.source(source), "REDACT", &[to.addressee(), &msgid::text(seq)], reason);
    }

    /// A guest's message to the desk, as operators hear it: from the desk, with the guest's nick before the text, so that
    /// it is answered with `nick: text`. Two lines if one is too short for both.
    fn for_operators(&mut self, message: &Message, desk: &str) {
        if message.kind == MessageKind::Tag {
            return;
        }
        let guest = message.from.nick();
        let head = ":".len() + desk.len() + " NOTICE * :".len() + guest.len() + "> ".len();
        let room = BODY_MAX.saturating_sub(head).max(1);
        for (mut rest, _) in lines(&message.text) {
            while !rest.is_empty() {
                let end = match rest.floor_char_boundary(room) {
                    // Not even one character has room: it goes alone, for an end inside it would be no end.
                    0 => rest.ceil_char_boundary(1),
                    end => end,
                };
                let (text, after) = rest.split_at(end);
                self.line(desk, "NOTICE", &["*"], Some(&format!("{guest}> {text}")));
                rest = after;
            }
        }
    }

    /// Changes of modes in as few lines as hold them.
    fn room_modes(&mut self, source: &str, room: &str, changes: &[RoomChange]) {
        let head = ":".len() + source.len() + " MODE ".len() + room.len() + " ".len();
        let limit = BODY_MAX.saturating_sub(head);
        let mut run = Letters::default();
        let mut params: Vec<&str> = Vec::new();
        let texts: Vec<_> = changes.iter().map(room_change).collect();
        for (letter, on, param) in &texts {
            let param_len = params.iter().map(|param| param.len() + 1).sum::<usize>();
            let more = 2 + param.as_ref().map_or(0, |param| param.len() + 1);
            if !run.text.is_empty() && run.text.len() + param_len + more > limit {
                self.modes_line(source, room, &run.text, &params);
                run = Letters::default();
                params.clear();
            }
            run.push(*letter, *on);
            params.extend(param.as_deref());
        }
        if !run.text.is_empty() {
            self.modes_line(source, room, &run.text, &params);
        }
    }

    fn modes_line(&mut self, source: &str, room: &str, letters: &str, params: &[&str]) {
        let mut all = vec![room, letters];
        all.extend_from_slice(params);
        self.line(source, "MODE", &all, None);
    }
}
