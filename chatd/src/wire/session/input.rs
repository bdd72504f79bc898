//! What a session reads: bytes into lines, lines through the dialect into requests.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use chat_proto::line::{Framer, Line};
use tokio::io::{AsyncRead, ReadBuf};

use super::Shared;
use super::pace::Pace;
use crate::delivery::outbox::Outbox;
use crate::domain::disconnect::Disconnect;
use crate::domain::request::Request;
use crate::meter::traffic;
use crate::registry::Steady;
use crate::wire::{Dialect, Step};

/// Bytes read at a time.
const CHUNK: usize = 16 * 1024;

/// Requests handed over at a time.
const BATCH: usize = 256;

/// A line costs one token of the pace for each of these bytes that it begins, or one for each request that it makes, whichever
/// is more: a line with many targets or long tags is no cheaper than many lines.
const COST_BYTES: usize = 512;

/// Chunks thrown away at most before a close.
const DISCARD_MAX: usize = 64;

thread_local! {
    /// Where sessions of this thread read into; only one at a time is polled, so idle ones need none of their own.
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; CHUNK]);
}

/// How far the input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Open,
    /// The peer has closed its side; whole lines may still be buffered.
    Ended,
    /// The last request was handed over.
    Done,
}

/// The input side of a session.
#[derive(Debug)]
pub(super) struct Input {
    framer: Framer,
    pace: Pace,
    phase: Phase,
    /// The dialect waits for a reply before the next line means anything.
    is_waiting: bool,
    /// Whether the framer may hold a whole line.
    has_backlog: bool,
    /// The last request handed over has a long answer, which is still to come.
    pub(super) is_heavy_out: bool,
    /// Operators' passwords that were wrong.
    pub(super) wrong_passwords: u8,
}

/// What reading needs.
pub(super) struct Reader<'a, D> {
    pub(super) dialect: &'a mut D,
    pub(super) outbox: &'a Outbox,
    pub(super) shared: &'a Shared,
}

/// What reading leads to.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) step: Step,
    pub(super) requests: Vec<Request>,
    /// How long the client has to be quiet now.
    pub(super) wait: Option<Duration>,
}

impl Input {
    pub(super) fn new(line_max: usize) -> Self {
        Self {
            framer: Framer::new(line_max),
            pace: Pace::default(),
            phase: Phase::Open,
            is_waiting: false,
            has_backlog: false,
            is_heavy_out: false,
            wrong_passwords: 0,
        }
    }

    /// Whether there is anything to be read now.
    pub(super) fn is_open(&self) -> bool {
        !self.is_waiting && self.phase != Phase::Done
    }

    pub(super) fn wait(&mut self) {
        self.is_waiting = true;
    }

    pub(super) fn go_on(&mut self) {
        self.is_waiting = false;
    }

    /// Reads nothing more.
    pub(super) fn stop(&mut self) {
        self.phase = Phase::Done;
    }

    /// Reads what there is, once, and turns it into requests.
    pub(super) fn poll_read<D: Dialect, IO: AsyncRead + Unpin>(
        &mut self,
        io: &mut IO,
        reader: Reader<'_, D>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<Read>> {
        if self.has_backlog || self.phase == Phase::Ended {
            return Poll::Ready(Ok(self.lines(&mut &[][..], 0, reader)));
        }
        BUFFER.with_borrow_mut(|buffer| {
            let mut buffer = ReadBuf::new(buffer);
            ready!(Pin::new(io).poll_read(cx, &mut buffer))?;
            let mut chunk = buffer.filled();
            if chunk.is_empty() {
                self.phase = Phase::Ended;
                // The last line counts also without its end.
                chunk = if self.framer.buffered() > 0 { b"\n" } else { b"" };
            }
            let bytes = buffer.filled().len();
            Poll::Ready(Ok(self.lines(&mut chunk, bytes, reader)))
        })
    }

    /// Takes lines until there are no more, the batch is full, the pace is spent or the dialect has to wait. What is left
    /// stays in the framer. So many bytes were read for it.
    fn lines<D: Dialect>(&mut self, chunk: &mut &[u8], bytes: usize, reader: Reader<'_, D>) -> Read {
        let Reader { dialect, outbox, shared } = reader;
        let (setting, steady) = (shared.setting(), Steady::now());
        let limits = &setting.config.limits;
        let mut read = Read { step: Step::Go, requests: Vec::new(), wait: None };
        let mut count = 0;
        self.has_backlog = true;
        while read.step == Step::Go && read.requests.len() < BATCH {
            read.wait = self.pace.wait(steady.0, limits.input_rate, limits.input_burst);
            if read.wait.is_some() {
                break;
            }
            let Some(line) = self.framer.next(chunk) else {
                self.has_backlog = false;
                break;
            };
            count += 1;
            if read.requests.is_empty() {
                read.requests.reserve_exact(1); // Most reads bring one line.
            }
            let (asked, mut cost) = (read.requests.len(), 1);
            if let Line::Text(text) = &line {
                cost += text.len() / COST_BYTES;
            }
            read.step = match line {
                Line::Text(line) => dialect.line(line, &setting, &mut read.requests),
                Line::TooLong => {
                    dialect.line_too_long(&setting, &mut read.requests);
                    Step::Go
                }
            };
            cost = cost.max(made_by_client(&read.requests[asked..]));
            self.pace.spend(steady.0, limits.input_rate, cost);
        }
        self.framer.keep(chunk);
        if self.has_backlog && self.framer.buffered() == 0 {
            self.has_backlog = false;
        }
        outbox.heard(steady.0, count);
        traffic::received(bytes, count);
        self.note_end(&mut read);
        read
    }

    /// After the last line of a closed input, and after a request to leave, nothing more is read.
    fn note_end(&mut self, read: &mut Read) {
        // What was answered before the close goes out before the farewell: through the owner, like the answers.
        if let Step::Close(why) = &read.step
            && !read.requests.is_empty()
        {
            read.requests.push(Request::Leave(why.clone()));
            read.step = Step::Go;
        }
        let leaves = |request: &Request| matches!(request, Request::Leave(_));
        if let Some(place) = read.requests.iter().position(leaves) {
            read.requests.truncate(place + 1);
            self.phase = Phase::Done;
        } else if self.phase == Phase::Ended && !self.has_backlog && read.step == Step::Go {
            read.requests.push(Request::Leave(Disconnect::Closed));
            self.phase = Phase::Done;
        }
    }

    /// Reads and throws away what has arrived, within a bound.
    pub(super) fn discard<IO: AsyncRead + Unpin>(&self, io: &mut IO, cx: &mut Context<'_>) {
        BUFFER.with_borrow_mut(|buffer| {
            for _ in 0..DISCARD_MAX {
                let mut buffer = ReadBuf::new(buffer);
                match Pin::new(&mut *io).poll_read(cx, &mut buffer) {
                    Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {}
                    _ => return,
                }
            }
        });
    }
}

/// How many of these requests their client has made: the end of the answer to a label is the session's own.
fn made_by_client(requests: &[Request]) -> usize {
    requests.iter().filter(|request| !request.is_end_of_label()).count()
}

#[cfg(test)]
mod tests {
    use super::made_by_client;
    use crate::domain::request::{Labeled, Request};

    #[test]
    fn a_line_with_a_label_costs_no_more_than_one_without() {
        let labeled = |request| Request::Labeled(Box::new(Labeled { label: "x".into(), request }));
        assert_eq!(made_by_client(&[labeled(Request::Lusers), labeled(Request::EndOfLabel)]), 1);
        assert_eq!(made_by_client(&[Request::Lusers, Request::Lusers]), 2);
    }
}
