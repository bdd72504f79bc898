//! Headers as gateways send them, and as nobody should.

use std::net::SocketAddr;

use super::{HEADER_MAX, HeaderError, Origin, parse};

const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

fn client(address: &str) -> Origin {
    Origin::Client(address.parse::<SocketAddr>().unwrap())
}

/// A header of version 2.
fn binary(command: u8, family: u8, block: &[u8]) -> Vec<u8> {
    let length = u16::try_from(block.len()).unwrap().to_be_bytes();
    [SIGNATURE, &[command, family], &length, block].concat()
}

fn inet() -> Vec<u8> {
    vec![192, 0, 2, 7, 10, 0, 0, 1, 0xDC, 0x04, 0x1A, 0x0B]
}

fn inet6() -> Vec<u8> {
    let mut block = vec![0; 36];
    block[..4].copy_from_slice(&[0x20, 0x01, 0x0D, 0xB8]);
    block[15] = 9;
    block[32..34].copy_from_slice(&[0x00, 0x50]);
    block
}

/// Every header here is read whole, from any number of pieces, and without touching what follows it.
#[track_caller]
fn assert_read(header: &[u8], expected: Origin) {
    assert_eq!(parse(header), Ok(Some((expected, header.len()))));
    for cut in 0..header.len() {
        assert_eq!(parse(&header[..cut]), Ok(None), "{cut} of {} bytes", header.len());
    }
    let followed = [header, b"NICK alice\r\n"].concat();
    assert_eq!(parse(&followed), Ok(Some((expected, header.len()))));
}

#[test]
fn lines_of_version_1_name_the_client() {
    for (line, expected) in [
        ("PROXY TCP4 192.0.2.7 10.0.0.1 56324 6667\r\n", client("192.0.2.7:56324")),
        ("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", client("255.255.255.255:65535")),
        ("PROXY TCP4 192.0.2.7 10.0.0.1 0 0\r\n", client("192.0.2.7:0")),
        ("PROXY TCP6 2001:DB8::9 ::1 80 6667\r\n", client("[2001:db8::9]:80")),
        ("PROXY TCP6 ::ffff:192.0.2.7 ::1 80 6667\r\n", client("[::ffff:192.0.2.7]:80")),
        ("PROXY UNKNOWN\r\n", Origin::Gateway),
        ("PROXY UNKNOWN whatever this is\r\n", Origin::Gateway),
    ] {
        assert_read(line.as_bytes(), expected);
    }
}

#[test]
fn a_line_of_version_1_has_at_most_107_bytes() {
    let longest = format!("PROXY UNKNOWN {}\r\n", "f".repeat(107 - 16));
    assert_read(longest.as_bytes(), Origin::Gateway);
    let beyond = longest.replace("\r\n", "f\r\n");
    assert_eq!(parse(beyond.as_bytes()), Err(HeaderError::LineTooLong));
    assert_eq!(parse(&beyond.as_bytes()[..106]), Ok(None));
    assert_eq!(parse(&beyond.as_bytes()[..107]), Err(HeaderError::LineTooLong), "its end is not waited for");
}

#[test]
fn a_line_that_is_not_exactly_as_it_should_be_is_refused() {
    for (line, what) in [
        ("PROXY \r\n", "protocol"),
        ("PROXY UDP4 192.0.2.7 10.0.0.1 1 2\r\n", "protocol"),
        ("PROXY tcp4 192.0.2.7 10.0.0.1 1 2\r\n", "protocol"),
        ("PROXY UNKNOWNS\r\n", "protocol"),
        ("PROXY TCP4  192.0.2.7 10.0.0.1 1 2\r\n", "address"),
        ("PROXY TCP4 192.0.2 10.0.0.1 1 2\r\n", "address"),
        ("PROXY TCP4 192.0.2.007 10.0.0.1 1 2\r\n", "address"),
        ("PROXY TCP4 192.0.2.256 10.0.0.1 1 2\r\n", "address"),
        ("PROXY TCP4 ::1 ::1 1 2\r\n", "address"),
        ("PROXY TCP6 192.0.2.7 10.0.0.1 1 2\r\n", "address"),
        ("PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n", "address"),
        ("PROXY TCP4 192.0.2.7\r\n", "address"),
        ("PROXY TCP4 192.0.2.7 10.0.0.1\r\n", "port"),
        ("PROXY TCP4 192.0.2.7 10.0.0.1 1\r\n", "port"),
        ("PROXY TCP4 192.0.2.7 10.0.0.1 65536 2\r\n", "port"),
        ("PROXY TCP4 192.0.2.7 10.0.0.1 -1 2\r\n", "port"),
        ("PROXY TCP4 192.0.2.7 10.0.0.1 +1 2\r\n", "port"),
        ("PROXY TCP4 192.0.2.7 10.0.0.1 01 2\r\n", "port"),
        ("PROXY TCP4 192.0.2.7 10.0.0.1 1 2 \r\n", "number of fields"),
        ("PROXY TCP4 192.0.2.7 10.0.0.1 1 2 3\r\n", "number of fields"),
        ("PROXY TCP4 192.0.2.7 10.0.0.1 1 2\n", "end"),
        ("PROXY UNKNOWN\n", "end"),
        ("PROXY TCP4 192.0.2.7 10.0.0.1 1 2\r\r\n", "port"),
    ] {
        assert_eq!(parse(line.as_bytes()), Err(HeaderError::BadLine(what)), "{line:?}");
    }
    assert_eq!(parse(b"PROXY TCP4 \xFF\r\n"), Err(HeaderError::BadLine("character")));
}

