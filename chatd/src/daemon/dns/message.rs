//! Questions and answers of the domain name system (RFC 1035 §4), as far as finding the host name of an address needs them. Bytes
//! in, values out: nothing is sent here, and nothing that came in is believed to be well-formed.

use std::net::IpAddr;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An IPv4 address (RFC 1035 §3.4.1).
    A = 1,
    /// A name (RFC 1035 §3.3.12).
    Ptr = 12,
    /// An IPv6 address (RFC 3596 §2.1).
    Aaaa = 28,
}

/// One record of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Record {
    Address(IpAddr),
    Name(String),
}

/// Bytes of a header.
const HEADER: usize = 12;
/// Records of an answer that are looked at.
const RECORDS_MAX: usize = 32;
/// Longest name with its lengths (RFC 1035 §2.3.4), and so the most labels and pointers worth following.
const NAME_MAX: usize = 255;
/// The class of the Internet.
const IN: u16 = 1;

/// The name under which the host name of an address is found (RFC 1035 §3.5, RFC 3596 §2.5).
pub(super) fn reverse_name(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(ip) => {
            let nibbles = ip.octets().into_iter().rev().flat_map(|byte| [byte & 15, byte >> 4]);
            nibbles.map(|nibble| format!("{nibble:x}.")).collect::<String>() + "ip6.arpa"
        }
    }
}

/// A question with recursion desired.
pub(super) fn question(id: u16, name: &str, kind: Kind) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER + name.len() + 6);
    bytes.extend(id.to_be_bytes());
    bytes.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    for label in name.split('.') {
        bytes.push(label.len() as u8);
        bytes.extend(label.as_bytes());
    }
    bytes.push(0);
    bytes.extend((kind as u16).to_be_bytes());
    bytes.extend(IN.to_be_bytes());
    bytes
}

/// What `answer` says to `question`: the records of the kind that was asked for, whoever owns them, because an alias may stand
/// between (RFC 2317). Nothing if it is no answer to this question; an empty list if the answer is that there is none.
pub(super) fn records(answer: &[u8], question: &[u8], kind: Kind) -> Option<Vec<Record>> {
    let (flags, counts) = (two(answer, 2)?, two(answer, 6)?);
    let is_answer = flags & 0xf800 == 0x8000 && answer.get(..2) == question.get(..2) && two(answer, 4)? == 1;
    let asked = question.get(HEADER..)?;
    if !is_answer || !answer.get(HEADER..HEADER + asked.len())?.eq_ignore_ascii_case(asked) {
        return None;
    }
    let is_cut_or_error = flags & 0x020f != 0;
    if is_cut_or_error {
        return Some(Vec::new());
    }
    let mut at = HEADER + asked.len();
    let mut records = Vec::new();
    for _ in 0..usize::from(counts).min(RECORDS_MAX) {
        let Some((record, next)) = record(answer, at, kind) else { break };
        records.extend(record);
        at = next;
    }
    Some(records)
}

/// The record at `at` if it is of this kind, and where the next one begins.
fn record(message: &[u8], at: usize, kind: Kind) -> Option<(Option<Record>, usize)> {
    let at = behind_name(message, at)?;
    let (found, class, length) =
        (two(message, at)?, two(message, at + 2)?, usize::from(two(message, at + 8)?));
    let begin = at + 10;
    let data = message.get(begin..begin + length)?;
    let record = match kind {
        _ if found != kind as u16 || class != IN => None,
        Kind::A => <[u8; 4]>::try_from(data).ok().map(|octets| Record::Address(octets.into())),
        Kind::Aaaa => <[u8; 16]>::try_from(data).ok().map(|octets| Record::Address(octets.into())),
        Kind::Ptr => name(message, begin).map(Record::Name),
    };
    Some((record, begin + length))
}

/// Where what stands behind the name at `at` begins.
fn behind_name(message: &[u8], mut at: usize) -> Option<usize> {
    for _ in 0..NAME_MAX {
        match usize::from(*message.get(at)?) {
            0 => return Some(at + 1),
            length @ 1..=63 => at += 1 + length,
            192.. => return Some(at + 2),
            _ => return None,
        }
    }
    None
}

