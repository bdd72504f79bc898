//! Lines into frames: heads are made on the stack, and what they head goes out from where it lies. Holds bytes only while the
//! socket has taken a part of a frame and not its rest.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::AsyncWrite;

use super::Subprotocol;
use super::frame::{self, Opcode};

/// Lines in one write.
const FRAMES: usize = 16;

/// The sending side of a connection.
#[derive(Debug)]
pub(super) struct Output {
    /// What lines are sent as.
    opcode: Opcode,
    /// What the socket has not taken yet of frames that have begun; ends with a frame.
    rest: Option<Box<Rest>>,
    /// The last frame of all is sent or on its way; lines that come later go nowhere (RFC 6455 §5.5.1).
    is_closed: bool,
}

#[derive(Debug)]
struct Rest {
    bytes: Vec<u8>,
    sent: usize,
}

/// A line and all bytes that it had with its end.
#[derive(Clone, Copy, Default)]
struct Line<'a> {
    text: &'a [u8],
    size: usize,
}

/// What comes next of what is to be written.
enum Gathered<'a> {
    /// This many bytes of lines in which nothing is.
    Nothing(usize),
    /// So many lines.
    Lines(usize),
    /// One that cannot go out as it is.
    NotUtf8(Line<'a>),
}

impl Output {
    pub(super) fn new(subprotocol: Subprotocol) -> Self {
        let opcode = if subprotocol == Subprotocol::Binary { Opcode::Binary } else { Opcode::Text };
        Self { opcode, rest: None, is_closed: false }
    }

    /// Answers a ping, after the frame that has begun.
    pub(super) fn pong(&mut self, payload: &[u8]) {
        if !self.is_closed {
            self.append(frame::frame(Opcode::Pong, payload));
        }
    }

    /// Says that this is the end, once.
    pub(super) fn close(&mut self, code: u16, reason: &str) {
        if !std::mem::replace(&mut self.is_closed, true) {
            self.append(frame::frame(Opcode::Close, &[&code.to_be_bytes(), reason.as_bytes()].concat()));
        }
    }

    fn append(&mut self, frame: Vec<u8>) {
        match &mut self.rest {
            Some(rest) => rest.bytes.extend(frame),
            rest => *rest = Some(Box::new(Rest { bytes: frame, sent: 0 })),
        }
    }

    /// Writes what the socket has not taken yet.
    pub(super) fn poll_rest<IO: AsyncWrite + Unpin>(
        &mut self,
        io: &mut IO,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(rest) = &mut self.rest else { return Poll::Ready(Ok(())) };
        while rest.sent < rest.bytes.len() {
            let written = ready!(Pin::new(&mut *io).poll_write(cx, &rest.bytes[rest.sent..]))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            rest.sent += written;
        }
        // Nobody else sees to it: the session does not know of these frames.
        ready!(Pin::new(io).poll_flush(cx))?;
        self.rest = None;
        Poll::Ready(Ok(()))
    }

    /// Writes lines, each as a message. A piece's end ends a line, too: callers write whole lines.
    ///
    /// A line counts as written as soon as its frame has begun; the rest of that is kept here, and flushing writes it.
    pub(super) fn poll_lines<IO: AsyncWrite + Unpin>(
        &mut self,
        io: &mut IO,
        pieces: &[IoSlice<'_>],
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_rest(io, cx))?;
        if self.is_closed {
            return Poll::Ready(Ok(pieces.iter().map(|piece| piece.len()).sum()));
        }
        let mut lines = [Line::default(); FRAMES];
        match self.gather(pieces, &mut lines) {
            Gathered::Nothing(size) => Poll::Ready(Ok(size)),
            Gathered::Lines(count) => self.poll_frames(io, &lines[..count], cx),
            Gathered::NotUtf8(line) => {
                // IRCv3 `websocket`: a server may put U+FFFD in place of what is no UTF-8.
                let text = String::from_utf8_lossy(line.text);
                self.append(frame::frame(self.opcode, text.as_bytes()));
                let _ = self.poll_rest(io, cx)?;
                Poll::Ready(Ok(line.size))
            }
        }
    }

    /// What can go out in one write: lines up to the first that needs something else.
    fn gather<'a>(&self, pieces: &'a [IoSlice<'_>], lines: &mut [Line<'a>; FRAMES]) -> Gathered<'a> {
        let (mut count, mut empty) = (0, 0);
        for line in split(pieces) {
            if count == FRAMES {
                break;
            }
            match self.may_send(line.text) {
                true if line.text.is_empty() && count == 0 => empty += line.size,
                _ if empty > 0 => break,
                true if line.text.is_empty() => break,
                false if count == 0 => return Gathered::NotUtf8(line),
                false => break,
                true => {
                    lines[count] = line;
                    count += 1;
                }
            }
        }
        if count == 0 { Gathered::Nothing(empty) } else { Gathered::Lines(count) }
    }

    /// Whether a browser would take this message: text that is not UTF-8 ends its connection (RFC 6455 §8.1).
    fn may_send(&self, text: &[u8]) -> bool {
        self.opcode != Opcode::Text || str::from_utf8(text).is_ok()
    }

    fn poll_frames<IO: AsyncWrite + Unpin>(
        &mut self,
        io: &mut IO,
        lines: &[Line<'_>],
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        let heads: [_; FRAMES] = std::array::from_fn(|at| {
            frame::head(self.opcode, lines.get(at).map_or(0, |line| line.text.len()))
        });
        let slices: [_; 2 * FRAMES] = std::array::from_fn(|at| {
            let (head, size) = &heads[at / 2];
            let text = lines.get(at / 2).map_or(&[][..], |line| line.text);
            IoSlice::new(if at % 2 == 0 { &head[..*size] } else { text })
        });
        let slices = &slices[..2 * lines.len()];
        let mut written = ready!(Pin::new(io).poll_write_vectored(cx, slices))?;
        let mut taken = 0;
        for (line, frame) in lines.iter().zip(slices.chunks_exact(2)) {
            let size = frame[0].len() + frame[1].len();
            if written >= size {
                written -= size;
                taken += line.size;
                continue;
            }
            if written > 0 {
                self.append([&frame[0][..], &frame[1][..]].concat().split_off(written));
                taken += line.size;
            }
            break;
        }
        Poll::Ready(Ok(taken))
    }
}

/// The lines in `pieces`.
fn split<'a>(pieces: &'a [IoSlice<'_>]) -> impl Iterator<Item = Line<'a>> {
    pieces.iter().flat_map(|piece| {
        piece.split_inclusive(|byte| *byte == b'\n').map(|line| {
            let text = line.strip_suffix(b"\n").unwrap_or(line);
            Line { text: text.strip_suffix(b"\r").unwrap_or(text), size: line.len() }
        })
    })
}
