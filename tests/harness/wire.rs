//! One TCP connection to the daemon: lines out, lines in, every wait with a deadline. Knows no dialect.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

use nix::sys::socket::{setsockopt, sockopt};
use rustls::{ClientConnection, HandshakeKind};

use super::glob::glob;
use super::transcript::Transcript;
use super::wait::DEADLINE;

/// A connection and what was said on it.
#[derive(Debug)]
pub(crate) struct Wire {
    name: String,
    stream: TcpStream,
    /// What is said goes through this, if the connection is encrypted.
    tls: Option<Box<ClientConnection>>,
    unread: Vec<u8>,
    transcript: Transcript,
}

impl Wire {
    #[track_caller]
    pub(crate) fn connect(name: &str, port: u16) -> Self {
        Self::connect_to(name, SocketAddr::from(([127, 0, 0, 1], port)))
    }

    #[track_caller]
    pub(crate) fn connect_to(name: &str, address: SocketAddr) -> Self {
        let stream = match TcpStream::connect_timeout(&address, DEADLINE) {
            Ok(stream) => stream,
            Err(error) => panic!("{name} cannot connect to {address}: {error}"),
        };
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { name: name.into(), stream, tls: None, unread: Vec::new(), transcript: Transcript::default() }
    }

    /// Speaks TLS from here on; whether that works shows with the first line.
    pub(crate) fn encrypt(&mut self, tls: ClientConnection) {
        self.tls = Some(Box::new(tls));
    }

    fn write_all(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        match &mut self.tls {
            Some(tls) => rustls::Stream::new(&mut **tls, &mut self.stream).write_all(bytes),
            None => self.stream.write_all(bytes),
        }
    }

    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        match &mut self.tls {
            Some(tls) => rustls::Stream::new(&mut **tls, &mut self.stream).read(bytes),
            None => self.stream.read(bytes),
        }
    }

    /// Sends these bytes as they are.
    #[track_caller]
    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        self.transcript.sent(&String::from_utf8_lossy(bytes));
        if let Err(error) = self.write_all(bytes) {
            self.fail(&format!("cannot send: {error}"));
        }
    }

    /// Sends these bytes if the other side still takes them: it may have closed meanwhile.
    pub(crate) fn try_send_bytes(&mut self, bytes: &[u8]) {
        self.transcript.sent(&String::from_utf8_lossy(bytes));
        if let Err(error) = self.write_all(bytes) {
            self.transcript.note(&format!("not sent: {error}"));
        }
    }

    /// Closes the sending side only, as `nc` does at the end of its input.
    pub(crate) fn end_input(&mut self) {
        self.transcript.note("end of input");
        self.stream.shutdown(Shutdown::Write).unwrap();
    }

    /// Dies as a killed machine does: a reset instead of a close.
    pub(crate) fn reset(self) {
        let at_once = nix::libc::linger { l_onoff: 1, l_linger: 0 };
        setsockopt(&self.stream, sockopt::Linger, &at_once).unwrap();
    }

    /// Makes the system take fewer bytes for a client that does not read; still enough for a quick read later.
    pub(crate) fn shrink_receive_buffer(&self) {
        setsockopt(&self.stream, sockopt::RcvBuf, &(64 * 1024)).unwrap();
    }

    /// The next line without its end; nothing once the daemon has closed. A reset counts as a close only where a test says so.
    #[track_caller]
    pub(crate) fn read_line(&mut self) -> Option<String> {
        let mut searched = 0;
        loop {
            if let Some(at) = self.unread[searched..].iter().position(|byte| *byte == b'\n') {
                let mut line: Vec<u8> = self.unread.drain(..=searched + at).collect();
                line.pop();
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                let Ok(line) = String::from_utf8(line) else { self.fail("heard a line that is not UTF-8") };
                self.transcript.heard(&line);
                return Some(line);
            }
            searched = self.unread.len();
            if !self.read_more() {
                return None;
            }
        }
    }

    /// Exactly so many bytes; nothing once the daemon has closed.
    #[track_caller]
    pub(crate) fn read_bytes(&mut self, count: usize) -> Option<Vec<u8>> {
        while self.unread.len() < count {
            if !self.read_more() {
                return None;
            }
        }
        Some(self.unread.drain(..count).collect())
    }

    /// Nothing more comes: the daemon has closed, and may not have read all that was said to it.
    #[track_caller]
    pub(crate) fn expect_cut(&mut self) {
        assert!(self.unread.is_empty(), "{} has unread lines", self.name);
        match self.read(&mut [0; 1024]) {
            Ok(0) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            other => self.fail(&format!("expected the end of the connection, came {other:?}")),
        }
    }

    /// Notes something for whoever reads how a test failed.
    pub(crate) fn note(&mut self, what: &str) {
        self.transcript.note(what);
    }

    /// Whether it has resumed an earlier session of TLS.
    pub(crate) fn is_resumed(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.handshake_kind() == Some(HandshakeKind::Resumed))
    }

    /// Bytes that can be read, or why none can.
    pub(crate) fn try_read(&mut self) -> std::io::Result<usize> {
        self.read(&mut [0; 1024])
    }

    #[track_caller]
    fn read_more(&mut self) -> bool {
        let mut chunk = [0; 64 * 1024];
        match self.read(&mut chunk) {
            Ok(0) if self.unread.is_empty() => false,
            Ok(0) => self.fail("the last line has no end"),
            Ok(count) => {
                self.unread.extend_from_slice(&chunk[..count]);
                true
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                self.fail(&format!("heard nothing for {DEADLINE:?}"))
            }
            // A machine that was stopped and goes on interrupts what has a timeout (signal(7)).
            Err(error) if error.kind() == ErrorKind::Interrupted => true,
            Err(error) => self.fail(&format!("the connection broke: {error}")),
        }
    }

    /// The next line, which must be there.
    #[track_caller]
    pub(crate) fn line(&mut self) -> String {
        match self.read_line() {
            Some(line) => line,
            None => self.fail("the daemon has closed the connection"),
        }
    }

    /// The next line, which must fit.
    #[track_caller]
    pub(crate) fn expect(&mut self, pattern: &str) -> String {
        let line = self.line();
        if !glob(pattern, &line) {
            self.fail(&format!("expected {pattern:?}\n     heard {line:?}"));
        }
        line
    }

    /// All lines up to the first that fits, and this one as the last.
    #[track_caller]
    pub(crate) fn collect_until(&mut self, pattern: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let Some(line) = self.read_line() else {
                self.fail(&format!("the daemon has closed the connection before {pattern:?}"))
            };
            let is_last = glob(pattern, &line);
            lines.push(line);
            if is_last {
                return lines;
            }
        }
    }

    /// Nothing more comes: the daemon has closed.
    #[track_caller]
    pub(crate) fn expect_closed(&mut self) {
        if let Some(line) = self.read_line() {
            self.fail(&format!("expected the end of the connection, heard {line:?}"));
        }
    }

    /// The socket, for tests that read many of them at once. What was read already is not in it.
    pub(crate) fn into_stream(self) -> TcpStream {
        assert!(self.unread.is_empty(), "{} has unread lines", self.name);
        self.stream
    }

    #[track_caller]
    pub(crate) fn fail(&self, what: &str) -> ! {
        panic!("{}: {what}\n{}'s conversation:\n{}", self.name, self.name, self.transcript);
    }
}
