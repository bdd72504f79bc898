//! WebSocket: however frames are cut into reads, the same lines come out; and a request is judged the same from any beginning.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use chatd::wire::websocket::handshake::{self, Rules};
use chatd::wire::websocket::{MESSAGE_MAX, Subprotocol, WebSocket};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_util::sync::CancellationToken;

use super::TEXT_MAX;

/// The first byte chooses what was agreed on, the second how the rest is cut. No line is longer than a message may be, text is
/// UTF-8, and what is answered does not exceed what was asked.
pub fn websocket(data: &[u8]) {
    let [kind, pieces, stream @ ..] = data else { return };
    if stream.len() > 4 * TEXT_MAX {
        return;
    }
    let subprotocol = [Subprotocol::Text, Subprotocol::Binary, Subprotocol::Unnamed][usize::from(*kind) % 3];
    let whole = read(subprotocol, stream, stream.len().max(1));
    let cut = read(subprotocol, stream, usize::from(*pieces) + 1);
    assert_eq!(whole, cut);
    let (lines, _) = whole;
    assert!(lines.split(|byte| *byte == b'\n').all(|line| line.len() <= MESSAGE_MAX + 1));
}

/// A request is whole or not, or refused, and more bytes never make a refused one good.
pub fn handshake(data: &[u8]) {
    if data.len() > TEXT_MAX {
        return;
    }
    let origins = ["https://chat.example.org".to_owned()];
    let gateways = ["192.0.2.0/24".parse().expect("a network")];
    let rules = Rules { origins: &origins, path: "", gateways: Some(&gateways) };
    match handshake::judge(data, rules) {
        Ok(Some(agreed)) => {
            assert!(agreed.answer.starts_with("HTTP/1.1 101 ") && agreed.answer.ends_with("\r\n\r\n"));
            assert_eq!(handshake::judge(&data[..data.len() - 1], rules), Ok(None));
        }
        Ok(None) => assert!(data.len() < handshake::HEAD_MAX),
        Err(refusal) => {
            let answer = refusal.answer();
            assert!(answer.starts_with("HTTP/1.1 4") && answer.lines().count() < 12);
            let more = [data, b"\r\n\r\n"].concat();
            assert!(handshake::judge(&more, rules).is_err());
        }
    }
}

/// The whole lines that a session reads of `stream`, and how it ends.
fn read(subprotocol: Subprotocol, stream: &[u8], piece: usize) -> (Vec<u8>, Result<(), String>) {
    let socket = Socket { incoming: stream.chunks(piece).map(<[u8]>::to_vec).collect(), sent: 0 };
    let mut socket = WebSocket::new(socket, subprotocol, CancellationToken::new());
    let mut cx = Context::from_waker(Waker::noop());
    let (mut lines, mut chunk) = (Vec::new(), vec![0; 16 * 1024]);
    let end = loop {
        let mut buf = ReadBuf::new(&mut chunk);
        match Pin::new(&mut socket).poll_read(&mut cx, &mut buf) {
            Poll::Ready(Ok(())) if buf.filled().is_empty() => break Ok(()),
            Poll::Ready(Ok(())) => lines.extend_from_slice(buf.filled()),
            Poll::Ready(Err(error)) => break Err(error.to_string()),
            Poll::Pending => unreachable!("the socket ends"),
        }
    };
    // How much comes of a message that is never whole depends on the pieces, and nobody takes it for a line.
    lines.truncate(lines.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1));
    (lines, end)
}

/// A socket that gives pieces and then ends, and counts what it is given.
struct Socket {
    incoming: VecDeque<Vec<u8>>,
    sent: usize,
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(mut piece) = self.incoming.pop_front() {
            let rest = piece.split_off(piece.len().min(buf.remaining()));
            if !rest.is_empty() {
                self.incoming.push_front(rest);
            }
            buf.put_slice(&piece);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.sent += buf.len();
        assert!(self.sent <= 8 * TEXT_MAX, "answers without end");
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
