//! Every refusal of the domain as IRC says it: one numeric each, with the parameters of the modern documentation.

use chat_proto::irc::Numeric;

use super::pen::Pen;
use super::render;
use crate::config::Config;
use crate::domain::refusal::Refusal;
use crate::wire::desk;

/// Writes `refusal`. Never nothing: whatever was asked for and not done is answered.
pub(super) fn refuse(pen: &mut Pen<'_>, refusal: &Refusal, config: &Config) {
    match refusal {
        Refusal::NickInUse(nick) => pen.numeric(Numeric::ERR_NICKNAMEINUSE, &[nick]),
        Refusal::NickReserved(nick) => {
            pen.numeric_with(Numeric::ERR_NICKNAMEINUSE, &[nick], &said(refusal));
        }
        Refusal::AlreadyRegistered => pen.numeric(Numeric::ERR_ALREADYREGISTERED, &[]),
        Refusal::NoSuchNick(nick) | Refusal::NoSuchClient(nick) => {
            pen.numeric(Numeric::ERR_NOSUCHNICK, &[nick]);
        }
        Refusal::NoSuchServer(name) => pen.numeric(Numeric::ERR_NOSUCHSERVER, &[name]),
        Refusal::NotYourModes => pen.numeric(Numeric::ERR_USERSDONTMATCH, &[]),
        Refusal::OnlyFromIdentified(nick) => {
            pen.numeric_with(Numeric::ERR_NEEDREGGEDNICK, &[nick], &said(refusal));
        }
        Refusal::NoCtcp(nick) => pen.numeric_with(Numeric::ERR_CANTSENDTOUSER, &[nick], &said(refusal)),
        Refusal::NotOperator => pen.numeric(Numeric::ERR_NOPRIVILEGES, &[]),
        Refusal::RoleTooLow { .. } => pen.numeric_with(Numeric::ERR_NOPRIVILEGES, &[], &said(refusal)),
        Refusal::BadOperatorPassword => pen.numeric(Numeric::ERR_PASSWDMISMATCH, &[]),
        Refusal::LineTooLong { .. } => pen.numeric_with(Numeric::ERR_INPUTTOOLONG, &[], &said(refusal)),
        Refusal::MonitorFull { limit, nicks } => render::monitor_full(pen, *limit, nicks),
        Refusal::SilenceFull { mask, .. } => {
            pen.numeric_with(Numeric::ERR_SILELISTFULL, &[mask], &said(refusal));
        }
        Refusal::LineOfTextTooLong { .. } => {
            pen.server_line("FAIL", &["BATCH", "MULTILINE_INVALID"], &said(refusal));
        }
        Refusal::NoText => pen.numeric(Numeric::ERR_NOTEXTTOSEND, &[]),
        // No numeric fits these; IRCv3 standard-replies are for that.
        Refusal::TooLong { what, .. } => {
            pen.server_line("FAIL", &["*", "TEXT_TOO_LONG", what], &said(refusal));
        }
        Refusal::InvalidRealName { .. } => {
            pen.server_line("FAIL", &["SETNAME", "INVALID_REALNAME"], &said(refusal));
        }
        Refusal::Overtaken => pen.server_line("FAIL", &["*", "OVERTAKEN"], &said(refusal)),
        Refusal::NotKept { to: Some(room), .. } if room.starts_with('#') => {
            pen.numeric_with(Numeric::ERR_CANNOTSENDTOCHAN, &[room], &said(refusal));
        }
        // The words of the desk, so that they stand where the message was written.
        Refusal::NotKept { .. } | Refusal::DeskNeedsNick => pen.notice(&desk::source(config), &said(refusal)),
        _ => draft(pen, refusal),
    }
}

