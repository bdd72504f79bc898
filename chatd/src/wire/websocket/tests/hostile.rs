//! What breaks the protocol ends the connection with the code for it, before a byte of what was announced is taken.

use super::super::{MESSAGE_MAX, Subprotocol};
use super::stage::{BINARY, CLOSE, CONTINUATION, MASK, MORE, PING, PONG, Stage, TEXT, frame, head};

/// The code and reason for what comes after whole, good messages.
#[track_caller]
fn assert_refused(bytes: &[u8], code: u16, reason: &str) {
    let mut stage = Stage::text();
    stage.hear([&frame(TEXT, b"PING 1")[..], bytes].concat()).expect_refused(code, reason);
    let mut stage = Stage::text();
    for byte in bytes.chunks(1) {
        stage.hear(byte);
    }
    stage.expect_refused(code, reason);
}

const BAD_LENGTH: &str = "a frame with a malformed length";
const TOO_BIG: &str = "a message of more than 16384 bytes";

/// CVE-2023-50784 (UnrealIRCd): a payload larger than a static buffer.
#[test]
fn cve_2023_50784_a_frame_larger_than_the_limit_is_refused_by_its_head() {
    for length in [MESSAGE_MAX + 1, 65535, 65536, 1 << 20, 1 << 32, (1 << 63) - 1] {
        assert_refused(&head(TEXT, length), 1009, TOO_BIG);
    }
    for length in [124, 125, 126, 127, 128, 8191, MESSAGE_MAX] {
        let text = "x".repeat(length);
        Stage::text().hear(frame(TEXT, text.as_bytes())).expect(&format!("{text}\r\n"));
    }
}

/// CVE-2026-27889 (NATS): a length with the highest bit set, which overflows where it is added to something.
#[test]
fn cve_2026_27889_a_length_with_the_top_bit_is_refused() {
    for length in [1_u64 << 63, u64::MAX, u64::MAX - 13, (1 << 63) + 5] {
        let head = [&[TEXT, 0x80 | 127][..], &length.to_be_bytes(), &MASK].concat();
        assert_refused(&head, 1002, BAD_LENGTH);
    }
}

#[test]
fn a_length_in_more_bytes_than_it_needs_is_refused() {
    for length in [0_u16, 1, 125] {
        assert_refused(&[&[TEXT, 0x80 | 126][..], &length.to_be_bytes(), &MASK].concat(), 1002, BAD_LENGTH);
    }
    for length in [0_u64, 125, 126, 65535] {
        assert_refused(&[&[TEXT, 0x80 | 127][..], &length.to_be_bytes(), &MASK].concat(), 1002, BAD_LENGTH);
    }
}

/// Ergo #2039, #1226: memory and time through frames of one message.
#[test]
fn ergo_2039_fragments_are_bounded_as_a_whole() {
    let mut stage = Stage::text();
    stage.hear(frame(TEXT & MORE, &[b'x'; 8192]));
    stage.hear(head(CONTINUATION, 8192)).expect_refused(1009, TOO_BIG);

    let mut stage = Stage::text();
    stage.hear(frame(TEXT & MORE, b"x"));
    for _ in 0..MESSAGE_MAX {
        stage.hear(frame(CONTINUATION & MORE, b""));
    }
    stage.hear(frame(CONTINUATION & MORE, b"x")).expect_refused(1009, TOO_BIG);
}

/// Ergo #2039: control frames inside a message must not be for nothing, because the pace counts lines.
#[test]
fn ergo_2039_pings_within_a_message_are_bounded_with_it() {
    let mut stage = Stage::text();
    stage.hear(frame(TEXT & MORE, b"x"));
    for _ in 0..MESSAGE_MAX / 126 + 1 {
        stage.hear(frame(PING, &[b'x'; 125]));
    }
    stage.expect_refused(1009, TOO_BIG);
}

/// CVE-2026-27571 (NATS): a small compressed frame that becomes a large message. Nothing is ever inflated here.
#[test]
fn cve_2026_27571_a_compressed_frame_is_refused() {
    assert_refused(&head(TEXT | 0x40, 5), 1002, "a frame with reserved bits");
    for bit in [0x20, 0x10, 0x70] {
        assert_refused(&head(TEXT | bit, 5), 1002, "a frame with reserved bits");
    }
}

#[test]
fn frames_that_no_client_sends_are_refused() {
    assert_refused(&[TEXT, 5, b'h'], 1002, "a frame without a mask");
    assert_refused(&[PING, 0], 1002, "a frame without a mask");
    for opcode in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] {
        assert_refused(&[0x80 | opcode], 1002, "a frame of an unknown kind");
    }
}