#[test]
fn headers_of_version_2_name_the_client() {
    let with_more = |mut block: Vec<u8>, more: &[u8]| {
        block.extend_from_slice(more);
        block
    };
    assert_read(&binary(0x21, 0x11, &inet()), client("192.0.2.7:56324"));
    assert_read(&binary(0x21, 0x21, &inet6()), client("[2001:db8::9]:80"));
    assert_read(&binary(0x21, 0x11, &with_more(inet(), &[0x04, 0, 2, 1, 2])), client("192.0.2.7:56324"));
    assert_read(&binary(0x21, 0x11, &with_more(inet(), &[0xFF; 300])), client("192.0.2.7:56324"));
}

#[test]
fn the_gateways_own_connections_count_as_its_own() {
    for (what, command, family, block) in [
        ("LOCAL", 0x20, 0x00, vec![]),
        ("LOCAL with addresses", 0x20, 0x11, inet()),
        ("LOCAL with too few bytes", 0x20, 0x11, vec![1]),
        ("UNSPEC", 0x21, 0x00, vec![]),
        ("UNSPEC with bytes", 0x21, 0x00, vec![1, 2, 3]),
        ("UNIX stream", 0x21, 0x31, vec![b'x'; 216]),
        ("UDP over IPv4", 0x21, 0x12, inet()),
        ("IPv4 over something", 0x21, 0x10, inet()),
    ] {
        let header = binary(command, family, &block);
        assert_eq!(parse(&header), Ok(Some((Origin::Gateway, header.len()))), "{what}");
    }
}

#[test]
fn a_header_of_version_2_that_lies_is_refused() {
    for (what, header, wrong) in [
        ("version 1", binary(0x11, 0x11, &inet()), "version"),
        ("version 3", binary(0x31, 0x11, &inet()), "version"),
        ("no such command", binary(0x22, 0x11, &inet()), "command"),
        ("no such protocol", binary(0x21, 0x13, &inet()), "protocol"),
        ("no such family", binary(0x21, 0x41, &inet()), "family"),
        ("fewer bytes than IPv4 has", binary(0x21, 0x11, &inet()[..11]), "length"),
        ("IPv6 with the addresses of IPv4", binary(0x21, 0x21, &inet()), "length"),
        ("no addresses", binary(0x21, 0x21, &[]), "length"),
    ] {
        assert_eq!(parse(&header), Err(HeaderError::BadBinary(wrong)), "{what}");
    }
}

#[test]
fn the_length_of_a_header_is_judged_before_it_has_come() {
    let announced = |length: usize| {
        let length = u16::try_from(length).unwrap().to_be_bytes();
        [SIGNATURE, &[0x21, 0x11], &length].concat()
    };
    assert_eq!(parse(&announced(HEADER_MAX - 16)), Ok(None));
    assert_eq!(parse(&announced(HEADER_MAX - 15)), Err(HeaderError::TooLong(HEADER_MAX + 1)));
    assert_eq!(parse(&announced(65535)), Err(HeaderError::TooLong(65551)));
}

#[test]
fn anything_else_is_no_header_and_that_is_known_at_its_first_wrong_byte() {
    for bytes in [
        &b"N"[..],
        b"NICK alice\r\n",
        b"proxy TCP4",
        b"PROXY\r\n",
        b"PROXYS",
        b"\r\n\r\nNICK",
        b"\n",
        b"\x16\x03\x01",
        b"GET / HTTP/1.1\r\n",
    ] {
        assert_eq!(parse(bytes), Err(HeaderError::Missing), "{bytes:?}");
    }
    assert_eq!(parse(b""), Ok(None));
}
