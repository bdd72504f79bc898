//! What a session has to write: shared lines and its own bytes, written with as few calls as possible.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::AsyncWrite;

use super::Shared;
use crate::delivery::broadcast::Line;
use crate::delivery::outbox::{Item, Outbox};
use crate::domain::disconnect::Disconnect;
use crate::domain::reply::Reply;
use crate::domain::request::Request;
use crate::wire::{Dialect, Step};

/// Pieces in one vectored write.
const PIECES: usize = 64;

#[derive(Debug)]
enum Piece {
    Shared(Line),
    Own(Vec<u8>),
}

impl Piece {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Shared(line) => line,
            Self::Own(bytes) => bytes,
        }
    }

    /// A reply may have many lines, a welcome for one.
    fn lines(&self) -> u64 {
        match self {
            Self::Shared(_) => 1,
            Self::Own(bytes) => bytes.iter().filter(|byte| **byte == b'\n').count() as u64,
        }
    }
}

/// What waits to be written. Empty, it holds no memory.
#[derive(Debug, Default)]
pub(super) struct Output {
    /// Taken from the outbox and not rendered yet.
    taken: Vec<Item>,
    pieces: VecDeque<Piece>,
    /// Bytes of the first piece that are written already.
    offset: usize,
}

/// What rendering needs.
pub(super) struct Render<'a, D> {
    pub(super) dialect: &'a mut D,
    pub(super) shared: &'a Shared,
}

/// What rendering leads to.
#[derive(Debug, Default)]
pub(super) struct Rendered {
    /// What the last reply says about reading on; nothing if there was no reply.
    pub(super) step: Option<Step>,
    /// The owner ended the session.
    pub(super) ended: Option<Disconnect>,
}

impl Output {
    /// Where the outbox puts its items.
    pub(super) fn taken(&mut self) -> &mut Vec<Item> {
        &mut self.taken
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Forgets what is not begun and says how many bytes that were; a line half written is finished, so that the farewell
    /// is a line of its own.
    pub(super) fn clear(&mut self) -> usize {
        self.taken = Vec::new();
        let dropped = self.pieces.drain(usize::from(self.offset > 0).min(self.pieces.len())..);
        dropped.map(|piece| piece.bytes().len()).sum()
    }

    /// Appends bytes of the session's own.
    pub(super) fn push(&mut self, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            self.pieces.push_back(Piece::Own(bytes));
        }
    }

    /// Turns what was taken into pieces.
    pub(super) fn render<D: Dialect>(
        &mut self,
        with: Render<'_, D>,
        outbox: &Outbox,
        requests: &mut Vec<Request>,
    ) -> Rendered {
        let mut rendered = Rendered::default();
        let mut setting = None;
        for item in std::mem::take(&mut self.taken) {
            if let Item::Line(line) = item {
                self.pieces.push_back(Piece::Shared(line));
                continue;
            }
            let setting = setting.get_or_insert_with(|| with.shared.setting());
            let mut bytes = Vec::new();
            match &item {
                Item::Reply(reply) => {
                    if let Reply::Ended(why) = &**reply {
                        rendered.ended = Some(why.clone());
                    } else {
                        let step = with.dialect.reply(reply, setting, &mut bytes, requests);
                        if !matches!(**reply, Reply::Echo(_)) {
                            rendered.step = Some(step);
                        }
                    }
                }
                Item::Ping => with.dialect.ping(setting, &mut bytes),
                Item::Line(_) => {}
            }
            outbox.reweigh(&item, bytes.len());
            self.push(bytes);
        }
        rendered
    }

    /// Writes until all is written or the socket is full.
    pub(super) fn poll_write<IO: AsyncWrite + Unpin>(
        &mut self,
        io: &mut IO,
        outbox: &Outbox,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while !self.pieces.is_empty() {
            let mut slices = [IoSlice::new(&[]); PIECES];
            let mut count = 0;
            for (slice, piece) in slices.iter_mut().zip(&self.pieces) {
                let from = if count == 0 { self.offset } else { 0 };
                *slice = IoSlice::new(&piece.bytes()[from..]);
                count += 1;
            }
            match Pin::new(&mut *io).poll_write_vectored(cx, &slices[..count]) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(written)) => self.advance(written, outbox),
            }
        }
        self.pieces = VecDeque::new();
        Poll::Ready(Ok(()))
    }

    fn advance(&mut self, written: usize, outbox: &Outbox) {
        let mut end = self.offset + written;
        let mut done = 0;
        while let Some(piece) = self.pieces.front() {
            let length = piece.bytes().len();
            if end < length {
                break;
            }
            end -= length;
            done += piece.lines();
            self.pieces.pop_front();
        }
        self.offset = end;
        outbox.written(done, written);
    }
}
