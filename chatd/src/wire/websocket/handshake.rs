//! The request with which a WebSocket connection begins, judged (RFC 6455 §4.2): what is agreed on and what is answered, or with
//! which words of HTTP it is turned away. Reads and writes nothing.

mod forwarded;
mod refusal;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use base64ct::{Base64, Encoding as _};
use chat_proto::network::Network;
use httparse::{EMPTY_HEADER, Header, Request, Status};
use sha1::{Digest as _, Sha1};

use super::Subprotocol;
pub use refusal::Refusal;

/// The most bytes of a request.
pub const HEAD_MAX: usize = 8 * 1024;

/// The most header fields of a request.
const FIELDS_MAX: usize = 64;

/// The bytes of a key before they are base64.
const KEY_LENGTH: usize = 16;

/// What makes a key the answer to it (RFC 6455 §1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Subprotocols by name (IRCv3 `websocket`).
const SUBPROTOCOLS: [(&str, Subprotocol); 2] =
    [("text.ircv3.net", Subprotocol::Text), ("binary.ircv3.net", Subprotocol::Binary)];

/// Who may come in.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// The pages whose scripts may connect, as origins (RFC 6454 §6.1); `*` is every page. Programs that are no browser name
    /// none and are not asked.
    pub origins: &'a [String],
    /// The path to ask for; empty is any.
    pub path: &'a str,
    /// The gateways, of which the peer is one: they say whose connection they pass on. Nothing if it is none.
    pub gateways: Option<&'a [Network]>,
}

/// What a handshake has led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// How lines travel.
    pub subprotocol: Subprotocol,
    /// The address of the client, from its gateway.
    pub client: Option<IpAddr>,
    /// A gateway says that it was reached over TLS.
    pub is_secure: bool,
    /// What to send; frames follow it.
    pub answer: String,
}

/// Judges what has come of a request: nothing while it is not whole.
///
/// # Errors
/// As soon as it is certain that it cannot become one that is accepted.
pub fn judge(head: &[u8], rules: Rules<'_>) -> Result<Option<Agreed>, Refusal> {
    let mut fields = [EMPTY_HEADER; FIELDS_MAX];
    let mut request = Request::new(&mut fields);
    match request.parse(head) {
        Ok(Status::Partial) if head.len() >= HEAD_MAX => return Err(Refusal::TooLarge),
        Ok(Status::Partial) => return Ok(None),
        Ok(Status::Complete(end)) if end > HEAD_MAX => return Err(Refusal::TooLarge),
        // RFC 6455 §4.1: a client waits for the answer before it sends more.
        Ok(Status::Complete(end)) if end < head.len() => {
            return Err(Refusal::Bad("bytes behind the request"));
        }
        Ok(Status::Complete(_)) => {}
        Err(httparse::Error::TooManyHeaders) => return Err(Refusal::TooLarge),
        Err(_) => return Err(Refusal::Bad("not a request of HTTP/1.1")),
    }
    let fields = Fields(request.headers);
    let key = check(request.method, request.version, fields)?;
    check_path(request.path.unwrap_or_default(), rules.path)?;
    check_origin(fields, rules.origins)?;
    agree(key, fields, rules).map(Some)
}

/// What RFC 6455 §4.2.1 asks of a request; its key.
fn check<'a>(method: Option<&str>, version: Option<u8>, fields: Fields<'a>) -> Result<&'a str, Refusal> {
    if method != Some("GET") {
        return Err(Refusal::NotGet);
    }
    if version != Some(1) {
        return Err(Refusal::Bad("HTTP/1.0 knows no upgrade"));
    }
    fields.only("host")?.ok_or(Refusal::Bad("no Host"))?;
    if !fields.has_token("upgrade", "websocket") || !fields.has_token("connection", "upgrade") {
        return Err(Refusal::NotUpgrade);
    }
    if fields.only("sec-websocket-version")? != Some("13") {
        return Err(Refusal::OtherVersion);
    }
    let key = fields.only("sec-websocket-key")?.ok_or(Refusal::Bad("no Sec-WebSocket-Key"))?;
    let mut nonce = [0; KEY_LENGTH];
    match Base64::decode(key, &mut nonce) {
        Ok(bytes) if bytes.len() == KEY_LENGTH => Ok(key),
        _ => Err(Refusal::Bad("a Sec-WebSocket-Key that is not 16 bytes in base64")),
    }
}

fn check_path(target: &str, path: &str) -> Result<(), Refusal> {
    let asked = target.split('?').next().unwrap_or_default();
    if path.is_empty() || asked == path { Ok(()) } else { Err(Refusal::OtherPath) }
}

/// RFC 6455 §10.2: a browser says which page wants to connect, and this is all that keeps any page from it.
fn check_origin(fields: Fields<'_>, origins: &[String]) -> Result<(), Refusal> {
    let Some(origin) = fields.only("origin")? else { return Ok(()) };
    let may_come = origins.iter().any(|known| known == "*" || known.eq_ignore_ascii_case(origin));
    if may_come { Ok(()) } else { Err(Refusal::OtherOrigin) }
}

fn agree(key: &str, fields: Fields<'_>, rules: Rules<'_>) -> Result<Agreed, Refusal> {
    let named = fields
        .tokens("sec-websocket-protocol")
        .find_map(|wanted| SUBPROTOCOLS.iter().find(|(name, _)| *name == wanted));
    let mut answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n",
        accept(key)
    );
    if let Some((name, _)) = named {
        answer.push_str("Sec-WebSocket-Protocol: ");
        answer.push_str(name);
        answer.push_str("\r\n");
    }
    answer.push_str("\r\n");
    let (client, is_secure) = match rules.gateways {
        Some(gateways) => (forwarded::client(fields, gateways)?, forwarded::is_secure(fields)),
        None => (None, false),
    };
    let subprotocol = named.map_or(Subprotocol::Unnamed, |(_, subprotocol)| *subprotocol);
    Ok(Agreed { subprotocol, client, is_secure, answer })
}

fn accept(key: &str) -> String {
    let hash = Sha1::new().chain_update(key).chain_update(GUID).finalize();
    Base64::encode_string(&hash)
}

/// The header fields of a request.
#[derive(Clone, Copy)]
struct Fields<'a>(&'a [Header<'a>]);

impl<'a> Fields<'a> {
    fn named(self, name: &'static str) -> impl Iterator<Item = &'a [u8]> {
        self.0.iter().filter(move |field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value)
    }

    /// Whether all fields of this name are text.
    fn are_text(self, name: &'static str) -> bool {
        self.named(name).all(|value| str::from_utf8(value).is_ok())
    }

    /// The values of all fields of this name that are text, in order.
    fn values(self, name: &'static str) -> impl Iterator<Item = &'a str> {
        self.named(name).filter_map(|value| str::from_utf8(value).ok())
    }

    /// The value of a field that may stand there once.
    fn only(self, name: &'static str) -> Result<Option<&'a str>, Refusal> {
        let mut named = self.named(name);
        let first = named.next();
        if named.next().is_some() {
            return Err(Refusal::Twice(name));
        }
        let value = first.map(str::from_utf8).transpose();
        value.map_err(|_| Refusal::Bad("a field that is not text"))
    }

    /// The members of a list, which may be in several fields (RFC 9110 §5.6.1).
    fn tokens(self, name: &'static str) -> impl Iterator<Item = &'a str> {
        self.values(name).flat_map(|value| value.split(',')).map(str::trim).filter(|token| !token.is_empty())
    }

    fn has_token(self, name: &'static str, token: &str) -> bool {
        self.tokens(name).any(|found| found.eq_ignore_ascii_case(token))
    }
}
