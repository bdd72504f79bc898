//! A WebSocket client that makes its frames by hand, so that it can also make bad ones.

use super::daemon::Daemon;
use super::glob::glob;
use super::wire::Wire;

pub(crate) const TEXT: u8 = 0x81;
pub(crate) const BINARY: u8 = 0x82;
pub(crate) const CLOSE: u8 = 0x88;
pub(crate) const PING: u8 = 0x89;
pub(crate) const PONG: u8 = 0x8A;
/// A further frame of a message, and the last.
pub(crate) const CONTINUATION: u8 = 0x80;
/// Takes away the bit that says that a frame is the last of its message.
pub(crate) const MORE: u8 = 0x7F;

const MASK: [u8; 4] = [0x37, 0xFA, 0x21, 0x3D];

/// The key of RFC 6455 §1.2, and what answers it.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// What a browser that is on `https://chat.example.org` wants.
pub(crate) const FROM_PAGE: &str =
    "Origin: https://chat.example.org\r\nSec-WebSocket-Protocol: text.ircv3.net, binary.ircv3.net\r\n";

/// A request with these further fields.
pub(crate) fn request(fields: &str) -> String {
    format!(
        "GET /irc HTTP/1.1\r\nHost: chat.example.org\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n\
         Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n{fields}\r\n"
    )
}

/// A masked frame.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let masked = payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask);
    let mut frame = frame_head(first, payload.len() as u64);
    frame.extend(masked);
    frame
}

