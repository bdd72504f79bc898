//! The domain saying no. A value, not an error; each dialect renders all of these in one file, and its `Display` is what
//! plain lines and the control API show. Every limit names the setting behind it.

use std::fmt;

use chat_proto::name::Nick;

use super::kinds::kinds;

/// Why a request is not granted. Names are as the asker typed them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The nick is somebody else's (433).
    NickInUse(Box<str>),
    /// The nick could be mistaken for the desk's (433).
    NickReserved(Box<str>),
    /// Already registered (462).
    AlreadyRegistered,
    /// No host that a client could be shown with.
    BadHost(Box<str>),
    /// Nobody has this nick (401).
    NoSuchNick(Box<str>),
    /// There is no such server (402).
    NoSuchServer(Box<str>),
    /// There is no such room, or none that the asker may see (403).
    NoSuchRoom(Box<str>),
    /// The asker is not in the room (442).
    NotInRoom(Box<str>),
    /// The other one is not in the room (441).
    TargetNotInRoom {
        /// Who.
        nick: Box<str>,
        /// Which room.
        room: Box<str>,
    },
    /// The invited is already there (443).
    AlreadyInRoom {
        /// Who.
        nick: Box<str>,
        /// Which room.
        room: Box<str>,
    },
    /// The asker has no operator's rank in the room (482).
    NotRoomOperator(Box<str>),
    /// The asker's rank in the room is below what the mode needs (482).
    RankTooLow {
        /// Which room.
        room: Box<str>,
        /// The mode's letter.
        letter: char,
        /// The least rank.
        needs: &'static str,
    },
    /// The other one's rank in the room is above the asker's (482).
    HigherRank {
        /// Who.
        nick: Box<str>,
        /// What the other one is.
        rank: &'static str,
        /// Which room.
        room: Box<str>,
    },
    /// The room is full, `+l` (471).
    RoomFull(Box<str>),
    /// The room is for the invited, `+i` (473).
    InviteOnly(Box<str>),
    /// The asker is banned from the room, `+b` (474).
    Banned(Box<str>),
    /// Missing or wrong key, `+k` (475).
    BadKey(Box<str>),
    /// The room is for the identified, `+R` (477).
    NeedsAccount(Box<str>),
    /// The room is for those with TLS, `+S` (489).
    NeedsTls(Box<str>),
    /// The asker is in a room where nicks stay, `+N` (447).
    NickLocked(Box<str>),
    /// This one hears the identified only, user mode `+R` (477).
    OnlyFromIdentified(Box<str>),
    /// This one takes no CTCP, user mode `+T` (531).
    NoCtcp(Box<str>),
    /// These are somebody else's modes (502).
    NotYourModes,
    /// The asker may not speak in the room (404).
    CannotSend {
        /// Which room.
        room: Box<str>,
        /// Because of what.
        because: &'static str,
    },
    /// The asker is in as many rooms as one may be (405; `limits.rooms-per-client`).
    TooManyRooms {
        /// Which room it wanted.
        room: Box<str>,
        /// The limit.
        limit: usize,
    },
    /// The server has as many rooms as it may have (`limits.rooms`).
    ServerRoomsFull {
        /// Which room it wanted.
        room: Box<str>,
        /// The limit.
        limit: usize,
    },
    /// One of the room's lists is full (478; `limits.room-list-entries`).
    ListFull {
        /// Which room.
        room: Box<str>,
        /// The list's letter.
        letter: char,
        /// The limit.
        limit: usize,
    },
    /// There is no such room mode (472).
    UnknownRoomMode {
        /// The letter.
        letter: char,
        /// Which room.
        room: Box<str>,
    },
    /// A mode came without its parameter or with a wrong one (696).
    BadModeParam {
        /// Which room.
        room: Box<str>,
        /// The letter.
        letter: char,
        /// The parameter, `*` if missing.
        param: Box<str>,
        /// What is wrong.
        because: &'static str,
    },
    /// The asker watches as many nicks as one may (734; `limits.monitor`).
    MonitorFull {
        /// The limit.
        limit: usize,
        /// Those that were not added.
        nicks: Vec<Nick>,
    },
    /// The asker has as many masks in its SILENCE list as one may (511; `limits.silence`).
    SilenceFull {
        /// The mask that was not added.
        mask: Box<str>,
        /// The limit.
        limit: usize,
    },
    /// Somebody, or the asker somewhere, knocked a moment ago (712; `limits.knock-interval`).
    KnockTooOften(Box<str>),
    /// The asker can enter without knocking (713).
    KnockOpen(Box<str>),
    /// The asker is in the room it knocks at (714).
    KnockInside(Box<str>),
    /// Only IRC operators may do that (481).
    NotOperator,
    /// This operator's role does not allow it (481, 403 on the control API).
    RoleTooLow {
        /// What it needs.
        needs: &'static str,
    },
    /// The name or password for OPER is wrong (464).
    BadOperatorPassword,
    /// A text is longer than allowed.
    TooLong {
        /// What: "topic", "away message", …
        what: &'static str,
        /// The limit, in bytes.
        limit: usize,
        /// The setting.
        setting: &'static str,
    },
    /// That cannot be a real name (`FAIL SETNAME INVALID_REALNAME`; `limits.real-name-length`).
    InvalidRealName {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The line as others would receive it is longer than IRC allows (417).
    LineTooLong {
        /// By how many bytes.
        excess: usize,
    },
    /// One line of a message of several is longer as others would receive it than IRC allows (IRCv3 multiline).
    LineOfTextTooLong {
        /// Which line, from 1.
        number: usize,
        /// By how many bytes.
        excess: usize,
    },
    /// Another room has the name (IRCv3 channel-rename).
    RoomNameInUse {
        /// Which room was to have it.
        room: Box<str>,
        /// The name.
        name: Box<str>,
    },
    /// The room cannot have that name (IRCv3 channel-rename).
    CannotRename {
        /// Which room.
        room: Box<str>,
        /// The name.
        name: Box<str>,
        /// Why.
        because: &'static str,
    },
    /// Nothing can be taken back there by the asker (IRCv3 message-redaction, as those that follow).
    RedactTarget(Box<str>),
    /// No such thing was said there, or it is forgotten.
    RedactUnknown {
        /// Where.
        to: Box<str>,
        /// Its id.
        id: Box<str>,
    },
    /// The asker did not say it and is no operator.
    RedactForbidden {
        /// Where.
        to: Box<str>,
        /// Its id.
        id: Box<str>,
    },
    /// It was said too long ago (`irc.redact-window`).
    RedactTooLate {
        /// Where.
        to: Box<str>,
        /// Its id.
        id: Box<str>,
        /// How long one may wait, in seconds.
        window_s: u64,
    },
    /// A message without text (412).
    NoText,
    /// An operator wrote to the desk without naming whom to answer.
    DeskNeedsNick,
    /// Nobody fits what the operator named.
    NoSuchClient(Box<str>),
    /// What was said or done could not be kept, so nobody was told and nothing was done.
    NotKept {
        /// The room or nick it was for, if it was a message.
        to: Option<Box<str>>,
        /// What the store says.
        cause: Box<str>,
    },
    /// What it depended upon changed meanwhile.
    Overtaken,
}

