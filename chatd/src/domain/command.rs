//! What an operator can do: by the control socket, or by `OPER` over IRC.

use std::sync::Arc;

use super::id::{ClientId, Seq};

/// Somebody who may act for the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// A Unix user's name, or the name given with `OPER`.
    pub name: Arc<str>,
    /// What they may do.
    pub role: Role,
}

/// What an operator may do; each role may do all that the ones before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// See.
    Viewer,
    /// Speak for the desk, kick.
    Operator,
    /// Steer the daemon.
    Admin,
}

impl Role {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }
}

/// What the control API asks the owner to do. Every one leaves an audit entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// End the connections of all that `who` names: a nick, a client id or an address.
    Kick {
        /// Nick, id or address as typed.
        who: Box<str>,
        /// What the client reads.
        reason: Box<str>,
    },
    /// Speak: as the desk to one client or a room, or announce to all.
    Say {
        /// To whom.
        to: SayTo,
        /// What; without CR, LF, NUL.
        text: Box<str>,
    },
    /// Have a client shown with another host.
    SetHost {
        /// Nick or id as typed.
        who: Box<str>,
        /// The host as typed; none for the one that it had before.
        host: Option<Box<str>>,
    },
    /// Only an audit entry, for what other layers did (reload, drain, log level).
    Audit {
        /// What was done, a verb.
        action: Box<str>,
        /// To what.
        target: Box<str>,
        /// With which result or words.
        detail: Box<str>,
    },
}

/// To whom an operator speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SayTo {
    /// A nick or a client id as typed: the desk's answer in that client's conversation.
    Client(Box<str>),
    /// A room's name as typed.
    Room(Box<str>),
    /// Every client.
    Everyone,
}

/// What an operator's command did, once it is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// These were disconnected: id, nick (none before registration).
    Kicked(Vec<(ClientId, Option<Box<str>>)>),
    /// Said, at this place in the log, to so many clients.
    Said {
        /// Its place in the log.
        seq: Seq,
        /// How many clients were told.
        recipients: usize,
    },
    /// This client is shown with this host.
    HostSet {
        /// Its nick.
        nick: Box<str>,
        /// The host.
        host: Box<str>,
    },
    /// The audit entry is kept.
    Audited(Seq),
}

/// One line of the audit: who did what. Kept for ever in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// When.
    pub at: super::id::Time,
    /// The operator's name.
    pub who: Arc<str>,
    /// The verb.
    pub action: Box<str>,
    /// On whom or what.
    pub target: Box<str>,
    /// Words or result.
    pub detail: Box<str>,
}