/// The head of such a frame, whatever follows.
pub(crate) fn frame_head(first: u8, length: u64) -> Vec<u8> {
    let mut head = vec![first];
    match length {
        0..126 => head.push(0x80 | u8::try_from(length).unwrap()),
        126..0x1_0000 => {
            head.push(0x80 | 126);
            head.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
        _ => {
            head.push(0x80 | 127);
            head.extend(length.to_be_bytes());
        }
    }
    head.extend(MASK);
    head
}

/// One connection, before and after its handshake.
#[derive(Debug)]
pub(crate) struct WebClient {
    wire: Wire,
    /// What its lines are sent as.
    kind: u8,
    fences: u32,
}

impl WebClient {
    /// A connection that has said nothing yet.
    #[track_caller]
    pub(crate) fn open(daemon: &Daemon, name: &str) -> Self {
        Self::over(Wire::connect(name, daemon.websocket_port()))
    }

    /// Over a connection that somebody else has made.
    pub(crate) fn over(wire: Wire) -> Self {
        Self { wire, kind: TEXT, fences: 0 }
    }

    /// After the handshake of a browser.
    #[track_caller]
    pub(crate) fn upgraded(daemon: &Daemon, name: &str) -> Self {
        let mut client = Self::open(daemon, name);
        client.upgrade(FROM_PAGE);
        client
    }

    /// A registered client whose welcome is read.
    #[track_caller]
    pub(crate) fn connect(daemon: &Daemon, nick: &str) -> Self {
        let mut client = Self::upgraded(daemon, nick);
        client.register(nick);
        client
    }

    /// Says bytes to which every message is one of bytes.
    pub(crate) fn speaking_bytes(self) -> Self {
        Self { kind: BINARY, ..self }
    }

    /// Shakes hands with these further fields; the subprotocol that was agreed on.
    #[track_caller]
    pub(crate) fn upgrade(&mut self, fields: &str) -> Option<String> {
        self.send_bytes(request(fields).as_bytes());
        let answer = self.answer();
        assert_eq!(answer[0], "HTTP/1.1 101 Switching Protocols", "{answer:?}");
        assert!(answer.contains(&format!("Sec-WebSocket-Accept: {ACCEPT}")), "{answer:?}");
        let named = answer.iter().find_map(|field| field.strip_prefix("Sec-WebSocket-Protocol: "));
        named.map(str::to_owned)
    }

    /// The head of an answer of HTTP, without the empty line at its end.
    #[track_caller]
    pub(crate) fn answer(&mut self) -> Vec<String> {
        let mut head = self.wire.collect_until("");
        head.pop();
        head
    }

    /// An answer of HTTP with this status, and the close behind it; its text.
    #[track_caller]
    pub(crate) fn expect_status(&mut self, status: &str) -> String {
        let head = self.answer();
        assert!(head[0].starts_with(&format!("HTTP/1.1 {status} ")), "{head:?}");
        let text = self.wire.line();
        self.wire.expect_closed();
        text
    }

    #[track_caller]
    pub(crate) fn register(&mut self, nick: &str) {
        self.send(&format!("NICK {nick}"));
        self.send(&format!("USER {nick} 0 * :{nick} the tester"));
        self.skip_until(&format!("*:* 001 {nick} :*"));
        self.fence();
    }

    /// Says one line as one message.
    #[track_caller]
    pub(crate) fn send(&mut self, line: &str) {
        self.send_frame(self.kind, line.as_bytes());
    }

    #[track_caller]
    pub(crate) fn send_frame(&mut self, first: u8, payload: &[u8]) {
        self.send_bytes(&frame(first, payload));
    }

    #[track_caller]
    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        self.wire.send_bytes(bytes);
    }

    /// The next frame; nothing once the daemon has closed.
    #[track_caller]
    pub(crate) fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let head = self.wire.read_bytes(2)?;
        let length = match head[1] {
            126 => {
                let length = self.wire.read_bytes(2)?;
                usize::from(u16::from_be_bytes([length[0], length[1]]))
            }
            127.. => self.wire.fail("a masked frame, or one of more than 64 KiB"),
            short => usize::from(short),
        };
        let payload = self.wire.read_bytes(length)?;
        self.wire.note(&format!("frame {:#04x}: {}", head[0], String::from_utf8_lossy(&payload)));
        Some((head[0], payload))
    }

    /// The next message, which must be a line.
    #[track_caller]
    pub(crate) fn line(&mut self) -> String {
        match self.frame() {
            Some((first, payload)) if first == self.kind => String::from_utf8(payload).unwrap(),
            other => self.wire.fail(&format!("expected a message, came {other:?}")),
        }
    }

    #[track_caller]
    pub(crate) fn expect(&mut self, pattern: &str) -> String {
        let line = self.line();
        if !glob(pattern, &line) {
            self.wire.fail(&format!("expected {pattern:?}\n     heard {line:?}"));
        }
        line
    }

    #[track_caller]
    pub(crate) fn collect_until(&mut self, pattern: &str) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        while lines.last().is_none_or(|line| !glob(pattern, line)) {
            lines.push(self.line());
        }
        lines
    }

    #[track_caller]
    pub(crate) fn skip_until(&mut self, pattern: &str) -> String {
        self.collect_until(pattern).pop().unwrap_or_default()
    }

    /// Everything that this client said is done when this returns; the lines that came meanwhile.
    #[track_caller]
    pub(crate) fn fence(&mut self) -> Vec<String> {
        self.fences += 1;
        let token = format!("fence-{}", self.fences);
        self.send(&format!("PING {token}"));
        let mut lines = self.collect_until(&format!("*:* PONG * :{token}"));
        lines.pop();
        lines
    }

    /// Nothing was meant for this client so far.
    #[track_caller]
    pub(crate) fn expect_silence(&mut self) {
        let lines = self.fence();
        if !lines.is_empty() {
            self.wire.fail(&format!("expected silence, heard {lines:?}"));
        }
    }

    /// The connection is closed with this code and reason, and then closed.
    #[track_caller]
    pub(crate) fn expect_close(&mut self, code: u16, reason: &str) {
        match self.frame() {
            Some((CLOSE, payload)) => {
                assert_eq!(payload, [&code.to_be_bytes(), reason.as_bytes()].concat(), "{code} {reason}");
            }
            other => self.wire.fail(&format!("expected a close with {code}, came {other:?}")),
        }
        self.expect_closed();
    }

    /// The same, where the client may have said more than the daemon wanted to read. That its line was too long may come before,
    /// if the session looked at the beginning of it before the rest had come.
    #[track_caller]
    pub(crate) fn expect_close_even_if_cut(&mut self, code: u16, reason: &str) {
        let payload = [&code.to_be_bytes(), reason.as_bytes()].concat();
        let mut frame = self.frame();
        if let Some((_, text)) = &frame
            && String::from_utf8_lossy(text).contains(" 417 ")
        {
            frame = self.frame();
        }
        assert_eq!(frame, Some((CLOSE, payload)));
        self.wire.expect_cut();
    }

    #[track_caller]
    pub(crate) fn expect_closed(&mut self) {
        self.wire.expect_closed();
    }

    /// What is below.
    pub(crate) fn wire(&mut self) -> &mut Wire {
        &mut self.wire
    }
}
