//! A WebSocket connection as a stream of lines: what is read of it ends with `\r\n` where a message ended, and each line that is
//! written to it is a message. Answers pings and closes; judges nothing that is said.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_util::sync::CancellationToken;

use super::decode::{Decoder, End, GAP};
use super::output::Output;
use super::{Subprotocol, Violation};

/// Reads that are thrown away at most before a close.
const DISCARD_MAX: usize = 16;

/// After the handshake. Write whole lines only; flush and shut down as any other stream.
#[derive(Debug)]
pub struct WebSocket<IO> {
    pub(super) io: IO,
    decoder: Decoder,
    output: Output,
    /// Cancelled when the daemon goes away, which is what its clients are then told.
    leaving: CancellationToken,
}

impl<IO> WebSocket<IO> {
    /// A connection on which `subprotocol` was agreed, and nothing but the handshake has been said.
    pub fn new(io: IO, subprotocol: Subprotocol, leaving: CancellationToken) -> Self {
        Self { io, decoder: Decoder::new(), output: Output::new(subprotocol), leaving }
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> WebSocket<IO> {
    /// Sends what answers the client's control frames. That a full socket does not take it holds up no reading: only the last
    /// ping is answered, so no more than that waits.
    fn answer(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        loop {
            match self.output.poll_rest(&mut self.io, cx) {
                Poll::Ready(written) => written?,
                Poll::Pending => return Ok(()),
            }
            let Some(ping) = self.decoder.ping.take() else { return Ok(()) };
            self.output.pong(&ping);
        }
    }

    /// Nothing more is read: says so, and why if it is the client's fault.
    fn finish(&mut self, end: End, spare: &mut [u8], cx: &mut Context<'_>) -> io::Result<()> {
        match end {
            End::Closed { code, is_whole } => {
                self.output.close(code, "");
                self.answer(cx)?;
                if is_whole { Ok(()) } else { Err(cut_off()) }
            }
            End::Violated(violation) => {
                self.output.close(violation.code(), &violation.to_string());
                self.answer(cx)?;
                self.discard(spare, cx);
                Err(io::Error::new(io::ErrorKind::InvalidData, Broken(violation)))
            }
        }
    }

    /// Reads and throws away what has arrived: unread input would turn the close into a reset, which can overtake its reason.
    fn discard(&mut self, spare: &mut [u8], cx: &mut Context<'_>) {
        for _ in 0..DISCARD_MAX {
            let mut raw = ReadBuf::new(spare);
            match Pin::new(&mut self.io).poll_read(cx, &mut raw) {
                Poll::Ready(Ok(())) if !raw.filled().is_empty() => {}
                _ => return,
            }
        }
    }
}

/// A violation as the end of a connection.
#[derive(Debug, thiserror::Error)]
#[error("WebSocket: {0}")]
struct Broken(Violation);

/// A message without its end is none: the session must not take what there is of it for a line. It is no `UnexpectedEof`, which
/// is how TLS says that a client closed without saying so.
fn cut_off() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "WebSocket: the connection ended within a message")
}

impl<IO: AsyncRead + AsyncWrite + Unpin> AsyncRead for WebSocket<IO> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let space = buf.initialize_unfilled();
        if space.len() <= GAP {
            return Poll::Ready(Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "a buffer too small for a frame",
            )));
        }
        loop {
            this.answer(cx)?;
            if let Some(end) = this.decoder.end {
                return Poll::Ready(this.finish(end, space, cx));
            }
            let mut raw = ReadBuf::new(&mut space[GAP..]);
            ready!(Pin::new(&mut this.io).poll_read(cx, &mut raw))?;
            let count = raw.filled().len();
            if count == 0 {
                return Poll::Ready(if this.decoder.is_between_messages() { Ok(()) } else { Err(cut_off()) });
            }
            let lines = this.decoder.decode(space, count);
            if lines > 0 {
                // The session may not come back for a while, and a ping wants its answer now.
                this.answer(cx)?;
                buf.advance(lines);
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> AsyncWrite for WebSocket<IO> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(buf)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.output.poll_lines(&mut this.io, bufs, cx)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.output.poll_rest(&mut this.io, cx))?;
        Pin::new(&mut this.io).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        // RFC 6455 §7.4.1: 1001 is for a server that goes away, 1000 for a purpose that is fulfilled.
        let code = if this.leaving.is_cancelled() { 1001 } else { 1000 };
        this.output.close(code, "");
        ready!(this.output.poll_rest(&mut this.io, cx))?;
        Pin::new(&mut this.io).poll_shutdown(cx)
    }
}