kinds!(Refusal {
    NickInUse => "nick-in-use",
    NickReserved => "nick-reserved",
    AlreadyRegistered => "already-registered",
    BadHost => "bad-host",
    NoSuchNick => "no-such-nick",
    NoSuchServer => "no-such-server",
    NoSuchRoom => "no-such-room",
    NotInRoom => "not-in-room",
    TargetNotInRoom => "target-not-in-room",
    AlreadyInRoom => "already-in-room",
    NotRoomOperator => "not-room-operator",
    RankTooLow => "rank-too-low",
    HigherRank => "higher-rank",
    RoomFull => "room-full",
    InviteOnly => "invite-only",
    Banned => "banned",
    BadKey => "bad-key",
    NeedsAccount => "needs-account",
    NeedsTls => "needs-tls",
    NickLocked => "nick-locked",
    OnlyFromIdentified => "only-from-identified",
    NoCtcp => "no-ctcp",
    NotYourModes => "not-your-modes",
    CannotSend => "cannot-send",
    TooManyRooms => "too-many-rooms",
    ServerRoomsFull => "server-rooms-full",
    ListFull => "list-full",
    UnknownRoomMode => "unknown-room-mode",
    BadModeParam => "bad-mode-param",
    MonitorFull => "monitor-full",
    SilenceFull => "silence-full",
    KnockTooOften => "knock-too-often",
    KnockOpen => "knock-open",
    KnockInside => "knock-inside",
    NotOperator => "not-operator",
    RoleTooLow => "role-too-low",
    BadOperatorPassword => "bad-operator-password",
    TooLong => "too-long",
    InvalidRealName => "invalid-real-name",
    LineTooLong => "line-too-long",
    LineOfTextTooLong => "line-of-text-too-long",
    RoomNameInUse => "room-name-in-use",
    CannotRename => "cannot-rename",
    RedactTarget => "redact-target",
    RedactUnknown => "redact-unknown",
    RedactForbidden => "redact-forbidden",
    RedactTooLate => "redact-too-late",
    NoText => "no-text",
    DeskNeedsNick => "desk-needs-nick",
    NoSuchClient => "no-such-client",
    NotKept => "not-kept",
    Overtaken => "overtaken",
});

