//! A socket that gives what a test has put in, in pieces, and takes what the test allows; and frames of clients.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_util::sync::CancellationToken;

use super::super::{Subprotocol, WebSocket};

pub(super) const TEXT: u8 = 0x81;
pub(super) const BINARY: u8 = 0x82;
pub(super) const CLOSE: u8 = 0x88;
pub(super) const PING: u8 = 0x89;
pub(super) const PONG: u8 = 0x8A;
/// Takes away the bit that says that a frame is the last of its message.
pub(super) const MORE: u8 = 0x7F;
pub(super) const CONTINUATION: u8 = 0x80;

pub(super) const MASK: [u8; 4] = [0x37, 0xFA, 0x21, 0x3D];

/// A masked frame, with the shortest length that there is for it.
pub(super) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let masked = payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask);
    let mut frame = head(first, payload.len());
    frame.extend(masked);
    frame
}

/// The head of such a frame, and nothing behind it.
pub(super) fn head(first: u8, length: usize) -> Vec<u8> {
    let mut head = vec![first];
    match length {
        0..126 => head.push(0x80 | length as u8),
        126..0x1_0000 => {
            head.push(0x80 | 126);
            head.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
        _ => {
            head.push(0x80 | 127);
            head.extend((length as u64).to_be_bytes());
        }
    }
    head.extend(MASK);
    head
}

/// What a server sends: not masked.
pub(super) fn served(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        length @ 0..126 => frame.push(length as u8),
        length => {
            frame.push(126);
            frame.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
    }
    frame.extend(payload);
    frame
}

pub(super) fn closed(code: u16, reason: &str) -> Vec<u8> {
    served(CLOSE, &[&code.to_be_bytes(), reason.as_bytes()].concat())
}

/// The other end of a socket.
#[derive(Debug, Default)]
pub(super) struct Socket {
    /// What a read gives, one piece each. Empty: the other side has closed; none: nothing has come.
    incoming: VecDeque<Vec<u8>>,
    pub(super) sent: Vec<u8>,
    /// Bytes that are still taken; none: any number.
    pub(super) room: Option<usize>,
    pub(super) is_shut: bool,
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(mut piece) = self.incoming.pop_front() else { return Poll::Pending };
        let rest = piece.split_off(piece.len().min(buf.remaining()));
        if !rest.is_empty() {
            self.incoming.push_front(rest);
        }
        buf.put_slice(&piece);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(buf)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let bytes = bufs.iter().flat_map(|buf| buf.iter().copied());
        let before = self.sent.len();
        match self.room {
            Some(0) => return Poll::Pending,
            Some(room) => self.sent.extend(bytes.take(room)),
            None => self.sent.extend(bytes),
        }
        let written = self.sent.len() - before;
        self.room = self.room.map(|room| room - written);
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.is_shut = true;
        Poll::Ready(Ok(()))
    }
}

/// A connection and what a session would see of it.
#[derive(Debug)]
pub(super) struct Stage {
    socket: WebSocket<Socket>,
    pub(super) leaving: CancellationToken,
    /// How much a session reads at a time.
    pub(super) chunk: usize,
}

impl Stage {
    pub(super) fn new(subprotocol: Subprotocol) -> Self {
        let leaving = CancellationToken::new();
        let socket = WebSocket::new(Socket::default(), subprotocol, leaving.clone());
        Self { socket, leaving, chunk: 1024 }
    }

    pub(super) fn text() -> Self {
        Self::new(Subprotocol::Text)
    }

    /// The client sends this, and it comes in one piece.
    pub(super) fn hear(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.peer().incoming.push_back(bytes.as_ref().to_vec());
        self
    }

    /// The client closes its side of the socket.
    pub(super) fn hear_end(&mut self) {
        self.peer().incoming.push_back(Vec::new());
    }

    pub(super) fn peer(&mut self) -> &mut Socket {
        &mut self.socket.io
    }

    /// What the session reads until there is nothing more now, and how it goes on: still open, ended, or broken.
    pub(super) fn read(&mut self) -> (String, Result<bool, String>) {
        let (read, end) = self.read_all();
        (String::from_utf8(read).unwrap(), end)
    }

    /// What the session reads, which need not be text.
    pub(super) fn read_bytes(&mut self) -> Vec<u8> {
        self.read_all().0
    }

    fn read_all(&mut self) -> (Vec<u8>, Result<bool, String>) {
        let mut read = Vec::new();
        let mut chunk = vec![0; self.chunk];
        let end = loop {
            let mut buf = ReadBuf::new(&mut chunk);
            let mut cx = Context::from_waker(Waker::noop());
            match Pin::new(&mut self.socket).poll_read(&mut cx, &mut buf) {
                Poll::Pending => break Ok(true),
                Poll::Ready(Ok(())) if buf.filled().is_empty() => break Ok(false),
                Poll::Ready(Ok(())) => read.extend_from_slice(buf.filled()),
                Poll::Ready(Err(error)) => break Err(error.to_string()),
            }
        };
        (read, end)
    }

    #[track_caller]
    pub(super) fn expect(&mut self, lines: &str) -> &mut Self {
        assert_eq!(self.read(), (lines.to_owned(), Ok(true)));
        self
    }

    /// The session is told that the connection broke, and the client, why.
    #[track_caller]
    pub(super) fn expect_refused(&mut self, code: u16, reason: &str) {
        let end = self.read_all().1;
        assert_eq!(end, Err(format!("WebSocket: {reason}")));
        let expected = closed(code, reason);
        let sent = self.sent();
        assert!(sent.ends_with(&expected), "sent {sent:x?}, which does not end with {expected:x?}");
    }

    /// What the client was sent since the last look.
    pub(super) fn sent(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.peer().sent)
    }

    /// The session writes; how many bytes it may take for written.
    pub(super) fn write(&mut self, pieces: &[&[u8]]) -> Option<usize> {
        let slices: Vec<_> = pieces.iter().map(|piece| IoSlice::new(piece)).collect();
        let mut cx = Context::from_waker(Waker::noop());
        match Pin::new(&mut self.socket).poll_write_vectored(&mut cx, &slices) {
            Poll::Ready(written) => Some(written.unwrap()),
            Poll::Pending => None,
        }
    }

    /// Whether all is on its way.
    pub(super) fn flush(&mut self) -> bool {
        let mut cx = Context::from_waker(Waker::noop());
        Pin::new(&mut self.socket).poll_flush(&mut cx).is_ready()
    }

    /// Whether the session's end is on its way.
    pub(super) fn shut_down(&mut self) -> bool {
        let mut cx = Context::from_waker(Waker::noop());
        Pin::new(&mut self.socket).poll_shutdown(&mut cx).is_ready()
    }
}
