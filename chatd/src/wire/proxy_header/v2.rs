//! Version 2: binary (§2.2). What follows the addresses (TLVs) is skipped.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use super::{HEADER_MAX, HeaderError, Origin};

/// The signature.
pub(super) const START: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// What comes before the addresses: signature, version and command, family and protocol, length.
const FIXED: usize = 16;

/// Reads the header that begins `bytes`, which begin as [`START`] does. Its length is judged before its rest has come.
pub(super) fn parse(bytes: &[u8]) -> Result<Option<(Origin, usize)>, HeaderError> {
    let kind = bytes.get(12).map(|byte| command(*byte)).transpose()?;
    let family = bytes.get(13).map(|byte| family(*byte)).transpose()?;
    let length = bytes.get(14..FIXED).map(|bytes| usize::from(u16::from_be_bytes([bytes[0], bytes[1]])));
    let (Some(kind), Some(family), Some(length)) = (kind, family, length) else { return Ok(None) };
    let end = FIXED + length;
    if end > HEADER_MAX {
        return Err(HeaderError::TooLong(end));
    }
    let Some(addresses) = bytes.get(FIXED..end) else { return Ok(None) };
    let origin = match kind {
        // Whatever else a health check says is of no interest.
        Command::Local => Origin::Gateway,
        Command::Proxy => client(family, addresses).ok_or(HeaderError::BadBinary("length"))?,
    };
    Ok(Some((origin, end)))
}

enum Command {
    Local,
    Proxy,
}

#[derive(Clone, Copy)]
enum Family {
    Inet,
    Inet6,
    /// Whatever is no TCP.
    Other,
}

fn command(byte: u8) -> Result<Command, HeaderError> {
    match byte {
        0x20 => Ok(Command::Local),
        0x21 => Ok(Command::Proxy),
        _ if byte >> 4 != 2 => Err(HeaderError::BadBinary("version")),
        _ => Err(HeaderError::BadBinary("command")),
    }
}

fn family(byte: u8) -> Result<Family, HeaderError> {
    match (byte >> 4, byte & 0xF) {
        (1, 1) => Ok(Family::Inet),
        (2, 1) => Ok(Family::Inet6),
        (0..=3, 0..=2) => Ok(Family::Other),
        (0..=3, _) => Err(HeaderError::BadBinary("protocol")),
        _ => Err(HeaderError::BadBinary("family")),
    }
}

/// The source in a block of addresses: source, destination, the source's port, the destination's.
fn client(family: Family, block: &[u8]) -> Option<Origin> {
    let source = match family {
        Family::Other => return Some(Origin::Gateway),
        Family::Inet => {
            let (source, port) = split::<4, 12>(block)?;
            SocketAddr::new(Ipv4Addr::from(source).into(), port)
        }
        Family::Inet6 => {
            let (source, port) = split::<16, 36>(block)?;
            SocketAddr::new(Ipv6Addr::from(source).into(), port)
        }
    };
    Some(Origin::Client(source))
}

/// The address of `N` bytes and the port of the source in a block that has at least `ALL` bytes.
fn split<const N: usize, const ALL: usize>(block: &[u8]) -> Option<([u8; N], u16)> {
    let block: &[u8; ALL] = block.first_chunk()?;
    let source = *block.first_chunk()?;
    let port = *block[2 * N..].first_chunk()?;
    Some((source, u16::from_be_bytes(port)))
}