impl fmt::Display for Refusal {
    #[expect(clippy::too_many_lines, reason = "a table: the words of each refusal")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NickInUse(nick) => write!(f, "the nick {nick} is in use"),
            Self::NickReserved(nick) => write!(f, "the nick {nick} could be mistaken for the desk"),
            Self::AlreadyRegistered => write!(f, "you are registered already"),
            Self::BadHost(host) => write!(f, "{host:?} is no host that can be shown"),
            Self::NoSuchNick(nick) => write!(f, "nobody here is called {nick}"),
            Self::NoSuchServer(name) => write!(f, "there is no server {name}"),
            Self::NoSuchRoom(room) => write!(f, "there is no room {room}"),
            Self::NotInRoom(room) => write!(f, "you are not in {room}"),
            Self::TargetNotInRoom { nick, room } => write!(f, "{nick} is not in {room}"),
            Self::AlreadyInRoom { nick, room } => write!(f, "{nick} is in {room} already"),
            Self::NotRoomOperator(room) => write!(f, "you are not an operator of {room}"),
            Self::RankTooLow { room, letter, needs } => {
                write!(f, "only somebody with the rank {needs} or above sets mode {letter} of {room}")
            }
            Self::HigherRank { nick, rank, .. } => {
                write!(f, "{nick} is {rank}, and your rank is not above that")
            }
            Self::NeedsAccount(room) => write!(f, "{room} is for people with an account (+R)"),
            Self::NeedsTls(room) => write!(f, "{room} is for people with an encrypted connection (+S)"),
            Self::NickLocked(room) => write!(f, "nobody in {room} changes the nick (+N)"),
            Self::OnlyFromIdentified(nick) => write!(f, "{nick} hears only people with an account (+R)"),
            Self::NoCtcp(nick) => write!(f, "{nick} takes no CTCP but ACTION (+T)"),
            Self::NotYourModes => write!(f, "these are somebody else's modes"),
            Self::RoomFull(room) => write!(f, "{room} is full (+l)"),
            Self::InviteOnly(room) => write!(f, "{room} is open to invited people only (+i)"),
            Self::Banned(room) => write!(f, "you are banned from {room} (+b)"),
            Self::BadKey(room) => write!(f, "{room} needs its key (+k)"),
            Self::CannotSend { room, because } => write!(f, "you cannot speak in {room}: {because}"),
            Self::TooManyRooms { room, limit } => {
                write!(f, "cannot enter {room}: you are in {limit} rooms (limits.rooms-per-client)")
            }
            Self::ServerRoomsFull { room, limit } => {
                write!(f, "cannot create {room}: there are {limit} rooms (limits.rooms)")
            }
            Self::ListFull { room, letter, limit } => {
                write!(f, "the +{letter} list of {room} holds {limit} entries (limits.room-list-entries)")
            }
            Self::UnknownRoomMode { letter, .. } => write!(f, "there is no room mode {letter}"),
            Self::BadModeParam { letter, because, .. } => write!(f, "mode {letter}: {because}"),
            Self::MonitorFull { limit, nicks } => {
                let nicks: Vec<_> = nicks.iter().map(Nick::as_str).collect();
                write!(f, "you watch {limit} nicks (limits.monitor); not added: {}", nicks.join(" "))
            }
            Self::SilenceFull { mask, limit } => {
                write!(f, "you do not hear {limit} masks (limits.silence); not added: {mask}")
            }
            Self::KnockTooOften(room) => {
                write!(f, "too many knocks, at {room} or from you; wait a moment (limits.knock-interval)")
            }
            Self::KnockOpen(room) => write!(f, "{room} is open, enter"),
            Self::KnockInside(room) => write!(f, "you are in {room} already"),
            Self::NotOperator => write!(f, "only operators may do that"),
            Self::RoleTooLow { needs } => write!(f, "that needs the role {needs}"),
            Self::BadOperatorPassword => write!(f, "the operator's name or password is wrong"),
            Self::TooLong { what, limit, setting } => {
                write!(f, "the {what} is longer than {limit} bytes ({setting})")
            }
            Self::InvalidRealName { limit } => {
                write!(f, "a real name has 1 to {limit} bytes (limits.real-name-length)")
            }
            Self::LineTooLong { excess } => {
                write!(f, "that is {excess} bytes too long for one line; nothing was sent")
            }
            Self::LineOfTextTooLong { number, excess } => {
                write!(f, "line {number} is {excess} bytes too long for one line; nothing was sent")
            }
            Self::RoomNameInUse { name, .. } => write!(f, "there is a room {name} already"),
            Self::CannotRename { room, because, .. } => write!(f, "{room} cannot be renamed: {because}"),
            Self::RedactTarget(to) => write!(f, "you cannot take back what was said to {to}"),
            Self::RedactUnknown { .. } => write!(f, "this message does not exist or is too old"),
            Self::RedactForbidden { .. } => write!(f, "you are not authorised to take this message back"),
            Self::RedactTooLate { window_s, .. } => {
                write!(f, "messages can be taken back for {window_s} seconds (irc.redact-window)")
            }
            Self::NoText => write!(f, "there is no text to send"),
            Self::DeskNeedsNick => write!(f, "begin with `nick: ` to answer somebody from the desk"),
            Self::NoSuchClient(who) => write!(f, "no client is called {who}, has that id or that address"),
            Self::NotKept { cause, .. } => write!(f, "not sent, because it could not be kept: {cause}"),
            Self::Overtaken => write!(f, "something changed meanwhile; nothing was done"),
        }
    }
}
