//! Frames into lines, where they lie: the bytes that a socket gave become the lines that they carry. Holds the payload of an
//! unfinished control frame (125 bytes at most) and nothing else of what was read.

use std::ops::Range;

use super::frame::{self, CONTROL_MAX, HEAD_MAX, Head, Opcode};
use super::utf8::Utf8;
use super::{MESSAGE_MAX, Violation};

/// Bytes that are kept free before what is read. One line may take so many more than there are in the same buffer of its frames:
/// its end, if its head came earlier, and what stands for an end of line in it that came earlier. Every other line has taken a
/// head of six bytes before its end of two is written.
pub(super) const GAP: usize = LINE_END.len() + 1;

const LINE_END: &[u8] = b"\r\n";

/// Where in the frames a connection is, and what it owes.
#[derive(Debug)]
pub(super) struct Decoder {
    place: Place,
    /// The message that has begun and not ended.
    message: Option<Message>,
    /// What the last ping said, until it is answered. Earlier ones need no answer (RFC 6455 §5.5.3).
    pub(super) ping: Option<Box<[u8]>>,
    /// After this, nothing means anything.
    pub(super) end: Option<End>,
}

/// Why no more frames come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The client closed, with this code; whether all its messages were whole.
    Closed { code: u16, is_whole: bool },
    /// The client broke the protocol.
    Violated(Violation),
}

/// What the next byte is part of.
#[derive(Debug)]
enum Place {
    Head { bytes: [u8; HEAD_MAX], count: u8 },
    Payload { left: usize, mask: [u8; 4], is_final: bool },
    Control(Box<Control>),
}

const BETWEEN_FRAMES: Place = Place::Head { bytes: [0; HEAD_MAX], count: 0 };

#[derive(Debug)]
struct Control {
    opcode: Opcode,
    mask: [u8; 4],
    payload: Vec<u8>,
    left: usize,
}

#[derive(Debug)]
struct Message {
    is_text: bool,
    /// Bytes so far, and one for each further frame, so that frames without bytes come to an end, too.
    length: usize,
    utf8: Utf8,
    /// An end of line has come. At the end of the message it is none of our business; before more of it, it makes the line one
    /// that is refused.
    has_end: bool,
}

/// What was read, becoming lines from its beginning.
struct Tape<'a> {
    buffer: &'a mut [u8],
    read: usize,
    end: usize,
    written: usize,
}

impl Decoder {
    pub(super) fn new() -> Self {
        Self { place: BETWEEN_FRAMES, message: None, ping: None, end: None }
    }

    /// Whether nothing has begun that has not ended.
    pub(super) fn is_between_messages(&self) -> bool {
        self.message.is_none() && matches!(self.place, Place::Head { count: 0, .. })
    }

    /// Turns the `count` bytes after the first [`GAP`] of `buffer` into lines; how many bytes from its beginning they are.
    ///
    /// A ping or pong between messages becomes an empty line, which means nothing and so is counted by the pace like any other.
    pub(super) fn decode(&mut self, buffer: &mut [u8], count: usize) -> usize {
        let mut tape = Tape { buffer, read: GAP, end: GAP + count, written: 0 };
        while self.end.is_none() && tape.read < tape.end {
            if let Err(violation) = self.step(&mut tape) {
                self.end = Some(End::Violated(violation));
            }
        }
        tape.written
    }

    fn step(&mut self, tape: &mut Tape<'_>) -> Result<(), Violation> {
        match &mut self.place {
            Place::Head { bytes, count } => match tape.head(bytes, count)? {
                Some(head) => self.begin(head, tape),
                None => Ok(()),
            },
            Place::Payload { left, mask, .. } => {
                let message = self.message.as_mut().ok_or(Violation::BadSequence)?;
                let piece = tape.piece(left);
                frame::unmask(&mut tape.buffer[piece.clone()], mask);
                if message.is_text && !message.utf8.go_on(&tape.buffer[piece.clone()]) {
                    return Err(Violation::NotUtf8);
                }
                message.keep(piece, tape);
                if *left == 0 { self.end_payload(tape) } else { Ok(()) }
            }
            Place::Control(control) => {
                let piece = tape.piece(&mut control.left);
                let piece = &mut tape.buffer[piece];
                frame::unmask(piece, &mut control.mask);
                control.payload.extend_from_slice(piece);
                if control.left == 0 { self.end_control(tape) } else { Ok(()) }
            }
        }
    }

    /// A head has come; what it announces is judged before any of it is taken.
    fn begin(&mut self, head: Head, tape: &mut Tape<'_>) -> Result<(), Violation> {
        if head.opcode.is_control() { self.begin_control(head, tape) } else { self.begin_payload(head, tape) }
    }

    fn begin_payload(&mut self, head: Head, tape: &mut Tape<'_>) -> Result<(), Violation> {
        let is_first = head.opcode != Opcode::Continuation;
        if is_first != self.message.is_none() {
            return Err(Violation::BadSequence);
        }
        let is_text = head.opcode == Opcode::Text;
        let message =
            self.message.get_or_insert(Message { is_text, length: 0, utf8: Utf8::default(), has_end: false });
        let left = message.grow(head.length, !head.is_final)?;
        self.place = Place::Payload { left, mask: head.mask, is_final: head.is_final };
        if left == 0 { self.end_payload(tape) } else { Ok(()) }
    }