/// The refusals of verbs that are drafts; all have codes of their own (IRCv3 standard-replies).
fn draft(pen: &mut Pen<'_>, refusal: &Refusal) {
    let mut fail = |params: &[&str]| pen.server_line("FAIL", params, &said(refusal));
    match refusal {
        Refusal::RoomNameInUse { room, name } => fail(&["RENAME", "CHANNEL_NAME_IN_USE", room, name]),
        Refusal::CannotRename { room, name, .. } => fail(&["RENAME", "CANNOT_RENAME", room, name]),
        Refusal::RedactTarget(to) => fail(&["REDACT", "INVALID_TARGET", to]),
        Refusal::RedactUnknown { to, id } => fail(&["REDACT", "UNKNOWN_MSGID", to, id]),
        Refusal::RedactForbidden { to, id } => fail(&["REDACT", "REDACT_FORBIDDEN", to, id]),
        Refusal::RedactTooLate { to, id, window_s } => {
            fail(&["REDACT", "REDACT_WINDOW_EXPIRED", to, id, &window_s.to_string()]);
        }
        _ => in_room(pen, refusal),
    }
}

/// The refusals that are about a room.
fn in_room(pen: &mut Pen<'_>, refusal: &Refusal) {
    match refusal {
        Refusal::NoSuchRoom(room) => pen.numeric(Numeric::ERR_NOSUCHCHANNEL, &[room]),
        Refusal::NotInRoom(room) => pen.numeric(Numeric::ERR_NOTONCHANNEL, &[room]),
        Refusal::TargetNotInRoom { nick, room } => pen.numeric(Numeric::ERR_USERNOTINCHANNEL, &[nick, room]),
        Refusal::AlreadyInRoom { nick, room } => pen.numeric(Numeric::ERR_USERONCHANNEL, &[nick, room]),
        Refusal::NotRoomOperator(room) => pen.numeric(Numeric::ERR_CHANOPRIVSNEEDED, &[room]),
        Refusal::KnockTooOften(room) => pen.numeric_with(Numeric::ERR_TOOMANYKNOCK, &[room], &said(refusal)),
        Refusal::KnockOpen(room) => pen.numeric(Numeric::ERR_CHANOPEN, &[room]),
        Refusal::KnockInside(room) => pen.numeric(Numeric::ERR_KNOCKONCHAN, &[room]),
        Refusal::RankTooLow { room, .. } | Refusal::HigherRank { room, .. } => {
            pen.numeric_with(Numeric::ERR_CHANOPRIVSNEEDED, &[room], &said(refusal));
        }
        Refusal::NeedsAccount(room) => pen.numeric(Numeric::ERR_NEEDREGGEDNICK, &[room]),
        Refusal::NeedsTls(room) => pen.numeric(Numeric::ERR_SECUREONLYCHAN, &[room]),
        Refusal::NickLocked(room) => {
            pen.numeric_with(Numeric::ERR_NONICKCHANGE, &[room], &said(refusal));
        }
        Refusal::RoomFull(room) => pen.numeric(Numeric::ERR_CHANNELISFULL, &[room]),
        Refusal::InviteOnly(room) => pen.numeric(Numeric::ERR_INVITEONLYCHAN, &[room]),
        Refusal::Banned(room) => pen.numeric(Numeric::ERR_BANNEDFROMCHAN, &[room]),
        Refusal::BadKey(room) => pen.numeric(Numeric::ERR_BADCHANNELKEY, &[room]),
        Refusal::CannotSend { room, because } => {
            let text = format!("Cannot send to channel ({because})");
            pen.numeric_with(Numeric::ERR_CANNOTSENDTOCHAN, &[room], &text);
        }
        Refusal::TooManyRooms { room, .. } | Refusal::ServerRoomsFull { room, .. } => {
            pen.numeric_with(Numeric::ERR_TOOMANYCHANNELS, &[room], &said(refusal));
        }
        Refusal::ListFull { room, letter, .. } => {
            let letter = letter.to_string();
            pen.numeric_with(Numeric::ERR_BANLISTFULL, &[room, &letter], &said(refusal));
        }
        Refusal::UnknownRoomMode { letter, room } => {
            let text = format!("is unknown mode char to me for {room}");
            pen.numeric_with(Numeric::ERR_UNKNOWNMODE, &[&letter.to_string()], &text);
        }
        Refusal::BadModeParam { room, letter, param, because } => {
            let letter = letter.to_string();
            pen.numeric_with(Numeric::ERR_INVALIDMODEPARAM, &[room, &letter, param], because);
        }
        _ => pen.server_line("FAIL", &["*", "REFUSED"], &said(refusal)),
    }
}

fn said(refusal: &Refusal) -> String {
    refusal.to_string()
}
