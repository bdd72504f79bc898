//! How people talk to the daemon: bytes in, requests out; notices and replies in, bytes out.
//!
//! A dialect is sans-I/O and knows nothing of the state. The session loop ([`session`]) is written once for all dialects.
//! Only `wire::irc` knows IRC's verbs and numerics.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::config::{Config, Protocol};
use crate::delivery::outbox::Labeled;
use crate::domain::disconnect::Disconnect;
use crate::domain::id::Time;
use crate::domain::notice::{Notice, What};
use crate::domain::origin::Origin;
use crate::domain::reply::Reply;
use crate::domain::request::{Request, Variant};
use crate::domain::secure::Secure;
use crate::registry::Manner;

mod desk;
pub mod irc;
pub(crate) mod letters;
pub mod lines;
mod masks;
mod password;
pub mod proxy_header;
pub mod session;
mod stranger;
#[cfg(test)]
mod testing;
pub mod websocket;

/// The variant of the plain lines dialect; the bits below it are IRC's.
pub const LINES: Variant = Variant(1 << 13);

/// The bits of a variant that matter to `notice`.
#[must_use]
pub fn relevant(notice: &Notice) -> Variant {
    irc::relevant(notice)
}

/// What clients are told when `new` comes into force after `old`, if it offers them anything else.
#[must_use]
pub fn changed_offers(old: &Config, new: &Config) -> Option<What> {
    let (added, removed) = irc::changed_offers(old, new)?;
    Some(What::Offers { added: added.into(), removed: removed.into() })
}

/// Appends one notice as the sessions of `variant` read it, or nothing if that dialect does not show it.
///
/// `desk` is the desk as a source (`desk!desk@server`): to operators, a message to the desk comes from the desk.
pub fn encode(notice: &Notice, variant: Variant, desk: &str, out: &mut Vec<u8>) {
    if variant.has(LINES) {
        lines::render::notice(notice, out);
    } else {
        irc::render::notice(notice, variant, desk, out);
    }
}

/// What is said to a connection that will have no session, in the words of what is spoken there.
#[must_use]
pub fn turned_away(protocol: Protocol, why: &str) -> Vec<u8> {
    match protocol {
        Protocol::Irc => format!("ERROR :{why}\r\n").into(),
        Protocol::Lines => format!("-- closed: {why}\n").into(),
        Protocol::WebSocket => websocket::handshake::Refusal::Unavailable(why.to_owned()).answer().into(),
    }
}

/// What a dialect needs to know while it reads: shared by all lines that arrived together.
#[derive(Debug)]
pub struct Setting {
    /// The configuration in force.
    pub config: Arc<Config>,
    /// The time now.
    pub now: Time,
    /// When the daemon started.
    pub started: Time,
}

/// What is known of who connected before a word is said: told by the transport, or by a gateway that it believes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Where it comes from.
    pub origin: Origin,
    /// What protects the connection, if anything does.
    pub secure: Option<Arc<Secure>>,
}

/// What a session must do before it may read the next line.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    Go,
    /// Wait for the reply to the last request (registration, a page of a list, the end after `QUIT`): what the next line
    /// means depends on it. Replies to earlier requests that come first answer [`Step::Wait`] again.
    Wait,
    /// Check an operator's password off this task, then call [`Dialect::operator_checked`].
    CheckOperator {
        /// The name given with OPER.
        name: Box<str>,
        /// The password given with OPER.
        password: Box<str>,
        /// The label of the line; the answer comes back with it.
        label: Option<Arc<str>>,
    },
    /// From now on the connection counts as one from here: a gateway that is believed has said so.
    Readdress(SocketAddr),
    /// Write what there is and close: the dialect itself has found the reason.
    Close(Disconnect),
}

/// How a session speaks. One value per session, kept small: an idle client holds nothing it does not need.
pub trait Dialect: Unpin {
    /// Longest line in bytes, without its end.
    const LINE_MAX: usize;
    /// What the registry has to know of it.
    const MANNER: &'static Manner;

    /// A new session for this peer.
    fn new(peer: Peer) -> Self;

    /// The client's nick, once it has one; for the log.
    fn nick(&self) -> Option<&str>;

    /// What is asked for before the client has said a word (plain lines register at once).
    fn hello(&mut self, setting: &Setting, requests: &mut Vec<Request>) -> Step;

    /// One line without its end. What it asks for goes to `requests`, in order; what the session answers by itself goes
    /// there too, as [`Request::Echo`], so that it keeps its place.
    fn line(&mut self, line: &[u8], setting: &Setting, requests: &mut Vec<Request>) -> Step;

    /// A line was longer than [`Self::LINE_MAX`] and was dropped.
    fn line_too_long(&mut self, setting: &Setting, requests: &mut Vec<Request>);

    /// The answer to [`Step::CheckOperator`]: who it is, or nobody.
    fn operator_checked(
        &mut self,
        operator: Option<Arc<crate::domain::command::Operator>>,
        label: Option<Arc<str>>,
        setting: &Setting,
        requests: &mut Vec<Request>,
    );

    /// One reply, appended to `out`. What it asks for in turn (the next page of a list) goes to `requests`; the step says
    /// whether the session may read on.
    fn reply(
        &mut self,
        reply: &Reply,
        setting: &Setting,
        out: &mut Vec<u8>,
        requests: &mut Vec<Request>,
    ) -> Step;

    /// Something that answers a labeled line, as [`Self::reply`]; only where the dialect makes labeled requests.
    fn labeled(
        &mut self,
        labeled: &Labeled,
        setting: &Setting,
        out: &mut Vec<u8>,
        requests: &mut Vec<Request>,
    ) -> Step;

    /// The question whether the client is still there, appended to `out`.
    fn ping(&self, setting: &Setting, out: &mut Vec<u8>);

    /// The last words to a client, appended to `out`.
    fn farewell(&self, why: &Disconnect, setting: &Setting, out: &mut Vec<u8>);
}
