//! Version 1: one line of text (§2.1).

use std::net::{IpAddr, SocketAddr};

use super::{HeaderError, Origin};

pub(super) const START: &[u8] = b"PROXY ";

/// The longest line with its end.
pub(super) const LINE_MAX: usize = 107;

/// Reads the line that begins `bytes`, which begin as [`START`] does.
pub(super) fn parse(bytes: &[u8]) -> Result<Option<(Origin, usize)>, HeaderError> {
    let within = &bytes[..bytes.len().min(LINE_MAX)];
    let Some(end) = memchr::memchr(b'\n', within) else {
        return if bytes.len() < LINE_MAX { Ok(None) } else { Err(HeaderError::LineTooLong) };
    };
    let line = within[..end].strip_suffix(b"\r").ok_or(HeaderError::BadLine("end"))?;
    let fields = line.strip_prefix(START).ok_or(HeaderError::BadLine("end"))?;
    let fields = str::from_utf8(fields).map_err(|_| HeaderError::BadLine("character"))?;
    Ok(Some((origin(fields)?, end + 1)))
}

fn origin(fields: &str) -> Result<Origin, HeaderError> {
    if fields == "UNKNOWN" || fields.starts_with("UNKNOWN ") {
        return Ok(Origin::Gateway);
    }
    let mut fields = fields.split(' ');
    let is_ipv6 = match fields.next() {
        Some("TCP4") => false,
        Some("TCP6") => true,
        _ => return Err(HeaderError::BadLine("protocol")),
    };
    let mut address =
        || fields.next().and_then(|field| address(field, is_ipv6)).ok_or(HeaderError::BadLine("address"));
    let (from, _to) = (address()?, address()?);
    let mut port = || fields.next().and_then(port).ok_or(HeaderError::BadLine("port"));
    let (from_port, _to_port) = (port()?, port()?);
    match fields.next() {
        None => Ok(Origin::Client(SocketAddr::new(from, from_port))),
        Some(_) => Err(HeaderError::BadLine("number of fields")),
    }
}

fn address(field: &str, is_ipv6: bool) -> Option<IpAddr> {
    if is_ipv6 { field.parse().map(IpAddr::V6).ok() } else { field.parse().map(IpAddr::V4).ok() }
}

/// Digits without a sign or heading zeroes.
fn port(field: &str) -> Option<u16> {
    let is_plain =
        field.bytes().all(|byte| byte.is_ascii_digit()) && (field == "0" || !field.starts_with('0'));
    field.parse().ok().filter(|_| is_plain)
}
