//! The heads of frames (RFC 6455 §5.2). What a head says is judged before anything of its payload is looked at.

use super::Violation;

/// The most bytes of a head with its mask.
pub(super) const HEAD_MAX: usize = 14;

/// The most bytes of a head without one, as a server sends.
pub(super) const OWN_HEAD_MAX: usize = 10;

/// The most bytes of a control frame's payload (§5.5).
pub(super) const CONTROL_MAX: usize = 125;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opcode {
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

impl Opcode {
    pub(super) fn is_control(self) -> bool {
        self as u8 >= 8
    }
}

/// The head of a client's frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) is_final: bool,
    pub(super) opcode: Opcode,
    pub(super) length: u64,
    pub(super) mask: [u8; 4],
}

/// Reads the head that begins `bytes`: it, and how many bytes it takes; nothing if more are needed. A bad one is known as soon as
/// the byte is there that makes it so.
pub(super) fn parse(bytes: &[u8]) -> Result<Option<(Head, usize)>, Violation> {
    let Some(first) = bytes.first() else { return Ok(None) };
    if first & 0x70 != 0 {
        return Err(Violation::ReservedBits);
    }
    let is_final = first & 0x80 != 0;
    let opcode = opcode(first & 0xF).ok_or(Violation::UnknownOpcode)?;
    if opcode.is_control() && !is_final {
        return Err(Violation::BadControl);
    }
    let Some(second) = bytes.get(1) else { return Ok(None) };
    if second & 0x80 == 0 {
        return Err(Violation::Unmasked);
    }
    let short = second & 0x7F;
    if opcode.is_control() && usize::from(short) > CONTROL_MAX {
        return Err(Violation::BadControl);
    }
    let Some((length, at)) = length(short, &bytes[2..])? else { return Ok(None) };
    let at = 2 + at;
    Ok(bytes
        .get(at..)
        .and_then(<[u8]>::first_chunk)
        .map(|mask| (Head { is_final, opcode, length, mask: *mask }, at + mask.len())))
}

fn opcode(bits: u8) -> Option<Opcode> {
    Some(match bits {
        0 => Opcode::Continuation,
        1 => Opcode::Text,
        2 => Opcode::Binary,
        8 => Opcode::Close,
        9 => Opcode::Ping,
        10 => Opcode::Pong,
        _ => return None,
    })
}

/// A length and how many bytes it takes beyond the seven bits that it begins with.
fn length(short: u8, rest: &[u8]) -> Result<Option<(u64, usize)>, Violation> {
    let (length, least, bytes) = match short {
        126 => (rest.first_chunk().map(|bytes| u64::from(u16::from_be_bytes(*bytes))), 126, 2),
        127 => (rest.first_chunk().map(|bytes| u64::from_be_bytes(*bytes)), 1 << 16, 8),
        short => (Some(u64::from(short)), 0, 0),
    };
    match length {
        Some(length) if length < least || length >> 63 != 0 => Err(Violation::BadLength),
        length => Ok(length.map(|length| (length, bytes))),
    }
}

/// The head of a whole frame of ours: its bytes and how many they are.
pub(super) fn head(opcode: Opcode, length: usize) -> ([u8; OWN_HEAD_MAX], usize) {
    let mut head = [0; OWN_HEAD_MAX];
    head[0] = 0x80 | opcode as u8;
    let size = match length {
        0..126 => {
            head[1] = length as u8;
            2
        }
        126..0x1_0000 => {
            head[1] = 126;
            head[2..4].copy_from_slice(&(length as u16).to_be_bytes());
            4
        }
        _ => {
            head[1] = 127;
            head[2..].copy_from_slice(&(length as u64).to_be_bytes());
            OWN_HEAD_MAX
        }
    };
    (head, size)
}

/// A whole frame of ours.
pub(super) fn frame(opcode: Opcode, payload: &[u8]) -> Vec<u8> {
    let (head, size) = head(opcode, payload.len());
    [&head[..size], payload].concat()
}

/// Takes the mask off, or puts it on (§5.3), and turns it so that it fits the bytes that follow.
pub(super) fn unmask(bytes: &mut [u8], mask: &mut [u8; 4]) {
    let mut words = bytes.chunks_exact_mut(4);
    for word in &mut words {
        word.iter_mut().zip(*mask).for_each(|(byte, mask)| *byte ^= mask);
    }
    let rest = words.into_remainder();
    rest.iter_mut().zip(*mask).for_each(|(byte, mask)| *byte ^= mask);
    mask.rotate_left(rest.len());
}