#[test]
fn control_frames_are_short_and_whole() {
    const REASON: &str = "a control frame in fragments or of more than 125 bytes";
    for opcode in [CLOSE, PING, PONG] {
        assert_refused(&head(opcode, 126), 1002, REASON);
        assert_refused(&head(opcode, 65536), 1002, REASON);
        assert_refused(&[opcode & MORE], 1002, REASON);
    }
}

#[test]
fn frames_come_in_order() {
    const REASON: &str = "a continuation of nothing, or a message within a message";
    assert_refused(&frame(CONTINUATION, b"x"), 1002, REASON);
    assert_refused(&frame(CONTINUATION & MORE, b"x"), 1002, REASON);
    for first in [TEXT, BINARY, TEXT & MORE] {
        assert_refused(&[frame(TEXT & MORE, b"x"), frame(first, b"y")].concat(), 1002, REASON);
    }
}

#[test]
fn text_that_is_not_utf8_is_refused_and_bytes_are_not() {
    const REASON: &str = "text that is not UTF-8";
    for text in [&b"\xFF"[..], b"a\xC0\xAF", b"\xED\xA0\x80", b"cut \xE2\x82"] {
        assert_refused(&frame(TEXT, text), 1007, REASON);
        let mut unnamed = Stage::new(Subprotocol::Unnamed);
        unnamed.hear(frame(TEXT, text)).expect_refused(1007, REASON);
        let mut binary = Stage::new(Subprotocol::Binary);
        binary.hear(frame(BINARY, text));
        assert_eq!(binary.read_bytes(), [text, b"\r\n"].concat());
    }
    assert_refused(&[frame(TEXT & MORE, b"\xE2\x82"), frame(CONTINUATION, b"x")].concat(), 1007, REASON);
}

/// A message is one line (IRCv3 `websocket`): what a page puts into it cannot become another command. A line with a carriage
/// return in it is refused by every dialect.
#[test]
fn an_end_of_line_within_a_message_makes_no_second_line() {
    for (text, line) in [
        ("PRIVMSG #a :hi\r\nQUIT", "PRIVMSG #a :hi\rQUIT"),
        ("a\nb", "a\rb"),
        ("a\rb", "a\rb"),
        ("\nb", "\rb"),
        ("a\r\n\r\nb\n", "a\rb"),
        ("a\nb\nc\n\n", "a\rb\rc"),
    ] {
        let line = format!("{line}\r\n");
        Stage::text().hear(frame(TEXT, text.as_bytes())).expect(&line);
        for cut in 0..=text.len() {
            let (first, rest) = text.as_bytes().split_at(cut);
            let mut stage = Stage::text();
            stage.chunk = 4;
            stage.hear(frame(TEXT & MORE, first)).hear(frame(CONTINUATION, rest)).expect(&line);
        }
    }
}

#[test]
fn a_close_that_is_none_is_refused() {
    for payload in [
        &b"\x03"[..],
        b"\x03\xE7",
        b"\x03\xEC",
        b"\x03\xED",
        b"\x03\xEE",
        b"\x03\xF7",
        b"\x0B\xB7",
        b"\x13\x88",
        b"\0\0",
        b"\xFF\xFF",
    ] {
        assert_refused(&frame(CLOSE, payload), 1002, "a malformed close");
    }
    assert_refused(&frame(CLOSE, b"\x03\xE8\xFF"), 1007, "text that is not UTF-8");
}

#[test]
fn what_was_whole_before_a_violation_is_read_and_nothing_after_it() {
    let mut stage = Stage::text();
    stage.hear([&frame(TEXT, b"PING 1")[..], &[0xFF, 0xFF], &frame(TEXT, b"PING 2")].concat());
    let (read, end) = stage.read();
    assert_eq!((&*read, end.is_err()), ("PING 1\r\n", true));
    stage.hear(frame(TEXT, b"PING 3"));
    assert!(stage.read().1.is_err());
}

/// A client that pings and does not read: one answer waits for it, no more.
#[test]
fn a_ping_flood_of_a_client_that_does_not_read_takes_no_memory() {
    let mut stage = Stage::text();
    stage.peer().room = Some(3);
    for _ in 0..1000 {
        stage.hear(frame(PING, &[b'x'; 125])).expect("\r\n");
    }
    stage.peer().room = None;
    stage.expect("");
    assert_eq!(stage.sent().len(), 2 * 127, "the answer that had begun, and that to the last ping");
}
