//! What the session asks of the world around it, as plain values. Nothing here does anything.

/// One consequence of a received line, a typed line or a change of the connection, to be carried out in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Send this IRC line; the line end is added by the link.
    Send(String),
    /// Tell the user.
    Show(Shown),
    /// Try again later; the connection is gone.
    Reconnect,
    /// The session is over.
    Leave(Ending),
}

/// Something the user is told. All text is as received: rendering makes it harmless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Somebody said something.
    Said(Said),
    /// What the user asked for: the reply to `/who`, `/names`, `/topic`, `/help`.
    Answer(String),
    /// What happens around the conversation: joins, message of the day. A script is not told.
    Info(String),
    /// What the client itself does, such as trying another nick.
    Note(String),
    /// What was refused, by the server or by the client.
    Problem(String),
}

/// One line of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    /// The room, or `None` when it was said to this user alone.
    pub(crate) room: Option<String>,
    /// The nick, or the server's name.
    pub(crate) who: String,
    pub(crate) text: String,
    pub(crate) manner: Manner,
    /// The `time` tag (IRCv3 server-time), unparsed.
    pub(crate) time: Option<String>,
}

/// How something was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// PRIVMSG.
    Message,
    /// NOTICE: never to be answered automatically.
    Notice,
    /// CTCP ACTION, what `/me` sends.
    Action,
}

/// Why the program ends; each has its exit code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The user left.
    Left,
    /// The connection was lost, or the server closed it; the text says which.
    Lost(String),
    /// No connection could be made.
    Unreachable(String),
    /// The server did not let this user in.
    Refused(String),
}

impl Ending {
    /// The exit code, as `--help` documents it.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Left => 0,
            Self::Lost(_) => 1,
            Self::Unreachable(_) => 3,
            Self::Refused(_) => 4,
        }
    }

    /// What to tell the user, if there is anything to tell.
    pub(crate) fn reason(&self) -> Option<&str> {
        match self {
            Self::Left => None,
            Self::Lost(why) | Self::Unreachable(why) | Self::Refused(why) => Some(why),
        }
    }
}

impl Effect {
    /// Bytes on the wire, line end included.
    pub(crate) fn sent_len(&self) -> usize {
        if let Self::Send(line) = self { line.len() + 2 } else { 0 }
    }
}

impl Shown {
    pub(crate) fn info(text: impl Into<String>) -> Effect {
        Effect::Show(Self::Info(text.into()))
    }

    pub(crate) fn answer(text: impl Into<String>) -> Effect {
        Effect::Show(Self::Answer(text.into()))
    }

    pub(crate) fn note(text: impl Into<String>) -> Effect {
        Effect::Show(Self::Note(text.into()))
    }

    pub(crate) fn problem(text: impl Into<String>) -> Effect {
        Effect::Show(Self::Problem(text.into()))
    }
}