/// The name at `at`, with its pointers followed (RFC 1035 §4.1.4). Only such letters as a host name has: a label may hold any
/// byte, also a dot.
fn name(message: &[u8], mut at: usize) -> Option<String> {
    let mut name = String::new();
    for _ in 0..NAME_MAX {
        match usize::from(*message.get(at)?) {
            0 => return Some(name),
            length @ 1..=63 => {
                let label = message.get(at + 1..at + 1 + length)?;
                if !label.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-') {
                    return None;
                }
                if !name.is_empty() {
                    name.push('.');
                }
                name.push_str(std::str::from_utf8(label).ok()?);
                at += 1 + length;
            }
            192.. => at = usize::from(two(message, at)? & 0x3fff),
            _ => return None,
        }
        if name.len() > NAME_MAX {
            return None;
        }
    }
    None
}

fn two(message: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*message.get(at)?, *message.get(at + 1)?]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, proptest};

    use super::{Kind, Record, question, records, reverse_name};

    fn answer(question: &[u8], flags: u16, data: &[(u16, &[u8])]) -> Vec<u8> {
        let mut bytes = question.to_vec();
        bytes[2..4].copy_from_slice(&flags.to_be_bytes());
        bytes[6..8].copy_from_slice(&(data.len() as u16).to_be_bytes());
        for (kind, data) in data {
            bytes.extend([0xc0, 12]);
            bytes.extend(kind.to_be_bytes());
            bytes.extend([0, 1, 0, 0, 0, 60]);
            bytes.extend((data.len() as u16).to_be_bytes());
            bytes.extend(*data);
        }
        bytes
    }

    #[test]
    fn addresses_have_a_reverse_name() {
        for (ip, name) in [
            ("192.0.2.7", "7.2.0.192.in-addr.arpa"),
            ("2001:db8::1", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"),
        ] {
            assert_eq!(reverse_name(ip.parse().unwrap()), name);
        }
    }

    #[test]
    fn a_question_is_exact() {
        let expected = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x02bc\x00\x00\x0c\x00\x01";
        assert_eq!(question(0x1234, "a.bc", Kind::Ptr), expected);
    }

    #[test]
    fn records_of_the_kind_are_read_and_others_skipped() {
        let asked = question(7, "a.bc", Kind::Ptr);
        let name = |text: &str| Record::Name(text.into());
        for (data, expected) in [
            (vec![(12, &b"\x01h\x07example\x00"[..])], vec![name("h.example")]),
            (vec![(5, b"\x01x\xc0\x0c"), (12, b"\x01h\xc0\x0e")], vec![name("h.bc")]),
            (vec![(12, b"\x03a.b\x00"), (12, b"\x01h\x01e\x00")], vec![name("h.e")]),
            (vec![(12, b"\x01h\x41e\x00")], vec![]),
            (vec![(12, b"\xc0\x23")], vec![]),
        ] {
            assert_eq!(records(&answer(&asked, 0x8180, &data), &asked, Kind::Ptr), Some(expected));
        }
        let asked = question(7, "h.e", Kind::A);
        let data = [(1, &[192, 0, 2, 7][..]), (1, &[1, 2, 3]), (28, &[0; 16])];
        let expected = vec![Record::Address([192, 0, 2, 7].into())];
        assert_eq!(records(&answer(&asked, 0x8180, &data), &asked, Kind::A), Some(expected));
        let asked = question(7, "h.e", Kind::Aaaa);
        let expected = vec![Record::Address([0; 16].into())];
        assert_eq!(records(&answer(&asked, 0x8180, &data), &asked, Kind::Aaaa), Some(expected));
    }

    #[test]
    fn no_answer_to_this_question_is_none_and_errors_are_empty() {
        let asked = question(7, "h.e", Kind::A);
        let data = [(1, &[192, 0, 2, 7][..])];
        for flags in [0x8183, 0x8182, 0x8380] {
            assert_eq!(records(&answer(&asked, flags, &data), &asked, Kind::A), Some(vec![]), "{flags:x}");
        }
        assert_eq!(records(&answer(&asked, 0x0100, &data), &asked, Kind::A), None, "a question");
        for other in
            [question(8, "h.e", Kind::A), question(7, "h.f", Kind::A), question(7, "h.e", Kind::Aaaa)]
        {
            assert_eq!(records(&answer(&other, 0x8180, &data), &asked, Kind::A), None);
        }
        let whole = answer(&asked, 0x8180, &data);
        for end in 0..whole.len() {
            let cut = records(&whole[..end], &asked, Kind::A);
            assert!(cut.is_none_or(|records| records.is_empty()), "{end}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_fault(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let asked = question(7, "h.e", Kind::Ptr);
            let mut answer = asked.clone();
            answer[2] = 0x81;
            answer[7] = 9;
            answer.extend(&bytes);
            let _ = records(&answer, &asked, Kind::Ptr);
            let _ = records(&bytes, &asked, Kind::Ptr);
        }
    }
}
