//! What a session has to write: shared lines and its own bytes, written with as few calls as possible.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::AsyncWrite;

use super::Shared;
use crate::delivery::outbox::{Answer, Item, Outbox, Taken};
use crate::domain::disconnect::Disconnect;
use crate::domain::reply::Reply;
use crate::domain::request::Request;
use crate::meter::traffic;
use crate::wire::{Dialect, Step};

/// Pieces in one vectored write.
const PIECES: usize = 64;

/// Bytes that the scratch of a thread keeps for the next reply; most are shorter.
const SCRATCH_MAX: usize = 16 * 1024;

thread_local! {
    /// Where sessions of this thread render a reply, so that no buffer grows for each.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// What waits to be written. Empty, it holds no memory.
#[derive(Debug, Default)]
pub(super) struct Output {
    /// Rendered, so lines and own bytes only, but for what was taken from the outbox just now.
    pieces: VecDeque<Item>,
    /// Bytes of the first piece that are written already.
    offset: usize,
    /// What was written may still be on this side: TLS and WebSocket keep what the socket does not take at once.
    is_kept: bool,
}

/// The bytes of a piece, which is rendered.
fn bytes(piece: &Item) -> &[u8] {
    match piece {
        Item::Lines(lines) => lines.bytes(),
        Item::Own(bytes) => bytes,
        Item::Reply(_) | Item::Labeled(_) | Item::Ping => &[],
    }
}

/// How many lines a piece has: a reply may have many, a welcome for one.
fn lines(piece: &Item) -> u64 {
    match piece {
        Item::Lines(lines) => lines.count(),
        _ => memchr::memchr_iter(b'\n', bytes(piece)).count() as u64,
    }
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
    /// It ended because the outbox overflowed: what was queued is gone, and what is not begun shall not be written.
    pub(super) is_cut: bool,
}

impl Output {
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty() && !self.is_kept
    }

    /// Takes what waits in the outbox and renders what is not bytes yet.
    pub(super) fn poll_take<D: Dialect>(
        &mut self,
        with: Render<'_, D>,
        outbox: &Outbox,
        requests: &mut Vec<Request>,
        cx: &Context<'_>,
    ) -> Poll<Rendered> {
        let begin = self.pieces.len();
        match ready!(outbox.poll_take(cx, &mut self.pieces)) {
            Taken::Ended(why) => {
                Poll::Ready(Rendered { ended: Some(why), is_cut: true, ..Rendered::default() })
            }
            Taken::Items => Poll::Ready(self.render(begin, with, outbox, requests)),
        }
    }

    /// Forgets what is not begun and says how many bytes that were; a piece half written is finished, so that the farewell
    /// begins a line.
    pub(super) fn clear(&mut self) -> usize {
        let dropped = self.pieces.drain(usize::from(self.offset > 0).min(self.pieces.len())..);
        dropped.map(|piece| bytes(&piece).len()).sum()
    }

    /// Appends bytes of the session's own.
    pub(super) fn push(&mut self, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            self.pieces.push_back(Item::Own(bytes.into()));
        }
    }

    /// Turns what was taken, from `begin` on, into bytes.
    fn render<D: Dialect>(
        &mut self,
        begin: usize,
        with: Render<'_, D>,
        outbox: &Outbox,
        requests: &mut Vec<Request>,
    ) -> Rendered {
        SCRATCH.with_borrow_mut(|scratch| {
            let rendered = self.render_with(scratch, begin, with, outbox, requests);
            scratch.clear();
            scratch.shrink_to(SCRATCH_MAX);
            rendered
        })
    }

    fn render_with<D: Dialect>(
        &mut self,
        bytes: &mut Vec<u8>,
        begin: usize,
        with: Render<'_, D>,
        outbox: &Outbox,
        requests: &mut Vec<Request>,
    ) -> Rendered {
        let mut rendered = Rendered::default();
        let mut setting = None;
        for item in self.pieces.range_mut(begin..) {
            bytes.clear();
            match item {
                Item::Lines(_) | Item::Own(_) => continue,
                Item::Ping => with.dialect.ping(setting.get_or_insert_with(|| with.shared.setting()), bytes),
                Item::Labeled(labeled) => {
                    let setting = setting.get_or_insert_with(|| with.shared.setting());
                    let step = with.dialect.labeled(labeled, setting, bytes, requests);
                    if !matches!(labeled.answer, Answer::Lines(_) | Answer::Reply(Reply::Echo(_))) {
                        rendered.step = Some(step);
                    }
                }
                Item::Reply(reply) => {
                    if let Reply::Ended(why) = &**reply {
                        rendered.ended = Some(why.clone());
                    } else {
                        let setting = setting.get_or_insert_with(|| with.shared.setting());
                        let step = with.dialect.reply(reply, setting, bytes, requests);
                        if !matches!(**reply, Reply::Echo(_)) {
                            rendered.step = Some(step);
                        }
                    }
                }
            }
            outbox.reweigh(item, bytes.len());
            *item = Item::Own(bytes.as_slice().into());
        }
        rendered
    }

    /// Writes until all is written and sent, or the socket is full.
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
                *slice = IoSlice::new(bytes(piece));
                count += 1;
            }
            IoSlice::advance_slices(&mut &mut slices[..1], self.offset);
            let mut io = Pin::new(&mut *io);
            let written = match &slices[..count] {
                // The usual case, and the cheaper call.
                [one] => ready!(io.as_mut().poll_write(cx, one)),
                slices => ready!(io.as_mut().poll_write_vectored(cx, slices)),
            }?;
            if written == 0 && slices[..count].iter().any(|slice| !slice.is_empty()) {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.advance(written, outbox);
            self.is_kept = true;
        }
        self.pieces = VecDeque::new();
        if self.is_kept {
            ready!(Pin::new(io).poll_flush(cx))?;
            self.is_kept = false;
        }
        Poll::Ready(Ok(()))
    }

    fn advance(&mut self, written: usize, outbox: &Outbox) {
        let mut end = self.offset + written;
        let mut done = 0;
        while let Some(piece) = self.pieces.front() {
            let length = bytes(piece).len();
            if end < length {
                break;
            }
            end -= length;
            done += lines(piece);
            self.pieces.pop_front();
        }
        self.offset = end;
        outbox.written(done, written);
        traffic::sent(written, done);
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    use tokio::io::AsyncWrite;

    use super::Output;
    use crate::delivery::outbox::Outbox;

    /// Takes everything and sends it when the socket below has room.
    #[derive(Default)]
    struct Keeping {
        kept: Vec<u8>,
        sent: Vec<u8>,
        has_room: bool,
    }

    impl AsyncWrite for Keeping {
        fn poll_write(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            self.kept.extend_from_slice(bytes);
            Poll::Ready(Ok(bytes.len()))
        }

        fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            if !self.has_room {
                return Poll::Pending;
            }
            let kept = std::mem::take(&mut self.kept);
            self.sent.extend(kept);
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[test]
    fn what_a_stream_keeps_is_not_forgotten_when_there_is_nothing_more_to_write() {
        let (mut output, mut io, outbox) = (Output::default(), Keeping::default(), Outbox::new(0));
        let mut cx = Context::from_waker(Waker::noop());
        outbox.add(3);
        output.push(b"end".into());
        assert!(output.poll_write(&mut io, &outbox, &mut cx).is_pending());
        assert!(!output.is_empty(), "there is still something to do");
        io.has_room = true;
        assert!(output.poll_write(&mut io, &outbox, &mut cx).is_ready());
        assert!(output.is_empty());
        assert_eq!(io.sent, b"end");
    }
}
