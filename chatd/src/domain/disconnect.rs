//! Why a client's connection ends. Decided in one place, logged once by the session, told to the client and its rooms.

use std::fmt;
use std::sync::Arc;

use super::kinds::kinds;
use super::message::nick_of;

/// The reason a connection ended. Its `Display` is what the client and its rooms read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disconnect {
    /// The client said `QUIT` or `exit`, with its own words.
    Quit(Box<str>),
    /// The peer closed the connection without a word.
    Closed,
    /// Reading or writing failed.
    Broken(Box<str>),
    /// An operator ended it.
    Kicked {
        /// The operator's nick, or the desk for the control socket.
        by: Box<str>,
        /// The operator's words.
        reason: Box<str>,
    },
    /// An IRC operator ended it with KILL.
    Killed {
        /// The operator: `nick!user@host`.
        by: Arc<str>,
        /// The operator's words.
        reason: Box<str>,
    },
    /// No answer to a PING.
    PingTimeout {
        /// How long nothing came, in seconds.
        silent_s: u64,
    },
    /// Did not register in time (`limits.registration-timeout`).
    RegistrationTimeout,
    /// The outbox was over its hard bound (`limits.outbox-hard`).
    OutboxFull {
        /// The bound, in bytes.
        limit: usize,
    },
    /// The server password was missing or wrong.
    BadPassword,
    /// Said for whom it connects, and is no gateway that may.
    BadGateway,
    /// A limit on those who connect stands against it.
    Refused(Box<str>),
    /// Spoke HTTP or TLS to a chat port.
    WrongProtocol(&'static str),
    /// The daemon drains, and it is this client's turn to go.
    Draining,
    /// The daemon stops.
    Stopping,
    /// A fault of ours in this client's session; it ends alone.
    SessionFault,
}

kinds!(Disconnect {
    Quit => "quit",
    Closed => "closed",
    Broken => "broken",
    Kicked => "kicked",
    Killed => "killed",
    PingTimeout => "ping-timeout",
    RegistrationTimeout => "registration-timeout",
    OutboxFull => "outbox-full",
    BadPassword => "bad-password",
    BadGateway => "bad-gateway",
    Refused => "refused",
    WrongProtocol => "wrong-protocol",
    Draining => "draining",
    Stopping => "stopping",
    SessionFault => "session-fault",
});

impl fmt::Display for Disconnect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quit(words) if words.is_empty() => write!(f, "Quit"),
            Self::Quit(words) => write!(f, "Quit: {words}"),
            Self::Closed => write!(f, "Connection closed"),
            Self::Broken(cause) => write!(f, "Connection lost: {cause}"),
            Self::Kicked { by, reason } => write!(f, "Kicked by {by}: {reason}"),
            Self::Killed { by, reason } => write!(f, "Killed ({} ({reason}))", nick_of(by)),
            Self::PingTimeout { silent_s } => write!(f, "Ping timeout: {silent_s} seconds"),
            Self::RegistrationTimeout => write!(f, "Registration timed out (limits.registration-timeout)"),
            Self::OutboxFull { limit } => {
                write!(f, "Reading too slowly: more than {limit} bytes are waiting (limits.outbox-hard)")
            }
            Self::BadPassword => write!(f, "Bad password"),
            Self::BadGateway => {
                write!(f, "WEBIRC refused: no [[webirc]] has this name, network and password")
            }
            Self::Refused(refusal) => f.write_str(refusal),
            Self::WrongProtocol(name) => write!(f, "This is a chat port and you speak {name}"),
            Self::Draining => {
                write!(f, "Server is taken out of service; you are welcome to connect again")
            }
            Self::Stopping => write!(f, "Server is stopping"),
            Self::SessionFault => write!(f, "Internal fault in this session"),
        }
    }
}