    fn end_payload(&mut self, tape: &mut Tape<'_>) -> Result<(), Violation> {
        let place = std::mem::replace(&mut self.place, BETWEEN_FRAMES);
        if !matches!(place, Place::Payload { is_final: true, .. }) {
            return Ok(());
        }
        if self.message.take().is_some_and(|message| !message.utf8.is_whole()) {
            return Err(Violation::NotUtf8);
        }
        tape.end_line();
        Ok(())
    }

    fn begin_control(&mut self, head: Head, tape: &mut Tape<'_>) -> Result<(), Violation> {
        if let Some(message) = &mut self.message {
            // It is no line of its own there, and must not be for nothing either.
            message.grow(head.length, true)?;
        }
        let left = usize::try_from(head.length).ok().filter(|length| *length <= CONTROL_MAX);
        let left = left.ok_or(Violation::BadControl)?;
        let payload = Vec::with_capacity(left);
        self.place =
            Place::Control(Box::new(Control { opcode: head.opcode, mask: head.mask, payload, left }));
        if left == 0 { self.end_control(tape) } else { Ok(()) }
    }

    fn end_control(&mut self, tape: &mut Tape<'_>) -> Result<(), Violation> {
        let Place::Control(control) = std::mem::replace(&mut self.place, BETWEEN_FRAMES) else {
            return Ok(());
        };
        if control.opcode == Opcode::Close {
            let code = close_code(&control.payload)?;
            self.end = Some(End::Closed { code, is_whole: self.message.is_none() });
            return Ok(());
        }
        if control.opcode == Opcode::Ping {
            self.ping = Some(control.payload.into());
        }
        if self.message.is_none() {
            tape.end_line();
        }
        Ok(())
    }
}

impl Message {
    /// Takes note of a frame of `length` bytes before they have come; the length, if it fits.
    fn grow(&mut self, length: u64, is_more_to_come: bool) -> Result<usize, Violation> {
        // A length has 63 bits, so this is far from overflowing.
        let all = self.length as u64 + length + u64::from(is_more_to_come);
        self.length = usize::try_from(all).ok().filter(|all| *all <= MESSAGE_MAX).ok_or(Violation::TooBig)?;
        usize::try_from(length).map_err(|_| Violation::TooBig)
    }

    /// Keeps what is in `piece` as one line. An end of line within it becomes a carriage return, with which no dialect takes a
    /// line: what a page puts into a message never becomes another command.
    fn keep(&mut self, piece: Range<usize>, tape: &mut Tape<'_>) {
        let is_end = |byte: &u8| LINE_END.contains(byte);
        let mut at = piece.start;
        while at < piece.end {
            let rest = &tape.buffer[at..piece.end];
            let text = memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
            let end = rest[text..].iter().take_while(|byte| is_end(byte)).count();
            if text > 0 && std::mem::take(&mut self.has_end) {
                tape.put(b"\r");
            }
            tape.keep(at..at + text);
            self.has_end |= end > 0;
            at += text + end;
        }
    }
}

impl Tape<'_> {
    /// Takes bytes of a head, of which `count` are known.
    fn head(&mut self, bytes: &mut [u8; HEAD_MAX], count: &mut u8) -> Result<Option<Head>, Violation> {
        let known = usize::from(*count);
        let more = (self.end - self.read).min(HEAD_MAX - known);
        bytes[known..known + more].copy_from_slice(&self.buffer[self.read..self.read + more]);
        let parsed = frame::parse(&bytes[..known + more])?;
        self.read += parsed.map_or(more, |(_, size)| size - known);
        *count = (known + more) as u8;
        Ok(parsed.map(|(head, _)| head))
    }

    /// Takes as many of the `left` bytes as there are; where they lie.
    fn piece(&mut self, left: &mut usize) -> Range<usize> {
        let count = (self.end - self.read).min(*left);
        let piece = self.read..self.read + count;
        self.read += count;
        *left -= count;
        piece
    }

    fn keep(&mut self, line: Range<usize>) {
        let count = line.len();
        self.buffer.copy_within(line, self.written);
        self.written += count;
    }

    fn end_line(&mut self) {
        self.put(LINE_END);
    }

    fn put(&mut self, bytes: &[u8]) {
        let end = self.written + bytes.len();
        self.buffer[self.written..end].copy_from_slice(bytes);
        self.written = end;
    }
}

/// The code with which a client closes; 1000 if it gives none (§7.1.5 has a code for that, which is never sent).
fn close_code(payload: &[u8]) -> Result<u16, Violation> {
    let Some((code, reason)) = payload.split_first_chunk() else {
        return if payload.is_empty() { Ok(1000) } else { Err(Violation::BadClose) };
    };
    let code = u16::from_be_bytes(*code);
    if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
        return Err(Violation::BadClose);
    }
    if str::from_utf8(reason).is_err() {
        return Err(Violation::NotUtf8);
    }
    Ok(code)
}
